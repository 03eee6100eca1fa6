"""Simulated models behind a real HTTP server on loopback, OpenAI-compatible, with a task whose answers are known.

A simulation throughout: no model runs here. Knows nothing of the rest of distilkit. Importing this starts nothing and
imports no server: names are found on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from distilkit.sim.spec import Dials

if TYPE_CHECKING:
    from distilkit.sim.serve import DEFAULT_MODELS, serve_forever
    from distilkit.sim.server import Server, local_server
    from distilkit.sim.task import Item, items
    from distilkit.sim.truth import solve

_HOMES = {
    "DEFAULT_MODELS": "distilkit.sim.serve",
    "Item": "distilkit.sim.task",
    "Server": "distilkit.sim.server",
    "items": "distilkit.sim.task",
    "local_server": "distilkit.sim.server",
    "serve_forever": "distilkit.sim.serve",
    "solve": "distilkit.sim.truth",
}

__all__ = ["DEFAULT_MODELS", "Dials", "Item", "Server", "items", "local_server", "serve_forever", "solve"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
