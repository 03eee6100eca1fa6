"""Which rows are nearly the same as one before them: all compared up to a size, above it those that hashing finds.

Knows rows of normalised texts; knows nothing of frames.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib.util import find_spec

from distilkit.distilling.lsh import firsts_hashed
from distilkit.scoring.alike import Fields, Found, firsts_alike

MOST_COMPARED = 20_000
"""Up to so many rows nothing is missed. Above, candidates are found by hashing, which may miss some."""


def nearly_same(rows: Sequence[Fields], least: float) -> list[Found | None]:
    """Return for each row the one before it that it is most like, and how much, or None.

    Above `MOST_COMPARED` rows the extra `near` is needed; without it nothing is compared and a warning says so.

    Args:
        rows: normalised texts.
        least: how alike, from 0 to 100.
    """
    if len(rows) <= MOST_COMPARED:
        return firsts_alike(rows, least)
    if find_spec("datasketch") is None:
        text = (
            f"near duplicates were not looked for among {len(rows):,} rows, only exact ones: above {MOST_COMPARED:,} "
            "rows that needs datasketch; pip install 'distilkit[near]', or near=None to say that exact ones will do"
        )
        warnings.warn(text, UserWarning, stacklevel=2)
        return [None] * len(rows)
    return firsts_hashed(rows, least)
