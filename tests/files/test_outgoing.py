"""Tables into files: whatever a model said is written, and nothing of it runs."""

from __future__ import annotations

import json
import os
from importlib import machinery
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.files import check_target, read_table, write_table

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")']
PYTHON = pd.StringDtype("python")


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_what_is_written_is_read_again(tmp_path: Path, ending: str) -> None:
    frame = pd.DataFrame({"prompt": ["a", "é\u2028b", "c\nd"], "answer": ["1", "2", "3"]})

    write_table(frame, tmp_path / f"table.{ending}")

    assert read_table(tmp_path / f"table.{ending}").astype(str).to_dict() == frame.to_dict()


@pytest.mark.parametrize("text", FORMULAS)
def test_a_spreadsheet_runs_nothing_a_model_said(tmp_path: Path, text: str) -> None:
    frame = pd.DataFrame({"content": pd.array([text, None], dtype="string"), text: ["x", "y"]})

    write_table(frame, tmp_path / "rows.csv")

    back = pd.read_csv(tmp_path / "rows.csv", dtype=str, lineterminator="\n")
    assert back["content"][0] == f"'{text}"
    assert f"'{text}" in back.columns
    assert pd.isna(back["content"][1])


def test_negative_numbers_stay_numbers(tmp_path: Path) -> None:
    write_table(pd.DataFrame({"change": [-1.5]}), tmp_path / "rows.csv")

    assert pd.read_csv(tmp_path / "rows.csv")["change"].tolist() == [-1.5]


def test_lone_surrogates_do_not_lose_the_file(tmp_path: Path) -> None:
    frame = pd.DataFrame({"content": pd.array(["\ud800"], dtype=pd.StringDtype("python"))})

    write_table(frame, tmp_path / "rows.csv")
    write_table(frame, tmp_path / "rows.jsonl")

    assert json.loads((tmp_path / "rows.jsonl").read_text()) == {"content": "\ud800"}


@pytest.mark.parametrize("target", ["result.xlsx", "result", "nowhere/result.csv"])
def test_a_target_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path, target: str) -> None:
    with pytest.raises(InputError):
        check_target(tmp_path / target)


@pytest.mark.parametrize("target", ["folder.csv", f"{'x' * 300}.csv", f"{'x' * 300}/result.csv"])
def test_a_target_that_only_the_disk_refuses_is_refused_before_the_run(tmp_path: Path, target: str) -> None:
    (tmp_path / "folder.csv").mkdir()

    with pytest.raises(InputError):
        check_target(tmp_path / target)


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused_before_the_run(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(InputError, match="permission"):
        check_target(tmp_path / "result.csv")


def test_parquet_without_pyarrow_is_refused_before_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_spec(name: str) -> machinery.ModuleSpec | None:
        return None if name == "pyarrow" else machinery.PathFinder.find_spec(name)

    monkeypatch.setattr("distilkit.files.outgoing.find_spec", find_spec)

    with pytest.raises(InputError, match="needs pyarrow"):
        check_target(tmp_path / "result.parquet")


def test_a_category_is_defused_like_any_text(tmp_path: Path) -> None:
    write_table(pd.DataFrame({"kind": pd.Categorical(["=1+1"])}), tmp_path / "rows.csv")

    assert (tmp_path / "rows.csv").read_text() == "kind\n'=1+1\n"


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, "a", None], ["1", "a", None]),
        ([[1], ["a"], "x"], ["[1]", '["a"]', "x"]),
        ([2**70, 1], [str(2**70), "1"]),
        ([["\ud800"]], ['["\\ud800"]']),
    ],
)
def test_a_column_that_parquet_cannot_hold_is_written_as_text_and_said(
    tmp_path: Path, values: list[Any], texts: list[str | None]
) -> None:
    frame = pd.DataFrame({"prompt": "p", "odd": pd.Series(values, dtype=object)})

    with pytest.warns(UserWarning, match="rows.parquet: written as text.*'odd'$"):
        write_table(frame, tmp_path / "rows.parquet")

    back = read_table(tmp_path / "rows.parquet")
    assert [None if pd.isna(text) else text for text in back["odd"]] == texts


def test_half_a_surrogate_pair_is_escaped_in_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"content": pd.array(["a\ud800", None], dtype=PYTHON), "n": pd.array([1, None], "Int64")})

    write_table(frame, tmp_path / "rows.parquet")

    back = read_table(tmp_path / "rows.parquet")
    assert back["content"][0] == "a\\ud800"
    assert back["content"].isna().tolist() == back["n"].isna().tolist() == [False, True]


def test_columns_that_parquet_can_hold_keep_their_types(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"n": pd.array([1, 2], "Int64"), "items": [[1], [2]], "odd": pd.Series([1, "a"], dtype=object)}
    )

    with pytest.warns(UserWarning, match="'odd'$"):
        write_table(frame, tmp_path / "rows.parquet")

    back = read_table(tmp_path / "rows.parquet")
    assert back["n"].dtype == "Int64"
    assert [list(items) for items in back["items"]] == [[1], [2]]


def test_jsonl_is_json_where_numbers_are_not_finite(tmp_path: Path) -> None:
    odd = [[float("nan"), float("inf"), 1.5], {"a": float("-inf"), "b": {1: pd.NA}}]
    write_table(pd.DataFrame({"x": [float("inf"), 1.0], "odd": odd}), tmp_path / "rows.jsonl")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    lines = (tmp_path / "rows.jsonl").read_text().splitlines()
    assert [json.loads(line, parse_constant=refuse) for line in lines] == [
        {"x": None, "odd": [None, None, 1.5]},
        {"x": 1.0, "odd": {"a": None, "b": {"1": None}}},
    ]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_parsed_objects_are_written_as_json_each_with_its_own_fields(tmp_path: Path, ending: str) -> None:
    frame = pd.DataFrame({"parsed": pd.Series([{"answer": 1}, {"b": [2]}, pd.NA], dtype=object)})
    path = tmp_path / f"rows.{ending}"

    write_table(frame, str(path))

    back = pd.read_csv(path) if ending == "csv" else pd.read_parquet(path)
    assert [json.loads(text) for text in back["parsed"].dropna()] == [{"answer": 1}, {"b": [2]}]
    assert back["parsed"].isna().tolist() == [False, False, True]
