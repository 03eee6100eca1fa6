"""Is there an answer, is it all there, and did the model think before it."""

from __future__ import annotations

import pandas as pd
import pytest

from distilkit.distilling.answers import empty_answer, filtered, reasoning_missing, truncated
from distilkit.errors import InputError


def test_an_answer_is_empty_where_it_failed_is_missing_or_blank() -> None:
    frame = pd.DataFrame({"content": ["4", None, " \n", "half an"], "error_kind": [None, None, None, "timeout"]})

    assert empty_answer(frame) == [None, "no content", "blank", "timeout"]


def test_a_frame_of_answers_alone_says_nothing_against_them() -> None:
    frame = pd.DataFrame({"content": ["4"]})

    assert empty_answer(frame) == truncated(frame) == filtered(frame) == [None]


def test_an_answer_is_truncated_by_the_limit_or_in_its_thinking() -> None:
    frame = pd.DataFrame(
        {
            "content": ["a"] * 4,
            "finish_reason": ["stop", "length", "stop", None],
            "thinking_kind": ["raw", "raw", "truncated", None],
        }
    )

    assert truncated(frame) == [None, "finish_reason is length", "thinking_kind is truncated", None]


def test_thinking_is_missing_where_nobody_can_read_it() -> None:
    frame = pd.DataFrame(
        {
            "content": ["a", "a", "a", "a", "a", None],
            "thinking": ["because", "  ", None, None, "in short", None],
            "thinking_kind": ["raw", "raw", "absent", "encrypted", "summary", None],
        }
    )

    assert reasoning_missing(frame) == [
        None,
        "no thinking",
        "thinking_kind is absent",
        "thinking_kind is encrypted",
        None,
        None,  # a failed row has no answer to lack it
    ]


def test_thinking_cannot_be_required_of_a_frame_that_has_no_column_for_it() -> None:
    with pytest.raises(InputError, match="needs a column 'thinking'"):
        reasoning_missing(pd.DataFrame({"content": ["a"]}))


def test_what_a_provider_filtered_is_a_refusal_whatever_it_says() -> None:
    frame = pd.DataFrame(
        {
            "content": ["fine", "fine", None],
            "finish_reason": ["stop", "content_filter", None],
            "error_kind": [None, None, "content_filter"],
        }
    )

    assert filtered(frame) == [None, "finish_reason is content_filter", "error_kind is content_filter"]
