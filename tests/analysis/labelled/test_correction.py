"""Few human labels correct a judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.labelled.correction import judge_correction
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
Y = [1, 0, 1, 1, 0, 1, 0, 1]
F = [1, 0, 1, 1, 1, 1, 0, 0]
REST = [1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1]


@pytest.fixture
def published(frame_of: MakeFrame) -> pd.DataFrame:
    judged, labels = [*F, *REST], [*Y, *[None] * 16]
    return frame_of([{}] * 24, judged=[bool(f) for f in judged], mine=[None if y is None else bool(y) for y in labels])


def verdicts(frame_of: MakeFrame, n: int = 400, labelled: int = 100, name: str = "small", **row: Any) -> pd.DataFrame:
    random = np.random.default_rng(4)
    truth = random.random(n) < 0.6
    judge = np.where(truth, random.random(n) < 0.9, random.random(n) < 0.15)
    labels = [bool(t) if i < labelled else None for i, t in enumerate(truth)]
    rows = [{"prompt_id": i, "profile": name, **row} for i in range(n)]
    return frame_of(rows, judged=[bool(v) for v in judge], mine=labels)


def test_the_published_prediction_powered_mean(published: pd.DataFrame) -> None:
    row = judge_correction(published, "judged", "mine", confidence=0.9).iloc[0]

    assert row["quality"] == pytest.approx(0.75)
    assert (row["quality_low"], row["quality_high"]) == pytest.approx((0.4090399, 1.0909601), abs=5e-8)
    assert row[["n", "n_judged", "n_human", "weight", "method"]].tolist() == [24, 24, 8, 1.0, "ppi"]
    assert row["note"].split("; ") == [
        "under 30 labelled items, the interval is rough and too narrow",
        "under 30 items, the interval is rough",
    ]


def test_the_published_rogan_gladen(frame_of: MakeFrame) -> None:
    labels = [(1, 1)] * 36 + [(0, 1)] * 4 + [(0, 0)] * 34 + [(1, 0)] * 6
    rest = [(1, None)] * 98 + [(0, None)] * 22
    judged, mine = zip(*labels, *rest, strict=True)
    frame = frame_of([{}] * 200, judged=[bool(f) for f in judged], mine=[None if y is None else bool(y) for y in mine])

    row = judge_correction(frame, "judged", "mine", method="rogan_gladen").iloc[0]

    assert row[["judge_mean", "specificity", "sensitivity"]].tolist() == pytest.approx([0.70, 0.85, 0.90])
    assert row["quality"] == pytest.approx(0.7333333, abs=5e-8)
    assert row["weight"] is pd.NA


def test_each_profile_is_corrected_by_its_own_labels(frame_of: MakeFrame) -> None:
    honest = verdicts(frame_of, name="honest")
    liked = verdicts(frame_of, name="liked").assign(judged=pd.array([True] * 400, dtype="boolean"))

    table = judge_correction(pd.concat([honest, liked]), "judged", "mine")

    assert table["profile"].tolist() == ["honest", "liked"]
    assert table["judge_mean"][1] == 1.0
    assert table["quality"][1] == pytest.approx(table["human_mean"][1])


def test_samples_of_a_prompt_are_one_observation(frame_of: MakeFrame) -> None:
    once = verdicts(frame_of)
    five = pd.concat([once.assign(sample=sample) for sample in range(5)])

    for method in ("ppi", "ppi++", "rogan_gladen"):
        one, many = (judge_correction(frame, "judged", "mine", method=method).iloc[0] for frame in (once, five))
        numbers = one.drop(["profile", "judge", "human", "method", "note", "weight"]).index
        assert many[numbers].tolist() == pytest.approx(one[numbers].tolist())


def test_a_prompt_with_one_label_counts_with_its_labelled_answer(published: pd.DataFrame) -> None:
    others = published[:8].assign(sample=1, judged=True, mine=pd.NA)

    row = judge_correction(pd.concat([published, others]), "judged", "mine").iloc[0]

    assert row["quality"] == pytest.approx(0.75)
    assert row["judge_mean"] > judge_correction(published, "judged", "mine")["judge_mean"][0]


def test_a_tuned_weight_is_shown_and_never_less_sure(frame_of: MakeFrame) -> None:
    frame = verdicts(frame_of)
    plain, tuned = (judge_correction(frame, "judged", "mine", method=name).iloc[0] for name in ("ppi", "ppi++"))

    assert 0 < tuned["weight"] < 1
    assert tuned["se"] < plain["se"]


def test_grades_are_corrected_too(frame_of: MakeFrame) -> None:
    grades = [1.0, 2.0, 3.0, 4.0, 5.0] * 20
    labels = [grade - 1 if i < 50 else None for i, grade in enumerate(grades)]

    row = judge_correction(frame_of([{}] * 100, judged=grades, mine=labels), "judged", "mine").iloc[0]

    assert (row["judge_mean"], row["quality"]) == pytest.approx((3.0, 2.0))
    assert (row["agreement"], row["sensitivity"]) == (0.0, pd.NA)
    assert row["note"] == "labels and judge always differ by the same: the interval takes that for certain"


def test_rogan_gladen_is_refused_for_grades(frame_of: MakeFrame) -> None:
    with pytest.raises(InputError, match=r"rogan_gladen.*must be 0 or 1; use 'ppi'"):
        judge_correction(frame_of([{}], judged=[3.0], mine=[4.0]), "judged", "mine", method="rogan_gladen")


def test_without_labels_nothing_is_corrected(frame_of: MakeFrame) -> None:
    row = judge_correction(frame_of([{}] * 3, judged=[True] * 3, mine=[None] * 3), "judged", "mine").iloc[0]

    assert row[["quality", "se", "kappa", "agreement", "human_mean"]].isna().all()
    assert row[["n_judged", "n_human", "judge_mean"]].tolist() == [3, 0, 1.0]
    assert row["note"] == "under 2 prompts with a label and a judge's score: nothing to correct by"


@pytest.mark.parametrize(
    ("judged", "mine", "remark"),
    [
        ([1, 0] * 20, [0, 1] * 20, "the judge is no better than chance: nothing to correct by"),
        ([1, 0] * 20, [1, 1] * 20, "the labels are all alike: the judge's errors of one kind are not known"),
        ([1, 1, 0, 1] * 10, [1, 1, 0, 1] * 5 + [None] * 20, "sensitivity or specificity rests on under 10 labels"),
    ],
)
def test_what_rogan_gladen_cannot_know_is_said(
    frame_of: MakeFrame, judged: list[Any], mine: list[Any], remark: str
) -> None:
    frame = frame_of([{}] * 40, judged=[bool(f) for f in judged], mine=[None if y is None else bool(y) for y in mine])

    assert remark in judge_correction(frame, "judged", "mine", method="rogan_gladen")["note"][0]


def test_an_estimate_outside_0_to_1_is_shown_and_said(frame_of: MakeFrame) -> None:
    judged, mine = [False] * 100 + [True] * 10 + [False] * 190, [True] * 0 + [False] * 80 + [None] * 10
    mine += [True] * 10 + [False] * 5 + [True] * 5 + [True] * 5 + [None] * 185
    judged[:8] = [True] * 8

    row = judge_correction(frame_of([{}] * 300, judged=judged, mine=mine), "judged", "mine", method="rogan_gladen")

    assert row["quality"][0] < 0
    assert "outside 0..1" in row["note"][0]


def test_a_label_without_a_judges_score_is_left_out_and_said(published: pd.DataFrame) -> None:
    frame = published.assign(judged=published["judged"].mask(published.index == 0))

    row = judge_correction(frame, "judged", "mine").iloc[0]

    assert row[["n", "n_judged", "n_human"]].tolist() == [24, 23, 7]
    assert row["note"].endswith("1 labels without a judge's score left out")


def test_every_prompt_labelled_is_the_human_mean(published: pd.DataFrame) -> None:
    row = judge_correction(published[:8], "judged", "mine").iloc[0]

    assert row["quality"] == row["human_mean"] == 0.625
    assert "the human labels alone" in row["note"]


def test_clusters_widen_the_interval(frame_of: MakeFrame) -> None:
    frame = pd.concat(
        [
            verdicts(frame_of, n=200, labelled=60).assign(
                prompt_id=range(copy * 200, copy * 200 + 200), page=range(200)
            )
            for copy in range(3)
        ]
    )

    plain, clustered = (
        judge_correction(frame, "judged", "mine"),
        judge_correction(frame, "judged", "mine", cluster="page"),
    )

    assert clustered["se"][0] == pytest.approx(plain["se"][0] * (3 * 200 / 199) ** 0.5)


def test_columns_are_always_the_same_and_nullable(published: pd.DataFrame) -> None:
    some, none = judge_correction(published, "judged", "mine"), judge_correction(published[8:], "judged", "mine")

    assert some.dtypes.equals(none.dtypes)
    assert set(some.dtypes.map(str)) == {"string", "Int64", "Float64"}


def test_the_frame_is_left_as_it_was_and_may_be_odd(published: pd.DataFrame) -> None:
    names = pd.array(["_$\ud800"] * 24, dtype=pd.StringDtype("python"))
    frame = published.assign(profile=names).set_axis([7] * 24)
    before = frame.copy()

    assert judge_correction(frame, "judged", "mine")["profile"].tolist() == ["_$\ud800"]
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"judge": "jugded"}, "judge: no column 'jugded'"),
        ({"human": None}, "human: no column None"),
        ({"human": "judged"}, "the same column"),
        ({"human": "content"}, "'content' must hold verdicts or numbers"),
        ({"method": "pp1"}, "method= must be one of 'ppi'"),
        ({"confidence": 95}, "confidence="),
        ({"cluster": "page"}, "no column 'page'"),
    ],
)
def test_a_wrong_argument_is_refused(published: pd.DataFrame, arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        judge_correction(published, **{"judge": "judged", "human": "mine", **arguments})
