"""What identifies a call: the key every stored answer is found by, and the plan that lays the calls out."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.calls import Answer, Call, Failure, Prompt, Record, Request
from distilkit.errors import InputError
from distilkit.planning import plan
from distilkit.profiles.profile import Price, Profile, RateLimit
from distilkit.profiles.secrets import Secret
from distilkit.sim.spec import Dials

PLAIN = Request(model="openai/gpt-4o-mini", messages=[{"role": "user", "content": "What is 2 + 2?"}])
FULL = Request(
    model="azure/chat-ü",
    base_url="https://models.example.com",
    api_version="2024-10-21",
    messages=[
        {"role": "system", "content": "Answer briefly.\r\n"},
        {"role": "user", "content": [{"type": "text", "text": "Grüße 🙂"}]},
    ],
    params={"temperature": 0.1, "max_tokens": 500, "stop": ["\n\n"], "seed": None},
    sample=2,
)

# Every stored answer is found by these. A change here abandons all of them: raise KEY_VERSION, and say so.
PLAIN_KEY = "e8c39a1e74d98149b25f85b43334d2643dbdae3fea907718671e8f099cc91d38"
FULL_KEY = "dca35be97fb76149ae069cdd536ab05490616ee9d0efd8df6f283ef5e7525e4b"

OTHER: dict[str, Any] = {
    "model": "openai/gpt-4o",
    "base_url": "https://other.example.com",
    "api_version": "2025-01-01",
    "messages": [{"role": "user", "content": "What is 2 + 3?"}],
    "params": {"temperature": 0.2},
    "sample": 1,
}

PROFILE = Profile(name="fast", provider="openai", model="gpt-4o-mini", section="openai")
PROMPTS = [
    Prompt(id=0, text="one", messages=[{"role": "user", "content": "one"}]),
    Prompt(id=1, text="two", messages=[{"role": "user", "content": "two"}]),
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def planned(profile: Profile = PROFILE, prompts: list[Prompt] | None = None, **options: Any) -> list[Call]:
    return plan(PROMPTS if prompts is None else prompts, [profile], **{"params": {}, "samples": 1, **options})


def test_the_key_of_a_plain_request_is_pinned() -> None:
    assert PLAIN.key() == PLAIN_KEY


def test_the_key_of_a_full_request_is_pinned() -> None:
    assert FULL.key() == FULL_KEY


def test_the_key_is_the_same_in_another_process(tmp_path: Path) -> None:
    code = f"from distilkit.calls import Request; print({PLAIN!r}.key())"

    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, text=True, capture_output=True, check=True)

    assert told.stdout.strip() == PLAIN_KEY


@pytest.mark.parametrize("name", [field.name for field in fields(Request)])
def test_every_field_decides_the_key(name: str) -> None:
    """A new field must be given another value in OTHER, or this fails."""
    assert replace(PLAIN, **{name: OTHER[name]}).key() != PLAIN.key()


def test_sample_0_is_the_plain_key() -> None:
    """Raising `samples` later keeps the first answer."""
    assert replace(PLAIN, sample=0).key() == PLAIN.key()
    assert len({replace(PLAIN, sample=sample).key() for sample in range(10)}) == 10


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_the_order_of_parameters_does_not_matter(params: dict[str, Any]) -> None:
    turned = dict(reversed(params.items()))

    assert replace(PLAIN, params=turned).key() == replace(PLAIN, params=params).key()


def test_the_order_within_a_message_does_not_matter() -> None:
    turned = [{"content": "What is 2 + 2?", "role": "user"}]

    assert replace(PLAIN, messages=turned).key() == PLAIN.key()


def test_the_order_of_messages_matters() -> None:
    assert replace(FULL, messages=list(reversed(FULL.messages))).key() != FULL.key()


def test_a_tuple_and_a_list_of_the_same_messages_are_one_request() -> None:
    assert replace(PLAIN, messages=tuple(PLAIN.messages)).key() == PLAIN.key()


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), {1, 2}, object(), b"bytes", Decimal(1), {("a", "b"): 1}, Secret("canary-key-123")],
)
def test_what_is_not_json_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="must be JSON"):
        replace(PLAIN, params={"temperature": value}).key()


@given(st.dictionaries(st.text(), json_values, max_size=3), st.integers(0, 5))
def test_a_request_comes_back_from_its_dict(params: dict[str, Any], sample: int) -> None:
    request = replace(FULL, params=params, sample=sample)

    assert Request.from_dict(request.as_dict()) == request


def test_a_record_comes_back_from_its_dict() -> None:
    record = Record(provider="openai", raw={"choices": []}, latency_s=0.5, created_at=12.0, price={"input": "1e-6"})

    assert Record.from_dict(record.as_dict()) == record


def test_a_record_keeps_what_is_unknown_unknown() -> None:
    """An imported answer does not say how many requests it took; that is not one, and not none."""
    assert Record.from_dict({"provider": "openai", "raw": {}}).attempts is None


def test_a_record_of_a_later_version_is_read() -> None:
    assert Record.from_dict({"provider": "openai", "raw": {}, "colour": "red"}).provider == "openai"


def test_calls_are_laid_out_by_prompt_then_profile_then_sample() -> None:
    other = replace(PROFILE, name="other", model="gpt-4o")

    calls = plan(PROMPTS, [PROFILE, other], params={}, samples=2)

    assert [(call.prompt_id, call.profile.name, call.request.sample) for call in calls] == [
        (prompt, profile, sample) for prompt in (0, 1) for profile in ("fast", "other") for sample in (0, 1)
    ]


def test_each_call_carries_the_key_of_its_request() -> None:
    assert all(call.key == call.request.key() for call in planned(samples=2))


def test_parameters_of_the_call_win_over_the_profile_and_none_removes() -> None:
    profile = replace(PROFILE, params={"temperature": 0.1, "max_tokens": 5, "seed": 1})

    (call, _) = planned(profile, params={"temperature": 0.9, "seed": None})

    assert call.request.params == {"temperature": 0.9, "max_tokens": 5}


def test_a_removed_parameter_and_one_never_given_are_one_request() -> None:
    profile = replace(PROFILE, params={"seed": 1})

    assert planned(profile, params={"seed": None})[0].key == planned()[0].key


def test_the_profiles_system_prompt_goes_first_unless_the_prompt_brings_its_own() -> None:
    own = Prompt(id="own", text="x", messages=[{"role": "system", "content": "mine"}, {"role": "user", "content": "x"}])
    profile = replace(PROFILE, system="yours")

    plain, kept = planned(profile, [PROMPTS[0], own])

    assert plain.request.messages[0] == {"role": "system", "content": "yours"}
    assert [message["content"] for message in kept.request.messages] == ["mine", "x"]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "renamed"},
        {"section": "other"},
        {"api_key": Secret("canary-key-123")},
        {"headers": {"X-Team": Secret("canary-key-123")}},
        {"limits": RateLimit(requests_per_minute=1)},
        {"price": Price(input_per_million=Decimal(1), output_per_million=Decimal(2))},
        {"timeout_s": 1.0},
        {"max_concurrency": 1},
    ],
)
def test_what_does_not_decide_the_answer_is_not_in_the_key(change: dict[str, Any]) -> None:
    """A corrected price or a new key must not make old answers be paid for again."""
    assert planned(replace(PROFILE, **change))[0].key == planned()[0].key


def test_the_address_decides_and_its_trailing_slash_does_not() -> None:
    there = planned(replace(PROFILE, base_url="https://models.example.com/v1"))[0].key

    assert planned(replace(PROFILE, base_url="https://models.example.com/v1/"))[0].key == there
    assert planned()[0].key != there


def test_a_simulated_model_is_known_by_what_decides_its_answers() -> None:
    def key(**dials: Any) -> str:
        return planned(replace(PROFILE, provider="sim", sim=Dials(**dials)))[0].key

    assert key(skill=0.9) != key(skill=0.7)
    assert key(latency_s=9.0, error_rate=0.5, requests_per_minute=1) == key()


@pytest.mark.parametrize(
    "value", [PLAIN, planned()[0], Record(provider="p", raw={}), Failure(kind="unknown", message="")]
)
def test_values_do_not_change(value: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(value)[0].name, "other")


def test_an_answer_from_the_store_is_not_billed() -> None:
    assert Answer(record=Record(provider="p", raw={}), from_store=True).billed_usd == 0


@pytest.mark.parametrize(("one", "other"), [({"temperature": 0}, {"temperature": 0.0}), ({"x": [1.0]}, {"x": [1]})])
def test_two_spellings_of_one_number_are_paid_for_once(one: dict[str, Any], other: dict[str, Any]) -> None:
    profile = Profile(name="p", provider="sim", model="m", section="s")
    prompt = Prompt(0, "hi", [{"role": "user", "content": "hi"}])

    first, second = (plan([prompt], [profile], params=params, samples=1)[0] for params in (one, other))

    assert first.key == second.key
    assert plan([prompt], [profile], params={"temperature": 0.5}, samples=1)[0].request.params == {"temperature": 0.5}
