"""A model compares each answer with another profile's: both orders, ties, flips, and rows that have no other side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.errors import InputError, ProviderError
from distilkit.frame import COLUMNS
from distilkit.profiles import Profile
from distilkit.scoring import apply
from distilkit.scoring.judges import pairwise

Compare = Callable[..., pd.DataFrame]
ENDINGS = ["first_order", "second_order", "flipped", "explanation"]
ENDINGS += ["cost_usd", "billed_usd", "input_tokens", "output_tokens"]


@pytest.fixture
def versus(compare: Compare, network: Any, the_judge: Profile, profile: Any) -> Callable[..., Any]:
    """Compare the answers of `b` with those of `a`; return the row of `b` and the network."""

    def run(*said: Any, **more: Any) -> tuple[pd.Series, Any]:
        send = network(said, **more.pop("network", {}))
        grade = pairwise(the_judge, "a", "Which is right?", **more)
        frame = compare(["q"], grade, [profile("a"), profile("b")], send=send)
        return frame.iloc[1], send

    return run


@pytest.mark.parametrize(
    ("first", "second", "score", "flipped"),
    [
        ("A", "B", 1.0, False),
        ("B", "A", 0.0, False),
        ("tie", "tie", 0.5, False),
        ("A", "A", 0.5, True),
        ("B", "B", 0.5, True),
        ("A", "tie", 0.5, True),
        ("tie", "A", 0.5, True),
    ],
)
def test_a_win_counts_only_when_both_orders_agree(
    versus: Any, first: str, second: str, score: float, flipped: Any
) -> None:
    row, _ = versus(f"Verdict: {first}", f"Verdict: {second}", network={"answers": {"a": "one", "b": "two"}})

    assert row["grade"] == score
    assert row["grade_flipped"] == flipped


def test_the_second_prompt_shows_the_answers_the_other_way_round(versus: Any) -> None:
    row, send = versus("Verdict: A", "Verdict: B", network={"answers": {"a": "one", "b": "two"}})

    orders = [(prompt.index("\none\n"), prompt.index("\ntwo\n")) for prompt in send.prompts]
    assert orders[0][0] > orders[0][1]
    assert orders[1][0] < orders[1][1]
    assert [row["grade_first_order"], row["grade_second_order"]] == ["a", "a"]


def test_the_columns_stand_beside_the_score_with_their_dtypes(
    compare: Compare, network: Any, the_judge: Profile
) -> None:
    frame = compare([], pairwise(the_judge, "a", "Which?"), send=network())

    assert frame.columns[len(COLUMNS) :].tolist() == ["grade", *(f"grade_{ending}" for ending in ENDINGS)]
    assert [str(frame[f"grade_{ending}"].dtype) for ending in ("first_order", "flipped", "cost_usd")] == [
        "string",
        "boolean",
        "Float64",
    ]


def test_both_calls_are_paid_and_explained(versus: Any) -> None:
    row, _ = versus("One.\nVerdict: A", "Two.\nVerdict: B", network={"answers": {"a": "one", "b": "two"}})

    assert row["grade_cost_usd"] == pytest.approx(0.03)
    assert row["grade_explanation"] == "One.\n\nTwo."


def test_without_swapping_one_call_is_made_and_nothing_is_known_of_flips(versus: Any) -> None:
    row, send = versus("Verdict: A", swap=False, network={"answers": {"a": "one", "b": "two"}})

    assert row["grade"] == 1.0
    assert pd.isna(row["grade_flipped"])
    assert pd.isna(row["grade_second_order"])
    assert len(send.judged) == 1


def test_equal_answers_are_a_tie_that_nobody_is_asked_about(versus: Any) -> None:
    row, send = versus("Verdict: A", network={"answers": {"a": "one", "b": " one\n"}})

    assert row["grade"] == 0.5
    assert row["grade_cost_usd"] == 0.0
    assert pd.isna(row["grade_flipped"])
    assert send.judged == []


def test_the_other_sides_own_rows_are_unknown_without_a_warning(
    compare: Compare, network: Any, the_judge: Profile, profile: Any
) -> None:
    frame = compare(["q"], pairwise(the_judge, "a", "?"), [profile("a"), profile("b")], send=network(["Verdict: tie"]))

    assert frame["grade"].isna().tolist() == [True, False]
    assert frame["grade_reason"][0] == "this is an answer of 'a' itself"


@pytest.mark.parametrize("said", [["Verdict: A", "No idea."], ["Verdict: C", "Verdict: B"]])
def test_one_unreadable_verdict_leaves_the_pair_open(versus: Any, said: list[str]) -> None:
    with pytest.warns(UserWarning, match="is <NA>"):
        row, _ = versus(*said, network={"answers": {"a": "one", "b": "two"}})

    assert pd.isna(row["grade"])
    assert pd.isna(row["grade_flipped"])
    assert row["grade_cost_usd"] == pytest.approx(0.03)


def test_a_failed_call_leaves_the_pair_open_and_the_other_is_still_paid(versus: Any) -> None:
    refused = ProviderError("no", kind="invalid_request", provider="x", status=400)

    with pytest.warns(UserWarning, match="the judge failed: invalid_request"):
        row, _ = versus("Verdict: A", refused, network={"answers": {"a": "one", "b": "two"}})

    assert row["grade_reason"] == "the judge failed: invalid_request: no"
    assert row["grade_first_order"] == "a"
    assert row["grade_cost_usd"] == pytest.approx(0.015)


def test_samples_meet_samples(network: Any, the_judge: Profile, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "prompt_id": [0, 0, 0],
            "profile": ["a", "b", "b"],
            "sample": [0, 0, 1],
            "prompt": ["q"] * 3,
            "content": ["one", "two", "three"],
        }
    )
    grade = pairwise(the_judge, "a", "?", store=tmp_path, progress=False, send=network(["Verdict: A", "Verdict: B"]))

    with pytest.warns(UserWarning, match="no answer of 'a' to the same prompt and sample"):
        scored = apply(frame, {"grade": grade})

    assert scored["grade"].tolist() == [pd.NA, 1.0, pd.NA]


def test_an_unknown_other_side_is_refused_before_anything_is_paid(
    compare: Compare, network: Any, the_judge: Profile
) -> None:
    send = network()

    with pytest.raises(InputError, match="against='z' is not asked here; the profiles are: a"):
        compare(["q"], pairwise(the_judge, "z", "?"), send=send)
    assert send.asked == []


def test_a_simulated_judge_finds_the_better_model(compare: Compare, sim: Any) -> None:
    tasks = dk.sample_task(30)

    frame = compare(
        tasks, pairwise(sim("judge", skill=1.0), "sim/small", "Which is right?"), ["sim/small", "sim/large"]
    )

    mine = frame[frame["profile"] == "sim/large"]
    assert mine["grade"].notna().all()
    assert mine["grade"].mean() > 0.5
    assert not mine["grade_flipped"].dropna().any()


def test_a_second_run_sends_nothing(compare: Compare, network: Any, the_judge: Profile, profile: Any) -> None:
    both, grade = [profile("a"), profile("b")], pairwise(the_judge, "a", "?")
    answers = {"a": "one", "b": "two"}
    compare(["q"], grade, both, send=network(["Verdict: A", "Verdict: B"], answers=answers))
    silent = network()

    frame = compare(["q"], grade, both, send=silent)

    assert silent.asked == silent.judged == []
    assert frame["grade"].tolist() == [pd.NA, 1.0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"against": ""}, "against="),
        ({"swap": 1}, "swap="),
        ({"rubric": ""}, "rubric="),
        ({"template": "{answer_a}"}, "answer_b"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, Any], words: str) -> None:
    given = {"profile": "sim/large", "against": "a", "rubric": "?", **arguments}

    with pytest.raises(InputError, match=words):
        pairwise(given.pop("profile"), given.pop("against"), given.pop("rubric"), **given)


@pytest.fixture
def elsewhere(the_judge: Profile, network: Any, tmp_path: Path) -> Callable[..., pd.DataFrame]:
    """Have the answers of `a` compared with those of `b` in a frame of the caller's."""

    def run(**columns: Any) -> pd.DataFrame:
        send = network(["Verdict: A"])
        grade = pairwise(the_judge, "b", "Which is right?", send=send, store=tmp_path, progress=False, swap=False)
        rows = {"profile": ["a", "b"], "prompt_id": [1, 1], "prompt": ["q", "q"], "content": ["x", "y"], **columns}
        return apply(pd.DataFrame(rows), {"grade": grade})

    return run


def test_answers_to_prompts_without_a_name_are_not_held_against_each_other(elsewhere: Any) -> None:
    with pytest.warns(UserWarning, match="no answer of 'b' to the same prompt"):
        frame = elsewhere(prompt_id=pd.array([None, None], dtype="Int64"))

    assert frame["grade"].isna().all()


@pytest.mark.parametrize("missing", [float("nan"), None, pd.NA])
def test_where_samples_have_no_numbers_the_answers_meet(elsewhere: Any, missing: Any) -> None:
    frame = elsewhere(sample=pd.Series([missing, missing], dtype=object))

    assert frame["grade"].tolist() == [1.0, pd.NA]


def test_prompts_named_by_lists_are_refused(elsewhere: Any) -> None:
    with pytest.raises(InputError, match="column 'prompt_id' holds a list"):
        elsewhere(prompt_id=[[1], [1]])
