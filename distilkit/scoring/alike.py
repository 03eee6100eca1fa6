"""Which texts of many are nearly the same as one before them, without comparing each with each.

Two rows of texts are alike by the least alike of their fields, by rapidfuzz's `ratio`: 100 × (1 - insertions and
deletions needed / both lengths). Bounds that no pair can break leave most pairs out, so the result is that of comparing
all. Knows texts; knows nothing of prompts, answers or frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Fields = tuple[str, ...]
"""What is compared of one row, field with field; each row has as many."""

Found = tuple[int, float]
"""The place of the row that is most alike, and how alike, from 0 to 100."""

# In lower case every letter, digit and sign of ASCII has a bin of its own; the others share these.
_BINS = 96
_MOST_COUNTED = 32_767  # what 16 bits hold
# Bounds are computed in floating point, and must never leave out what the comparison would find.
_SLACK = 1e-6
# An odd number of 64 bits with its ones well spread: 2**64 divided by the golden ratio.
_MIX = 0x9E3779B97F4A7C15


def firsts_alike(rows: Sequence[Fields], least: float) -> list[Found | None]:
    """Return for each row the one before it that it is most alike, or None where none is alike.

    A row is compared with those before it that are like none themselves. Of several the most alike counts, then the
    first.

    Args:
        rows: texts, normalised by the caller.
        least: how alike, from 0 to 100.
    """
    if not rows:
        return []
    table = _table(rows)
    return [_settle(table, nth, least) for nth in range(len(rows))]


def most_alike(row: Fields, others: Sequence[Fields], least: float) -> Found | None:
    """Return which of `others` is most alike, the first of several, or None where none is `least` alike."""
    if not others:
        return None
    places, likes = list(range(len(others))), [100.0] * len(others)
    for field, text in enumerate(row):
        ratios = _ratios(text, [others[place][field] for place in places], least)
        kept = [(place, min(like, ratio)) for place, like, ratio in zip(places, likes, ratios, strict=True)]
        kept = [(place, like) for place, like in kept if like >= least]
        if not kept:
            return None
        places, likes = [place for place, _ in kept], [like for _, like in kept]
    best = max(likes)
    return places[likes.index(best)], best


def runs_of_letters(row: Fields, length: int) -> list[int]:
    """Return a number of 32 bits for each run of `length` letters of a row, which stands for it.

    Equal runs have equal numbers, on every machine. A field's end counts as a letter.
    """
    import numpy as np

    letters = _letters("\0".join(row)).astype(np.uint64)
    if len(letters) < length:
        letters = np.concatenate([letters, np.zeros(length - len(letters), dtype=np.uint64)])
    starts = len(letters) - length + 1
    mixed = np.zeros(starts, dtype=np.uint64)
    for offset in range(length):  # a polynomial of the letters, modulo 2**64
        mixed = mixed * np.uint64(_MIX) + letters[offset : offset + starts]
    folded: list[int] = ((mixed * np.uint64(_MIX)) >> np.uint64(32)).tolist()
    return folded


@dataclass(frozen=True)
class _Table:
    """What the bounds need of each row; all arrays are in the order of the last field's length.

    Attributes:
        rows: the rows, in the caller's order.
        order: the row at each place.
        place: the place of each row.
        lengths: of each field, in letters.
        counts: of each field, how often each bin's letters occur.
        kept: whether a row was looked at and is like none before it.
    """

    rows: Sequence[Fields]
    order: NDArray[np.int64]
    place: NDArray[np.int64]
    lengths: list[NDArray[np.int64]]
    counts: list[NDArray[np.int16]]
    kept: NDArray[np.bool_]


def _table(rows: Sequence[Fields]) -> _Table:
    import numpy as np

    fields = range(len(rows[0]))
    order = np.argsort(np.array([len(row[-1]) for row in rows], dtype=np.int64), kind="stable")
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = np.arange(len(rows))
    lengths = [np.array([len(row[field]) for row in rows], dtype=np.int64)[order] for field in fields]
    counts = [np.empty((len(rows), _BINS), dtype=np.int16) for _ in fields]
    for nth, row in enumerate(rows):
        for field in fields:
            counts[field][place[nth]] = _counts(row[field])
    return _Table(rows, order, place, lengths, counts, np.zeros(len(rows), dtype=np.bool_))


def _counts(text: str) -> NDArray[np.int64]:
    import numpy as np

    return np.minimum(np.bincount(_letters(text) % _BINS, minlength=_BINS), _MOST_COUNTED)


def _letters(text: str) -> NDArray[np.uint32]:
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _settle(table: _Table, nth: int, least: float) -> Found | None:
    """Find what row `nth` is like, and keep it for the rows after it where that is nothing."""
    others = _candidates(table, nth, least)
    found = most_alike(table.rows[nth], [table.rows[other] for other in others], least)
    if found is None:
        table.kept[table.place[nth]] = True
        return None
    return others[found[0]], found[1]


def _candidates(table: _Table, nth: int, least: float) -> list[int]:
    """Return the kept rows that no bound leaves out, in the caller's order."""
    import numpy as np

    at = int(table.place[nth])
    low, high = _window(table.lengths[-1], at, least)
    near = table.kept[low:high]
    for lengths in table.lengths:
        # Letters that one has more than the other must all be inserted.
        sums = lengths[low:high] + lengths[at]
        near = near & (np.abs(lengths[low:high] - lengths[at]) <= _most_edits(sums, least))
    places = np.flatnonzero(near) + low
    for lengths, counts in zip(table.lengths, table.counts, strict=True):
        # So must be letters that one has more often than the other.
        edits = np.abs(counts[places] - counts[at]).sum(axis=1, dtype=np.int64)
        places = places[edits <= _most_edits(lengths[places] + lengths[at], least)]
    return sorted(table.order[places].tolist())


def _window(lengths: NDArray[np.int64], at: int, least: float) -> tuple[int, int]:
    """Return the places between which the last field is neither too short nor too long."""
    import numpy as np

    share, length = least / 100, int(lengths[at])
    shortest = length * share / (2 - share) - 1
    longest = length * (2 - share) / share + 1 if share else np.inf
    return int(np.searchsorted(lengths, shortest, "left")), int(np.searchsorted(lengths, longest, "right"))


def _most_edits(sums: NDArray[np.int64], least: float) -> NDArray[np.float64]:
    import numpy as np

    return (1 - least / 100) * sums.astype(np.float64) + _SLACK


def _ratios(text: str, others: Sequence[str], least: float) -> list[float]:
    import numpy as np
    from rapidfuzz import fuzz, process

    # A cutoff saves time. It is a little lower, so that rounding decides nothing.
    cutoff = max(0.0, least - 0.01)
    table = process.cdist([text], others, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float64)
    ratios: list[float] = table[0].tolist()
    return ratios
