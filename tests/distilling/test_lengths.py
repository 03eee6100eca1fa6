"""Answers of too many and too few tokens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.distilling import lengths
from distilkit.distilling.lengths import taught, too_long, too_short
from distilkit.engine.tokens import count_text
from distilkit.errors import InputError

TEXTS = st.text(st.sampled_from("ab zé/!\n\t'1漢\ud800"), max_size=60)


@given(TEXTS, st.integers(1, 40))
def test_long_is_what_counts_more_tokens(text: str, most: int) -> None:
    """Texts that are not counted, for they are short enough anyhow, are judged as if they were."""
    assert (too_long([text], most)[0] is not None) == (count_text(text, "gpt-4o") > most)


@given(TEXTS, st.integers(1, 40))
def test_short_is_what_counts_fewer_tokens(text: str, least: int) -> None:
    assert (too_short([text], least)[0] is not None) == (count_text(text, "gpt-4o") < least)


def test_the_limit_itself_is_allowed() -> None:
    assert too_long(["one two three"], 3) == [None]
    assert too_short(["one two three"], 3) == [None]


def test_the_evidence_is_the_count_and_the_limit() -> None:
    assert too_long(["one two three"], 2) == ["3 tokens, more than 2"]
    assert too_short(["one", ""], 2) == ["1 token, fewer than 2", "0 tokens, fewer than 2"]


def test_a_missing_text_is_neither() -> None:
    assert too_long([None], 1) == [None]
    assert too_short([None], 1) == [None]


def test_what_is_short_enough_in_bytes_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lengths, "count_text", lambda *_: pytest.fail("counted"))

    assert too_long(["a short answer"] * 3, 20) == [None] * 3
    assert too_short(["an answer of some words"] * 3, 4) == [None] * 3


def test_a_student_learns_the_thinking_and_the_answer() -> None:
    assert taught(["4", "4", None, ""], ["Two and two.", None, "Hm.", "Hm."]) == ["Two and two.\n\n4", "4", None, ""]


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, "10", None])
def test_a_limit_that_is_none_is_refused_by_name(limit: Any) -> None:
    with pytest.raises(InputError, match="max_tokens= must be a whole number"):
        too_long(["a"], limit)
    with pytest.raises(InputError, match="min_tokens= must be a whole number"):
        too_short(["a"], limit)
