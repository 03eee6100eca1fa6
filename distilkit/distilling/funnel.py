"""`funnel`: how many rows are left at each step from asking to training, and what they cost. From a frame to a frame.

Reads the verdicts that are in the frame; makes none. Unknown costs stay unknown through every sum.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from math import fsum
from typing import TYPE_CHECKING, Any

from distilkit.analysis import usage
from distilkit.analysis.columns import check_kind
from distilkit.distilling.answers import empty_answer, truncated
from distilkit.distilling.cells import is_missing, texts_of, verdicts_of
from distilkit.distilling.reasons import REASONS, reasons_of
from distilkit.errors import InputError
from distilkit.targets import typed_frame

if TYPE_CHECKING:
    import pandas as pd

_STEPS = {
    "empty_answer": "answered",
    "truncated": "not truncated",
    "tag_leak": "no tag leak",
    "reasoning_missing": "with reasoning",
    "refusal": "no refusal",
    "verifier_failed": "verified",
    "contaminated_with": "not contaminated",
    "too_long": "not too long",
    "too_short": "not too short",
    "duplicate_of": "no duplicate",
}
"""What a row is called that a reason does not hold for, in the order of the funnel; duplicates are looked for last."""

# Looked at in every frame; of the others only those that some row fell for can be told from those nobody looked for.
_ALWAYS = ("empty_answer", "truncated")

_DTYPES = {
    "step": "",
    "rows": "Int64",
    "cost_usd": "Float64",
    "billed_usd": "Float64",
    "cost_per_row_usd": "Float64",
    "lost": "Int64",
    "lost_cost_usd": "Float64",
}


def funnel(df: pd.DataFrame, *, by: str | None = None) -> pd.DataFrame:
    """Return how many rows are left at each step, what they cost, and what was lost on the way.

        dk.funnel(dk.distill(tasks, ["sim/medium", "sim/large"], verify=...))
        dk.plot.funnel(dk.funnel(df))

    The steps are `asked`, `answered`, `not truncated`, then one for each further reason that holds for some row, then
    `valid`, `chosen`, and `split: train` and so on, each of the rows that all steps before let through. A step that no
    row falls at is left out, because a frame does not say which checks were made. A frame without verdicts, such as one
    from `compare`, ends with `not truncated`.

    Args:
        df: a frame from `distill`, `compare`, or from elsewhere, with `content`.
        by: a column, such as `profile`: the steps for each of its values, which stands first.

    Returns:
        One row a step: `step`; `rows` left; their `cost_usd` at list price and `billed_usd` by this run;
        `cost_per_row_usd`, the cost of everything asked, lost rows too, over the rows left; `lost`, the rows that fell
        at this step, and their `lost_cost_usd`. US dollars; `<NA>` where the cost of one of the rows is unknown, and
        where nothing is left to share it. A call that failed without a trace of tokens cost nothing. The splits are
        parts of what was chosen: nothing is lost there.

    Raises:
        InputError: `df` is no frame with `content`, or `by` is not its column, or not one of plain values.
    """
    import pandas as pd

    _check(df, by)
    passed = _passed(df)
    money = {name: _dollars(df, name) for name in ("cost_usd", "billed_usd")}
    if by is None:
        return _table(_rows(passed, money, list(range(len(df)))))
    groups: dict[Hashable, list[int]] = {}
    for place, value in enumerate(df[by].astype(object).tolist()):
        if not isinstance(value, Hashable):
            raise InputError(
                f"by={by!r} holds a {type(value).__name__} in row {place}; rows are grouped by plain values"
            )
        groups.setdefault(None if is_missing(value) else value, []).append(place)
    parts = [(value, _table(_rows(passed, money, places))) for value, places in groups.items()]
    for value, part in parts:
        part.insert(0, by, pd.Series([value] * len(part), dtype=df[by].dtype))
    return pd.concat([part for _, part in parts], ignore_index=True) if parts else _table([]).assign(**{by: []})


def _check(df: object, by: str | None) -> None:
    check_kind(df)
    if "content" not in df:  # type: ignore[operator] # a frame, by now
        raise InputError("df: has no column 'content'; pass a frame from distill or compare")
    if by is not None and (by in _DTYPES or by not in df):  # type: ignore[operator] # the same
        raise InputError(f"by={by!r} must be a column of df, such as 'profile', and none of {', '.join(_DTYPES)}")


def _passed(df: pd.DataFrame) -> dict[str, list[bool]]:
    """Return, for each step, which rows are left; the splits each begin with what was chosen."""
    judged = "valid" in df
    flags = _reasons(df) if judged else {"empty_answer": empty_answer(df), "truncated": truncated(df)}
    left = [True] * len(df)
    steps = {"asked": left}
    for reason, name in _STEPS.items():
        fallen = flags.get(reason, [])
        if reason in _ALWAYS or any(each is not None for each in fallen):
            left = [here and each is None for here, each in zip(left, fallen, strict=True)]
            steps[name] = left
    for name in ("valid", "chosen") if judged else ():
        if name in df:
            left = [here and bool(each) for here, each in zip(left, verdicts_of(df, name), strict=True)]
            steps[name] = left
    return steps | (_splits(df, left) if "chosen" in steps else {})


def _reasons(df: pd.DataFrame) -> dict[str, list[str | None]]:
    flags: dict[str, list[str | None]] = {reason: [None] * len(df) for reason in REASONS}
    for place, reasons in enumerate(reasons_of(df)):
        for reason in reasons:
            if reason in flags:
                flags[reason][place] = reason
    return flags


def _splits(df: pd.DataFrame, chosen: Sequence[bool]) -> dict[str, list[bool]]:
    """`train` first, then the others by name."""
    splits = texts_of(df, "split")
    names = sorted({each for each in splits if each}, key=lambda name: (name != "train", name))
    return {
        f"split: {name}": [here and each == name for here, each in zip(chosen, splits, strict=True)] for name in names
    }


def _dollars(df: pd.DataFrame, name: str) -> list[float | None]:
    """Return what each row cost; None where that is unknown. A failure that used nothing cost nothing."""
    costs, paid = usage.numbers(df, name), usage.paid(df)
    values = costs.where(paid, costs.fillna(0.0)).astype(object).tolist()
    return [None if is_missing(value) else float(value) for value in values]


def _rows(
    passed: dict[str, list[bool]], money: dict[str, list[float | None]], places: Sequence[int]
) -> Iterator[tuple[Any, ...]]:
    asked, before = _sum(money["cost_usd"], places), list(places)
    for name, left in passed.items():
        kept = [place for place in places if left[place]]
        cost, billed = (_sum(each, kept) for each in money.values())
        if name.startswith("split: "):
            yield name, len(kept), cost, billed, None, None, None
            continue
        staying = set(kept)
        lost = [place for place in before if place not in staying]
        share = None if asked is None or not kept else asked / len(kept)
        yield name, len(kept), cost, billed, share, len(lost), _sum(money["cost_usd"], lost)
        before = kept


def _sum(dollars: Sequence[float | None], places: Sequence[int]) -> float | None:
    """Add in the order of rows; exactly, so that a part is never more than the whole."""
    values = [dollars[place] for place in places]
    return None if any(value is None for value in values) else fsum(value for value in values if value is not None)


def _table(rows: Any) -> pd.DataFrame:
    return typed_frame(list(rows), {name: dtype or "string" for name, dtype in _DTYPES.items()})
