"""Answers recorded elsewhere are compared like any other, and what is not known of them stays unknown."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import distilkit as dk
from distilkit.profiles import Strategy

ANSWERS = pd.DataFrame({"prompt": ["a?", "b?"], "content": ["yes", "<think>hm</think>no"], "cost_usd": [0.01, None]})


def test_a_frame_of_answers_is_served_from_the_store(tmp_path: Path) -> None:
    assert dk.add_recorded(ANSWERS, "openai/gpt-4o", store=tmp_path) == 2
    assert dk.add_recorded(ANSWERS, "openai/gpt-4o", store=tmp_path) == 0

    frame = dk.compare(["a?", "b?"], "openai/gpt-4o", store=tmp_path, cache="only")

    assert frame["content"].tolist() == ["yes", "no"]
    assert frame["thinking"].isna().tolist() == [True, False]
    assert frame["cost_usd"][0] == 0.01
    assert pd.isna(frame["cost_usd"][1])
    assert frame["latency_s"].isna().all()
    assert len(dk.spend(tmp_path)) == 0


def test_answers_are_of_a_profile_not_of_a_strategy(tmp_path: Path) -> None:
    strategy = Strategy(name="either", policy="failover", profiles=("sim/small", "sim/large"))

    with pytest.raises(dk.InputError, match=r"profile='either' is a strategy; say which.*: sim/small, sim/large"):
        dk.add_recorded(ANSWERS, strategy, store=tmp_path)  # type: ignore[arg-type] # what a caller may do


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_file_of_answers_is_the_same(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"answers.{ending}"
    whole = ANSWERS[["prompt", "content"]]
    if ending == "csv":
        whole.to_csv(file, index=False)
    elif ending == "jsonl":
        whole.to_json(file, orient="records", lines=True)
    else:
        whole.to_parquet(file)

    assert dk.add_recorded(file, "openai/gpt-4o", store=tmp_path / "store") == 2
    frame = dk.compare(["a?"], "openai/gpt-4o", store=tmp_path / "store", cache="only")
    assert frame["content"].tolist() == ["yes"]


def test_a_csv_with_numbers_and_gaps_is_understood(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("prompt,content,input_tokens,latency_s\na?,yes,12,0.5\nb?,no,,\n")

    dk.add_recorded(tmp_path / "answers.csv", "openai/gpt-4o", store=tmp_path / "store")

    frame = dk.compare(["a?", "b?"], "openai/gpt-4o", store=tmp_path / "store", cache="only")
    assert frame["input_tokens"].tolist() == [12, pd.NA]
    assert frame["latency_s"].isna().tolist() == [False, True]


def test_an_unknown_column_and_a_missing_answer_are_named(tmp_path: Path) -> None:
    with pytest.raises(dk.InputError, match="content"):
        dk.add_recorded(ANSWERS.rename(columns={"content": "contents"}), "openai/gpt-4o", store=tmp_path)
    with pytest.raises(dk.InputError, match="content"):
        dk.add_recorded(ANSWERS.assign(content=["yes", None]), "openai/gpt-4o", store=tmp_path)
    with dk.Store(tmp_path) as store:
        assert len(store) == 0


def test_a_wrong_row_of_a_file_is_named_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("prompt,content,latency_s\na?,yes,1\nb?,no,fast\n")

    with pytest.raises(dk.InputError, match=r"answers\.csv: row 2: latency_s is 'fast'"):
        dk.add_recorded(file, "openai/gpt-4o", store=tmp_path / "store")
