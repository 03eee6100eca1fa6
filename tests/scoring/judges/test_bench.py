"""Judging as part of a run: what it may spend, what an interrupt leaves, what is known before anything is paid."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.calls import Call, Record
from distilkit.engine.events import Event
from distilkit.errors import ConfigError, InputError
from distilkit.profiles import Profile, RateLimit
from distilkit.profiles.secrets import Secret
from distilkit.scoring.judges import judge
from distilkit.sim import Dials, Server

Compare = Callable[..., pd.DataFrame]
# Few tokens, so that the worst case of a call is not far from what it costs.
SHORT = {"max_tokens": 5}
QUESTIONS = [f"q{n}" for n in range(20)]


def test_the_budget_covers_answers_and_verdicts_together(compare: Compare, network: Any, the_judge: Profile) -> None:
    """What the answers leave is less than one verdict may cost at worst, which is above a dollar."""
    grade, send = judge(the_judge, "Good?", params=SHORT), network(tokens=500)

    with pytest.warns(UserWarning, match="is <NA> on 5 of 5 rows"):
        frame = compare(QUESTIONS[:5], grade, params=SHORT, send=send, budget={"run": 3, "alert_at": 1})

    assert frame["billed_usd"].sum() == pytest.approx(2.525)
    assert send.judged == []
    assert frame["grade_reason"].str.contains("the judge failed: budget").all()
    assert frame["grade_billed_usd"].isna().all()


def test_what_the_answers_left_is_for_the_verdicts(compare: Compare, network: Any, the_judge: Profile) -> None:
    grade, send = judge(the_judge, "Good?", params=SHORT), network()

    frame = compare(QUESTIONS, grade, params=SHORT, send=send, budget=50)

    assert frame["grade"].notna().all()
    assert frame["billed_usd"].sum() + frame["grade_billed_usd"].sum() == pytest.approx(0.6)


def test_a_second_judge_has_what_the_first_one_left(compare: Compare, network: Any, profile: Any) -> None:
    one, two = (judge(profile(name), "Good?", params=SHORT) for name in ("judge1", "judge2"))
    send = network(judge_tokens=1_000)

    with pytest.warns(UserWarning, match="score 'two' is <NA> on 3 of 3 rows"):
        frame = compare(
            QUESTIONS[:3], {"one": one, "two": two}, params=SHORT, send=send, budget={"run": 3.3, "alert_at": 1}
        )

    assert frame["one"].notna().all()
    assert frame["billed_usd"].sum() + frame["one_billed_usd"].sum() == pytest.approx(3.06)
    assert len(send.judged) == 3


def test_verdicts_are_not_bought_on_top_of_an_unknown_bill(compare: Compare, network: Any, the_judge: Profile) -> None:
    grade, send = judge(the_judge, "Good?", params=SHORT), network(has_usage=False)

    with pytest.warns(UserWarning, match="unknown cost"):
        frame = compare(["q"], grade, params=SHORT, send=send, budget=50)

    assert send.judged == []
    assert compare(["q"], grade, params=SHORT, send=send)["grade"].tolist() == [4.0]
    assert "unknown cost" in frame["grade_reason"][0]


def test_a_budget_for_a_judges_section_is_no_mistake(compare: Compare, network: Any, the_judge: Profile) -> None:
    grade = judge(the_judge, "Good?", params=SHORT)

    frame = compare(["q"], grade, params=SHORT, send=network(), budget={"run": 5, "providers": {"a": {"run": 2}}})

    assert frame["grade"].tolist() == [4.0]


def test_a_judge_of_unknown_price_costs_no_frame_where_there_is_a_budget(
    compare: Compare, network: Any, profile: Any
) -> None:
    grade = judge(profile("judge", price=None, model="nobody-knows-me"), "Good?")

    with pytest.warns(UserWarning, match="not judged"):
        frame = compare(["q"], grade, params=SHORT, send=network(), budget=5)

    assert frame["content"].notna().all()
    assert "price" in frame["grade_reason"][0]


class Interrupting:
    """Answers at once, but never what `is_slow` says; an interrupt comes while it is waited for."""

    def __init__(self, is_slow: Callable[[Call], bool], others: Any) -> None:
        self.is_slow, self.others = is_slow, others
        self.started = False

    async def __call__(self, call: Call) -> Record:
        if self.is_slow(call):
            if not self.started:
                self.started = True
                threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
            await asyncio.Event().wait()
        return await self.others(call)


def test_an_interrupt_among_the_verdicts_keeps_all_answers_and_what_is_judged(
    compare: Compare, network: Any, the_judge: Profile
) -> None:
    send = network()
    slow = Interrupting(lambda call: call.profile.name == "judge" and "q1\n" in call.prompt, send)

    with pytest.warns(UserWarning, match="the run was interrupted"):
        frame = compare(["q0", "q1"], judge(the_judge, "Good?"), send=slow)

    assert frame["content"].notna().all()
    assert frame["grade"].tolist() == [4.0, pd.NA]
    assert frame["grade_reason"][1] == "not judged: the run was interrupted; run the same call again"
    assert compare(["q0", "q1"], judge(the_judge, "Good?"), send=send)["grade"].tolist() == [4.0, 4.0]
    assert len(send.judged) == 2


def test_an_interrupt_among_the_answers_sends_no_judge(compare: Compare, network: Any, the_judge: Profile) -> None:
    send = network()
    compare(["q0"], judge(the_judge, "Good?"), send=send)
    slow = Interrupting(lambda call: call.prompt == "q2", send)

    with pytest.warns(UserWarning, match="the run was interrupted"):
        frame = compare(["q0", "q1", "q2"], judge(the_judge, "Good?"), send=slow)

    assert frame["prompt"].tolist() == ["q0", "q1"]
    assert frame["grade"].tolist() == [4.0, pd.NA]  # what is stored is shown all the same
    assert len(send.judged) == 1


def test_after_an_interrupt_the_next_judge_is_not_asked(compare: Compare, network: Any, profile: Any) -> None:
    send = network()
    slow = Interrupting(lambda call: call.profile.name == "judge1", send)
    score = {name: judge(profile(f"judge{name}"), "Good?") for name in ("1", "2")}

    with pytest.warns(UserWarning, match="the run was interrupted"):
        frame = compare(["q"], score, send=slow)

    assert frame["2"].isna().all()
    assert send.judged == []


def test_an_interrupt_can_be_raised_out_of_the_judging(compare: Compare, network: Any, the_judge: Profile) -> None:
    slow = Interrupting(lambda call: call.profile.name == "judge", network())

    with pytest.raises(KeyboardInterrupt):
        compare(["q"], judge(the_judge, "Good?"), send=slow, on_interrupt="raise")


def test_an_unknown_judge_is_refused_before_anything_is_paid(compare: Compare, network: Any) -> None:
    send = network()

    with pytest.raises(ConfigError, match="nobody"):
        compare(["q"], judge("nobody/at-all", "Good?"), send=send)
    assert send.asked == []


KEYLESS = {"api_key": Secret(variables=("CANARY_MISSING_KEY",)), "base_url": "http://127.0.0.1:9/v1"}


def test_a_judge_without_its_key_is_refused_before_anything_is_paid(
    compare: Compare, profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CANARY_MISSING_KEY", raising=False)
    with Server.start({"m": Dials(latency_s=0)}) as server:
        answering = profile("a", model="m", base_url=server.url)

        with pytest.raises(ConfigError, match="CANARY_MISSING_KEY"):
            compare(["q"], judge(profile("judge", **KEYLESS), "Good?"), answering)
        assert server.stats()["requests"] == 0


def test_stored_answers_and_verdicts_need_no_key(compare: Compare, network: Any, profile: Any) -> None:
    grade = judge(profile("judge", **KEYLESS), "Good?")
    compare(["q"], grade, send=network())

    assert compare(["q"], grade)["grade"].tolist() == [4.0]


def test_stored_answers_are_not_lost_because_a_judge_has_no_key(compare: Compare, network: Any, profile: Any) -> None:
    compare(["q"], None, send=network())

    with pytest.warns(UserWarning, match="not judged: .*CANARY_MISSING_KEY"):
        frame = compare(["q"], judge(profile("judge", **KEYLESS), "Good?"))

    assert frame["content"].notna().all()
    assert frame["grade"].isna().all()


def test_the_judges_limits_are_kept(compare: Compare) -> None:
    """Whoever sends more than the server allows is refused, which would show in its count."""
    with Server.start({"judge": Dials(latency_s=0, requests_per_minute=30)}) as server:
        limited = Profile(
            name="judge",
            provider="custom_openai",
            model="judge",
            section="judge",
            base_url=server.url,
            limits=RateLimit(requests_per_minute=30, burst_size=20),
        )

        frame = compare(dk.sample_task(12), judge(limited, "Right?"), "sim/small")

        assert frame["grade"].notna().all()
        assert server.stats()["statuses"] == {"200": 12}


def test_judges_tell_the_same_listener(compare: Compare, network: Any, the_judge: Profile) -> None:
    heard: list[Event] = []

    compare(["q"], judge(the_judge, "Good?"), send=network(), on_event=heard.append)

    assert [event.profile for event in heard if event.kind == "answered"] == ["a", "judge"]


def test_refresh_judges_again(compare: Compare, network: Any, the_judge: Profile) -> None:
    compare(["q"], judge(the_judge, "Good?"), send=network())

    frame = compare(["q"], judge(the_judge, "Good?"), send=network(["Verdict: 2"]), cache="refresh")

    assert frame["grade"].tolist() == [2.0]


def test_in_a_refreshed_run_a_second_judge_that_asks_the_same_pays_nothing(
    compare: Compare, network: Any, the_judge: Profile
) -> None:
    send, scores = network(), {name: judge(the_judge, "Good?") for name in ("one", "two")}

    frame = compare(["q", "r"], scores, send=send, cache="refresh")

    assert len(send.judged) == 2
    assert frame["one_billed_usd"].tolist() == pytest.approx([0.015, 0.015])
    assert frame["two_billed_usd"].tolist() == [0, 0]
    assert frame["two"].tolist() == [4.0, 4.0]


def test_only_failed_still_judges_what_it_answered(compare: Compare, network: Any, the_judge: Profile) -> None:
    compare(["q"], None, send=network())

    frame = compare(["q"], judge(the_judge, "Good?"), send=network(), only_failed=True)

    assert frame["grade"].tolist() == [4.0]


def test_the_judge_may_be_named_in_the_runs_file(compare: Compare, network: Any, tmp_path: Path) -> None:
    file = tmp_path / "distilkit.yaml"
    file.write_text("providers: {judge: {type: sim}, a: {type: sim}}", encoding="utf-8")

    frame = compare(["q"], judge("judge", "Good?"), "a", config=file, send=network())

    assert frame["grade"].tolist() == [4.0]


def test_a_budget_of_the_judges_own_counts_outside_a_run(network: Any, the_judge: Profile, tmp_path: Path) -> None:
    send = network()
    grade = judge(the_judge, "Good?", params=SHORT, store=tmp_path, budget=0.01, send=send, progress=False)

    with pytest.warns(UserWarning, match="budget"):
        scored = dk.score.apply(pd.DataFrame({"prompt": ["q"], "content": ["x"]}), {"grade": grade})

    assert scored["grade"].isna().all()
    assert send.judged == []


def test_outside_a_run_a_missing_key_is_an_error(profile: Any, tmp_path: Path) -> None:
    grade = judge(profile("judge", **KEYLESS), "Good?", store=tmp_path, progress=False)

    with pytest.raises(ConfigError, match="CANARY_MISSING_KEY"):
        grade(pd.DataFrame({"prompt": ["q"], "content": ["x"]}))


def test_a_store_that_is_none_is_named(network: Any, the_judge: Profile) -> None:
    grade = judge(the_judge, "Good?", store=5, send=network(), progress=False)  # type: ignore[arg-type]

    with pytest.raises(InputError, match="store="):
        grade(pd.DataFrame({"prompt": ["q"], "content": ["x"]}))


CHILD = """
import sys, distilkit as dk
from distilkit.profiles.profile import Profile
from distilkit.scoring.judges import judge
url, folder = sys.argv[1:3]
how = {"provider": "custom_openai", "base_url": url, "max_concurrency": 4}
of = lambda name: Profile(name=name, model=name, section=name, **how)
shown = lambda event: event.kind == "answered" and print(event.profile, flush=True)
frame = dk.compare(dk.sample_task(60), of("a"), score={"grade": judge(of("judge"), "Right?")}, store=folder,
                   on_event=shown, progress=False)
print("judged", frame["grade"].notna().sum())
"""


def test_killed_among_the_verdicts_and_run_again_nothing_is_paid_twice(tmp_path: Path) -> None:
    with Server.start({"a": Dials(latency_s=0), "judge": Dials(latency_s=0.1, jitter=0)}) as server:
        command = [sys.executable, "-c", CHILD, server.url, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for line in child.stdout:
                if line.strip() == "judge":
                    break
            os.kill(child.pid, signal.SIGKILL)
        time.sleep(0.3)  # the server may still be answering what was in flight

        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
        stats = server.stats()

    assert done.stdout.splitlines()[-1] == "judged 60"
    assert "a" not in done.stdout.splitlines()
    assert stats["answered_more_than_once"] <= 4, "more was paid twice than had been in flight"


def test_in_a_run_by_batches_verdicts_come_by_batches_too(tmp_path: Path) -> None:
    frame = dk.compare(
        dk.sample_task(3),
        "sim/small",
        score={"grade": judge("sim/large", "Right?")},
        batch=True,
        store=tmp_path,
        progress=False,
    )

    assert frame["grade"].notna().all()
    with dk.Store(tmp_path) as kept:
        batches = [entry.record.batch for entry in kept.entries()]
    assert None not in batches
    assert len(set(batches)) == 2
