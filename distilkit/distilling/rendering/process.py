"""The process that renders: started, asked, and ended when it is late.

Knows processes; knows nothing of what is rendered.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import IO, Any, Self

from distilkit.errors import InputError

_PROGRAM = Path(__file__).with_name("program.py")
_START_S = 60.0
# What a process needs to start; never a key.
_PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME")


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
        self._process = _started()
        try:
            self._begin(template)
        except BaseException:
            self.end()
            raise

    def _begin(self, template: str) -> None:
        if self._reply(_START_S) is None:
            raise InputError("template: the process that renders did not start; is jinja2 installed?")
        reply = self._ask({"template": template}, self._timeout_s)
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
        reply = self._ask({"conversations": conversations}, self._timeout_s)
        if reply is None:
            raise InputError(
                f"template: gave no text within {self._timeout_s:g} s and was stopped; if it is meant to take that "
                "long, pass a larger timeout_s="
            )
        return str(reply["error"]) if "error" in reply else [str(text) for text in reply["texts"]]

    def _ask(self, asked: Mapping[str, Any], timeout_s: float) -> dict[str, Any] | None:
        """Return the reply, or None when there was none in time, after which the process has ended."""
        return self._reply(timeout_s, json.dumps({**asked, "timeout_s": timeout_s}) + "\n")

    def _reply(self, timeout_s: float, question: str = "") -> dict[str, Any] | None:
        inlet, outlet = _pipes(self._process)
        timer = Timer(timeout_s, self._process.kill)
        timer.start()
        try:
            inlet.write(question)
            inlet.flush()
            line = outlet.readline()
        except OSError:
            line = ""
        finally:
            timer.cancel()
        reply: dict[str, Any] | None = json.loads(line) if line.endswith("\n") else None
        return reply

    def end(self) -> None:
        """End the process, at once: it keeps nothing."""
        self._process.kill()
        inlet, outlet = _pipes(self._process)
        outlet.close()
        with suppress(OSError):  # what the other side has not read
            inlet.close()
        self._process.wait()


def _started() -> subprocess.Popen[str]:
    """Start the process with this one's import path, and without its keys."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(  # noqa: S603 - our own file, with the Python that runs this one
        # -P: the folder of this file is no place to import from.
        [sys.executable, "-P", str(_PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        encoding="ascii",
    )


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:  # pragma: no cover - both were asked for
        raise RuntimeError("the process has no pipes")
    return process.stdin, process.stdout
