"""Reading tables: CSV, JSONL, Parquet, and one prompt a line. Texts stay as they are.

Knows pandas and paths; knows nothing of what the columns mean.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def read_table(source: str | Path) -> pd.DataFrame:
    """Read a table of prompts or answers; `-` is standard input, as JSONL or as one prompt a line.

    Texts stay as they are: an answer "NA" or "007" is not changed into something else.

    Raises:
        InputError: the file is missing, has an unknown ending, or cannot be read; the text says where and why.
    """
    if str(source) == "-":
        return _from_lines(_standard_input(), "standard input")
    path = Path(source)
    if "\0" in str(path):
        raise InputError(f"{str(path)!r}: no file can have such a name")
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {
        ".csv": _read_csv,
        ".jsonl": _read_jsonl,
        ".ndjson": _read_jsonl,
        ".parquet": _read_parquet,
        ".txt": _read_lines,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path}: cannot tell what this is by its ending; use {', '.join(readers)}, or - for stdin")
    try:
        return reader(path)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: this is a folder, not a file") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None


def _read_csv(path: Path) -> pd.DataFrame:
    import pandas as pd

    _check_header(path)
    try:
        with warnings.catch_warnings():
            # A row longer than the header loses its end otherwise, or pushes the first column out.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                path, keep_default_na=False, na_values=[], dtype=str, encoding="utf-8-sig", index_col=False
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
        raise InputError(f"{path}: not a table: {str(error).strip()}") from None


def _check_header(path: Path) -> None:
    """Refuse a column name that is there twice, which pandas would change without a word."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            names = next((row for row in csv.reader(file) if row), [])
        except csv.Error as error:
            raise InputError(f"{path}: not a table: {error}") from None
    if doubled := sorted({name for name in names if name and names.count(name) > 1}):
        raise InputError(f"{path}: has the column {', '.join(map(repr, doubled))} twice; rename one of them")


def _read_jsonl(path: Path) -> pd.DataFrame:
    return _from_lines(path.read_text(encoding="utf-8-sig"), str(path), json_lines=True)


def _read_lines(path: Path) -> pd.DataFrame:
    return _from_lines(path.read_text(encoding="utf-8"), str(path), json_lines=False)


def _read_parquet(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_parquet(path)
    except ImportError:
        raise InputError(f"{path}: Parquet needs pyarrow; pip install 'distilkit[parquet]'") from None
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError | IsADirectoryError):
            raise
        raise InputError(f"{path}: not a Parquet file: {error}") from None


def _standard_input() -> str:
    if sys.stdin is None:  # closed before Python began
        raise InputError("standard input: is closed; name a file instead of -")
    try:
        text = sys.stdin.read()
        text.encode()  # where the locale is not UTF-8, bytes that are not pass as halves of surrogate pairs
    except UnicodeError:
        raise InputError("standard input: not UTF-8 text; send it as UTF-8") from None
    except (ValueError, OSError) as error:
        raise InputError(f"standard input: cannot be read: {error}; name a file instead of -") from None
    return text


def _from_lines(text: str, where: str, *, json_lines: bool | None = None) -> pd.DataFrame:
    # Only line feeds end a line: a text may hold other separators that str.splitlines would cut at.
    lines = [(number, line) for number, line in enumerate(io.StringIO(text), start=1) if line.strip()]
    if not lines:
        raise InputError(f"{where}: empty")
    as_json = lines[0][1].lstrip().startswith(("{", '"')) if json_lines is None else json_lines
    if not as_json:
        return _table([{"prompt": line.rstrip("\r\n")} for _, line in lines])
    return _table([_parsed(line, f"{where}:{number}") for number, line in lines])


def _table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the rows as a frame of the usual types; texts that an Arrow column refuses stay objects."""
    import pandas as pd

    frame = pd.DataFrame(rows, dtype=object)
    return frame.assign(**{str(name): _inferred(column) for name, column in frame.items()})


def _inferred(column: pd.Series) -> pd.Series:
    try:
        return column.infer_objects()
    except UnicodeEncodeError:  # half a surrogate pair
        return column


def _parsed(line: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON: {error}") from None
    if isinstance(value, str):
        return {"prompt": value}
    if not isinstance(value, dict):
        raise InputError(f"{where}: a line is an object with a field 'prompt', or a text")
    if any("\ud800" <= letter <= "\udfff" for name in value for letter in name):
        raise InputError(f"{where}: a field's name holds half of a surrogate pair; rename the field")
    return value
