"""`flip_rate`: how often a judge of pairs changes its mind when the order changes, and whether it favours the first.

From a frame to a frame. Knows the columns that `pairwise` and `judge_pairs` make; asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Real
from typing import TYPE_CHECKING, Any

from distilkit.analysis.intervals import SMALL, interval
from distilkit.analysis.item_means import over_items
from distilkit.errors import InputError
from distilkit.judging.meetings import check_frame

if TYPE_CHECKING:
    import pandas as pd

_TEXT = "text"
_COLUMNS = {
    "score": _TEXT,
    "profile_a": _TEXT,
    "profile_b": _TEXT,
    "n": "Int64",
    "judged": "Int64",
    "flips": "Int64",
    "flip_rate": "Float64",
    "flip_low": "Float64",
    "flip_high": "Float64",
    "first_share": "Float64",
    "first_low": "Float64",
    "first_high": "Float64",
    "note": _TEXT,
}
_ENDING = "_flipped"
# Which verdict is for the answer shown first, in each order.
_FIRST = {"first_order": "a", "second_order": "b"}


def flip_rate(df: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return how often a judge's verdict changed with the order of the answers, one row a pair of profiles.

        dk.flip_rate(dk.judge_pairs(df, "sim/large", rubric="Which answer is right?"))
        dk.flip_rate(df)                  # df scored with dk.score.pairwise(...)

    A judge that flips often says little, whatever its verdicts add up to; one whose `first_share` lies far from a half
    likes what stands first, or last.

    Args:
        df: from `judge_pairs`, or from `compare` with a `pairwise` score, and its columns.
        confidence: of the intervals, between 0 and 1.

    Returns:
        `score`, the column of a pairwise score, `<NA>` for a frame from `judge_pairs`; `profile_a` and `profile_b` (the
        latter `<NA>` for a score, which does not say); `n`, prompts judged in both orders; `judged`, pairs of answers;
        `flips` of them; `flip_rate`, the mean over prompts, with `flip_low` and `flip_high`; `first_share`, the share
        of verdicts for the answer shown first among those that are no tie, with `first_low` and `first_high`; `note`.

        The interval of the flip rate is Wilson's (1927) over prompts; with several samples of a prompt they are
        averaged first, and it is t over the prompts. That of `first_share` is t over the prompts, cut to 0..1.

    Raises:
        InputError: the frame has no comparisons, or `confidence` is out of range.
    """
    import pandas as pd

    if not isinstance(confidence, Real) or not 0 < confidence < 1:
        raise InputError(f"confidence= must lie between 0 and 1, such as 0.95, not {confidence!r}")
    check_frame(df, ["prompt_id"])
    rows = [
        {"score": score, "profile_a": a, "profile_b": b, **_rates(part, confidence)} for score, a, b, part in _parts(df)
    ]
    text = pd.StringDtype("python")
    table = pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object)
    return table.astype({name: text if dtype == _TEXT else dtype for name, dtype in _COLUMNS.items()})


def _parts(df: pd.DataFrame) -> Iterator[tuple[str | None, str, str | None, pd.DataFrame]]:
    """Yield the comparisons of each pair, under the column names of `judge_pairs`."""
    if {"profile_a", "profile_b", "flipped", *_FIRST} <= set(df.columns):
        for (a, b), part in df.groupby(["profile_a", "profile_b"], sort=False, observed=True):
            yield None, str(a), str(b), part
        return
    names = [str(name) for name in df.columns if str(name).endswith(_ENDING)]
    scores = [name for flipped in names if _is_score(df, name := flipped.removesuffix(_ENDING))]
    if not scores or "profile" not in df:
        raise InputError(
            "df: holds no comparisons in two orders; pass what judge_pairs returns, or a frame with a pairwise score"
        )
    for name in scores:
        own = {ending: df[f"{name}_{ending}"] for ending in ("flipped", *_FIRST)}
        plain = df[["prompt_id", "profile"]].assign(**own)
        for profile, part in plain.groupby("profile", sort=False, observed=True):
            if part["flipped"].notna().any():
                yield name, str(profile), None, part


def _is_score(df: pd.DataFrame, name: str) -> bool:
    return all(f"{name}_{ending}" in df for ending in ("flipped", *_FIRST))


def _rates(part: pd.DataFrame, confidence: float) -> dict[str, Any]:
    """Return the figures of one pair."""
    import pandas as pd

    judged = part.loc[part["flipped"].notna()]
    judged = judged.assign(item=pd.factorize(judged["prompt_id"])[0])
    flipped = judged["flipped"].to_numpy(dtype=float)
    flips = over_items(flipped, judged["item"])
    bounds = interval(flips, binary=True, confidence=confidence)
    share = over_items(*_first_wins(judged))
    shares = interval(share, binary=True, confidence=confidence)
    return {
        "n": flips.items,
        "judged": len(judged),
        "flips": int(flipped.sum()),
        "flip_rate": flips.mean if flips.items else None,
        "flip_low": _known(bounds.low),
        "flip_high": _known(bounds.high),
        "first_share": share.mean if share.items else None,
        "first_low": _known(shares.low),
        "first_high": _known(shares.high),
        "note": _note(flips.items, share.items),
    }


def _first_wins(judged: pd.DataFrame) -> tuple[list[float], list[int]]:
    """Return, for each verdict that is no tie, whether it was for the answer shown first, and on which prompt."""
    wins: list[float] = []
    items: list[int] = []
    for order, first in _FIRST.items():
        decided = judged.loc[judged[order].isin(["a", "b"])]
        wins += (decided[order] == first).astype(float).tolist()
        items += decided["item"].tolist()
    return wins, items


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 - NaN


def _note(items: int, decided: int) -> str | None:
    notes = []
    if not items:
        notes.append("no pair was judged in both orders")
    elif items < SMALL:
        notes.append(f"under {SMALL} prompts, the intervals are rough")
    if items and not decided:
        notes.append("every verdict is a tie")
    return "; ".join(notes) or None
