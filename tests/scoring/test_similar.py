"""How alike two texts are."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.errors import InputError
from distilkit.scoring import apply, similarity

METHODS = ["ratio", "partial_ratio", "token_sort_ratio", "token_set_ratio", "jaro_winkler", "levenshtein"]


def alike(one: str, other: Any, **options: Any) -> Any:
    frame = pd.DataFrame(
        {name: pd.Series([cell], dtype=object) for name, cell in (("content", one), ("answer", other))}
    )
    return similarity(**options)(frame).tolist()[0]


@pytest.mark.parametrize(
    ("method", "one", "other", "expected"),
    [
        ("levenshtein", "kitten", "sitting", 1 - 3 / 7),
        ("ratio", "kitten", "sitting", 1 - 5 / 13),
        ("jaro_winkler", "martha", "marhta", 0.9611111111111111),
        ("partial_ratio", "the capital is paris", "paris", 1),
        ("token_sort_ratio", "york new", "new york", 1),
        ("token_set_ratio", "new york city", "york new", 1),
    ],
)
def test_each_method_is_the_one_of_its_name(method: str, one: str, other: str, expected: float) -> None:
    """Levenshtein of kitten and sitting is 3; of martha and marhta Winkler gives 0.961."""
    assert alike(one, other, method=method) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=30)
@given(one=st.text(min_size=1, max_size=20), other=st.text(max_size=20))
def test_likeness_is_between_0_and_1_and_1_for_the_same(method: str, one: str, other: str) -> None:
    assert 0 <= alike(one, other, method=method, normalize="none") <= 1
    if one.split():  # of nothing but spaces there are no words
        assert alike(one, one, method=method, normalize="none") == 1


def test_the_column_is_a_number_also_where_every_row_is_the_same() -> None:
    assert str(similarity()(pd.DataFrame({"content": ["a"], "answer": ["a"]})).dtype) == "Float64"


def test_what_is_overlooked_can_be_chosen() -> None:
    assert alike("The Cat!", "cat", normalize="squad") == 1
    assert alike("CAT", "cat") == 1
    assert alike("CAT", "cat", normalize="none") == 0


def test_the_nearest_of_several_references_counts() -> None:
    assert alike("Paris", ["Berlin", "Paris", "Bonn"]) == 1


def test_many_rows_keep_their_places() -> None:
    frame = pd.DataFrame({"content": list("abcd"), "answer": pd.Series([["a"], None, ["x", "c"], ["x"]], dtype=object)})

    assert similarity()(frame).tolist() == [1, pd.NA, 1, 0]


@pytest.mark.parametrize(("method", "letters"), [("partial_ratio", 3_000), ("ratio", 100_000)])
def test_texts_that_would_take_seconds_are_unknown_with_the_reason(method: Any, letters: int) -> None:
    frame = pd.DataFrame({"content": ["ab" * letters, "a"], "answer": ["ba" * letters, "a"]})

    with pytest.warns(UserWarning, match=f"too long for {method}"):
        scored = apply(frame, {"s": similarity(method=method)})

    assert scored["s"].tolist() == [pd.NA, 1]


@pytest.mark.parametrize("method", ["cosine", None, "Ratio"])
def test_an_unknown_method_is_refused_and_the_known_ones_named(method: Any) -> None:
    with pytest.raises(InputError, match=r"method= must be one of 'ratio', .*'levenshtein'"):
        similarity(method=method)
