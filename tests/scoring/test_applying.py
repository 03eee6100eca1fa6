"""How scores get into a frame, and what becomes of rows that cannot be scored."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit import scoring
from distilkit.api import acompare, compare
from distilkit.calls import Call, Record
from distilkit.errors import InputError
from distilkit.frame import COLUMNS
from distilkit.scoring import Scorer, Unscored, apply, check, exact, number

MakeFrame = Callable[..., pd.DataFrame]


def length(row: scoring.Row) -> int:
    return len(row["content"])


def test_scores_come_last_and_in_order(frame_of: MakeFrame) -> None:
    frame = frame_of(["18", "x"], answer=[18, 19])

    scored = apply(frame, {"right": number(), "length": length, "same": exact()})

    assert scored.columns.tolist() == [*COLUMNS, "answer", "right", "length", "same"]
    assert scored["right"].tolist() == [True, False]
    assert scored["length"].tolist() == [2.0, 1.0]
    assert [str(scored[name].dtype) for name in ("right", "length")] == ["boolean", "Float64"]
    assert "right" not in frame


def test_a_function_of_a_row_sees_every_column(frame_of: MakeFrame) -> None:
    frame = frame_of(["18", "x"], answer=["18", "y"])

    scored = apply(frame, {"right": lambda row: row["content"] == row["answer"] and row["prompt_id"] == 0})

    assert scored["right"].tolist() == [True, False]


def test_one_score_names_itself(frame_of: MakeFrame) -> None:
    frame = frame_of(["18"], answer=["18"])

    names = [apply(frame, score).columns[-1] for score in (exact(), length, lambda _: True)]

    assert names == ["exact", "length", "score"]


def test_no_score_leaves_the_frame_alone(frame_of: MakeFrame) -> None:
    frame = frame_of(["18"])

    assert apply(frame, None) is frame
    assert apply(frame, {}) is frame


@pytest.mark.parametrize("score", [exact(), length])
def test_a_failed_row_is_not_scored(frame_of: MakeFrame, score: Any) -> None:
    frame = frame_of(["18", None, "18"], answer=["18", "18", "18"])
    frame.loc[2, "error_kind"] = "content_filter"

    scored = apply(frame, {"s": score})

    assert scored["s"].isna().tolist() == [False, True, True]
    assert "s_reason" not in scored


def test_a_missing_value_is_na_to_a_function_of_a_row(frame_of: MakeFrame) -> None:
    frame = frame_of(["18", "18"], answer=["18", None])

    scored = apply(frame, {"right": lambda row: row["content"] == row["answer"]})

    assert scored["right"].tolist() == [True, pd.NA]


def test_a_row_that_cannot_be_scored_says_why(frame_of: MakeFrame) -> None:
    frame = frame_of(["18", "x", "19"])

    with pytest.warns(UserWarning, match=r"score 'value' is <NA> on 1 of 3 rows.*value_reason"):
        scored = apply(frame, {"value": lambda row: int(row["content"]), "length": length})

    assert scored.columns[-3:].tolist() == ["value", "value_reason", "length"]
    assert scored["value"].tolist() == [18.0, pd.NA, 19.0]
    assert scored["value_reason"].isna().tolist() == [True, False, True]
    assert "ValueError" in scored["value_reason"][1]


def test_a_reference_without_a_number_says_so(frame_of: MakeFrame) -> None:
    frame = frame_of(["18", "18"], answer=["18", "n/a"])

    with pytest.warns(UserWarning, match="no number in column 'answer'"):
        scored = apply(frame, {"right": number()})

    assert scored["right"].tolist() == [True, pd.NA]


def test_a_reason_may_quote_anything(frame_of: MakeFrame) -> None:
    def failing(_: scoring.Row) -> bool:
        raise LookupError("half a pair: \ud800")

    with pytest.warns(UserWarning, match="half a pair"):
        scored = apply(frame_of(["a"]), {"s": failing})

    assert scored["s_reason"].tolist() == ["LookupError: half a pair: ?"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float64("-inf")])
def test_a_score_that_is_not_finite_is_unknown(frame_of: MakeFrame, value: float) -> None:
    with pytest.warns(UserWarning, match="not a finite number"):
        scored = apply(frame_of(["a", "b"]), {"s": lambda row: value if row["content"] == "a" else 1})

    assert scored["s"].tolist() == [pd.NA, 1.0]


@pytest.mark.parametrize("value", ["yes", b"1", [1], object()])
def test_nonsense_is_refused_by_name(frame_of: MakeFrame, value: Any) -> None:
    with pytest.raises(InputError, match="score 'mine' must give True, False, a number or None"):
        apply(frame_of(["a"]), {"mine": lambda _: value})


@pytest.mark.parametrize(
    ("returned", "problem"), [([True], "1 values for 2 rows"), ("yes", "not str"), (True, "not bool")]
)
def test_a_scorer_must_return_a_value_a_row(frame_of: MakeFrame, returned: Any, problem: str) -> None:
    with pytest.raises(InputError, match=f"score 'mine'.*{problem}"):
        apply(frame_of(["a", "b"]), {"mine": Scorer(name="mine", function=lambda _: returned)})


def test_a_scorer_of_frames_may_return_a_series_or_reasons(frame_of: MakeFrame) -> None:
    frame = frame_of(["a", None, "b"])
    whole = Scorer(name="whole", function=lambda answered: answered["content"] == "a")
    partly = Scorer(name="partly", function=lambda _: [True, Unscored("the judge was silent")])

    with pytest.warns(UserWarning, match="the judge was silent"):
        scored = apply(frame, {"whole": whole, "partly": partly})

    assert scored["whole"].tolist() == [True, pd.NA, False]
    assert scored["partly_reason"].tolist() == [pd.NA, pd.NA, "the judge was silent"]


@pytest.mark.parametrize("value", [True, np.True_, 1, 2.5, np.int64(3), None, pd.NA])
def test_plain_and_numpy_values_are_taken(frame_of: MakeFrame, value: Any) -> None:
    scored = apply(frame_of(["a"]), {"s": lambda _: value})

    expected = pd.NA if value is None or value is pd.NA else value
    assert scored["s"].iloc[0] is expected or scored["s"].iloc[0] == expected


def test_verdicts_and_numbers_together_are_numbers(frame_of: MakeFrame) -> None:
    scored = apply(frame_of(["a", "b"]), {"s": lambda row: True if row["content"] == "a" else 0.5})

    assert scored["s"].tolist() == [1.0, 0.5]
    assert str(scored["s"].dtype) == "Float64"


@pytest.mark.parametrize(
    ("name", "problem"),
    [("content", "'content'"), ("answer", "'answer'"), ("", "text"), (3, "text"), ("mine", "_reason")],
)
def test_a_taken_or_impossible_name_is_refused(frame_of: MakeFrame, name: Any, problem: str) -> None:
    frame = frame_of(["a"], answer=["a"], mine_reason=["because"])

    with pytest.raises(InputError, match=problem):
        apply(frame, {name: exact()})


def test_a_missing_reference_column_is_refused_and_the_others_named() -> None:
    with pytest.raises(InputError, match=r"needs a column 'anwser'.*'answer', 'topic'"):
        check({"right": exact("anwser")}, ["prompt_id", "content", "answer", "topic"])


def test_what_is_not_callable_is_refused() -> None:
    with pytest.raises(InputError, match=r"score 'right'.*'answer'"):
        check({"right": "answer"}, [])  # type: ignore[dict-item]


def test_an_empty_frame_gets_its_columns(frame_of: MakeFrame) -> None:
    scored = apply(frame_of([], answer=[]), {"right": exact(), "length": length})

    assert [str(scored[name].dtype) for name in ("right", "length")] == ["boolean", "Float64"]


def test_a_frame_from_elsewhere_is_scored() -> None:
    frame = pd.DataFrame({"content": ["a", None], "answer": ["a", "a"]}, index=[7, 7])

    assert apply(frame, {"right": exact()})["right"].tolist() == [True, pd.NA]


def test_a_stop_button_in_a_scorer_stops() -> None:
    def stopped(_: scoring.Row) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply(pd.DataFrame({"content": ["a"]}), {"s": stopped})


def test_the_named_surface_is_this_and_sorted() -> None:
    assert scoring.__all__ == sorted(scoring.__all__)
    assert set(scoring.__all__) >= {"apply", "check", "contains", "exact", "last_number", "number", "regex"}


def test_the_room_is_imported_without_pandas() -> None:
    code = "import sys, distilkit.scoring; raise SystemExit('pandas' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _raises(_: scoring.Row) -> bool:
    raise ValueError("no")


async def _send(_: Call) -> Record:
    return Record(provider="sim", raw={"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]})


def test_the_warning_names_the_callers_line(frame_of: MakeFrame) -> None:
    with pytest.warns(UserWarning, match="is <NA> on 1 of 1 rows") as caught:
        apply(frame_of(["18"]), {"odd": _raises})

    assert [warning.filename for warning in caught] == [__file__]


def test_the_warning_names_the_callers_line_through_both_faces(tmp_path: Path) -> None:
    async def main() -> None:
        await acompare(["b"], "sim/small", score={"odd": _raises}, send=_send, store=tmp_path, progress=False)

    with pytest.warns(UserWarning, match="is <NA> on 1 of 1 rows") as caught:
        compare(["a"], "sim/small", score={"odd": _raises}, send=_send, store=tmp_path, progress=False)
    with pytest.warns(UserWarning, match="is <NA> on 1 of 1 rows") as caught_too:
        asyncio.run(main())

    assert [warning.filename for warning in [*caught, *caught_too]] == [__file__, __file__]


def test_a_scorer_that_was_not_called_is_told_before_anything_is_scored() -> None:
    from distilkit.scoring import number

    with pytest.raises(InputError, match=r"number makes a scorer; call it, as in score.number\(...\)"):
        check({"right": number}, ["answer"])
