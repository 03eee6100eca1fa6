"""Tables from files: read as they are, or refused with the place."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from distilkit.errors import InputError
from distilkit.files import read_table


def test_csv_texts_are_not_changed_into_something_else(tmp_path: Path) -> None:
    file = tmp_path / "prompts.csv"
    file.write_text('\ufeffprompt,answer\nNA,007\nnull,1e3\n"a\nb",\n')

    frame = read_table(file)

    assert frame["prompt"].tolist() == ["NA", "null", "a\nb"]
    assert frame["answer"].tolist() == ["007", "1e3", ""]


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
        ("empty.txt", b"", "empty"),
        ("empty.parquet", b"", "not a Parquet file"),
        ("doubled.csv", b'\nprompt,"a",b,a\nx,1,2,3\n', "has the column 'a' twice"),
        ("deep.jsonl", b"[" * 100_000, "deep.jsonl:1: not JSON"),
        ("digits.jsonl", b'{"n": ' + b"1" * 5000 + b"}", "digits.jsonl:1: not JSON"),
        ("name.jsonl", b'{"prompt": "a"}\n{"\\ud800": 1}', "name.jsonl:2: a field's name"),
        ("binary.txt", b"\xff\xfe\x00", "UTF-8"),
        (f"{'x' * 300}.csv", None, "cannot be read"),
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


@pytest.mark.parametrize("line", ['{"prompt": "\\ud800", "n": 1}', '"\\ud800"'])
def test_half_a_surrogate_pair_is_read_like_any_letter(tmp_path: Path, line: str) -> None:
    (tmp_path / "prompts.jsonl").write_text(line)

    assert read_table(tmp_path / "prompts.jsonl")["prompt"].tolist() == ["\ud800"]


def test_jsonl_numbers_stay_numbers_beside_gaps(tmp_path: Path) -> None:
    (tmp_path / "prompts.jsonl").write_text('{"prompt": "a", "n": 1, "m": 2}\n{"prompt": "b", "n": 2}')

    frame = read_table(tmp_path / "prompts.jsonl")

    assert (str(frame["n"].dtype), str(frame["m"].dtype)) == ("int64", "float64")
    assert frame["m"].isna().tolist() == [False, True]


def _closed() -> io.StringIO:
    stream = io.StringIO("a")
    stream.close()
    return stream


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (None, "is closed"),
        (_closed(), "cannot be read"),
        (io.TextIOWrapper(io.BytesIO(b"caf\xe9"), encoding="utf-8"), "UTF-8"),
        (io.TextIOWrapper(io.BytesIO(b"caf\xe9"), encoding="ascii", errors="surrogateescape"), "UTF-8"),
        (io.StringIO(), "empty"),
    ],
    ids=["none", "closed", "latin", "escaped", "empty"],
)
def test_standard_input_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, stream: io.TextIOBase | None, message: str
) -> None:
    monkeypatch.setattr("sys.stdin", stream)

    with pytest.raises(InputError, match=f"standard input.*{message}"):
        read_table("-")


def test_a_name_that_no_file_can_have_is_named() -> None:
    with pytest.raises(InputError, match="no file can have such a name"):
        read_table("a\0.csv")
