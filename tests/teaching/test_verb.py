"""`distill`: teachers are asked until an answer is valid, for one budget; every row stays, and says what is wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from distilkit import scoring as score
from distilkit.distilling.funnel import funnel
from distilkit.distilling.reasons import ADDED, evidence_of
from distilkit.errors import ConfigError, InputError
from distilkit.frame import COLUMNS
from distilkit.progress import RunWarning
from distilkit.teaching import adistill, distill
from distilkit.teaching.together import line

WRONG = ["wrong", "wrong", "right"]


def cells(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(
        zip(frame["prompt_id"], frame["profile"], frame["sample"], frame["valid"], frame["chosen"], strict=True)
    )


def test_each_teacher_is_asked_again_until_its_answer_is_valid(teach: Any, teachers: Any) -> None:
    teachers.says = {("small", "b"): WRONG, ("large", "b"): ["wrong", "right"]}

    frame = teach(["a", "b"], ["small", "large"], until_valid=4)

    assert cells(frame) == [
        (0, "small", 0, True, True),
        (0, "large", 0, True, False),
        (1, "small", 0, False, False),
        (1, "small", 1, False, False),
        (1, "small", 2, True, True),
        (1, "large", 0, False, False),
        (1, "large", 1, True, False),
    ]
    assert len(teachers.asked) == len(frame)
    assert evidence_of(frame["evidence"].iloc[2]) == {"verifier_failed": "right: False"}


def test_no_more_samples_are_asked_than_were_allowed(teach: Any, teachers: Any) -> None:
    teachers.says = {("small", "a"): ["wrong"]}

    frame = teach(["a"], until_valid=3)

    assert frame["sample"].tolist() == [0, 1, 2]
    assert not frame["valid"].any()


def test_a_teacher_that_never_shows_its_thinking_is_not_asked_in_vain(teach: Any, teachers: Any) -> None:
    prompts = list("abcde")
    teachers.silent = {"small"}
    teachers.says = {("large", "b"): WRONG}

    with pytest.warns(RunWarning, match=r"small: none of its 5 answers has thinking that can be read"):
        frame = teach(prompts, ["small", "large"], until_valid=4, require_thinking=True)

    asked = frame.groupby("profile")["sample"].max()
    assert asked.to_dict() == {"small": 0, "large": 2}
    assert frame.loc[frame["profile"] == "small", "reasons"].str.contains("reasoning_missing").all()


def test_a_few_answers_without_thinking_say_nothing_of_a_teacher(teach: Any, teachers: Any) -> None:
    teachers.silent = {"small"}

    frame = teach(["a", "b"], ["small"], until_valid=3, require_thinking=True)

    assert frame["sample"].max() == 2


def test_the_first_teacher_is_asked_to_the_end_before_the_second(teach: Any, teachers: Any) -> None:
    teachers.says = {("small", "b"): ["wrong"]}

    frame = teach(["a", "b"], ["small", "large"], until_valid=2, until="prompt")

    assert teachers.asked == [("small", "a", 0), ("small", "b", 0), ("small", "b", 1), ("large", "b", 0)]
    assert frame["chosen"].tolist() == [True, False, False, True]


def test_the_columns_are_those_of_compare_then_ones_own_then_scores_then_verdicts(teach: Any) -> None:
    frame = teach(pd.DataFrame({"prompt": ["a"], "topic": ["x"]}))

    assert list(frame.columns) == [*COLUMNS, "topic", "right", *ADDED]
    assert {name: str(frame[name].dtype) for name in ("right", "valid", "chosen", "sample")} == {
        "right": "boolean",
        "valid": "boolean",
        "chosen": "boolean",
        "sample": "Int64",
    }


def test_ones_own_columns_stay_with_their_prompts_through_all_rounds(teach: Any, teachers: Any) -> None:
    teachers.says = {("small", "b"): WRONG}
    prompts = pd.DataFrame({"prompt_id": ["p", "q"], "prompt": ["a", "b"], "answer": ["1", "2"]})

    frame = teach(prompts, until_valid=3)

    assert list(zip(frame["prompt_id"], frame["answer"], strict=True)) == [("p", "1"), *[("q", "2")] * 3]


def test_a_second_run_pays_nothing_and_gives_the_same_rows(teach: Any, teachers: Any) -> None:
    teachers.says = {("small", "b"): WRONG}
    first = teach(["a", "b"], until_valid=3)
    teachers.asked.clear()

    again = teach(["a", "b"], until_valid=3)

    assert teachers.asked == []
    assert again["billed_usd"].sum() == 0
    now = ["from_store", "billed_usd"]
    pd.testing.assert_frame_equal(first.drop(columns=now), again.drop(columns=now))


def test_more_samples_later_pay_only_for_those(teach: Any, teachers: Any) -> None:
    teachers.says = {("small", "b"): WRONG}
    teach(["a", "b"], until_valid=2)
    teachers.asked.clear()

    frame = teach(["a", "b"], until_valid=4)

    assert teachers.asked == [("small", "b", 2)]
    assert frame["chosen"].sum() == 2


def test_so_many_samples_are_asked_in_any_case(teach: Any, teachers: Any) -> None:
    teachers.says = {("small", "b"): WRONG}

    frame = teach(["a", "b"], samples=2, until_valid=3)

    assert frame.groupby("prompt")["sample"].agg(list).tolist() == [[0, 1], [0, 1, 2]]


def test_a_failed_call_is_a_row_and_asked_again_by_the_next_run_alone(teach: Any, teachers: Any, fails: Any) -> None:
    teachers.says = {("small", "a"): [fails()]}
    frame = teach(["a"], until_valid=4)
    assert frame[["error_kind", "reasons"]].to_numpy().tolist() == [["invalid_request", "empty_answer"]]
    assert evidence_of(frame["evidence"].iloc[0]) == {"empty_answer": "invalid_request"}
    teachers.says.clear()

    assert teach(["a"], until_valid=4)["valid"].tolist() == [True]


def test_a_prompt_of_the_evaluation_is_asked_once_and_never_again(teach: Any) -> None:
    text = "how many eggs does the farmer sell at the market on each day"

    frame = teach([text, "b"], until_valid=3, evaluation={"bench": [text]})

    assert frame["reasons"].tolist() == ["contaminated_with", ""]


def test_one_budget_holds_for_all_rounds(teach: Any, teachers: Any) -> None:
    """An answer costs 1.5 cents and may cost 33; each round alone would have room for its two, again and again."""
    teachers.says = {("small", name): ["wrong"] for name in "ab"}

    frame = teach(["a", "b"], until_valid=20, budget=0.5, params={"max_tokens": 5})

    assert frame["billed_usd"].sum() == pytest.approx(0.18)
    assert len(teachers.asked) == 12
    assert frame.loc[frame["error_kind"] == "budget", "sample"].tolist() == [6, 6]


def test_where_the_cost_of_a_round_is_unknown_no_further_one_begins(teach: Any, teachers: Any, fails: Any) -> None:
    """A request that timed out may have been billed."""
    teachers.says = {("small", "a"): [fails("timeout")], ("small", "b"): ["wrong"]}

    with pytest.warns(RunWarning, match="1 further answers were not asked for"):
        frame = teach(["a", "b"], until_valid=3, budget=5, params={"max_tokens": 5})

    assert frame["sample"].tolist() == [0, 0]


def test_an_interrupt_returns_what_is_there_with_the_rest_marked(teach: Any, teachers: Any) -> None:
    def stop(call: Any) -> None:
        if call.request.sample == 1 and call.prompt == "c":
            raise KeyboardInterrupt

    teachers.says = {("small", name): WRONG for name in "bc"}
    teachers.before = stop

    frame = teach(["a", "b", "c"], until_valid=3)

    assert cells(frame) == [
        (0, "small", 0, True, True),
        (1, "small", 0, False, False),
        (1, "small", 1, False, False),
        (2, "small", 0, False, False),
        (2, "small", 1, False, False),
    ]
    assert "interrupted; run the same call again" in frame["error"].iloc[-1]
    teachers.before = None
    whole = teach(["a", "b", "c"], until_valid=3)
    assert whole["chosen"].sum() == 3
    assert len(teachers.asked) == len(set(teachers.asked))


def test_an_interrupt_may_be_raised(teach: Any, teachers: Any) -> None:
    def stop(_: Any) -> None:
        raise KeyboardInterrupt

    teachers.before = stop

    with pytest.raises(KeyboardInterrupt):
        teach(["a"], on_interrupt="raise")


def test_without_the_network_only_samples_that_were_asked_are_rows(teach: Any, teachers: Any) -> None:
    teachers.says = {("small", "b"): ["wrong"]}
    teach(["a", "b"], until_valid=2)
    teachers.asked.clear()

    frame = teach(["a", "b"], until_valid=5, cache="only")

    assert teachers.asked == []
    assert frame["sample"].tolist() == [0, 0, 1]


def test_a_judge_verifies_within_the_same_run(teach: Any, teachers: Any, teacher_named: Any) -> None:
    judge = score.judge(teacher_named("judge"), rubric="Is it good?", scale="yes/no")
    teachers.says = {("small", "b"): WRONG}
    answered = teachers.__call__

    async def send(call: Any) -> Any:
        if call.profile.name == "judge":
            good = "wrong" not in str(call.request.messages)
            teachers.says["judge", call.prompt] = [f"Hm.\nVerdict: {'yes' if good else 'no'}"]
        return await answered(call)

    frame = teach(["a", "b"], until_valid=4, verify={"fine": judge}, send=send)

    assert frame["fine"].tolist() == [True, False, False, True]
    assert frame["chosen"].sum() == 2
    assert frame["fine_cost_usd"].notna().all()


def test_a_bound_is_held_against_numbers(teach: Any, teachers: Any) -> None:
    teachers.says = {("small", "a"): ["r", "rig", "right"]}
    part = {"part": lambda row: len(row.content) / 5}

    frame = teach(["a"], until_valid=5, verify=part, least=0.6)

    assert frame["part"].tolist() == [0.2, 0.6]
    assert frame["valid"].tolist() == [False, True]


def test_a_score_of_a_round_without_any_keeps_its_type(teach: Any, teachers: Any, fails: Any) -> None:
    teachers.says = {("small", "a"): ["wrong", fails()]}

    frame = teach(["a"], until_valid=3)

    assert str(frame["right"].dtype) == "boolean"
    assert frame["right"].isna().tolist() == [False, True]


def test_conversations_that_end_alike_are_no_duplicates(teach: Any, teachers: Any) -> None:
    talks = [
        [
            {"role": "user", "content": first},
            {"role": "assistant", "content": "yes"},
            {"role": "user", "content": "And?"},
        ]
        for first in ("Tell me of bees.", "What does a dam do?")
    ]
    teachers.says = {}

    assert teach(talks)["chosen"].tolist() == [True, True]
    assert teach(["And?", "and? "])["reasons"].tolist() == ["", "duplicate_of"]


def test_a_score_that_is_a_verdict_in_one_round_and_a_number_in_another_is_a_number(teach: Any, teachers: Any) -> None:
    teachers.says = {("a", "p1"): ["wrong", "right"]}

    df = teach(["p1"], ["a"], verify={"v": lambda row: True if row["content"] == "right" else 0.0}, until_valid=2)

    assert df["v"].dtype == "Float64"
    assert df["v"].tolist() == [0.0, 1.0]
    assert df["valid"].tolist() == [False, True]


@pytest.mark.parametrize("part", [{"type": "text", "text": None}, {"type": "text", "text": "b"}])
def test_a_part_without_a_text_is_no_hindrance(teach: Any, part: dict[str, Any]) -> None:
    said = [{"role": "user", "content": [{"type": "text", "text": "a"}, part]}]

    assert teach([said], ["a"])["valid"].tolist() == [True]


def test_answers_that_are_there_are_judged_and_nothing_is_asked(teachers: Any) -> None:
    rows = pd.DataFrame({"prompt": ["1+1?", "1+2?"], "content": ["2", "4"], "answer": ["2", "3"]})

    frame = distill(rows, verify=score.exact("answer"), send=teachers)

    assert frame["exact"].tolist() == frame["valid"].tolist() == [True, False]
    assert teachers.asked == []
    assert distill(frame, verify=["exact"])["chosen"].tolist() == [True, False]


def test_it_can_be_awaited() -> None:
    rows = pd.DataFrame({"prompt": ["1+1?"], "content": ["2"]})

    async def main() -> pd.DataFrame:
        return await adistill(rows)

    assert asyncio.run(main())["valid"].tolist() == [True]


def test_no_prompts_are_a_frame_with_all_columns(teach: Any) -> None:
    prompts = pd.DataFrame({"prompt": pd.Series([], dtype="object"), "topic": pd.Series([], dtype="object")})

    frame = teach(prompts)

    assert list(frame.columns) == [*COLUMNS, "topic", "right", *ADDED]
    assert funnel(frame)["rows"].tolist() == [0] * 5


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"until_valid": 0}, "until_valid= must be a whole number"),
        ({"until_valid": True}, "until_valid= must be"),
        ({"samples": 1.5}, "samples= must be"),
        ({"samples": 3, "until_valid": 2}, "samples=3 are asked in any case"),
        ({"until": "both", "until_valid": 2}, "until= must be 'teacher' or 'prompt'"),
        ({"until": "prompt"}, "say how often to ask"),
        ({"verify": ["nothing"]}, "'nothing', which is not there"),
        ({"choose": "best", "best": "grade"}, "best='grade' is no score"),
        ({"name": "two\nlines"}, "name= must be a text"),
        ({"evaluation": "a text alone"}, "evaluation="),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_asked(
    teach: Any, teachers: Any, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises((InputError, ConfigError), match=words):
        teach(["a"], **wrong)
    assert teachers.asked == []


def test_a_column_that_it_makes_itself_is_refused(teach: Any) -> None:
    with pytest.raises(InputError, match="'split', which distill makes"):
        teach(pd.DataFrame({"prompt": ["a"], "split": ["train"]}))
    with pytest.raises(InputError, match="'valid', which distill makes"):
        distill(pd.DataFrame({"prompt": ["a"], "content": ["b"], "valid": [True]}))


@pytest.mark.parametrize(
    "asking",
    [{"teachers": "sim/small"}, {"until_valid": 2}, {"samples": 2}, {"params": {"seed": 1}}, {"system": "x"}],
)
def test_asking_and_answers_that_are_there_do_not_go_together(asking: dict[str, Any]) -> None:
    rows = pd.DataFrame({"prompt": ["a"], "content": ["b"]})

    with pytest.raises(InputError, match="so nothing is asked"):
        distill(rows, **asking)


def test_answers_need_their_prompts() -> None:
    with pytest.raises(InputError, match="needs a column 'prompt'"):
        distill(pd.DataFrame({"content": ["b"]}))


def test_the_last_line_says_what_it_came_to(
    teach: Any, teachers: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    teachers.says = {("small", "b"): WRONG}

    frame = teach(["a", "b"], until_valid=3, progress=True, store=tmp_path / "other")

    said = "2 of 2 prompts have a valid answer · 2 chosen · 4 rows in 3 rounds · $0.0600"
    assert capsys.readouterr().err.splitlines()[-1] == f"distilkit: {said}"
    unknown = frame.assign(billed_usd=pd.array([None] * 4, dtype="Float64"))
    assert line(unknown, 1).endswith("4 rows in 1 round · cost unknown")
