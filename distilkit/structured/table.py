"""The rows of a structured run: those of any run, what was read from each answer, and why where nothing could be.

Two rounds of one row become one: what they cost is added, what the later one said is shown. Knows columns and verdicts;
asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from distilkit.errors import InputError
from distilkit.structured.fitting import Fitting, Parsed, Unfit

if TYPE_CHECKING:
    import pandas as pd

EXTRA: dict[str, str] = {"parsed": "object", "schema_error": "string"}
"""The columns a structured run adds after `COLUMNS`, with their dtypes."""

_COSTS = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens", "cost_usd", "billed_usd")
_SUMMED = (*_COSTS, "latency_s", "attempts")
# Of the answer that is shown: the later one.
_SAID = (
    "model",
    "provider",
    "served_by",
    "content",
    "thinking",
    "thinking_kind",
    "finish_reason",
    "error_kind",
    "error",
    "created_at",
    "key",
)


@dataclass(frozen=True, slots=True)
class StructuredRows:
    """The finished rows of a structured run.

    Attributes:
        finished: the places, in the plan's order, of the rows that are known.
        table: those rows with every column of `COLUMNS`, without verdicts.
        verdicts: what each answer was read as; None where the call failed.
    """

    finished: list[int]
    table: pd.DataFrame
    verdicts: Sequence[Fitting | None]

    def frame(self) -> pd.DataFrame:
        """Return the rows, in the plan's order, with the columns of `COLUMNS` and of `EXTRA`."""
        import pandas as pd

        parsed = [each.value if isinstance(each, Parsed) else pd.NA for each in self.verdicts]
        reasons = [_writable(each.reason) if isinstance(each, Unfit) else None for each in self.verdicts]
        return self.table.assign(
            parsed=pd.Series(parsed, index=self.table.index, dtype=object),
            # Python strings, as the other texts of the frame.
            schema_error=pd.Series(reasons, index=self.table.index, dtype=pd.StringDtype("python")),
        )


def check_columns(columns: Iterable[str]) -> None:
    """Refuse columns of the caller's that the result will have too.

    Raises:
        InputError: names them.
    """
    if taken := sorted(set(columns) & EXTRA.keys()):
        way = f"df.rename(columns={{{taken[0]!r}: 'my_{taken[0]}'}})"
        raise InputError(f"prompts= has columns that schema= adds: {', '.join(taken)}; rename them, e.g. {way}")


@dataclass(frozen=True, slots=True)
class Later:
    """What a second round brought, for some rows of a table.

    Attributes:
        places: the rows' positions in the table.
        rows: as many rows of the second run, in the same order.
        note: what `tried` says between the two.
    """

    places: Sequence[int]
    rows: pd.DataFrame
    note: str


Join = Literal["repaired", "repair does not fit", "repair failed", "asked in words"]
"""How a second row goes into the first, in the words of the column `tried`."""


def _repaired(table: pd.DataFrame, later: Later) -> pd.DataFrame:
    """Show what the second answer said, and add up what both cost; what one does not know is unknown."""
    merged = _put(table, later, _SAID)
    for name in _SUMMED:
        merged[name] = _at(merged[name], later.places, _old(table, name, later) + later.rows[name].array)
    merged["from_store"] = _at(
        merged["from_store"], later.places, _old(table, "from_store", later) & later.rows["from_store"].array
    )
    return _noted(merged, table, later)


def _in_words(table: pd.DataFrame, later: Later) -> pd.DataFrame:
    """Put the second rows in place of calls that were refused, and so cost nothing but attempts."""
    merged = _put(table, later, [*_SAID, *_COSTS, "latency_s", "ttft_s", "from_store"])
    return _noted(_with_attempts(merged, later), table, later)


def _failed(table: pd.DataFrame, later: Later) -> pd.DataFrame:
    """Keep what the first answers said; a second reply that was none may have been paid for all the same."""
    merged = _with_attempts(table, later)
    paid = (later.rows["cost_usd"].notna() | later.rows["input_tokens"].notna()).to_numpy()
    bills = Later([place for place, has in zip(later.places, paid, strict=True) if has], later.rows[paid], later.note)
    for name in _COSTS:
        merged[name] = _at(merged[name], bills.places, _old(table, name, bills) + bills.rows[name].array)
    return _noted(merged, table, later)


JOINS: dict[Join, Callable[[pd.DataFrame, Later], pd.DataFrame]] = {
    "repaired": _repaired,
    "repair does not fit": _repaired,
    "repair failed": _failed,
    "asked in words": _in_words,
}


def _put(table: pd.DataFrame, later: Later, names: Iterable[str]) -> pd.DataFrame:
    merged = table.copy()
    for name in names:
        merged[name] = _at(merged[name], later.places, later.rows[name].array)
    return merged


def _with_attempts(table: pd.DataFrame, later: Later) -> pd.DataFrame:
    both = _old(table, "attempts", later) + later.rows["attempts"].array
    return table.assign(attempts=_at(table["attempts"], later.places, both))


def _noted(merged: pd.DataFrame, first: pd.DataFrame, later: Later) -> pd.DataFrame:
    """Say in `tried` what became of each request of both rounds."""
    before, after = _tried(first.iloc[list(later.places)]), _tried(later.rows)
    tried = [f"{one}; {later.note}; {other}" for one, other in zip(before, after, strict=True)]
    return merged.assign(tried=_at(merged["tried"], later.places, tried))


def _tried(rows: pd.DataFrame) -> list[str]:
    """Return what became of each request, also where there was only one."""
    plain = rows["served_by"].fillna(rows["profile"]) + ": " + rows["error_kind"].fillna("answered")
    return [str(text) for text in rows["tried"].fillna(plain)]


def _old(table: pd.DataFrame, name: str, later: Later) -> Any:
    return table[name].iloc[list(later.places)].array


def _at(column: pd.Series, places: Sequence[int], values: Any) -> pd.Series:
    changed = column.copy()
    changed.iloc[list(places)] = values
    return changed


def _writable(text: str) -> str:
    """Return a text without half surrogate pairs, which a path within an answer may hold."""
    return text.encode(errors="replace").decode()
