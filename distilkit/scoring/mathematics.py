"""The scorer of mathematics: whether what an answer ends with equals the reference, as `math-verify` reads both.

`math-verify` is the extra `math`. It runs in a process of its own, because hostile formulas (`9**9**9**9`) can only be
stopped from outside, and from any thread. Knows nothing of how formulas are compared.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit._worker import Worker
from distilkit.errors import InputError
from distilkit.scoring.outcome import Scorer, Unscored, Value
from distilkit.scoring.references import CONTENT, against, check_column

if TYPE_CHECKING:
    import pandas as pd

_PROGRAM = Path(__file__).with_name("math_worker.py")
# SymPy takes seconds to import, on a busy machine many; only then is time counted by the row.
_START_S = 120.0
_LONGEST = 100_000


def math(column: str = "answer", *, timeout_s: float = 10) -> Scorer:
    r"""Score whether the answer's final formula or number equals the one in `column`, or one of a list of them there.

    `math-verify` finds and compares them: `\frac{1}{2}`, `0.5` and `50\%` are equal, so are `(x+1)^2` and
    `x^2+2x+1`; sets, intervals, equations and matrices are understood. In an answer, formulas are looked for in
    `\boxed{}`, in `$...$` and LaTeX's other marks, and numbers anywhere. An answer without any scores False.

    Needs the extra `math`: `pip install 'distilkit[math]'`. It runs in a process of its own, which takes seconds to
    start, once for each frame that is scored.

    Args:
        column: the reference, in LaTeX with or without `$`, or a number. A row where it is missing scores `<NA>`, and
            so does one where it holds nothing that can be read, with the reason.
        timeout_s: seconds for one row. A row that takes longer, or too much memory, scores `<NA>` with the reason.

    Raises:
        InputError: `math-verify` is not installed, or an argument is none of these.
    """
    check_column(column, "math")
    if not isinstance(timeout_s, (int, float)) or not 0 < timeout_s < float("inf"):
        raise InputError(f"timeout_s= must be a number of seconds above 0, not {timeout_s!r}")
    if importlib.util.find_spec("math_verify") is None:
        raise InputError("score.math needs math-verify; install it with: pip install 'distilkit[math]'")

    def values(frame: pd.DataFrame) -> Iterable[Value]:
        with _asking(float(timeout_s)) as ask:
            return list(against(column, ask)(frame))

    return Scorer(name="math", function=values, needs=(CONTENT, column), binary=True)


def _started() -> Worker:
    """Start the process that compares; its first reply comes when everything is imported."""
    worker = Worker(_PROGRAM)
    try:
        _check(worker.ask({"reference": "1", "content": "1", "timeout_s": _START_S}, _START_S))
    except BaseException:
        worker.end()
        raise
    return worker


def _check(reply: dict[str, Any] | None) -> None:
    if reply is None or not reply.get("right"):
        told = "its process did not start" if reply is None else reply.get("broken") or reply
        raise InputError(f"math-verify does not work here ({told}); run: pip install 'distilkit[math]'")


@contextmanager
def _asking(timeout_s: float) -> Iterator[Callable[[str, str], Value]]:
    """Give a judge whose process is started when the first row comes, and again after one that took too long."""
    workers: list[Worker] = []

    def judge(content: str, reference: str) -> Value:
        if max(len(content), len(reference)) > _LONGEST:
            return Unscored(f"over {_LONGEST} letters are too long to be searched for mathematics")
        if not workers:
            workers.append(_started())
        asked = {"reference": reference, "content": content, "timeout_s": timeout_s}
        reply = workers[-1].ask(asked, timeout_s)
        if reply is None:
            workers.pop().end()
            return Unscored(f"math-verify gave no reply within {timeout_s:g} s")
        return _value(reply, reference)

    try:
        yield judge
    finally:
        for worker in workers:
            worker.end()


def _value(reply: dict[str, Any], reference: str) -> Value:
    if "unread" in reply:
        return Unscored(f"no mathematics in the reference: {reference[:80]!r}")
    return Unscored(f"math-verify failed: {reply['error']}") if "error" in reply else bool(reply["right"])
