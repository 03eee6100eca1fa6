"""The main job, end to end: the simulator over real HTTP, a real store on disk."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import distilkit as dk
from distilkit.calls import Call, Record
from distilkit.engine.events import Event
from distilkit.profiles.profile import Connection, Profile, Retry
from distilkit.profiles.secrets import Secret
from distilkit.sim import Dials, Server

FAST = Dials(latency_s=0.0, jitter=0.0)


def simulated(name: str = "fast", dials: Dials = FAST, **more: Any) -> Profile:
    fields: dict[str, Any] = {"name": name, "provider": "sim", "model": name, "section": "sim", "sim": dials, **more}
    return Profile(**fields)


class FakeSend:
    """Answers at once, and remembers what it was asked."""

    def __init__(self, answer: str = "yes") -> None:
        self.answer = answer
        self.calls: list[Call] = []

    async def __call__(self, call: Call) -> Record:
        self.calls.append(call)
        message = {"role": "assistant", "content": self.answer}
        return Record(provider="sim", raw={"choices": [{"message": message, "finish_reason": "stop"}]}, created_at=1.0)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def test_three_models_are_compared_on_the_built_in_task(store: Path) -> None:
    tasks = dk.sample_task(40)

    frame = dk.compare(
        tasks,
        ["sim/small", "sim/medium", "sim/large"],
        score={"correct": dk.score.number_or_text("answer")},
        store=store,
    )

    assert len(frame) == 120
    assert list(frame.columns) == [*dk.COLUMNS, "answer", "kind", "difficulty", "correct"]
    assert frame["error"].isna().all()
    assert frame["correct"].notna().all()
    summary = dk.summarize(frame).set_index("profile")
    assert summary["correct"]["sim/large"] > summary["correct"]["sim/small"]
    assert summary["cost_usd"]["sim/large"] > summary["cost_usd"]["sim/small"] > 0


def test_the_second_run_is_free_and_the_same(store: Path) -> None:
    first = dk.compare(["a?", "b?"], "sim/small", samples=2, store=store)

    second = dk.compare(["a?", "b?"], "sim/small", samples=2, store=store, cache="only")

    assert first["from_store"].tolist() == [False] * 4
    assert second["from_store"].tolist() == [True] * 4
    assert second["billed_usd"].sum() == 0
    same = [name for name in dk.COLUMNS if name not in {"from_store", "billed_usd"}]
    pd.testing.assert_frame_equal(first[same], second[same])


def test_raising_samples_keeps_the_answers_there_are(store: Path) -> None:
    send = FakeSend()
    dk.compare(["a"], simulated(), store=store, send=send)

    frame = dk.compare(["a"], simulated(), samples=5, store=store, send=send)

    assert frame["from_store"].tolist() == [True, False, False, False, False]
    assert len(send.calls) == 5


def test_duplicate_prompts_are_sent_once(store: Path) -> None:
    """The same request twice costs once and fills two rows."""
    send = FakeSend("yes")

    frame = dk.compare(["hi", "hi"], [simulated()], store=store, send=send)

    assert len(send.calls) == 1
    assert frame["content"].tolist() == ["yes", "yes"]


def test_refresh_asks_again_and_keeps_the_newer(store: Path) -> None:
    dk.compare(["hi"], simulated(), store=store, send=FakeSend("old"))

    dk.compare(["hi"], simulated(), store=store, send=FakeSend("new"), cache="refresh")

    assert dk.compare(["hi"], simulated(), store=store, cache="only")["content"].tolist() == ["new"]


def test_only_sends_nothing_and_says_what_differs(store: Path) -> None:
    send = FakeSend()
    dk.compare(["hi"], simulated(), params={"temperature": 0.7}, store=store, send=send)

    with pytest.warns(UserWarning, match=r"temperature"):
        frame = dk.compare(["hi"], simulated(), params={"temperature": 0.1}, store=store, cache="only", send=send)

    assert len(send.calls) == 1
    assert frame["error_kind"].tolist() == ["unknown"]
    assert "temperature" in frame["error"][0]


def test_parameters_are_the_profiles_then_the_callers(store: Path) -> None:
    send = FakeSend()
    profile = simulated(params={"temperature": 0.5, "top_p": 0.9, "seed": 1}, system="Be brief.")

    dk.compare(["hi"], profile, params={"temperature": 0, "top_p": None}, store=store, send=send)

    (call,) = send.calls
    assert call.request.params == {"temperature": 0, "seed": 1}
    assert call.request.messages[0] == {"role": "system", "content": "Be brief."}


def test_a_system_message_of_the_call_wins_over_the_profiles(store: Path) -> None:
    send = FakeSend()

    dk.compare(["hi"], simulated(system="profile"), system="call", store=store, send=send)

    assert [message["content"] for message in send.calls[0].request.messages] == ["call", "hi"]


def test_own_columns_follow_their_prompt(store: Path) -> None:
    frame = pd.DataFrame({"prompt": ["a", "b"], "tag": ["x", "y"]}, index=[9, 9])

    result = dk.compare(frame, [simulated("p"), simulated("q")], samples=2, store=store, send=FakeSend())

    assert result["tag"].tolist() == ["x"] * 4 + ["y"] * 4
    assert result.index.tolist() == list(range(8))


def test_no_prompts_give_an_empty_frame(store: Path) -> None:
    frame = dk.compare([], "sim/small", store=store)

    assert list(frame.columns) == list(dk.COLUMNS)
    assert len(frame) == 0


@pytest.mark.parametrize(
    ("dials", "kind"),
    [
        ({"error_rate": 1.0}, "provider_error"),
        ({"drop_rate": 1.0}, "connection"),
        ({"malformed_rate": 1.0}, "provider_error"),
        ({"empty_choices_rate": 1.0}, "provider_error"),
    ],
)
def test_every_fault_is_a_row_with_its_kind(store: Path, dials: dict[str, float], kind: str) -> None:
    profile = simulated(dials=Dials(latency_s=0, **dials), retry=Retry(max_attempts=2, backoff_s=0.01))

    frame = dk.compare(["a", "b"], profile, store=store)

    assert frame["error_kind"].tolist() == [kind, kind]
    assert frame["attempts"].tolist() == [2, 2]
    assert dk.compare(["a", "b"], simulated(dials=Dials(latency_s=0)), store=store)["error"].isna().all()


def test_faults_that_pass_are_retried_until_every_row_is_answered(store: Path) -> None:
    dials = Dials(latency_s=0, error_rate=0.3, drop_rate=0.1, malformed_rate=0.1, empty_choices_rate=0.1)
    profile = simulated(dials=dials, retry=Retry(max_attempts=30, backoff_s=0.001))

    frame = dk.compare([f"question {n}" for n in range(60)], profile, store=store)

    assert frame["error"].isna().all()
    assert frame["attempts"].max() > 1


def test_a_missing_usage_is_unknown_all_the_way_through(store: Path) -> None:
    profile = simulated(dials=Dials(latency_s=0, missing_usage_rate=1.0))

    frame = dk.compare(["a"], profile, store=store)

    assert frame[["input_tokens", "output_tokens", "cost_usd", "billed_usd"]].isna().all(axis=None)
    assert dk.summarize(frame)["cost_usd"].isna().all()


@pytest.mark.parametrize(
    ("style", "kind"),
    [("none", "absent"), ("tags", "raw"), ("reasoning_content", "raw"), ("truncated", "truncated")],
)
def test_thinking_is_split_from_the_answer_in_every_style(store: Path, style: Any, kind: str) -> None:
    task = dk.sample_task(5)

    frame = dk.compare(task, simulated(dials=Dials(latency_s=0, thinking=style, skill=1.0)), store=store)

    assert set(frame["thinking_kind"]) == {kind}
    assert not frame["content"].str.contains("think>", regex=False).any()
    assert frame["thinking"].notna().all() == (style != "none")


def test_a_missing_opening_tag_is_split_where_the_profile_says_so(store: Path) -> None:
    from distilkit.profiles.profile import ThinkingRules

    dials = Dials(latency_s=0, thinking="missing_opening_tag")
    plain, told = simulated("plain", dials), simulated("told", dials, thinking=ThinkingRules(missing_opening_tag=True))

    frame = dk.compare(dk.sample_task(3), [plain, told], store=store).set_index("profile")

    assert frame.loc["plain", "content"].str.contains("</think>", regex=False).all()
    assert not frame.loc["told", "content"].str.contains("</think>", regex=False).any()


def test_complete_returns_one_row_and_raises_when_it_fails(store: Path) -> None:
    row = dk.complete("What is 2+2?", "sim/small", store=store)
    assert isinstance(row.content, str)
    assert row.profile == "sim/small"

    broken = simulated(dials=Dials(latency_s=0, error_rate=1.0), retry=Retry(max_attempts=1))
    with pytest.raises(dk.ProviderError) as caught:
        dk.complete("What is 2+2?", broken, store=store)
    assert caught.value.kind == "provider_error"


def test_complete_takes_a_conversation(store: Path) -> None:
    send = FakeSend()
    conversation = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "?"},
        {"role": "user", "content": "2"},
    ]

    dk.complete(conversation, simulated(), store=store, send=send)

    assert send.calls[0].request.messages == conversation


def test_the_async_face_works_in_anybodys_loop(store: Path) -> None:
    async def both() -> tuple[pd.DataFrame, pd.Series[Any]]:
        frame, row = await asyncio.gather(
            dk.acompare(["a"], "sim/small", store=store / "one"), dk.acomplete("b", "sim/small", store=store / "two")
        )
        return frame, row

    frame, row = asyncio.run(both())

    assert frame["content"].notna().all()
    assert isinstance(row.content, str)


def test_blocking_works_inside_a_running_loop(store: Path) -> None:
    """A notebook's cell runs inside a loop."""

    async def cell() -> pd.DataFrame:
        return dk.compare(["a"], "sim/small", store=store)

    assert asyncio.run(cell())["content"].notna().all()


def test_two_threads_compare_at_once_in_one_store(store: Path) -> None:
    frames: list[pd.DataFrame] = []
    threads = [
        threading.Thread(target=lambda n=n: frames.append(dk.compare([f"q{n}"], "sim/small", store=store)))
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(frames) == 4
    assert all(frame["error"].isna().all() for frame in frames)


def interrupt_after(seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    return timer


def test_an_interrupt_returns_what_is_finished_and_stops_the_spending(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dk.complete("warm", "sim/small", store=store)
    slow = simulated(dials=Dials(latency_s=0.05, jitter=0), max_concurrency=4)
    with Server.start({"fast": slow.sim}) as server:
        profile = simulated(dials=slow.sim, base_url=server.url, max_concurrency=4)
        interrupt_after(1.0)

        frame = dk.compare([f"q{n}" for n in range(2_000)], profile, store=store)

        sent = server.stats()["requests"]
        time.sleep(0.5)
        assert server.stats()["requests"] == sent
    assert 0 < len(frame) < 2_000
    assert frame["error"].isna().all()
    assert "Run the same call again" in capsys.readouterr().err
    with dk.Store(store) as kept:
        assert all(key in kept for key in frame["key"])


def test_an_interrupt_can_be_raised_instead(store: Path) -> None:
    slow = simulated(dials=Dials(latency_s=5, jitter=0))
    interrupt_after(0.5)

    with pytest.raises(KeyboardInterrupt):
        dk.compare(["a"], slow, store=store, on_interrupt="raise")


def test_events_tell_the_story_of_a_run(store: Path) -> None:
    heard: list[Event] = []
    dk.compare(["a"], "sim/small", store=store)

    dk.compare(["a", "b"], "sim/small", store=store, on_event=heard.append)

    assert [(event.kind, event.count) for event in heard] == [
        ("planned", 2),
        ("from_store", 1),
        ("sent", 1),
        ("answered", 1),
    ]


def test_a_listeners_mistake_costs_no_answers(store: Path) -> None:
    def broken(_event: Event) -> None:
        raise ValueError("listener")

    with pytest.warns(UserWarning, match="listener"):
        frame = dk.compare(["a", "b"], simulated(), store=store, send=FakeSend(), on_event=broken)

    assert frame["content"].tolist() == ["yes", "yes"]


def test_a_missing_key_is_said_before_anything_is_sent(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CANARY_MISSING_KEY", raising=False)
    keyless = Profile(
        name="keyless",
        provider="openai",
        model="m",
        section="keyless",
        base_url="http://127.0.0.1:9/v1",
        api_key=Secret(variables=("CANARY_MISSING_KEY",)),
    )

    with pytest.raises(dk.ConfigError, match="CANARY_MISSING_KEY"):
        dk.compare(["a"], keyless, store=store)


def test_a_cached_run_needs_no_key(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CANARY_MISSING_KEY", raising=False)
    keyless = simulated(sim=None, provider="openai", api_key=Secret(variables=("CANARY_MISSING_KEY",)))
    dk.compare(["a"], keyless, store=store, send=FakeSend())

    assert dk.compare(["a"], keyless, store=store)["content"].tolist() == ["yes"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"samples": 0}, "samples="),
        ({"samples": True}, "samples="),
        ({"samples": 1.5}, "samples="),
        ({"cache": "never"}, "cache="),
        ({"on_interrupt": "ignore"}, "on_interrupt="),
        ({"profiles": []}, "profiles="),
        ({"params": {"x": {1, 2}}}, "must be JSON"),
        ({"params": {"n": 3}}, "samples="),
        ({"profiles": 5}, "profiles="),
        ({"config": 5}, "config="),
        ({"store": 5}, "store="),
        ({"system": 5}, "system="),
        ({"template": 5}, "template="),
        ({"on_event": 5}, "on_event="),
        ({"params": {"stream": True}}, "dk.stream"),
        ({"params": {"schema": {}}}, "argument of compare"),
        ({"params": {"temperature": "hot"}}, "takes a number"),
        ({"batch": "yes"}, "batch= must be True or False"),
        ({"stream": 1}, "stream= must be True or False"),
        ({"params": {"model": "other"}}, "profile"),
        ({"params": {"temprature": 1}}, "did you mean 'temperature'"),
        ({"prompts": "questions.csv"}, "name of a file"),
        ({"prompts": Path("questions.csv")}, "name of a file"),
        ({"profiles": None, "config": "PLAIN"}, "no profile is the default"),
        ({"params": {"x": float("nan")}}, "must be JSON"),
        ({"score": {"content": lambda _row: 1}}, "content"),
        ({"score": {"s": dk.score.exact("nowhere")}}, "nowhere"),
    ],
)
def test_wrong_arguments_are_named_before_anything_is_sent(
    store: Path, arguments: dict[str, Any], message: str
) -> None:
    send = FakeSend()
    if arguments.get("config") == "PLAIN":
        arguments["config"] = store.parent / "plain.yaml"
        arguments["config"].write_text("providers: {mine: {type: sim, model: m}}\n")

    with pytest.raises(dk.InputError, match=message):
        dk.compare(**{"prompts": ["a"], "profiles": simulated(), "store": store, "send": send, **arguments})

    assert send.calls == []


def test_an_unknown_profile_is_named_with_the_nearest(store: Path) -> None:
    with pytest.raises(dk.ConfigError, match="sim/small"):
        dk.compare(["a"], "sim/smal", store=store)


def test_a_callers_open_store_stays_open(store: Path) -> None:
    with dk.Store(store) as kept:
        frame = dk.compare(["a"], simulated(), store=kept, send=FakeSend())

        assert frame["key"][0] in kept


def test_many_prompts_hold_few_connections(store: Path) -> None:
    with Server.start({"fast": FAST}) as server:
        profile = simulated(base_url=server.url, max_concurrency=8, connection=Connection(max_connections=8))

        frame = dk.compare([f"q{n}" for n in range(500)], profile, store=store)

        assert server.stats()["requests"] == 500
    assert frame["error"].isna().all()


def test_no_warning_escapes_a_run(store: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dk.compare(["a"], "sim/small", store=store)


def test_the_files_default_is_asked_when_none_is_named(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("default_provider: two\nproviders: {one: {type: sim, model: a}, two: {type: sim, model: b}}\n")

    frame = dk.compare(["hi"], config=file, store=store, send=FakeSend())

    assert frame["profile"].tolist() == ["two"]


def test_a_dead_endpoint_is_not_tried_for_every_prompt(store: Path) -> None:
    profile = simulated(
        base_url="http://127.0.0.1:9/v1", retry=Retry(max_attempts=2, backoff_s=0.01), max_concurrency=4
    )

    frame = dk.compare([f"q{n}" for n in range(200)], profile, store=store)

    assert set(frame["error_kind"]) == {"connection"}
    assert (frame["attempts"] > 0).sum() <= 4
    assert frame["error"].str.contains("not sent").sum() >= 196


def test_numpys_numbers_are_numbers(store: Path) -> None:
    send = FakeSend()

    frame = dk.compare(
        ["a"], simulated(), samples=np.int64(2), params={"max_tokens": np.int64(5)}, store=store, send=send
    )

    assert len(frame) == 2
    assert send.calls[0].request.params == {"max_tokens": 5}


def test_there_are_no_more_sample_tasks_than_there_are() -> None:
    with pytest.raises(dk.InputError, match="5000"):
        dk.sample_task(10**7)
