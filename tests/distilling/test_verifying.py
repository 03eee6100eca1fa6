"""Who passes a verifier: verdicts, numbers from a bound on, and never what could not be judged."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit import scoring as score
from distilkit.distilling.verifying import check_there, verifier_failed, verifying
from distilkit.errors import InputError


def frame(**columns: Any) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    return pd.DataFrame({"content": ["a"] * count, **columns})


def test_a_verdict_passes_where_it_is_true() -> None:
    rows = frame(correct=pd.array([True, False], dtype="boolean"))

    assert verifier_failed(rows, verifying(["correct"])) == [None, "correct: False"]


def test_a_row_without_a_verdict_has_not_passed_and_says_why() -> None:
    rows = frame(correct=pd.array([None, None], dtype="boolean"), correct_reason=[None, "the judge was cut off"])

    assert verifier_failed(rows, verifying("correct")) == [
        "correct: <NA>",
        "correct: <NA> (the judge was cut off)",
    ]


def test_a_row_without_an_answer_is_not_the_verifiers_business() -> None:
    rows = pd.DataFrame({"content": [None, "x"], "error_kind": [None, "timeout"], "correct": [None, None]})

    assert verifier_failed(rows, verifying("correct")) == [None, None]


def test_a_number_passes_from_its_bound_on() -> None:
    rows = frame(grade=[0.31, 0.5, 4.0])

    assert verifier_failed(rows, verifying(["grade"], {"grade": 0.5})) == ["grade: 0.31 < 0.5", None, None]
    assert verifier_failed(rows, verifying(["grade"], 4)) == ["grade: 0.31 < 4", "grade: 0.5 < 4", None]


def test_numbers_that_are_all_noughts_and_ones_are_verdicts() -> None:
    assert verifier_failed(frame(ok=[1.0, 0.0, 1.0]), verifying("ok")) == [None, "ok: False", None]


def test_other_numbers_without_a_bound_are_refused() -> None:
    with pytest.raises(InputError, match=r"such as 0\.7; say from which one on .* nothing is paid again"):
        verifier_failed(frame(ok=[1.0, 0.7]), verifying("ok"))


def test_all_verifiers_must_pass_and_each_says_what_it_found() -> None:
    rows = frame(a=[True, False, False], b=[True, True, False])

    assert verifier_failed(rows, verifying(["a", "b"])) == [None, "a: False", "a: False; b: False"]


def test_verdicts_of_a_file_are_texts() -> None:
    assert verifier_failed(frame(ok=["True", "False", None]), verifying("ok")) == [None, "ok: False", "ok: <NA>"]


def test_scorers_are_told_from_names() -> None:
    assert verifying({"c": score.exact()}).columns == ("c",)
    assert verifying(score.exact()).columns == ("exact",)
    assert verifying("c").scores is None
    assert verifying().columns == ()


@pytest.mark.parametrize("wrong", [3, [3], [""], {"a"}])
def test_what_is_no_verifier_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match="verify= takes scorers by name"):
        verifying(wrong)


@pytest.mark.parametrize(
    ("least", "words"),
    [
        ({"other": 1}, "names 'other', which verify= does not"),
        ({"a": "much"}, "must be a number"),
        ({"a": True}, "must be a number"),
        ({"a": float("nan")}, "must be a number"),
        (0.5, "for one verifier, and there are 2"),
    ],
)
def test_a_bound_that_fits_no_verifier_is_refused(least: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        verifying(["a", "b"], least)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="the column 'correct', which is not there"):
        check_there(verifying("correct"), ["content"])


@pytest.mark.parametrize(
    "verify", [{"valid": score.exact()}, ["chosen"], {"ok": score.exact(), "split": score.exact()}]
)
def test_a_verifier_that_would_be_overwritten_is_refused_before_anything_is_asked(verify: Any) -> None:
    with pytest.raises(InputError, match="a column that distill makes anew"):
        verifying(verify)
