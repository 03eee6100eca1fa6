"""Tables in files, read as they are and written safely."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.files import check_target, read_table, write_table

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")']


def test_csv_texts_are_not_changed_into_something_else(tmp_path: Path) -> None:
    file = tmp_path / "prompts.csv"
    file.write_text('\ufeffprompt,answer\nNA,007\nnull,1e3\n"a\nb",\n')

    frame = read_table(file)

    assert frame["prompt"].tolist() == ["NA", "null", "a\nb"]
    assert frame["answer"].tolist() == ["007", "1e3", ""]


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


@pytest.mark.parametrize(
    ("text", "prompts"),
    [('{"prompt": "a"}\n\n{"prompt": "b"}\n', ["a", "b"]), ('"a"\n"b"', ["a", "b"]), ("a\nb \n\n", ["a", "b "])],
)
def test_standard_input_is_jsonl_or_one_prompt_a_line(
    monkeypatch: pytest.MonkeyPatch, text: str, prompts: list[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))

    assert read_table("-")["prompt"].tolist() == prompts


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.csv", None, "no such file"),
        ("table.xlsx", b"", "ending"),
        ("bad.jsonl", b'{"prompt": "a"}\n{torn', "bad.jsonl:2: not JSON"),
        ("list.jsonl", b'{"prompt": "a"}\n[1]', "list.jsonl:2"),
        ("empty.jsonl", b"\n", "empty"),
        ("array.jsonl", b'[\n{"prompt": "a"}\n]', "not JSON"),
        ("commas.csv", b"prompt,answer\nHello, world,3\nYes, sir,4\n", "not a table"),
        ("empty.csv", b"", "not a table"),
        ("latin.csv", b"prompt\ncaf\xe9\n", "UTF-8"),
        ("torn.parquet", b"PAR1", "not a Parquet file"),
    ],
)
def test_wrong_files_are_named_with_the_place(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(InputError, match=message):
        read_table(file)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()

    with pytest.raises(InputError, match="folder"):
        read_table(tmp_path / "folder.csv")


@pytest.mark.parametrize("target", ["result.xlsx", "result", "nowhere/result.csv"])
def test_a_target_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path, target: str) -> None:
    with pytest.raises(InputError):
        check_target(tmp_path / target)
