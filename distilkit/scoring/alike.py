"""Which texts of many are nearly the same as one before them, without comparing each with each.

Two rows of texts are alike by the least alike of their fields, by rapidfuzz's `ratio`: 100 × (1 - insertions and
deletions needed / both lengths). Bounds that no pair can break leave most pairs out, so the result is that of comparing
all. Knows texts; knows nothing of prompts, answers or frames.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Fields = tuple[str, ...]
"""What is compared of one row, field with field; each row has as many."""

Found = tuple[int, float]
"""The place of the row that is most alike, and how alike, from 0 to 100."""

Shelf = int | str
"""Where a row stands among the others: by the length of its last field, or by its text."""

# In lower case every letter, digit and sign of ASCII has a bin of its own; the others share these.
_BINS = 96
_GROUPS = 16
_MOST_COUNTED = 32_767  # what 16 bits hold
# Bounds are computed in floating point, and must never leave out what the comparison would find.
_SLACK = 1e-6
# Of so many shelves the last is as far as an alike text may be. Finer ones leave out more and take longer to walk.
_SHELVES = 1
# A row whose letters are compared takes as long as so many that are looked at.
_DEARER = 64
# An odd number of 64 bits with its ones well spread: 2**64 divided by the golden ratio.
_MIX = 0x9E3779B97F4A7C15


def firsts_alike(rows: Sequence[Fields], least: float, most_effort: float = inf) -> list[Found | None]:
    """Return for each row the one before it that it is most alike, or None where none is alike.

    A row is compared with those before it that are like none themselves. Of several the most alike counts, then the
    first.

    Args:
        rows: texts, normalised by the caller.
        least: how alike, from 0 to 100.
        most_effort: how many rows may be looked at; one whose letters are compared counts as 64. When it is spent, the
            result ends, and is shorter than `rows`.
    """
    if not rows:
        return []
    table = _table(rows, least)
    found: list[Found | None] = []
    left = most_effort
    for nth in range(len(rows)):
        looked_at = _neighbours(table, nth)
        others = _candidates(table, nth, looked_at)
        left -= len(looked_at) + _DEARER * len(others)
        if left < 0:
            return found
        found.append(_settle(table, nth, others))
    return found


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
    """What the bounds need of each row; all arrays are in the order of shelves, and there of the first field's length.

    A shelf holds rows whose last field is of about the same length, or, where that is so short that only the same text
    is alike, is the same.

    Attributes:
        rows: the rows, in the caller's order.
        least: how alike, from 0 to 100.
        order: the row at each place.
        place: the place of each row.
        shelf: the shelf of each row.
        starts: the place at which each shelf begins, and at the end that after the last.
        firsts: of the first field, the length at each place.
        lengths: of each field, in letters.
        coarse: of each field, how often the letters of each of a few groups of bins occur.
        counts: of each field, how often each bin's letters occur.
        kept: whether a row was looked at and is like none before it.
        ones: what groups are added up with.
    """

    rows: Sequence[Fields]
    least: float
    order: NDArray[np.int64]
    place: NDArray[np.int64]
    shelf: list[Shelf]
    starts: dict[Shelf, tuple[int, int]]
    firsts: list[int]
    lengths: list[NDArray[np.int64]]
    coarse: list[NDArray[np.float32]]
    counts: list[NDArray[np.int16]]
    kept: NDArray[np.bool_]
    ones: NDArray[np.float32]


def _table(rows: Sequence[Fields], least: float) -> _Table:
    import numpy as np

    fields = range(len(rows[0]))
    shelf = [_shelf(row[-1], least) for row in rows]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(shelf))}
    shelves = np.array([numbers[name] for name in shelf], dtype=np.int64)
    order = np.lexsort((np.array([len(row[0]) for row in rows], dtype=np.int64), shelves))
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = np.arange(len(rows))
    borders = np.searchsorted(shelves[order], np.arange(len(numbers) + 1)).tolist()
    lengths = [np.array([len(row[field]) for row in rows], dtype=np.int64)[order] for field in fields]
    counts = [np.empty((len(rows), _BINS), dtype=np.int16) for _ in fields]
    for nth, row in enumerate(rows):
        for field in fields:
            counts[field][place[nth]] = _counts(row[field])
    return _Table(
        rows=rows,
        least=least,
        order=order,
        place=place,
        shelf=shelf,
        starts={name: (borders[number], borders[number + 1]) for name, number in numbers.items()},
        firsts=lengths[0].tolist(),
        lengths=lengths,
        coarse=[_grouped(each) for each in counts],
        counts=counts,
        kept=np.zeros(len(rows), dtype=np.bool_),
        ones=np.ones(_GROUPS, dtype=np.float32),
    )


def _shelf(text: str, least: float) -> Shelf:
    """Name the shelf of a last field: the text itself where no other can be alike, else its length, about."""
    if (1 - least / 100) * (2 * len(text) + 1) < 1 - _SLACK:
        return text
    return int(log(max(1, len(text))) / _step(least))


def _step(least: float) -> float:
    """Return the logarithm of how much longer the texts of a shelf are than those of the one before."""
    return max(log(_times_longer(least)) / _SHELVES, _SLACK)


def _times_longer(least: float) -> float:
    """Return how many times as long as the other one of two alike texts may be."""
    share = max(least / 100, _SLACK)
    return (2 - share) / share


def _counts(text: str) -> NDArray[np.int64]:
    import numpy as np

    return np.minimum(np.bincount(_letters(text) % _BINS, minlength=_BINS), _MOST_COUNTED)


def _grouped(counts: NDArray[np.int16]) -> NDArray[np.float32]:
    """Add up every sixteenth bin; what two rows differ by in a group, they differ by in its bins at least."""
    import numpy as np

    groups = np.zeros((len(counts), _GROUPS), dtype=np.float32)  # whole numbers of 24 bits are exact in it
    for start in range(0, _BINS, _GROUPS):
        groups += counts[:, start : start + _GROUPS]
    return groups


def _letters(text: str) -> NDArray[np.uint32]:
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _settle(table: _Table, nth: int, others: Sequence[int]) -> Found | None:
    """Find what row `nth` is like, and keep it for the rows after it where that is nothing."""
    found = most_alike(table.rows[nth], [table.rows[other] for other in others], table.least)
    if found is None:
        table.kept[table.place[nth]] = True
        return None
    return others[found[0]], found[1]


def _neighbours(table: _Table, nth: int) -> NDArray[np.int64]:
    """Return the places of the kept rows that neither the last nor the first field's length leaves out, about."""
    import numpy as np

    shelf, times = table.shelf[nth], _times_longer(table.least)
    length = len(table.rows[nth][0])
    shortest, longest = length / times - 1, length * times + 1
    found = []
    for name in [shelf] if isinstance(shelf, str) else range(shelf - _SHELVES - 1, shelf + _SHELVES + 2):
        if (ends := table.starts.get(name)) is not None:
            low = bisect_left(table.firsts, shortest, *ends)
            high = bisect_right(table.firsts, longest, low, ends[1])
            if low < high:
                found.append(table.kept[low:high].nonzero()[0] + low)
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _candidates(table: _Table, nth: int, places: NDArray[np.int64]) -> list[int]:
    """Return of the rows at these places those that no bound leaves out, in the caller's order."""
    import numpy as np

    at = int(table.place[nth])
    # Letters that one has more often than the other must all be inserted. A few groups of letters leave most rows out.
    for lengths, groups in zip(table.lengths, table.coarse, strict=True):
        more = np.abs(groups[places] - groups[at]) @ table.ones
        places = places[more <= _most_edits(lengths[places] + lengths[at], table.least)]
    for lengths, counts in zip(table.lengths, table.counts, strict=True):
        if not len(places):
            return []
        edits = np.abs(counts[places] - counts[at]).sum(axis=1, dtype=np.int64)
        places = places[edits <= _most_edits(lengths[places] + lengths[at], table.least)]
    return sorted(table.order[places].tolist())


def _most_edits(sums: NDArray[np.int64], least: float) -> NDArray[np.float64]:
    return (1 - least / 100) * sums.astype("float64") + _SLACK


def _ratios(text: str, others: Sequence[str], least: float) -> list[float]:
    import numpy as np
    from rapidfuzz import fuzz, process

    # A cutoff saves time. It is a little lower, so that rounding decides nothing.
    cutoff = max(0.0, least - 0.01)
    table = process.cdist([text], others, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float64)
    ratios: list[float] = table[0].tolist()
    return ratios
