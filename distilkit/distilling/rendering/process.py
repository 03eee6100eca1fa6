"""The process that renders: started, asked, and ended when it is late.

Knows processes; knows nothing of what is rendered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from distilkit._worker import Worker
from distilkit.errors import InputError

_PROGRAM = Path(__file__).with_name("program.py")
_START_S = 60.0


class Renderer:
    """Renders one template over many conversations, in a process of its own.

    Args:
        template: the source of a Jinja2 chat template.
        timeout_s: seconds that one row may take.

    Raises:
        InputError: the template is not valid, or jinja2 is not installed.
    """

    def __init__(self, template: str, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._worker = Worker(_PROGRAM)
        try:
            self._begin(template)
        except BaseException:
            self.end()
            raise

    def _begin(self, template: str) -> None:
        if self._worker.ask(None, _START_S) is None:
            raise InputError("template: the process that renders did not start; is jinja2 installed?")
        reply = self._ask({"template": template})
        if reply is None or "error" in reply:
            told = f"it took over {self._timeout_s:g} s and was stopped" if reply is None else reply["error"]
            raise InputError(f"template: cannot be read as a chat template: {told}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def texts(self, conversations: Sequence[Mapping[str, Any]]) -> list[str] | str:
        """Return the text of each conversation; or, as one text, why the template failed over them.

        Raises:
            InputError: the template did not end in time, or took its process with it.
        """
        reply = self._ask({"conversations": conversations})
        if reply is None:
            raise InputError(
                f"template: gave no text within {self._timeout_s:g} s and was stopped; if it is meant to take that "
                "long, pass a larger timeout_s="
            )
        return str(reply["error"]) if "error" in reply else [str(text) for text in reply["texts"]]

    def _ask(self, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the reply, or None when there was none in time, after which the process has ended."""
        return self._worker.ask({**asked, "timeout_s": self._timeout_s}, self._timeout_s)

    def end(self) -> None:
        """End the process, at once: it keeps nothing."""
        self._worker.end()
