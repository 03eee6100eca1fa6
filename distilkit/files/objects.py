"""Objects one after another, in and out of `.jsonl`, `.jsonl.gz` and `.parquet`, in bounded memory.

The same objects give the same bytes. Knows containers and pyarrow; knows nothing of what the objects mean.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol

from distilkit.errors import InputError

Shape = str | list["Shape"] | dict[str, "Shape"]
"""A column of Parquet: "text", a list of one shape, or an object of shapes by name."""

ENDINGS = (".jsonl", ".jsonl.gz", ".parquet")
LONGEST_LINE_BYTES = 256 * 1024**2
"""A longer line is no example: it would have to be held in memory at once, several times over."""

UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a file raises where the disk fails, or the file is cut off or damaged."""

# A batch is written when it has so many objects, or about so many letters.
_BATCH_ROWS, _BATCH_LETTERS = 2_000, 8_000_000
# What other readers take for the end of a line, and the halves of pairs that UTF-8 cannot hold; all legal as escapes.
_ESCAPED = re.compile("[\x85\u2028\u2029\ud800-\udfff]")
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(", ", ": "))


class Sink(Protocol):
    """Takes objects, one after another."""

    def write(self, fields: Mapping[str, Any]) -> None:
        """Take one object."""

    def end(self) -> None:
        """Write what is left; the file stays open."""

    def close(self) -> None:
        """Let go of what is held, after `end` or in its place; closing twice does nothing."""


def ending(path: Path) -> str | None:
    """Return which of `ENDINGS` a path has, or None."""
    name = path.name.lower()
    return next((each for each in (".jsonl.gz", ".jsonl", ".parquet") if name.endswith(each)), None)


def sink(kind: str, file: IO[bytes], columns: Mapping[str, Shape]) -> Sink:
    """Return what writes objects to an open file.

    Args:
        kind: one of `ENDINGS`.
        file: open for writing; it is not closed here.
        columns: for Parquet, what each field holds.

    Raises:
        InputError: Parquet is asked for, and pyarrow is not installed.
    """
    if kind == ".parquet":
        return _Parquet(file, columns)
    return _Lines(file, packed=kind == ".jsonl.gz")


def to_json_line(fields: Mapping[str, Any]) -> str:
    r"""Return an object as one line of JSON, readable as it is, and one line to every reader there is.

    >>> to_json_line({"a": "é \u2028 \ud800"})
    '{"a": "é \\u2028 \\ud800"}'
    """
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", _ENCODER.encode(fields))


class _Lines:
    def __init__(self, file: IO[bytes], *, packed: bool) -> None:
        # Neither a name nor a time goes into the head, or the same objects would not give the same bytes.
        self._packer = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) if packed else None
        self._file: Any = self._packer or file

    def write(self, fields: Mapping[str, Any]) -> None:
        try:
            line = to_json_line(fields)
        except (TypeError, ValueError) as error:
            raise InputError(f"an object holds what is no JSON: {error}") from None
        self._file.write(f"{line}\n".encode())

    def end(self) -> None:
        self.close()

    def close(self) -> None:
        if self._packer is not None:
            self._packer.close()


class _Parquet:
    def __init__(self, file: IO[bytes], columns: Mapping[str, Shape]) -> None:
        arrow, parquet = _pyarrow()
        self._schema = arrow.schema([(name, _type(arrow, shape)) for name, shape in columns.items()])
        self._batch_of = arrow.RecordBatch.from_pylist
        self._writer = parquet.ParquetWriter(file, self._schema)
        self._held: list[Mapping[str, Any]] = []
        self._letters = 0

    def write(self, fields: Mapping[str, Any]) -> None:
        self._held.append(fields)
        self._letters += _letters(fields)
        if len(self._held) >= _BATCH_ROWS or self._letters >= _BATCH_LETTERS:
            self._flush()

    def end(self) -> None:
        self._flush()
        self.close()

    def close(self) -> None:
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_batch(self._batch_of(self._held, schema=self._schema))
        self._held, self._letters = [], 0


def to_table(objects: Iterable[Mapping[str, Any]], columns: Mapping[str, Shape]) -> Any:
    """Return objects as an Arrow table, all in memory, with the columns that a Parquet file of them would have.

    Raises:
        InputError: pyarrow is not installed.
    """
    arrow, _ = _pyarrow()
    schema = arrow.schema([(name, _type(arrow, shape)) for name, shape in columns.items()])
    rows = iter(objects)
    batches = []
    while held := list(islice(rows, _BATCH_ROWS)):
        batches.append(arrow.RecordBatch.from_pylist(held, schema=schema))
    return arrow.Table.from_batches(batches, schema=schema)


def _letters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_letters, value.values()))
    return sum(map(_letters, value)) if isinstance(value, list | tuple) else 0


def _type(arrow: Any, shape: Shape) -> Any:
    if isinstance(shape, str):
        return arrow.string()
    if isinstance(shape, list):
        return arrow.list_(_type(arrow, shape[0]))
    return arrow.struct([(name, _type(arrow, each)) for name, each in shape.items()])


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # type: ignore[import-untyped] # it has no types
        import pyarrow.parquet as pq  # type: ignore[import-untyped] # the same
    except ImportError:
        raise InputError("Parquet needs pyarrow; pip install 'distilkit[parquet]'") from None
    return pa, pq


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Run through a file's objects, each with its number from 1: the line, or the row of a Parquet file.

    Raises:
        InputError: the file is missing, has another ending, or is damaged, or a line is no JSON object: says where.
    """
    kind = ending(path)
    if kind is None:
        raise InputError(f"{path}: cannot tell what this is by its ending; use {', '.join(ENDINGS)}")
    reader: Callable[[Path], Iterator[tuple[int, dict[str, Any]]]] = _rows if kind == ".parquet" else _parsed
    try:
        yield from reader(path)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: this is a folder, not a file") from None
    except UNREADABLE as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {reason}") from None


def raw_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Run through the lines of a text file, unpacked where it ends in `.gz`, each with its number from 1.

    Only line feeds end a line.

    Raises:
        InputError: a line is longer than `LONGEST_LINE_BYTES`.
        OSError: the file cannot be read.
    """
    with gzip.open(path, "rb") if ending(path) == ".jsonl.gz" else path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST_LINE_BYTES):
            number += 1
            if len(line) >= LONGEST_LINE_BYTES and not line.endswith(b"\n"):
                raise InputError(f"{path}:{number}: is longer than {LONGEST_LINE_BYTES // 1024**2} MB")
            yield number, line


def parse_line(line: bytes) -> dict[str, Any]:
    """Return a line's object.

    Raises:
        ValueError: it is none; the text says why, without the place.
    """
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError(f"a line is an object, not {type(value).__name__}")  # noqa: TRY004 - one kind for all
    return value


def _parsed(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in raw_lines(path):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not text.strip():
            continue
        try:
            fields = parse_line(text)
        except ValueError as error:
            raise InputError(f"{path}:{number}: {error}") from None
        yield number, fields


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    arrow, parquet = _pyarrow()
    number = 0
    try:
        with path.open("rb") as file, parquet.ParquetFile(file) as table:
            for batch in table.iter_batches(batch_size=256):
                for fields in batch.to_pylist():
                    number += 1
                    yield number, fields
    except arrow.ArrowException as error:
        raise InputError(f"{path}: not a Parquet file, or damaged: {error}") from None
