"""Rows that come back from a file are rows again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import distilkit as dk
from distilkit.errors import InputError
from distilkit.files import read_rows, write_table


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    frame = dk.compare(
        dk.sample_task(6),
        ["sim/small", "sim/large"],
        score={"correct": dk.score.number_or_text("answer"), "length": lambda row: len(row.content)},
        store=tmp_path_factory.mktemp("store"),
        progress=False,
    )
    frame.loc[0, ["error_kind", "content", "cost_usd"]] = ["timeout", pd.NA, pd.NA]
    return frame


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_rows_come_back_with_the_types_of_what_is_known(rows: pd.DataFrame, tmp_path: Path, ending: str) -> None:
    write_table(rows, tmp_path / f"rows.{ending}")

    found = read_rows(tmp_path / f"rows.{ending}", score="length")

    assert dk.summarize(found, "correct")["errors"].tolist() == [1, 0]
    assert found["correct"].dtype == "boolean"
    assert found["cost_usd"].isna().tolist() == rows["cost_usd"].isna().tolist()
    assert found["length"].dropna().tolist() == rows["length"].dropna().tolist()


def test_a_decision_from_a_file_is_the_decision_from_the_frame(rows: pd.DataFrame, tmp_path: Path) -> None:
    write_table(rows, tmp_path / "rows.csv")

    found = dk.recommend(read_rows(tmp_path / "rows.csv"), "correct", quality=0.2)

    assert found["reason"][0] == dk.recommend(rows, "correct", quality=0.2)["reason"][0]


def test_an_answer_that_looks_like_nothing_stays_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("prompt_id,profile,content,mine,right\n007,a,NA,12,True\n008,a,,x,\n")

    found = read_rows(tmp_path / "rows.csv")

    assert found["prompt_id"].tolist() == ["007", "008"]
    assert found["content"].isna().tolist() == [False, True]
    assert found["mine"].tolist() == ["12", "x"]
    assert found["right"].tolist() == [True, pd.NA]


@pytest.mark.parametrize(
    ("header", "value", "problem"),
    [
        ("cost_usd", "free", "'cost_usd' cannot be read as Float64"),
        ("from_store", "maybe", "'from_store' cannot be read"),
    ],
)
def test_a_cell_of_another_type_is_refused_with_its_column(
    tmp_path: Path, header: str, value: str, problem: str
) -> None:
    (tmp_path / "rows.csv").write_text(f"prompt_id,profile,{header}\n1,a,{value}\n")

    with pytest.raises(InputError, match=problem):
        read_rows(tmp_path / "rows.csv")
