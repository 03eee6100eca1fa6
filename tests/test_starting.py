"""`start`: a run that goes on by itself, how one looks at it, waits for it and stops it."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit import scoring
from distilkit.calls import Call, Record
from distilkit.engine.events import Event
from distilkit.profiles import Profile
from distilkit.sim.spec import Dials
from distilkit.starting import Run, start

WAIT_S = 30


def profile(**more: Any) -> Profile:
    usual: dict[str, Any] = {"name": "quick", "provider": "sim", "model": "m", "section": "sim", "sim": Dials()}
    return Profile(**usual | more)


def record(text: str = "yes") -> Record:
    message = {"role": "assistant", "content": text}
    return Record(provider="sim", raw={"choices": [{"message": message, "finish_reason": "stop"}]}, created_at=1.0)


class Gate:
    """A `send` that answers at once what is quick, and keeps the rest until it is opened."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.sent: list[str] = []

    async def __call__(self, call: Call) -> Record:
        self.sent.append(call.prompt)
        while call.prompt.startswith("slow") and not self.open.is_set():  # noqa: ASYNC110 - another thread opens it
            await asyncio.sleep(0.01)
        return record(call.prompt)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_returns_before_anything_is_answered_and_the_frame_grows(store: Path) -> None:
    gate = Gate()

    run = start(["quick 1", "slow 2"], profile(), store=store, send=gate, score={"n": lambda row: len(row.content)})

    until(lambda: len(run.df) == 1)
    assert (run.done, run.state, run.error) == (False, "running", None)
    assert run.df["content"].tolist() == ["quick 1"]
    assert list(run.df.columns) == list(dk.COLUMNS)
    gate.open.set()
    assert run.result(WAIT_S)["n"].tolist() == [7, 6]
    assert (run.done, run.state) == (True, "finished")
    assert run.df is run.result()


def test_the_result_is_what_compare_returns(store: Path) -> None:
    frame = pd.DataFrame({"prompt": ["a", "b"], "topic": ["x", "y"]})
    score = {"right": scoring.contains("topic")}
    asked = {"prompts": frame, "profiles": profile(), "store": store, "send": Gate(), "score": score}

    first = start(**asked).result(WAIT_S)

    pd.testing.assert_frame_equal(start(**asked).result(WAIT_S), dk.compare(**asked))
    assert first["topic"].tolist() == ["x", "y"]


def test_the_callers_columns_are_there_while_it_grows(store: Path) -> None:
    gate = Gate()
    frame = pd.DataFrame({"prompt": ["b", "slow a"], "topic": ["y", "x"]})

    run = start(frame, profile(), store=store, send=gate, samples=2)

    until(lambda: len(run.df) == 2)
    assert run.df["topic"].tolist() == ["y", "y"]
    run.stop()
    assert run.result(WAIT_S)["topic"].tolist() == ["y", "y"]


def test_a_look_at_the_frame_does_not_change_any_more(store: Path) -> None:
    gate = Gate()
    run = start(["quick 1", "slow 2"], profile(), store=store, send=gate)
    until(lambda: len(run.df) == 1)
    before = run.df

    gate.open.set()
    run.result(WAIT_S)

    assert len(before) == 1


def test_stop_keeps_what_is_finished_and_sends_nothing_more(store: Path) -> None:
    gate = Gate()
    run = start(["quick", "slow 1", "slow 2"], profile(max_concurrency=2), store=store, send=gate)
    until(lambda: "slow 1" in gate.sent and len(run.df) == 1)

    run.stop()
    run.stop()

    assert run.result(WAIT_S)["content"].tolist() == ["quick"]
    assert (run.state, run.error) == ("stopped", None)
    sent = len(gate.sent)
    time.sleep(0.2)
    assert len(gate.sent) == sent
    assert "1 of 3 rows" in repr(run)
    assert dk.compare(["quick"], profile(), store=store, cache="only")["content"].tolist() == ["quick"]


def test_what_is_stopped_before_it_begins_sends_nothing(store: Path) -> None:
    gate, planning, go = Gate(), threading.Event(), threading.Event()

    def held(event: Event) -> None:
        if event.kind == "planned":
            planning.set()
            go.wait(WAIT_S)

    run = start(["a"], profile(), store=store, send=gate, on_event=held)
    planning.wait(WAIT_S)
    run.stop()
    assert run.state == "stopping"
    go.set()

    assert len(run.result(WAIT_S)) == 0
    assert (run.state, gate.sent) == ("stopped", [])


def test_stop_after_the_end_changes_nothing(store: Path) -> None:
    run = start(["a"], profile(), store=store, send=Gate())
    frame = run.result(WAIT_S)

    run.stop()

    assert (run.state, len(run.df)) == ("finished", len(frame))


def test_no_line_is_written_when_a_run_is_stopped(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = start(["slow"], profile(), store=store, send=Gate())
    run.stop()
    run.result(WAIT_S)

    assert capsys.readouterr() == ("", "")


def test_a_wrong_argument_is_refused_at_once(store: Path) -> None:
    with pytest.raises(dk.InputError, match="samples"):
        start(["a"], profile(), store=store, samples=0).result(WAIT_S)
    with pytest.raises(dk.InputError, match="needs a column 'answer'"):
        start(["a"], profile(), store=store, score=scoring.exact("answer"))
    with pytest.raises(dk.ConfigError, match="no such profile"):
        start(["a"], "nobody", store=store)
    with pytest.raises(dk.InputError, match="cache="):
        start(["a"], profile(), store=store, cache="never")  # type: ignore[arg-type] # that is the point
    with pytest.raises(dk.InputError, match="progress="):
        start(["a"], profile(), store=store, progress="yes")  # type: ignore[arg-type] # that is the point


def test_a_later_error_is_kept_and_raised_where_the_result_is_asked_for(store: Path) -> None:
    run = start(["a"], profile(), store=store, send=Gate(), budget=1)  # without a price

    until(lambda: run.done)

    assert (run.state, isinstance(run.error, dk.InputError), len(run.df)) == ("failed", True, 0)
    for _ in range(2):
        with pytest.raises(dk.InputError, match="price"):
            run.result()
    assert "InputError" in repr(run)


def test_waiting_ends_in_time_and_the_run_goes_on(store: Path) -> None:
    gate = Gate()
    run = start(["slow"], profile(), store=store, send=gate)

    with pytest.raises(TimeoutError, match="still goes on"):
        run.result(timeout_s=0.05)
    with pytest.raises(dk.InputError, match="timeout_s="):
        run.result(timeout_s=-1)

    gate.open.set()
    assert run.result(WAIT_S)["content"].tolist() == ["slow"]


def test_it_can_be_awaited_in_any_loop_and_a_cancelled_wait_stops_nothing(store: Path) -> None:
    gate = Gate()
    run = start(["slow"], profile(), store=store, send=gate)

    async def wait() -> pd.DataFrame:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(run_of(), 0.05)
        gate.open.set()
        return await run

    async def run_of() -> pd.DataFrame:
        return await run

    assert asyncio.run(wait())["content"].tolist() == ["slow"]
    assert asyncio.run(run_of())["content"].tolist() == ["slow"]


def test_several_go_on_at_once(store: Path) -> None:
    gate = Gate()
    runs = [start([f"quick {nth}", f"slow {nth}"], profile(), store=store, send=gate) for nth in range(4)]
    until(lambda: all(len(run.df) == 1 for run in runs))

    runs[1].stop()
    until(lambda: runs[1].done)
    gate.open.set()

    assert [len(run.result(WAIT_S)) for run in runs] == [2, 1, 2, 2]


def test_scorers_work_in_the_runs_own_thread(store: Path) -> None:
    threads = []

    def score(_row: Any) -> bool:
        threads.append(threading.current_thread())
        return True

    start(["a"], profile(), store=store, send=Gate(), score=score).result(WAIT_S)

    assert threads[0] not in {threading.main_thread(), threading.current_thread()}


def test_the_callers_listener_hears_and_its_mistake_costs_nothing(store: Path) -> None:
    heard = []

    def listen(event: Event) -> None:
        heard.append(event.kind)
        raise ValueError("no")

    with pytest.warns(UserWarning, match="on_event raised ValueError"):
        frame = start(["a"], profile(), store=store, send=Gate(), on_event=listen).result(WAIT_S)

    assert (frame["content"].tolist(), "answered" in heard) == (["a"], True)


def test_a_forgotten_run_goes_on_to_its_end(store: Path) -> None:
    gate = Gate()
    run: Run | None = start(["slow"], profile(), store=store, send=gate)
    gone = weakref.ref(run)
    until(lambda: gate.sent == ["slow"])

    run = None
    gc.collect()
    gate.open.set()
    until(lambda: gone() is None)

    assert dk.compare(["slow"], profile(), store=store, cache="only")["content"].tolist() == ["slow"]


def test_its_picture_is_static_and_what_it_says_is_escaped(store: Path) -> None:
    async def fail(_call: Call) -> Record:
        raise RuntimeError("<img src=x onerror=alert(1)>")

    run = start(["a"], profile(), store=store, send=fail)
    until(lambda: run.done)

    bundle = run._repr_mimebundle_()

    assert set(bundle) == {"text/plain", "text/html"}
    assert "<img" not in bundle["text/html"]
    assert bundle["text/plain"] == repr(run)
    with pytest.raises(NotImplementedError):
        run._ipython_display_()


def test_a_script_that_ends_has_stored_what_was_answered(store: Path) -> None:
    script = (
        "import sys, time, distilkit as dk\n"
        "run = dk.start(['a', 'b'], 'sim/small', store=sys.argv[1])\n"
        "while len(run.df) < 2: time.sleep(0.02)\n"
    )
    command = [sys.executable, "-c", script, store]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert dk.compare(["a", "b"], "sim/small", store=store, cache="only")["content"].notna().all()


def test_an_errors_control_characters_do_not_reach_a_terminal(store: Path) -> None:
    async def fail(_call: Call) -> Record:
        raise SystemExit("\x1b[2J\u202eno")

    run = start(["a"], profile(), store=store, send=fail)
    until(lambda: run.done)

    assert run.state == "failed"
    assert "\x1b" not in repr(run)
    assert "\u202e" not in repr(run)


@pytest.mark.parametrize("way", [{"cache": "only"}, {"only_failed": True}])
@pytest.mark.filterwarnings("ignore:answers missing")
def test_rows_that_nothing_is_sent_for_are_counted(store: Path, way: dict[str, Any]) -> None:
    dk.compare(["a", "b"], profile(), store=store, send=Gate())

    run = start(["a", "b", "c", "d", "d"], profile(), store=store, send=Gate(), **way)
    run.result(WAIT_S)

    (bar,) = run.tally.look().bars
    assert (bar.done, bar.total, bar.from_store, bar.failed) == (5, 5, 2, 3)
    assert bar.spent_usd == 0


@pytest.mark.filterwarnings("error")
def test_a_listeners_mistake_costs_nothing_where_warnings_are_errors(store: Path) -> None:
    def listen(_event: Event) -> None:
        raise ValueError("no")

    run = start(["a"], profile(), store=store, send=Gate(), on_event=listen)
    with pytest.raises(UserWarning, match="on_event raised ValueError"):
        run.result(WAIT_S)

    assert dk.compare(["a"], profile(), store=store, cache="only")["content"].tolist() == ["a"]
