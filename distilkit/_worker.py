"""A program of ours in a process of its own: started without a key, asked in lines of JSON, ended when it is late.

Knows processes; knows nothing of what is asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import IO, Any

# What a process needs to start; never a key.
_PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME")


class Worker:
    """The process, for as long as it answers in time.

    Args:
        program: the file that Python runs; it reads a line and writes a line, ASCII both.

    Attributes:
        process: the process itself.
    """

    def __init__(self, program: Path) -> None:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
        self.process = subprocess.Popen(  # noqa: S603 - our own file, with the Python that runs this one
            # -P: the folder of the program is no place to import from.
            [sys.executable, "-P", str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            encoding="ascii",
        )

    def ask(self, question: Mapping[str, Any] | None, timeout_s: float) -> dict[str, Any] | None:
        """Return the reply, or None when there was none in time, after which the process has ended.

        Args:
            question: of JSON's types; None waits for what the program says by itself.
            timeout_s: seconds until then.
        """
        inlet, outlet = self._pipes()
        timer = Timer(timeout_s, self.process.kill)
        timer.start()
        try:
            inlet.write("" if question is None else json.dumps(question) + "\n")
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
        self.process.kill()
        inlet, outlet = self._pipes()
        outlet.close()
        with suppress(OSError):  # what the other side has not read
            inlet.close()
        self.process.wait()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        if self.process.stdin is None or self.process.stdout is None:  # pragma: no cover - both were asked for
            raise RuntimeError("the process has no pipes")
        return self.process.stdin, self.process.stdout
