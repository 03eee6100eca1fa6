"""A rehearsal: what `compare` would do, in no time, with nothing sent and nothing written."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.calls import Prompt, Record
from distilkit.planning import plan
from distilkit.profiles import RateLimit, Retry, Strategy
from distilkit.rehearsal import rehearse
from distilkit.sim import Dials
from distilkit.store import Entry, Store


def prompts(count: int) -> list[str]:
    return [f"question {place}" for place in range(count)]


def only(frame: pd.DataFrame) -> pd.Series[Any]:
    assert len(frame) == 1
    return frame.iloc[0]


def stored(folder: Path, profile: Any, count: int, record: Record) -> None:
    """Put answers to the first prompts into a store."""
    asked = [Prompt(n, text, [{"role": "user", "content": text}]) for n, text in enumerate(prompts(count))]
    calls = plan(asked, [profile], params={}, samples=1)
    with Store(folder) as store:
        store.put_many(
            [
                Entry(
                    key=call.key,
                    request=call.request,
                    record=record,
                    profile=profile.name,
                    section=profile.section,
                    cost_usd=Decimal(0),
                    answer=True,
                )
                for call in calls
            ]
        )


def test_twice_the_minutes_requests_take_two_minutes(make_profile: Any, tmp_path: Path) -> None:
    profile = make_profile(limits=RateLimit(requests_per_minute=600))

    row = only(rehearse(prompts(1_200), profile, store=tmp_path, latency_s=1))

    assert row["duration_s"] == pytest.approx(120, rel=0.05)
    assert (row["sent"], row["throttled"], row["failed"]) == (1_200, 0, 0)
    assert row["busiest_minute_requests"] <= row["limit_requests"] == 600


def test_too_few_in_flight_show_as_time_not_as_throttling(make_profile: Any, tmp_path: Path) -> None:
    profile = make_profile(limits=RateLimit(requests_per_minute=600), max_concurrency=4)

    row = only(rehearse(prompts(120), profile, store=tmp_path, latency_s=10))

    assert row["duration_s"] == pytest.approx(120 / 4 * 10, rel=0.1)
    assert row["busiest_minute_requests"] < 60


def test_a_limit_that_is_declared_too_high_shows_as_429s_and_time(make_profile: Any, tmp_path: Path) -> None:
    profile = make_profile(limits=RateLimit(requests_per_minute=120))
    right = only(rehearse(prompts(240), profile, store=tmp_path, latency_s=1))

    wrong = only(
        rehearse(prompts(240), profile, store=tmp_path, latency_s=1, limits_enforced={"p": {"requests_per_minute": 60}})
    )

    assert wrong["throttled"] > 0
    assert wrong["sent"] == wrong["throttled"] + 240
    assert wrong["duration_s"] > 1.5 * right["duration_s"]
    assert (wrong["limit_requests"], right["limit_requests"]) == (60, 120)


def test_token_limits_decide_where_they_are_the_tighter(make_profile: Any, tmp_path: Path) -> None:
    profile = make_profile(provider="anthropic", limits=RateLimit(requests_per_minute=600, tokens_per_minute=20_000))

    row = only(rehearse(prompts(150), profile, store=tmp_path, latency_s=1, output_tokens=400))

    total = row["input_tokens"] + row["output_tokens"]
    assert row["duration_s"] == pytest.approx(60 * total / 20_000, rel=0.2)
    assert row["limit_tokens"] == 20_000


def test_what_is_stored_is_not_sent_and_says_what_to_expect(
    make_profile: Any, make_record: Any, tmp_path: Path
) -> None:
    profile = make_profile()
    stored(tmp_path, profile, 20, make_record(output_tokens=70, latency_s=4))

    row = only(rehearse(prompts(50), profile, store=tmp_path, samples=1))

    assert (row["calls"], row["from_store"], row["sent"]) == (50, 20, 30)
    assert row["output_tokens"] == 30 * 70
    assert row["basis"] == "mean of 20 stored answers: 4 s, 70 tokens"


def test_what_is_all_stored_takes_no_time(make_profile: Any, make_record: Any, tmp_path: Path) -> None:
    stored(tmp_path, make_profile(), 3, make_record())

    row = only(rehearse(prompts(3), make_profile(), store=tmp_path))

    assert (row["from_store"], row["sent"], row["duration_s"], row["cost_usd"]) == (3, 0, 0, 0)
    assert row["basis"] == "all in the store"


def test_refresh_sends_what_is_stored_and_still_learns_from_it(
    make_profile: Any, make_record: Any, tmp_path: Path
) -> None:
    stored(tmp_path, make_profile(), 9, make_record())

    row = only(rehearse(prompts(9), make_profile(), store=tmp_path, cache="refresh"))

    assert (row["from_store"], row["sent"]) == (0, 9)
    assert row["basis"].startswith("mean of 9 stored answers")


def test_only_sends_nothing_and_counts_what_is_missing(make_profile: Any, make_record: Any, tmp_path: Path) -> None:
    stored(tmp_path, make_profile(), 9, make_record())

    row = only(rehearse(prompts(12), make_profile(), store=tmp_path, cache="only"))

    assert (row["from_store"], row["sent"], row["failed"]) == (9, 0, 3)


def test_the_store_stays_as_it_is(make_profile: Any, make_record: Any, tmp_path: Path) -> None:
    stored(tmp_path, make_profile(), 5, make_record())
    before = (tmp_path / "cache.db").read_bytes()

    rehearse(prompts(10), make_profile(), store=tmp_path)

    # Reading leaves SQLite's log beside it, empty.
    assert (tmp_path / "cache.db").read_bytes() == before
    assert sum(path.stat().st_size for path in tmp_path.glob("*-wal")) == 0


def test_where_there_is_no_store_none_is_made(make_profile: Any, tmp_path: Path) -> None:
    rehearse(prompts(3), make_profile(), store=tmp_path / "none")

    assert list(tmp_path.iterdir()) == []


def test_an_open_store_is_read_and_stays_open(make_profile: Any, make_record: Any, tmp_path: Path) -> None:
    stored(tmp_path, make_profile(), 5, make_record())

    with Store(tmp_path) as store:
        assert only(rehearse(prompts(6), make_profile(), store=store))["from_store"] == 5
        assert len(store) == 5


def test_a_known_price_is_summed_and_an_unknown_one_is_unknown(make_profile: Any, tmp_path: Path) -> None:
    known, unknown = make_profile("known"), make_profile("unknown", provider="sim", model="x", price=None)

    frame = rehearse(prompts(4), [known, unknown], store=tmp_path).set_index("profile")

    row = frame.loc["known"]
    assert row["cost_usd"] == row["input_tokens"] + 2 * row["output_tokens"]
    assert pd.isna(frame.loc["unknown", "cost_usd"])


def test_duplicates_are_sent_once_and_counted_as_rows(make_profile: Any, tmp_path: Path) -> None:
    row = only(rehearse(["same", "same", "other"], make_profile(), store=tmp_path))

    assert (row["calls"], row["sent"]) == (3, 2)


def test_failures_are_counted_in_rows(make_profile: Any, tmp_path: Path) -> None:
    profile = make_profile(provider="sim", sim=Dials(malformed_rate=1), retry=Retry(max_attempts=2))

    row = only(rehearse(["same", "same", "other"], profile, store=tmp_path))

    assert (row["failed"], row["sent"], row["throttled"]) == (3, 4, 0)


def test_profiles_that_share_a_limit_share_its_busiest_minute(make_profile: Any, tmp_path: Path) -> None:
    limits = RateLimit(requests_per_minute=60)
    profiles = [make_profile(name, model=name, limits=limits, limits_scope="account") for name in ("a", "b")]

    frame = rehearse(prompts(50), profiles, store=tmp_path, latency_s=1)

    assert frame["busiest_minute_requests"].tolist() == [60, 60]
    assert frame["duration_s"].max() == pytest.approx(100, rel=0.1)


def test_the_timeline_has_every_request_in_order(make_profile: Any, tmp_path: Path) -> None:
    profile = make_profile(limits=RateLimit(requests_per_minute=120))

    frame, line = rehearse(
        prompts(240),
        profile,
        store=tmp_path,
        latency_s=1,
        limits_enforced=RateLimit(requests_per_minute=60),
        timeline=True,
    )

    row = only(frame)
    assert line.columns.tolist() == ["at_s", "profile", "input_tokens", "output_tokens", "status"]
    assert line["at_s"].is_monotonic_increasing
    assert len(line) == row["sent"]
    assert (line["status"] == 429).sum() == row["throttled"] > 0
    assert line["output_tokens"].sum() == row["output_tokens"]
    assert (line.loc[line["status"] == 429, "output_tokens"] == 0).all()


def test_the_tables_have_their_types_even_when_empty(tmp_path: Path, make_profile: Any) -> None:
    full, line = rehearse(prompts(2), make_profile(), store=tmp_path, timeline=True)
    empty, none = rehearse([], make_profile(), store=tmp_path, timeline=True)

    assert empty.dtypes.tolist() == full.dtypes.tolist()
    assert none.dtypes.tolist() == line.dtypes.tolist()
    assert (only(empty)["calls"], len(none)) == (0, 0)


def test_the_same_seed_gives_the_same_table(make_profile: Any, tmp_path: Path) -> None:
    profiles = [make_profile("a"), make_profile("b", provider="sim", sim=Dials(error_rate=0.2))]

    first, again, other = (rehearse(prompts(40), profiles, store=tmp_path, seed=seed) for seed in (3, 3, 4))

    pd.testing.assert_frame_equal(first, again)
    assert first["output_tokens"][0] != other["output_tokens"][0]


def test_a_simulated_model_is_rehearsed_as_it_answers(tmp_path: Path) -> None:
    asked = dk.sample_task(20)

    rows = rehearse(asked, ["sim/small", "sim/large"], store=tmp_path)
    real = dk.compare(asked, ["sim/small", "sim/large"], store=tmp_path).groupby("profile", sort=False)

    for column in ("input_tokens", "output_tokens"):
        assert rows[column].tolist() == real[column].sum().tolist()
    assert rows["cost_usd"].tolist() == pytest.approx(real["billed_usd"].sum().tolist())


def test_a_strategy_is_one_row_with_what_its_profiles_did(make_profile: Any, tmp_path: Path) -> None:
    down = make_profile("down", provider="sim", sim=Dials(error_rate=1))
    up = make_profile("up", provider="anthropic")
    strategy = Strategy(name="both", policy="failover", profiles=(down, up))

    frame, line = rehearse(prompts(20), strategy, store=tmp_path, timeline=True)

    row = only(frame)
    assert (row["profile"], row["calls"], row["failed"]) == ("both", 20, 0)
    assert row["sent"] == len(line) >= 20
    assert set(line["profile"]) == {"down", "up"}
    assert pd.isna(row["limit_requests"])
    assert row["basis"].startswith("down: the simulator's dials; up: assumed")


def test_no_clock_of_this_machine_decides(make_profile: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = make_profile(limits=RateLimit(requests_per_minute=6))
    row = only(rehearse(prompts(30), profile, store=tmp_path))
    leaping = iter(range(10**9))
    for clock in ("time", "monotonic"):
        monkeypatch.setattr(time, clock, lambda: float(next(leaping)) * 1e5)

    again = only(rehearse(prompts(30), profile, store=tmp_path))

    assert row["duration_s"] == again["duration_s"] > 230


def test_it_works_inside_a_running_loop_and_in_a_thread(make_profile: Any, tmp_path: Path) -> None:
    async def cell() -> pd.DataFrame:
        return rehearse(prompts(3), make_profile(), store=tmp_path)

    frames = [asyncio.run(cell())]
    thread = threading.Thread(target=lambda: frames.append(rehearse(prompts(3), make_profile(), store=tmp_path)))
    thread.start()
    thread.join()

    pd.testing.assert_frame_equal(*frames)


def test_an_interrupt_ends_it(make_profile: Any, tmp_path: Path) -> None:
    profile = make_profile(limits=RateLimit(requests_per_minute=1), retry=Retry(deadline_s=1e9))
    threading.Thread(target=interrupt_once_it_plays, daemon=True).start()

    with pytest.raises(KeyboardInterrupt):
        rehearse(prompts(20_000), profile, store=tmp_path)

    assert "distilkit-fast" not in names_of_threads()


def interrupt_once_it_plays() -> None:
    while "distilkit-fast" not in names_of_threads():
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)


def names_of_threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def test_no_key_is_needed(tmp_path: Path) -> None:
    assert only(rehearse(["hi"], "gpt-4o-mini", store=tmp_path))["cost_usd"] > 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cache": "never"}, "cache="),
        ({"latency_s": -1}, "latency_s= must be seconds"),
        ({"latency_s": float("nan")}, "latency_s="),
        ({"latency_s": "2"}, "latency_s="),
        ({"output_tokens": 0}, "output_tokens= must be tokens"),
        ({"output_tokens": True}, "output_tokens="),
        ({"seed": 1.5}, "seed="),
        ({"limits_enforced": 60}, "limits_enforced="),
        ({"limits_enforced": {"q": RateLimit()}}, "'q' is no profile of this run"),
        ({"samples": 0}, "samples="),
        ({"store": 5}, "store="),
    ],
)
def test_wrong_arguments_are_named(make_profile: Any, tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(dk.InputError, match=said):
        rehearse(["hi"], make_profile(), **{"store": tmp_path, **wrong})
