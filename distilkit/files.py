"""Tables in files: CSV, JSONL and Parquet, read and written by their ending, safe against formulas.

Knows pandas and paths; knows nothing of what the columns mean.
"""

from __future__ import annotations

import io
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

# A cell that starts with one of these is a formula to a spreadsheet (OWASP, "CSV injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def read_table(source: str | Path) -> pd.DataFrame:
    """Read a table of prompts or answers; `-` is standard input, as JSONL or as one prompt a line.

    Texts stay as they are: an answer "NA" or "007" is not changed into something else.

    Raises:
        InputError: the file is missing, has an unknown ending, or cannot be read; the text says where and why.
    """
    if str(source) == "-":
        return _from_lines(sys.stdin.read(), "standard input")
    path = Path(source)
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


def write_table(frame: pd.DataFrame, target: str | Path) -> None:
    """Write a frame by the target's ending; in CSV, cells that a spreadsheet would run get a leading apostrophe.

    Raises:
        InputError: an unknown ending, or the file cannot be written.
    """
    path = Path(target)
    check_target(path)
    try:
        if path.suffix.lower() == ".csv":
            defused(frame).to_csv(path, index=False, errors="backslashreplace")
        elif path.suffix.lower() == ".parquet":
            _write_parquet(frame, path)
        else:
            path.write_text("".join(_json_lines(frame)))
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None


def check_target(target: str | Path) -> None:
    """Refuse a target that could not be written, before a run is paid for.

    Raises:
        InputError: its ending is none of .csv, .jsonl, .parquet, or its folder does not exist.
    """
    path = Path(target)
    if path.suffix.lower() not in {".csv", ".jsonl", ".ndjson", ".parquet"}:
        raise InputError(f"{path}: results are written as .csv, .jsonl or .parquet")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")


def defused(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with an apostrophe before every text, and column name, that a spreadsheet would run."""
    import pandas as pd

    safe = frame.rename(columns=_defuse)
    for name, column in safe.items():
        if isinstance(column.dtype, pd.StringDtype) or column.dtype == object:
            # Objects, not texts: an Arrow column refuses the lone surrogates that some models emit.
            safe[name] = pd.Series([_defuse(value) for value in column], index=column.index, dtype=object)
    return safe


def _defuse(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _read_csv(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        with warnings.catch_warnings():
            # A row longer than the header loses its end otherwise, or pushes the first column out.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                path, keep_default_na=False, na_values=[], dtype=str, encoding="utf-8-sig", index_col=False
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
        raise InputError(f"{path}: not a table: {str(error).strip()}") from None


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


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    try:
        frame.to_parquet(path, index=False)
    except ImportError:
        raise InputError(f"{path}: Parquet needs pyarrow; pip install 'distilkit[parquet]'") from None


def _json_lines(frame: pd.DataFrame) -> Iterator[str]:
    # Not DataFrame.to_json, which refuses the lone surrogates that some models emit. Missing is null; dates are ISO.
    known = frame.astype(object).where(frame.notna(), None)
    for row in known.to_dict("records"):
        yield json.dumps(row, default=_as_json) + "\n"


def _as_json(value: Any) -> Any:
    isoformat = getattr(value, "isoformat", None)
    if isoformat is not None:
        return isoformat()
    item = getattr(value, "item", None)  # numpy's numbers
    return str(value) if item is None else item()


def _from_lines(text: str, where: str, *, json_lines: bool | None = None) -> pd.DataFrame:
    import pandas as pd

    # Only line feeds end a line: a text may hold other separators that str.splitlines would cut at.
    lines = [(number, line) for number, line in enumerate(io.StringIO(text), start=1) if line.strip()]
    if not lines:
        raise InputError(f"{where}: empty")
    as_json = lines[0][1].lstrip().startswith(("{", '"')) if json_lines is None else json_lines
    if not as_json:
        return pd.DataFrame({"prompt": [line.rstrip("\r\n") for _, line in lines]})
    return pd.DataFrame([_parsed(line, f"{where}:{number}") for number, line in lines])


def _parsed(line: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where}: not JSON: {error}") from None
    if isinstance(value, str):
        return {"prompt": value}
    if not isinstance(value, dict):
        raise InputError(f"{where}: a line is an object with a field 'prompt', or a text")
    return value
