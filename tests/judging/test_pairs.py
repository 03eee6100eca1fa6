"""Every two profiles compared, prompt by prompt: one row each, whatever becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.errors import ConfigError, InputError, ProviderError
from distilkit.judging import ajudge_pairs, judge_pairs
from distilkit.profiles import Profile
from distilkit.sim import Dials

Answers = Callable[..., pd.DataFrame]
COLUMNS = ["prompt_id", "sample", "profile_a", "profile_b", "winner", "first_order", "second_order", "flipped"]
COLUMNS += ["explanation", "cost_usd", "billed_usd", "input_tokens", "output_tokens", "error_kind", "error", "reason"]


@pytest.fixture
def judged(judge: Any, the_judge: Profile, tmp_path: Path) -> Callable[..., pd.DataFrame]:
    def run(frame: pd.DataFrame, *lines: Any, **more: Any) -> pd.DataFrame:
        send = more.pop("send", None) or judge(*lines)
        return judge_pairs(
            frame, the_judge, **{"rubric": "Which?", "store": tmp_path, "progress": False, "send": send, **more}
        )

    return run


def test_every_two_profiles_meet_on_every_prompt(judged: Any, answers: Answers) -> None:
    frame = judged(answers(a=["1", "2"], b=["3", "4"], c=["5", "6"]), "Verdict: tie")

    assert frame.columns.tolist() == COLUMNS
    met = list(zip(frame["profile_a"], frame["profile_b"], frame["prompt_id"], strict=True))
    assert met == [(*pair, nth) for pair in (("a", "b"), ("a", "c"), ("b", "c")) for nth in (0, 1)]
    assert set(frame["winner"]) == {"tie"}


@pytest.mark.parametrize(
    ("lines", "winner", "flipped"),
    [(("A", "B"), "a", False), (("B", "A"), "b", False), (("A", "A"), "tie", True), (("tie", "tie"), "tie", False)],
)
def test_the_winner_is_who_wins_in_both_orders(
    judged: Any, answers: Answers, lines: tuple[str, str], winner: str, flipped: Any
) -> None:
    (row,) = judged(answers(a=["1"], b=["2"]), *(f"Verdict: {line}" for line in lines)).itertuples()

    assert (row.winner, row.flipped) == (winner, flipped)
    assert row.cost_usd == pytest.approx(0.03)
    assert pd.isna(row.reason)


def test_a_second_run_is_free(judged: Any, answers: Answers, judge: Any) -> None:
    frame = answers(a=["1"], b=["2"])
    first, silent = judged(frame, "Verdict: A"), judge("Verdict: A")

    second = judged(frame, send=silent)

    assert silent.calls == []
    assert second["billed_usd"].tolist() == [0.0]
    pd.testing.assert_frame_equal(first.drop(columns="billed_usd"), second.drop(columns="billed_usd"))


def test_a_missing_side_is_a_row_with_a_reason(judged: Any, answers: Answers) -> None:
    frame = judged(answers(a=["1", None, "x"], b=["2", "3"]), "Verdict: tie")

    assert frame["winner"].tolist() == ["tie", pd.NA, pd.NA]
    assert frame["reason"].tolist()[1:] == [f"{name!r} has no answer to this prompt and sample" for name in "ab"]
    assert frame["cost_usd"].isna().tolist() == [False, True, True]


def test_a_failed_call_is_a_row_with_its_kind(judged: Any, answers: Answers) -> None:
    refused = ProviderError("no", kind="invalid_request", provider="x", status=400)

    (row,) = judged(answers(a=["1"], b=["2"]), refused).itertuples()

    assert (row.error_kind, row.error) == ("invalid_request", "no")
    assert row.reason == "the judge failed: invalid_request: no"
    assert pd.isna(row.winner)
    assert pd.isna(row.cost_usd)


def test_only_the_pairs_asked_for_meet(judged: Any, answers: Answers) -> None:
    frame = judged(answers(a=["1"], b=["2"], c=["3"]), "Verdict: tie", pairs=[("c", "a")])

    assert frame[["profile_a", "profile_b"]].to_numpy().tolist() == [["c", "a"]]


def test_without_swapping_there_is_one_order(judged: Any, answers: Answers, judge: Any) -> None:
    send = judge("Verdict: B")

    (row,) = judged(answers(a=["1"], b=["2"]), send=send, swap=False).itertuples()

    assert (row.winner, row.first_order) == ("b", "b")
    assert pd.isna(row.second_order)
    assert len(send.calls) == 1


def test_a_budget_that_is_too_small_leaves_rows_that_say_so(judged: Any, answers: Answers) -> None:
    frame = judged(answers(a=["1"], b=["2"]), "Verdict: A", budget=0.001, params={"max_tokens": 5})

    assert frame["error_kind"].tolist() == ["budget"]
    assert frame["winner"].isna().all()


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"profile": ["a"]})])
def test_a_frame_that_lacks_a_column_is_named(judged: Any, frame: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="lacks the columns"):
        judged(frame, "Verdict: A")


@pytest.mark.parametrize("profiles", [{}, {"a": ["1"]}])
def test_nobody_to_meet_is_an_empty_frame_with_all_columns(
    judged: Any, answers: Answers, profiles: dict[str, list[str]]
) -> None:
    frame = answers(**profiles).reindex(columns=["prompt_id", "profile", "sample", "prompt", "content"])

    found = judged(frame, "Verdict: A")

    assert found.columns.tolist() == COLUMNS
    assert len(found) == 0
    assert [str(found[name].dtype) for name in ("winner", "flipped", "cost_usd", "output_tokens")] == [
        "string",
        "boolean",
        "Float64",
        "Int64",
    ]


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ("ab", "pairs="),
        (["ab"], "two different profiles"),
        ([("a", "a")], "two different"),
        ([("a", "z")], "'z' is no"),
    ],
)
def test_a_wrong_pair_is_named(judged: Any, answers: Answers, pairs: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        judged(answers(a=["1"], b=["2"]), "Verdict: A", pairs=pairs)


def test_an_unknown_judge_is_refused(answers: Answers, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nobody"):
        judge_pairs(answers(a=["1"]), "nobody/at-all", rubric="?", store=tmp_path)


def test_the_frame_is_not_changed_and_its_index_does_not_matter(judged: Any, answers: Answers) -> None:
    frame = answers(a=["1"], b=["2"])
    frame.index = pd.Index([7, 7])
    before = frame.copy()

    assert len(judged(frame, "Verdict: A")) == 1
    pd.testing.assert_frame_equal(frame, before)


def test_the_async_face_is_the_same(judge: Any, the_judge: Profile, answers: Answers, tmp_path: Path) -> None:
    async def main() -> pd.DataFrame:
        return await ajudge_pairs(
            answers(a=["1"], b=["2"]), the_judge, rubric="?", store=tmp_path, send=judge("Verdict: tie"), progress=False
        )

    assert asyncio.run(main())["winner"].tolist() == ["tie"]


def test_hostile_names_and_texts_are_data(judged: Any, answers: Answers) -> None:
    frame = judged(answers(**{"$a": ["\ud800"], "_b c": ["{answer_a}"]}), "\ud800\nVerdict: A", "Verdict: B")

    assert frame[["profile_a", "profile_b", "winner"]].to_numpy().tolist() == [["$a", "_b c", "a"]]


def test_a_simulated_judge_over_http_finds_what_is_right(tmp_path: Path) -> None:
    expert = Profile(name="e", provider="sim", model="e", section="sim", sim=Dials(latency_s=0, skill=1.0))
    df = dk.compare(
        dk.sample_task(20),
        ["sim/small", "sim/large"],
        score={"right": dk.score.number_or_text("answer")},
        store=tmp_path,
        progress=False,
    )

    found = judge_pairs(df, expert, rubric="Which is right?", store=tmp_path, progress=False).set_index("prompt_id")

    right = df.pivot_table(index="prompt_id", columns="profile", values="right", aggfunc="first").astype(float)
    lead = right["sim/small"] - right["sim/large"]
    wanted = lead.map({1.0: "a", -1.0: "b", 0.0: "tie"})
    assert found["winner"].reindex(wanted.index).tolist() == wanted.tolist()


@pytest.mark.parametrize(("samples", "shown"), [(["s1", "s1"], "s1"), ([float("nan")] * 2, pd.NA), ([1.0, 1.0], 1)])
def test_samples_may_be_named_as_in_a_frame_from_elsewhere(
    judged: Any, answers: Answers, samples: list[Any], shown: Any
) -> None:
    frame = judged(answers(a=["1"], b=["2"]).assign(sample=pd.Series(samples, dtype=object)), "Verdict: tie")

    assert frame["winner"].tolist() == ["tie"]
    assert frame["sample"].tolist() == [shown]


def test_prompts_named_by_lists_are_refused(judged: Any, answers: Answers) -> None:
    with pytest.raises(InputError, match="column 'prompt_id' holds a list"):
        judged(answers(a=["1"], b=["2"]).assign(prompt_id=[[1], [1]]), "Verdict: tie")
