"""Writing tables: CSV, JSONL and Parquet, by their ending. A run is paid for by then, so whatever is in it is written.

Knows pandas and paths; knows nothing of what the columns mean.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.files.plain import is_missing, to_line, to_text

if TYPE_CHECKING:
    import pandas as pd

# A cell that starts with one of these is a formula to a spreadsheet (OWASP, "CSV injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_table(frame: pd.DataFrame, target: str | Path) -> None:
    """Write a frame by the target's ending; in CSV, cells that a spreadsheet would run get a leading apostrophe.

    Raises:
        InputError: an unknown ending, or the file cannot be written.
    """
    path = Path(target)
    check_target(path)
    try:
        if path.suffix.lower() == ".csv":
            defused(_with_objects_as_json(frame)).to_csv(path, index=False, errors="backslashreplace")
        elif path.suffix.lower() == ".parquet":
            _write_parquet(_with_objects_as_json(frame), path)
        else:
            path.write_text("".join(_json_lines(frame)))
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None


def check_target(target: str | Path) -> None:
    """Refuse a target that could not be written, before a run is paid for.

    Raises:
        InputError: its ending is none of .csv, .jsonl, .parquet; its folder does not exist; it may not be written;
            or it is .parquet and pyarrow is not installed.
    """
    path = Path(target)
    if path.suffix.lower() not in {".csv", ".jsonl", ".ndjson", ".parquet"}:
        raise InputError(f"{path}: results are written as .csv, .jsonl or .parquet")
    if path.suffix.lower() == ".parquet" and find_spec("pyarrow") is None:
        raise _lacks_pyarrow(path)
    try:
        if not path.parent.is_dir():
            raise InputError(f"{path}: there is no folder {path.parent}")
        if path.is_dir():
            raise InputError(f"{path}: this is a folder; name a file in it")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise InputError(f"{path}: cannot be written: you have no permission to; name another file")
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None


def _with_objects_as_json(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with columns of objects as JSON: Parquet would give each of them the fields of all others."""
    import pandas as pd

    told = frame.copy(deep=False)
    for name, column in frame.items():
        if column.dtype == object and _holds_objects(column):
            cells = [None if is_missing(value) else to_text(value) for value in column]
            told[name] = pd.Series(cells, index=column.index, dtype=object)
    return told


def _holds_objects(column: pd.Series[Any]) -> bool:
    told = [value for value in column if not is_missing(value)]
    each = [isinstance(value, dict) or hasattr(value, "model_dump") for value in told]
    return any(each) and all(known or isinstance(value, list) for known, value in zip(each, told, strict=True))


def defused(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with an apostrophe before every text, and column name, that a spreadsheet would run."""
    import pandas as pd

    safe = frame.rename(columns=_defuse)
    for name, column in safe.items():
        if _may_hold_text(column):
            # Objects, not texts: an Arrow column refuses the lone surrogates that some models emit.
            safe[name] = pd.Series([_defuse(value) for value in column], index=column.index, dtype=object)
    return safe


def _may_hold_text(column: pd.Series) -> bool:
    import pandas as pd

    return not (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype))


def _defuse(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    try:
        frame.to_parquet(path, index=False)
    except _UNFIT:
        _fit_for_parquet(frame, path).to_parquet(path, index=False)
    except ImportError:
        raise _lacks_pyarrow(path) from None


def _lacks_pyarrow(path: Path) -> InputError:
    return InputError(f"{path}: Parquet needs pyarrow; pip install 'distilkit[parquet]'")


# What pyarrow raises for a column of several types, for half a surrogate pair, for a number beyond 64 bits.
_UNFIT = (ValueError, TypeError, OverflowError, NotImplementedError)


def _fit_for_parquet(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Turn each column that Parquet cannot hold into text, and say which of them held something else."""
    import pandas as pd

    fit, changed = frame.copy(deep=False), []
    for name in [name for name, column in frame.items() if _may_hold_text(column) and not _fits(column)]:
        fit[name] = pd.Series([to_text(value) for value in frame[name]], index=frame.index, dtype=object)
        if any(not isinstance(value, str) and not is_missing(value) for value in frame[name]):
            changed.append(repr(name))
    if changed:
        text = f"{path}: written as text, for Parquet holds one type a column: {', '.join(changed)}"
        warnings.warn(text, UserWarning, stacklevel=4)
    return fit


def _fits(column: pd.Series) -> bool:
    try:
        column.to_frame().to_parquet(io.BytesIO(), index=False)
    except _UNFIT:
        return False
    return True


def _json_lines(frame: pd.DataFrame) -> Iterator[str]:
    # Not DataFrame.to_json, which refuses the lone surrogates that some models emit. Missing is null; dates are ISO.
    known = frame.astype(object).where(frame.notna(), None)
    for row in known.to_dict("records"):
        yield f"{to_line(row)}\n"
