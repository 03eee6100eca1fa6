"""Why an answer may not be learnt from: the ten reasons, and how they become columns.

A *check* is a function from columns to `Flags`: one entry a row, the evidence where its reason holds, None where it
does not. Knows nothing of what the checks look for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

REASONS = (
    "empty_answer",
    "truncated",
    "tag_leak",
    "reasoning_missing",
    "refusal",
    "verifier_failed",
    "duplicate_of",
    "contaminated_with",
    "too_long",
    "too_short",
)
"""Every reason a row is not valid, in the order in which they are named and counted."""

ADDED = ("prompt_hash", "valid", "reasons", "evidence", "chosen", "split")
"""The columns that distilling adds, in their order, after all others."""

Flags = Sequence[str | None]
"""What a check found: one entry a row, never empty: the evidence where its reason holds, None where it does not."""


def with_verdicts(frame: pd.DataFrame, flags: Mapping[str, Flags]) -> pd.DataFrame:
    """Return a copy of `frame` that ends with `valid`, `reasons` and `evidence`.

    Reasons are added to those that are there; of a reason that is there already the new evidence counts. `valid` is
    never `<NA>`: a row is valid when no reason holds.

    Args:
        frame: with or without verdicts.
        flags: what the checks found, by reason.

    Raises:
        InputError: a reason is none of `REASONS`, or a check gave more or fewer entries than there are rows.
    """
    _check(flags, len(frame))
    found = _there(frame)
    for reason, entries in flags.items():
        for place, evidence in enumerate(entries):
            if evidence is not None:
                found.setdefault(place, {})[reason] = evidence
    named = [found.get(place, {}) for place in range(len(frame))]
    rest = frame.drop(columns=[name for name in ("valid", "reasons", "evidence") if name in frame])
    return rest.assign(
        valid=truths(frame, [not reasons for reasons in named]),
        reasons=texts(frame, [", ".join(_ordered(reasons)) for reasons in named]),
        evidence=texts(frame, [_written(reasons) for reasons in named]),
    )


def reasons_of(frame: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """Yield the reasons of each row, in the order of `REASONS`; () for a row without any."""
    if "reasons" not in frame:
        yield from (() for _ in range(len(frame)))
        return
    for text in frame["reasons"].tolist():
        yield tuple(text.split(", ")) if isinstance(text, str) and text else ()


def evidence_of(text: Any) -> dict[str, str]:
    """Return what a cell of `evidence` says, by reason; {} for a cell that says nothing or is no JSON object."""
    if not isinstance(text, str) or not text:
        return {}
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):  # a file that somebody has edited
        return {}
    return {str(reason): str(each) for reason, each in said.items()} if isinstance(said, dict) else {}


def texts(frame: pd.DataFrame, values: Sequence[str | None]) -> pd.Series[Any]:
    """Return a column of texts beside `frame`; None becomes `<NA>`."""
    import pandas as pd

    # Python strings: an Arrow column refuses the lone surrogates that some models emit.
    return _series(frame, values, pd.StringDtype("python"))


def truths(frame: pd.DataFrame, values: Sequence[bool]) -> pd.Series[Any]:
    """Return a column of True and False beside `frame`."""
    return _series(frame, values, "boolean")


def _series(frame: pd.DataFrame, values: Sequence[Any], dtype: Any) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(pd.array(values, dtype=dtype), index=frame.index)


def _check(flags: Mapping[str, Flags], count: int) -> None:
    for reason, entries in flags.items():
        if reason not in REASONS:
            raise InputError(f"{reason!r} is no reason; there are: {', '.join(REASONS)}")
        if len(entries) != count:
            raise InputError(f"the check of {reason!r} gave {len(entries)} entries for {count} rows")


def _there(frame: pd.DataFrame) -> dict[int, dict[str, str]]:
    """Return the reasons of each place that has any, with their evidence, "" where none is known."""
    said = frame["evidence"].tolist() if "evidence" in frame else [None] * len(frame)
    return {
        place: {reason: evidence_of(said[place]).get(reason, "") for reason in reasons}
        for place, reasons in enumerate(reasons_of(frame))
        if reasons
    }


def _ordered(reasons: Mapping[str, str]) -> list[str]:
    """Those of `REASONS` first, in their order; then any that a file brought with it."""
    return [*(each for each in REASONS if each in reasons), *(each for each in reasons if each not in REASONS)]


def _written(reasons: Mapping[str, str]) -> str:
    if not reasons:
        return ""
    said = {reason: reasons[reason] for reason in _ordered(reasons)}
    written = json.dumps(said, ensure_ascii=False)
    try:
        written.encode()
    except UnicodeEncodeError:  # a lone surrogate, which no file takes but as an escape
        return json.dumps(said)
    return written
