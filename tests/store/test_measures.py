"""What a record says beside the provider's body is a figure, or unknown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.calls import Record
from distilkit.store.measures import problems, sound

RAW = {"choices": []}
_ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()), st.just({"a": 1})
)
_FIELDS = ("provider", "reading", "sent", "headers", "latency_s", "ttft_s", "created_at", "attempts", "tried", "price")


def test_a_record_of_a_run_is_passed_on_as_it_is() -> None:
    record = Record(
        provider="openai",
        raw=RAW,
        latency_s=0,
        ttft_s=0.1,
        created_at=1_760_000_000.5,
        attempts=3,
        price={"input_cost_per_token": "1e-6"},
    )

    assert problems(record) == {}
    assert sound(record) is record


@pytest.mark.parametrize("created_at", [1_760_000_000_000.0, -1.0, "2026-01-01", True, float("nan")])
def test_a_moment_in_another_unit_is_none(created_at: Any) -> None:
    record = Record(provider="openai", raw=RAW, created_at=created_at, latency_s=1.0)

    assert list(problems(record)) == ["created_at"]
    assert sound(record) == Record(provider="openai", raw=RAW, latency_s=1.0)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(_FIELDS, _ANYTHING)))
def test_any_record_becomes_sound_and_keeps_its_answer(fields: dict[str, Any]) -> None:
    record = sound(Record(**{"provider": "openai", "raw": RAW, **fields}))

    assert problems(record) == {}
    assert record.raw == RAW
