"""Reading finished rows back: a table that `compare` wrote, with the types its columns had.

Knows the names and types of the columns; knows nothing of what is done with them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from distilkit.errors import InputError
from distilkit.files.incoming import read_table
from distilkit.frame import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

_VERDICTS = {"True": True, "False": False}


def read_rows(source: str | Path, score: str | None = None) -> pd.DataFrame:
    """Read rows that `compare(...)` or `--out` wrote: CSV, JSONL or Parquet; `-` is JSONL on standard input.

    A CSV file holds texts alone. The built-in columns get their types back, with `<NA>` for what is empty; so does a
    column of nothing but True and False, which is a score; any other stays text.

    Args:
        source: the file.
        score: a column to be read as numbers, or None.

    Raises:
        InputError: the file cannot be read, or a column holds what cannot be of its type; the text says where.
    """
    frame = read_table(source)
    typed = {str(name): _typed(str(name), column, score) for name, column in frame.items()}
    return frame.assign(**typed)


def _typed(name: str, column: pd.Series, score: str | None) -> pd.Series:
    import pandas as pd

    if not (pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype)):
        return _nullable(column)
    objects = column.astype(object)
    given = objects.where(objects.notna() & (objects != ""), None)
    kinds = set(given.dropna().map(str))
    if name not in COLUMNS and kinds and kinds <= set(_VERDICTS):
        return given.map(lambda value: value if value is None else _VERDICTS[str(value)]).astype("boolean")
    dtype = "Float64" if name == score else COLUMNS.get(name, "")
    if not dtype or dtype == "string":
        return given if name in COLUMNS else column
    return _cast(name, given, dtype)


def _nullable(column: pd.Series) -> pd.Series:
    """Return verdicts and numbers with the dtypes that `compare` gives scores."""
    import pandas as pd

    return column.astype("boolean") if pd.api.types.is_bool_dtype(column.dtype) else column


def _cast(name: str, given: pd.Series, dtype: str) -> pd.Series:
    import pandas as pd

    try:
        if dtype.startswith("datetime"):
            return pd.to_datetime(given, utc=True, format="ISO8601")
        if dtype == "boolean":
            return given.map(lambda value: value if value is None else _VERDICTS[str(value)]).astype("boolean")
        numbers: pd.Series = pd.to_numeric(given).astype(dtype)  # type: ignore[call-overload] # any dtype's name
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"column {name!r} cannot be read as {dtype}: {error}") from None
    return numbers
