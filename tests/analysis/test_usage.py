"""What one profile cost and said, and what stays unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from distilkit.analysis.usage import cost_per_item, cost_per_success, thinking_share, usage

MakeFrame = Callable[..., pd.DataFrame]
UNPAID = {"error_kind": "timeout"}
PAID_FAILURE = {"error_kind": "content_filter", "cost_usd": 0.5, "billed_usd": 0.5, "input_tokens": 9}


def test_one_unknown_price_makes_the_sum_unknown(frame_of: MakeFrame) -> None:
    found = usage(frame_of([{}, {"cost_usd": None}, {}]))

    assert (found["cost_usd"], found["cost_per_item_usd"], found["billed_usd"]) == (None, None, 0.75)


def test_a_failure_that_was_never_answered_costs_nothing(frame_of: MakeFrame) -> None:
    found = usage(frame_of([{}, UNPAID]))

    assert (found["cost_usd"], found["billed_usd"], found["cost_per_item_usd"]) == (0.25, 0.25, 0.25)
    assert (found["input_tokens"], found["output_tokens"]) == (10, 4)


def test_a_failure_that_used_tokens_counts(frame_of: MakeFrame) -> None:
    assert usage(frame_of([{}, PAID_FAILURE]))["cost_usd"] == 0.75


def test_a_failure_that_used_tokens_at_an_unknown_price_is_unknown(frame_of: MakeFrame) -> None:
    assert usage(frame_of([{}, {**PAID_FAILURE, "cost_usd": None}]))["cost_usd"] is None


def test_nothing_paid_is_zero_in_total_and_unknown_an_item(frame_of: MakeFrame) -> None:
    found = usage(frame_of([UNPAID, UNPAID]))

    assert (found["cost_usd"], found["cost_per_item_usd"], found["latency_p50_s"]) == (0.0, None, None)


def test_one_missing_usage_makes_its_token_sum_unknown(frame_of: MakeFrame) -> None:
    found = usage(frame_of([{}, {"output_tokens": None}]))

    assert (found["input_tokens"], found["output_tokens"]) == (20, None)


def test_the_cost_of_an_item_averages_its_samples_first(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": 0, "cost_usd": cost} for cost in (1.0, 2.0, 3.0)] + [{"prompt_id": 1, "cost_usd": 4.0}]

    assert cost_per_item(frame_of(rows)) == 3.0


def test_a_success_costs_all_dollars_over_all_successes(frame_of: MakeFrame) -> None:
    frame = frame_of([{}, {}, {}, PAID_FAILURE, {}], correct=[True, False, True, None, None])

    assert cost_per_success(frame, frame["correct"]) == (3 * 0.25 + 0.5) / 2


def test_no_success_has_no_cost(frame_of: MakeFrame) -> None:
    frame = frame_of([{}], correct=[False])

    assert cost_per_success(frame, frame["correct"]) is None


def test_latency_is_of_the_answers(frame_of: MakeFrame) -> None:
    rows: list[dict[str, Any]] = [{"latency_s": float(second)} for second in range(1, 102)]
    rows += [{"error_kind": "timeout", "latency_s": 600.0}, {"latency_s": None}]

    found = usage(frame_of(rows))

    assert (found["latency_p50_s"], found["latency_p95_s"]) == (51.0, 96.0)


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([{"reasoning_tokens": 3, "output_tokens": 4}, {"reasoning_tokens": 0, "output_tokens": 2}], 0.5),
        ([{"thinking": "abc", "content": "d", "thinking_kind": "raw"}], 0.75),
        ([{"thinking": "abc", "content": "", "thinking_kind": "truncated"}], 1.0),
        ([{"thinking": "ab", "content": "cd", "thinking_kind": "raw", "reasoning_tokens": 0}], 0.5),
        ([{}], 0.0),
        ([{"thinking": "abc", "content": "d", "thinking_kind": "summary"}], None),
        ([{"thinking_kind": "encrypted"}], None),
        ([{"thinking_kind": None}], None),
        ([UNPAID, {"reasoning_tokens": 1, "output_tokens": 4}], 0.25),
        ([], None),
    ],
)
def test_thinking_is_a_share_of_tokens_or_of_whole_texts(
    frame_of: MakeFrame, rows: list[dict[str, Any]], share: float | None
) -> None:
    assert usage(frame_of(rows))["thinking_share"] == share


def test_a_frame_without_the_columns_is_unknown_throughout() -> None:
    found = usage(pd.DataFrame({"prompt_id": [1], "profile": ["a"]}))

    assert set(found.values()) == {None}
    assert thinking_share(pd.DataFrame({"prompt_id": [1]})) is None


def test_half_a_surrogate_pair_is_counted_like_any_letter() -> None:
    texts = {"thinking": ["\ud800bc", None], "content": ["d", None], "thinking_kind": ["raw", "absent"]}
    frame = pd.DataFrame({name: pd.array(values, dtype=pd.StringDtype("python")) for name, values in texts.items()})

    assert thinking_share(frame) == 0.75
