"""Words that differ."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from distilkit.notebook.viewer.differences import MOST_WORDS, compared


def marked(text: str, reference: str) -> list[str]:
    return [piece.text for piece in compared(text, reference) or () if piece.differs]


def test_only_the_words_that_differ_are_marked() -> None:
    assert marked("It takes 42 minutes.", "It takes 53 minutes.") == ["42"]


def test_a_word_is_compared_whole() -> None:
    assert marked("unhappy", "happy") == ["unhappy"]


def test_other_spacing_is_no_difference() -> None:
    assert marked("one\n\ntwo", "one two") == []


@given(st.text("ab \n.é", max_size=60), st.text("ab \n.é", max_size=60))
def test_the_pieces_are_the_text(text: str, reference: str) -> None:
    pieces = compared(text, reference)

    assert pieces is not None
    assert "".join(piece.text for piece in pieces) == text


def test_texts_that_would_take_long_are_not_compared() -> None:
    """A few hundred words of ordinary text are; the same word over and over is what the matcher is slow with."""
    ordinary = " ".join(f"word{nth}" for nth in range(MOST_WORDS))

    assert compared(ordinary, ordinary) is not None
    assert compared(f"{ordinary} {ordinary}", ordinary) is None
    assert compared("no " * 200, "no " * 200) is None
    assert compared("x" * 1_000_000, "y") is None
