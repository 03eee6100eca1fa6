"""What may stand in a reference column, for every scorer that has one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.scoring import (
    Scorer,
    apply,
    choice,
    contains,
    exact,
    json_equal,
    number,
    number_or_text,
    regex,
    similarity,
)

TEXTS = [exact(), contains(), regex(r"\w+", "answer"), number(), number_or_text(), choice(), similarity()]
ALL = [*TEXTS, json_equal()]
ODD = ["\ud800", "18\udfff", 10**5000, True, Decimal(18), float("inf"), np.float32(18)]
HUGE = "9" * 1_000_000


def named(scorer: Any) -> str:
    return str(getattr(scorer, "name", scorer))


def verdict(scorer: Scorer, content: Any, answer: Any) -> Any:
    return scorer(one_row(content, answer)).tolist()[0]


def one_row(content: Any, answer: Any) -> pd.DataFrame:
    cells = {"content": [content], "answer": [answer]}
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in cells.items()})


@pytest.mark.parametrize("scorer", ALL, ids=named)
@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_a_missing_reference_is_unknown_not_wrong(scorer: Scorer, missing: Any) -> None:
    assert verdict(scorer, "18", missing) is pd.NA


@pytest.mark.parametrize("scorer", TEXTS, ids=named)
@pytest.mark.parametrize("none", [[], [None, float("nan"), pd.NA], np.array([])], ids=repr)
def test_a_list_without_an_accepted_answer_is_a_missing_reference(scorer: Scorer, none: Any) -> None:
    assert verdict(scorer, "18", none) is pd.NA


@pytest.mark.parametrize("make", [list, tuple, set, frozenset, np.array])
@pytest.mark.parametrize(("scorer", "content"), [(exact(), "nyc"), (contains(), "it is NYC"), (similarity(), "NYC")])
def test_any_of_several_accepted_answers_is_right(scorer: Scorer, content: str, make: Any) -> None:
    cell = make(["New York", "NYC"])

    assert verdict(scorer, content, cell) == 1
    assert verdict(scorer, "Boston", cell) < 1


def test_several_numbers_and_letters_may_be_accepted_too() -> None:
    assert verdict(number(), "so 3", [2, 3.0, None]) is True
    assert verdict(choice(), "B", ["A", "B"]) is True


def test_one_accepted_answer_that_cannot_be_read_does_not_hide_the_right_one() -> None:
    assert verdict(number(), "so 3", ["n/a", "3"]) is True
    assert verdict(number(), "so 4", ["n/a", "3"]) is pd.NA


@pytest.mark.parametrize("scorer", TEXTS, ids=named)
@pytest.mark.parametrize("cell", [{"a": 1}, b"18", [["a"], "b"], [{"a": 1}]], ids=repr)
def test_a_cell_that_is_no_text_costs_its_row_and_names_the_way_out(scorer: Scorer, cell: Any) -> None:
    with pytest.warns(UserWarning, match="is <NA> on 1 of 1 rows"):
        scored = apply(one_row("18", cell), {"s": scorer})

    assert scored["s"].tolist() == [pd.NA]
    assert "column 'answer' holds a" in scored["s_reason"][0]
    assert "a function of the row" in scored["s_reason"][0]


@pytest.mark.parametrize("answer", ODD, ids=[f"odd{place}" for place in range(len(ODD))])
@pytest.mark.parametrize("scorer", ALL, ids=named)
@pytest.mark.filterwarnings("ignore:score:UserWarning")  # what cannot be read is <NA> with a reason
def test_odd_references_never_end_a_run(scorer: Scorer, answer: Any) -> None:
    value = apply(one_row("18 \ud800", answer), {"s": scorer})["s"][0]

    assert value is pd.NA or 0 <= value <= 1


@pytest.mark.parametrize("scorer", ALL, ids=named)
@pytest.mark.filterwarnings("ignore:score:UserWarning")  # the same
def test_a_megabyte_of_digits_never_ends_a_run(scorer: Scorer) -> None:
    value = apply(one_row(HUGE + ".5", HUGE), {"s": scorer})["s"][0]

    assert value is pd.NA or 0 <= value <= 1


@pytest.mark.parametrize("answer", [18, 18.0, np.int64(18), np.float64(18), Decimal(18), "18"])
def test_a_whole_number_is_the_text_it_stands_for(answer: Any) -> None:
    assert verdict(exact(), "18", answer) is True


def test_content_that_is_a_number_is_read_as_text() -> None:
    assert verdict(number(), 18, "18") is True


def test_categories_are_read_as_what_they_hold() -> None:
    frame = pd.DataFrame({"content": ["a", "b"], "answer": pd.Categorical(["a", "a"])})

    assert exact()(frame).tolist() == [True, False]


@pytest.mark.parametrize("column", ["$x", "_x", "my answer", "class"])
def test_a_column_may_have_any_name(column: str) -> None:
    frame = pd.DataFrame({"content": ["a"], column: ["a"]})

    assert exact(column)(frame).tolist() == [True]


def test_two_columns_of_one_name_are_refused() -> None:
    frame = pd.DataFrame([["a", "a", "b"]], columns=["content", "answer", "answer"])

    with pytest.raises(InputError, match="'answer', and the frame has 2 of that name"):
        exact()(frame)


@pytest.mark.parametrize("make", [exact, contains, number, number_or_text, choice, json_equal, similarity])
@pytest.mark.parametrize("column", [None, 3, "", ["answer"]])
def test_a_column_that_is_no_name_is_refused_when_it_is_written(make: Any, column: Any) -> None:
    with pytest.raises(InputError, match=f"score.{make.__name__}: column= must be the name of a column"):
        make(column)


def test_what_a_callers_function_raises_costs_its_row() -> None:
    frame = pd.DataFrame({"content": ["a", "1"], "answer": ["1", "1"]})

    with pytest.warns(UserWarning, match="ValueError"):
        scored = apply(frame, {"s": exact(normalize=lambda text: str(int(text)))})

    assert scored["s"].tolist() == [pd.NA, True]


@pytest.mark.parametrize("make", [exact, similarity])
def test_a_callers_function_that_returns_no_text_is_said_to(make: Any) -> None:
    with pytest.warns(UserWarning, match="normalize= returned int, not a text"):
        apply(one_row("a", "a"), {"s": make(normalize=len)})


def test_thinking_is_never_the_answer() -> None:
    frame = pd.DataFrame({"content": [""], "thinking": ["18, so B, {}"], "answer": ["18"]})
    letters = frame.assign(answer="B")

    assert [make()(frame).tolist()[0] for make in (exact, contains, number, number_or_text, json_equal)] == [False] * 5
    assert similarity()(frame).tolist() == [0]
    assert choice()(letters).tolist() == [False]


def test_the_frame_is_left_as_it_was() -> None:
    frame = pd.DataFrame({"content": ["a"], "answer": [["a"]]})
    before = frame.copy(deep=True)

    for scorer in ALL:
        scorer(frame)

    pd.testing.assert_frame_equal(frame, before)
