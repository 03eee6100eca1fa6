"""What is overlooked when texts are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.scoring.normalizing import normalizer, squad, text


@pytest.mark.parametrize(
    ("given_text", "normal"),
    [
        ("The  Quick, brown fox!", "quick brown fox"),
        ("a an the", ""),
        ("Theatre", "theatre"),
        ("it's", "its"),
        ("An apple a day.", "apple day"),
        ("U.S.A.", "usa"),
        ("", ""),
    ],
)
def test_squad_drops_case_punctuation_articles_and_spaces(given_text: str, normal: str) -> None:
    assert squad(given_text) == normal


@pytest.mark.parametrize("name", ["text", "squad", "none"])
@given(anything=st.text())
def test_normalising_twice_changes_nothing_more_of_plain_text(name: str, anything: str) -> None:
    """Of letters without odd case rules: `İ` folds to two characters."""
    normal = normalizer(name)  # type: ignore[arg-type] # the three names
    ascii_only = anything.encode("ascii", "ignore").decode()

    assert normal(normal(ascii_only)) == normal(ascii_only) or name == "squad"


def test_none_overlooks_nothing() -> None:
    assert normalizer("none")(" A. ") == " A. "


def test_full_width_is_plain() -> None:
    assert text("\uff21\u3000 b.") == "a b"
