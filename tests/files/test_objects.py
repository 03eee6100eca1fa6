"""Objects in and out of files, one after another."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.errors import InputError
from distilkit.files import objects
from distilkit.files.objects import ending, parse_line, raw_lines, read_objects, sink, to_json_line

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_an_object_is_one_line_to_every_reader_and_reads_back(fields: dict[str, Any]) -> None:
    line = to_json_line(fields)

    assert len(line.splitlines()) == 1
    assert parse_line(line.encode()) == fields


def test_letters_stay_readable() -> None:
    assert to_json_line({"a": "né 日 مرحبا"}) == '{"a": "né 日 مرحبا"}'


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, object()])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="no JSON"):
        sink(".jsonl", io.BytesIO(), {}).write({"a": value})


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.jsonl", ".jsonl"), ("a.JSONL.GZ", ".jsonl.gz"), ("a.parquet", ".parquet"), ("a.gz", None), ("a", None)],
)
def test_a_container_is_known_by_its_ending(name: str, kind: str | None) -> None:
    assert ending(Path(name)) == kind


def test_only_line_feeds_end_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"a": "\u2028\x85"}\r\n\n{"b": 1}'.encode())

    assert [number for number, _ in raw_lines(path)] == [1, 2, 3]
    assert list(read_objects(path)) == [(1, {"a": "\u2028\x85"}), (3, {"b": 1})]


def test_a_line_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "LONGEST_LINE_BYTES", 1024**2)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b" " * 2 * 1024**2)

    with pytest.raises(InputError, match=r"a\.jsonl:1: is longer than 1 MB"):
        list(read_objects(path))


def test_a_table_is_written_in_batches_and_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with path.open("wb") as file:
        made = sink(".parquet", file, {"a": "text", "b": [{"c": "text"}]})
        for number in range(5_000):
            made.write({"a": str(number), "b": [{"c": "x"}]})
        made.end()
        made.close()

    read = list(read_objects(path))
    assert [fields["a"] for _, fields in read] == [str(number) for number in range(5_000)]
    assert read[-1] == (5_000, {"a": "4999", "b": [{"c": "x"}]})
