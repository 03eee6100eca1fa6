"""Entries as JSONL, one a line: to commit a store beside the code, to carry it elsewhere, to look into it.

Knows entries and files; knows no database.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from distilkit.errors import InputError
from distilkit.store.codec import MAX_SECTION_BYTES, Damaged
from distilkit.store.entry import Entry, as_asked, to_entry
from distilkit.store.measures import problems, sound

FORMAT = 1
_FIELDS = frozenset({"distilkit", "key", "request", "record", "profile", "section", "cost_usd"})
_LONGEST_LINE = 2 * MAX_SECTION_BYTES


def write(entries: Iterable[Entry], path: Path) -> int:
    """Write entries in the order given; return how many.

    Raises:
        InputError: the file cannot be written.
    """
    count = 0
    try:
        with _appearing(path) as file:
            for entry in entries:
                file.write(_line(entry))
                count += 1
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}; name another file") from error
    return count


def read(path: Path) -> Iterator[Entry]:
    """Read entries, each checked against its key.

    Raises:
        InputError: the file cannot be read, or a line is none of ours or was changed: names file and line.
    """
    number = 0
    try:
        with _opened(path) as file:
            for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE), b""), start=1):
                if line.strip():
                    yield _parse(line, f"{path}:{number}")
    except (OSError, EOFError, zlib.error) as error:
        place = f"{path}:{number + 1}" if number else str(path)
        raise InputError(f"{place}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _line(entry: Entry) -> bytes:
    fields = {"distilkit": FORMAT, "key": entry.key, **as_asked(entry), "record": sound(entry.record).as_dict()}
    try:
        return _dump(fields).encode() + b"\n"
    except UnicodeEncodeError:
        # Half a surrogate pair has no UTF-8; as an escape it has a place in JSON.
        return _dump(fields, escaped=True).encode() + b"\n"


def _dump(fields: dict[str, Any], *, escaped: bool = False) -> str:
    return json.dumps(fields, ensure_ascii=escaped, separators=(",", ":"))


def _parse(line: bytes, place: str) -> Entry:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: is not JSON: {error}; export the store again") from None
    if not isinstance(fields, dict) or not fields.keys() >= _FIELDS:
        raise InputError(f"{place}: is no entry of a store; this file was not written by `distilkit store export`")
    if fields["distilkit"] != FORMAT:
        raise InputError(f"{place}: is of format {fields['distilkit']!r}, not {FORMAT}; upgrade distilkit to read it")
    try:
        entry = to_entry(fields["key"], fields["record"], fields)
        matches = entry.request.key() == entry.key
    except (Damaged, InputError) as error:
        raise InputError(f"{place}: the entry {error}") from None
    for field, what in problems(entry.record).items():
        raise InputError(f"{place}: {field} of the record must be {what}; correct the line, or leave the field out")
    if not matches:
        raise InputError(f"{place}: the key does not belong to the request: one of them was changed; export it again")
    return entry


@contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """Open a file beside `path` that takes its name once it is whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as raw:
            if path.suffix == ".gz":
                with _zipped(raw) as packed:
                    yield packed
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _zipped(raw: IO[bytes]) -> gzip.GzipFile:
    # No name and no time in the header: the same entries give the same bytes.
    return gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")
