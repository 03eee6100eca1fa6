"""What the scorer of mathematics calls equal, and that nothing an answer spells holds a run up."""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.scoring import apply, math, mathematics

needed = pytest.mark.skipif(importlib.util.find_spec("math_verify") is None, reason="the extra `math` is not installed")
CASES: list[tuple[str, Any, Any]] = [
    ("So it is \\boxed{\\frac12}.", "0.5", True),
    ("It is 1/2.", "\\frac{1}{2}", True),
    ("x^2+2x+1", "(x+1)^2", True),
    ("so \\(\\sqrt{8}\\)", "2\\sqrt{2}", True),
    ("$\\{1,2\\}$", "\\{2,1\\}", True),
    ("$50\\%$", "0.5", True),
    ("$x=4$", 4, True),
    ("18", "#### 18", True),
    ("So the answer is 5", ["3", "5"], True),
    ("\\boxed{3}", "4", False),
    ("I do not know", "4", False),
    ("", "4", False),
    ('__import__("os").abort()', "4", False),
    ("4", None, pd.NA),
    ("4", "none is known", pd.NA),
    ("1" * 200_000, "1", pd.NA),
]


def frame_of(contents: list[Any], answers: list[Any]) -> pd.DataFrame:
    columns = {"content": contents, "answer": answers}
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


@needed
def test_formulas_are_compared_by_what_they_mean() -> None:
    frame = frame_of([content for content, _, _ in CASES], [answer for _, answer, _ in CASES])

    with pytest.warns(UserWarning, match="no mathematics in the reference: 'none is known'"):
        scored = apply(frame, {"right": math()})

    assert scored["right"].tolist() == [expected for _, _, expected in CASES]


@needed
def test_what_takes_for_ever_costs_its_row_and_the_next_ones_are_scored() -> None:
    frame = frame_of(["\\boxed{9^{9^{9^{9}}}}", "4"], ["3", "4"])

    with pytest.warns(UserWarning, match=r"math-verify (gave no reply within 1 s|failed: it takes too much memory)"):
        scored = apply(frame, {"right": math(timeout_s=1)})

    assert scored["right"].tolist() == [pd.NA, True]


@needed
def test_it_works_outside_the_main_thread() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(math(), frame_of(["4"], ["4"])).result().tolist() == [True]


@needed
def test_the_process_sees_no_keys_and_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary-key-123")
    started = []
    start = mathematics._started
    monkeypatch.setattr(mathematics, "_started", lambda: started.append(start()) or started[-1])

    with mathematics._asking(10) as ask:
        assert ask("4", "4") is True
        environment = Path(f"/proc/{started[0].process.pid}/environ")
        seen = environment.read_bytes() if environment.exists() else b"PATH"

    assert b"PATH" in seen
    assert b"canary-key-123" not in seen
    assert started[0].process.poll() is not None


# What never ends, and never lets Python's own signal handlers run.
ENDLESS = """
import itertools
from distilkit.scoring import math_worker
math_worker._GRACE_S = 0.1
math_worker._reply = lambda asked: sum(itertools.repeat(0))
math_worker.main()
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no timer that ends a process on this system")
def test_where_nobody_is_left_to_end_the_process_it_ends_all_the_same() -> None:
    asked = json.dumps({"reference": "4", "content": "4", "timeout_s": 0.1}) + "\n"

    ended = subprocess.run([sys.executable, "-c", ENDLESS], input=asked, text=True, timeout=120, check=False)

    assert ended.returncode == -signal.SIGALRM


def test_what_is_not_installed_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(InputError, match=r"pip install 'distilkit\[math\]'"):
        math()


@needed
def test_a_process_that_does_not_start_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mathematics, "_PROGRAM", mathematics._PROGRAM.with_name("no_such_file.py"))

    with pytest.raises(InputError, match="math-verify does not work here"):
        math()(frame_of(["4"], ["4"]))


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan"), float("inf"), "long", None])
def test_a_bad_timeout_is_refused_when_it_is_written(timeout_s: Any) -> None:
    with pytest.raises(InputError, match="timeout_s= must be a number of seconds above 0"):
        math(timeout_s=timeout_s)


@needed
def test_a_formula_alone_needs_no_marks() -> None:
    """The first is a formula, the second prose in which only the number counts."""
    frame = frame_of(["\\frac{x}{2}", "there are 3 of them"], ["x/2", "3"])

    assert math()(frame).tolist() == [True, True]
