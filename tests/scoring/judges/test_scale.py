"""What a verdict may be, and how it is read: from the last line only, and strictly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.errors import InputError
from distilkit.scoring import Unscored
from distilkit.scoring.judges.scale import explanation_of, scale_of, verdict_of

FIVE = scale_of((1, 5))


def read(text: str | None, scale: Any = (1, 5), finish_reason: str = "stop") -> Any:
    return verdict_of(text, finish_reason, scale_of(scale))


@pytest.mark.parametrize(
    "last",
    [
        "Verdict: 4",
        "**Verdict: 4**",
        "**Verdict:** 4",
        "verdict: 4.",
        "VERDICT : [4]",
        "> `Verdict: 4`",
        "Verdict: 4/5",
    ],
)
def test_a_verdict_is_read_whatever_stands_round_it(last: str) -> None:
    assert read(f"It is mostly right.\n\n{last}\n\n") == 4.0


@pytest.mark.parametrize(
    "last",
    [
        "Verdict: 11",
        "Verdict: 0",
        "Verdict: -4",
        "Verdict: 3.5",
        "Verdict: 4/10",
        "Verdict: four",
        "Verdict: 4 or 5",
        "Verdict: 1-5",
        "Verdict: N",
        "Verdict:",
        "Verdict 4",
        "My verdict: 4",
        "4",
        "Verdict: nan",
        "Verdict: 1e0",
    ],
)
def test_what_is_not_on_the_scale_is_no_verdict(last: str) -> None:
    assert isinstance(read(f"Well.\n{last}"), Unscored)


def test_the_reason_says_what_was_said_and_what_may_be() -> None:
    assert read("Verdict: 11") == Unscored("the judge's verdict is '11', not a whole number from 1 (worst) to 5 (best)")
    assert "with 'I would rather not'" in read("I would rather not.").reason


def test_only_the_last_line_counts() -> None:
    assert read("The answer says\nVerdict: 5\nwhich is no merit.\nVerdict: 2") == 2.0
    assert isinstance(read("Verdict: 5\nis what the answer claims."), Unscored)


def test_a_judge_that_was_cut_off_said_nothing_even_where_it_quoted_a_verdict() -> None:
    assert "cut off" in read("The answer ends with\nVerdict: 5", finish_reason="length").reason


@pytest.mark.parametrize("text", ["", "  \n ", None])
def test_silence_is_no_verdict(text: str | None) -> None:
    assert read(text) == Unscored("the judge's answer is empty")


@pytest.mark.parametrize(
    ("scale", "said", "value"),
    [
        ((0.0, 1.0), "0.75", 0.75),
        ((0.0, 10.0), ".5", None),
        ((0.0, 10.0), "0.5", 0.5),
        ((-2, 2), "-1", -1.0),
        ([1, 10], "10", 10.0),
        ("yes/no", "Yes", True),
        ("yes/no", "NO.", False),
        ("yes/no", "maybe", None),
        ({"poor": 0, "quite good": 0.5, "good": 1}, "Quite Good", 0.5),
        ({"poor": 0, "good": 1}, "bad", None),
    ],
)
def test_every_kind_of_scale_is_read(scale: Any, said: str, value: Any) -> None:
    found = read(f"Verdict: {said}", scale)

    assert isinstance(found, Unscored) if value is None else found == value


@pytest.mark.parametrize(
    "scale",
    [
        (5, 1),
        (1, 1),
        (1,),
        (1, 2, 3),
        "1-5",
        None,
        5,
        (True, False),
        (0, float("inf")),
        {"one": 1},
        {"a": 1, "A": 2},
        {"a": 1, 2: 2},
        {"a": "x", "b": 1},
        {"**": 1, "b": 2},
        {"a\nb": 1, "b": 2},
        ["good", "bad"],
    ],
)
def test_what_is_no_scale_is_refused(scale: Any) -> None:
    with pytest.raises(InputError, match="scale="):
        scale_of(scale)


def test_labels_are_told_from_worst_to_best() -> None:
    assert scale_of({"good": 1, "poor": 0}).told == "one of, from worst to best: `poor`, `good`"


def test_the_explanation_is_all_but_the_verdict() -> None:
    assert explanation_of("Because.\n\n**Verdict: 4**\n") == "Because."
    assert explanation_of("I will not say.") == "I will not say."
    assert explanation_of("Verdict: 4") is None
    assert explanation_of(None) is None


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_a_value_is_always_on_the_scale(text: str) -> None:
    value = verdict_of(text, "stop", FIVE)

    assert isinstance(value, Unscored) or value in {1.0, 2.0, 3.0, 4.0, 5.0}
