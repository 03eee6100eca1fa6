"""`start` as a notebook has it: the run, and in its cell the progress and a button to stop it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

from distilkit import starting
from distilkit._imports import uninterrupted
from distilkit.progress import in_kernel
from distilkit.starting import Run

__all__ = ["start"]

P = ParamSpec("P")


def _shown(begin: Callable[P, Run]) -> Callable[P, Run]:
    """Show what a function has begun, where there is a notebook to show it in."""

    @functools.wraps(begin)
    def face(*args: P.args, **kwargs: P.kwargs) -> Run:
        run = begin(*args, **kwargs)
        if kwargs.get("progress") is not False and in_kernel():
            with uninterrupted():
                from distilkit.notebook.run.panel import Panel
            Panel(run).show()
        return run

    return face


start = _shown(starting.start)
