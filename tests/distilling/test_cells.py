"""Columns as plain values, from a run and from files that know fewer types."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from distilkit.distilling.cells import numbers_of, texts_of, verdicts_of
from distilkit.errors import InputError


def frame(values: list[object], dtype: str = "object") -> pd.DataFrame:
    return pd.DataFrame({"a": pd.Series(values, dtype=dtype)})


def test_a_column_that_is_not_there_is_unknown() -> None:
    assert texts_of(frame([1, 2]), "b") == [None, None]


def test_an_answer_that_a_reader_took_for_a_number_is_its_text() -> None:
    assert texts_of(frame([42, None, float("nan"), "x", pd.NA]), "a") == ["42", None, None, "x", None]


def test_verdicts_are_read_as_booleans_texts_or_numbers() -> None:
    assert verdicts_of(frame([True, "False", 1.0, "0", None, ""]), "a") == [True, False, True, False, None, None]
    assert verdicts_of(frame([True, None], "boolean"), "a") == [True, None]


def test_numbers_that_are_none_are_unknown() -> None:
    assert numbers_of(frame(["0.5", True, None, float("inf"), "True"]), "a") == [0.5, 1.0, None, None, 1.0]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (verdicts_of, "perhaps"),
        (verdicts_of, np.array([1, 2])),
        (numbers_of, "many"),
        (numbers_of, [1]),
        (numbers_of, np.array([1, 2])),
        (numbers_of, 10**400),
    ],
)
def test_what_is_neither_is_refused_with_its_place(read: object, value: object) -> None:
    with pytest.raises(InputError, match="column 'a', row 1"):
        read(frame([None, value]), "a")  # type: ignore[operator] # a function


def test_a_column_that_is_there_twice_is_refused() -> None:
    twice = pd.DataFrame([["a", "b"]], columns=["a", "a"])

    with pytest.raises(InputError, match="'a' twice"):
        texts_of(twice, "a")
