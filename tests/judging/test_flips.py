"""How often a judge flips, and whether it likes what stands first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.analysis.intervals import wilson
from distilkit.errors import InputError
from distilkit.judging import flip_rate, judge_pairs
from distilkit.profiles import Profile
from distilkit.scoring.judges import pairwise
from distilkit.sim import Dials


def pairs(orders: list[tuple[Any, Any]], *, items: list[Any] | None = None, **names: str) -> pd.DataFrame:
    """Make a frame as judge_pairs does from the verdicts in both orders, None for what is not known."""
    first, second = ([each[nth] for each in orders] for nth in (0, 1))
    frame = pd.DataFrame({"first_order": first, "second_order": second}, dtype=pd.StringDtype("python"))
    flipped = [pd.NA if None in each else each[0] != each[1] for each in orders]
    return frame.assign(
        prompt_id=items or range(len(orders)),
        profile_a=names.get("a", "x"),
        profile_b=names.get("b", "y"),
        flipped=pd.array(flipped, dtype="boolean"),
    )


def only(frame: pd.DataFrame) -> Any:
    (row,) = frame.itertuples()
    return row


def test_flips_are_counted_with_wilsons_interval() -> None:
    row = only(flip_rate(pairs([("a", "a")] * 30 + [("a", "b")] * 10)))

    assert (row.n, row.judged, row.flips, row.flip_rate) == (40, 40, 10, 0.25)
    assert (row.flip_low, row.flip_high) == pytest.approx(wilson(10, 40))
    assert pd.isna(row.note)


def test_the_share_for_the_first_is_half_for_a_judge_without_a_bias() -> None:
    assert only(flip_rate(pairs([("a", "a"), ("b", "b")]))).first_share == 0.5


def test_a_judge_that_always_takes_the_first_shows_it() -> None:
    row = only(flip_rate(pairs([("a", "b")] * 5)))

    assert (row.flip_rate, row.first_share) == (1.0, 1.0)


def test_ties_say_nothing_about_the_first() -> None:
    row = only(flip_rate(pairs([("tie", "tie"), ("a", "tie")])))

    assert (row.flips, row.first_share) == (1, 1.0)
    assert pd.isna(only(flip_rate(pairs([("tie", "tie")]))).first_share)
    assert "every verdict is a tie" in only(flip_rate(pairs([("tie", "tie")]))).note


def test_what_was_not_judged_in_both_orders_is_left_out() -> None:
    row = only(flip_rate(pairs([("a", "a"), ("a", None), (None, None)])))

    assert (row.n, row.flips) == (1, 0)
    empty = only(flip_rate(pairs([(None, None)])))
    assert empty.n == 0
    assert pd.isna(empty.flip_rate)
    assert empty.note == "no pair was judged in both orders"


def test_samples_of_a_prompt_are_averaged_first() -> None:
    row = only(flip_rate(pairs([("a", "b"), ("a", "a"), ("a", "a"), ("a", "a")], items=["p", "p", "q", "r"])))

    assert (row.n, row.judged) == (3, 4)
    assert row.flip_rate == pytest.approx(1 / 6)


def test_pairs_are_apart_and_in_their_order() -> None:
    both = pd.concat([pairs([("a", "a")], a="z", b="$y"), pairs([("a", "b")], a="b", b="z")])

    assert flip_rate(both)[["profile_a", "profile_b", "flips"]].to_numpy().tolist() == [["z", "$y", 0], ["b", "z", 1]]


def test_no_pairs_give_all_columns() -> None:
    assert flip_rate(pairs([])).columns.tolist()[:6] == ["score", "profile_a", "profile_b", "n", "judged", "flips"]


@pytest.mark.parametrize(
    "frame", [pd.DataFrame({"prompt_id": [1]}), pd.DataFrame({"prompt_id": [1], "x_flipped": [True]})]
)
def test_a_frame_without_comparisons_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="holds no comparisons"):
        flip_rate(frame)


@pytest.mark.parametrize("confidence", [0, 1, 95, float("nan"), "95%", None])
def test_a_confidence_out_of_range_is_refused(confidence: Any) -> None:
    with pytest.raises(InputError, match="confidence="):
        flip_rate(pairs([]), confidence=confidence)


@pytest.fixture
def biased() -> Callable[[float], Profile]:
    def make(bias: float) -> Profile:
        dials = Dials(latency_s=0, jitter=0, skill=1.0, position_bias=bias)
        return Profile(name="biased", provider="sim", model="biased", section="sim", sim=dials)

    return make


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Two simulated models' answers to 40 questions, asked once for all judges."""
    store = tmp_path_factory.mktemp("store")
    return dk.compare(dk.sample_task(40), ["sim/small", "sim/large"], store=store, progress=False)


@pytest.mark.parametrize(("bias", "least", "most"), [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.3, 0.2, 0.8)])
def test_a_simulated_judges_position_bias_is_found(
    biased: Callable[[float], Profile],
    answered: pd.DataFrame,
    tmp_path: Path,
    bias: float,
    least: float,
    most: float,
) -> None:
    found = judge_pairs(answered, biased(bias), rubric="?", store=tmp_path, progress=False)

    assert least <= only(flip_rate(found)).flip_rate <= most


def test_a_scored_frame_has_a_row_for_each_score_and_profile(
    biased: Callable[[float], Profile], tmp_path: Path
) -> None:
    score = {"better": pairwise(biased(1.0), "sim/small", "?")}
    df = dk.compare(dk.sample_task(12), ["sim/small", "sim/large"], score=score, store=tmp_path, progress=False)

    row = only(flip_rate(df))

    assert (row.score, row.profile_a, row.flip_rate) == ("better", "sim/large", 1.0)
    assert pd.isna(row.profile_b)
