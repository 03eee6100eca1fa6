"""Answers recorded elsewhere are served where a run would look for them."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from distilkit.calls import Call, Prompt, Record
from distilkit.errors import InputError
from distilkit.planning import plan
from distilkit.profiles.profile import Profile
from distilkit.sim.spec import Dials
from distilkit.store import Store

_REAL = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "gsm8k_mixtral_gpt4.csv"


def _asked(
    profile: Profile, text: str = "Hi", *, messages: Any = None, params: Any = None, samples: int = 1
) -> list[Call]:
    """Plan as a run does."""
    prompt = Prompt(id=0, text=text, messages=messages or [{"role": "user", "content": text}])
    return plan([prompt], [profile], params=params or {}, samples=samples)


def _message(record: Record) -> dict[str, Any]:
    return record.raw["choices"][0]["message"]


def test_a_run_finds_a_recorded_answer(store: Store, profile: Profile) -> None:
    imported = store.add_recorded([{"prompt": "Hi", "content": "Hello"}], profile=profile)

    assert imported == 1
    assert _message(store.get(_asked(profile)[0].key)) == {"role": "assistant", "content": "Hello"}


_PROFILES = [
    Profile(name="a", provider="openai", model="m", section="a", system="Be brief."),
    Profile(name="b", provider="openai", model="m", section="b", base_url="http://127.0.0.1:1/v1/"),
    Profile(name="c", provider="azure", model="m", section="c", api_version="2026-01-01", base_url="https://x.invalid"),
    Profile(name="d", provider="sim", model="m", section="d", sim=Dials(skill=0.3)),
]


@pytest.mark.parametrize("profile", _PROFILES, ids=lambda profile: profile.name)
def test_the_key_is_the_one_that_a_run_asks_for(store: Store, profile: Profile) -> None:
    params = {"temperature": 0.5}
    rows = [
        {"prompt": "Hi", "content": "one", "params": params},
        {"prompt": "Hi", "content": "two", "params": params, "sample": 1},
        {"prompt": "Hi", "content": "three", "system": "Shout."},
        {"messages": [{"role": "user", "content": "Ho"}, {"role": "assistant", "content": "?"}], "content": "four"},
    ]
    store.add_recorded(rows, profile=profile)

    shout = [{"role": "system", "content": "Shout."}, {"role": "user", "content": "Hi"}]
    calls = [
        *_asked(profile, params=params, samples=2),
        *_asked(profile, messages=shout),
        *_asked(profile, messages=rows[3]["messages"]),
    ]
    found = store.get_many([call.key for call in calls])
    assert [_message(found[call.key])["content"] for call in calls] == ["one", "two", "three", "four"]


def test_everything_that_is_known_is_kept_as_openai_writes_it(store: Store, profile: Profile) -> None:
    row = {
        "prompt": "Hi",
        "content": "Hello",
        "thinking": "They greet.",
        "model": "gpt-4o-mini-2024-07-18",
        "finish_reason": "stop",
        "input_tokens": 10,
        "output_tokens": 20,
        "reasoning_tokens": 15,
        "cached_tokens": 4,
        "cost_usd": 0.0123,
        "latency_s": 1.5,
        "created_at": 1_760_000_000,
    }
    store.add_recorded([row], profile=profile)

    assert store.get(_asked(profile)[0].key) == Record(
        provider="openai",
        raw={
            "model": "gpt-4o-mini-2024-07-18",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "Hello", "reasoning_content": "They greet."},
                    "finish_reason": "stop",
                }
            ],
            "usage": {
                "prompt_tokens": 10,
                "completion_tokens": 20,
                "total_tokens": 30,
                "prompt_tokens_details": {"cached_tokens": 4},
                "completion_tokens_details": {"reasoning_tokens": 15},
            },
        },
        latency_s=1.5,
        created_at=1_760_000_000.0,
        attempts=None,
        price={"cost_usd": "0.0123"},
    )


def test_what_is_not_known_stays_unknown(store: Store, profile: Profile) -> None:
    store.add_recorded([{"prompt": "Hi", "content": "Hello", "output_tokens": 3}], profile=profile)

    record = store.get(_asked(profile)[0].key)

    assert record.raw == {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}],
        "usage": {"completion_tokens": 3},
    }
    assert (record.created_at, record.latency_s, record.attempts, record.price) == (None, None, None, None)


def test_recorded_answers_add_no_spend(store: Store, profile: Profile) -> None:
    store.add_recorded([{"prompt": "Hi", "content": "Hello", "cost_usd": 5}], profile=profile)

    assert store.spend_rows() == []


def test_a_paid_answer_is_not_replaced_by_a_recorded_one(store: Store, profile: Profile) -> None:
    store.add_recorded([{"prompt": "Hi", "content": "first"}], profile=profile)

    assert store.add_recorded([{"prompt": "Hi", "content": "second"}], profile=profile) == 0
    assert _message(store.get(_asked(profile)[0].key))["content"] == "first"


def test_two_different_answers_to_one_question_are_refused(store: Store, profile: Profile) -> None:
    rows = [{"prompt": "Hi", "content": "a"}, {"prompt": "Ho", "content": "b"}, {"prompt": "Hi", "content": "c"}]

    with pytest.raises(InputError, match=r"row 3: answers the same question as row 1.*`sample` column"):
        store.add_recorded(rows, profile=profile)

    assert len(store) == 0


def test_the_same_row_twice_is_one_answer(store: Store, profile: Profile) -> None:
    assert store.add_recorded([{"prompt": "Hi", "content": "a"}] * 2, profile=profile) == 1


def test_another_profile_has_its_own_answers(store: Store, profile: Profile) -> None:
    other = replace(profile, model="gpt-4o")
    store.add_recorded([{"prompt": "Hi", "content": "small"}], profile=profile)
    store.add_recorded([{"prompt": "Hi", "content": "large"}], profile=other)

    assert _message(store.get(_asked(other)[0].key))["content"] == "large"
    assert len(store) == 2


def test_real_recorded_answers_are_all_served(tmp_path: Path, profile: Profile) -> None:
    if not _REAL.exists():
        pytest.skip("the recorded GSM8K answers are not beside this clone")
    with _REAL.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    column = "gpt-4-1106-preview_response"
    with Store(tmp_path) as store:
        recorded = [{"prompt": row["prompt"], "content": row[column]} for row in rows]
        assert store.add_recorded(recorded, profile=profile) == 1_319

        keys = [_asked(profile, row["prompt"])[0].key for row in rows]
        found = store.get_many(keys)

    assert [_message(found[key])["content"] for key in keys] == [row[column] for row in rows]


def test_the_number_of_a_sample_costs_no_time_and_has_an_end(store: Store, profile: Profile) -> None:
    row = {"prompt": "Hi", "content": "Hello", "sample": 99_999}

    assert store.add_recorded([row], profile=profile) == 1
    assert next(store.entries()).request.sample == 99_999
    with pytest.raises(InputError, match="row 1: sample is 100000"):
        store.add_recorded([{**row, "sample": 100_000}], profile=profile)
