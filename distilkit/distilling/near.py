"""Which rows are nearly the same as one before them: all compared up to an effort, beyond it those that hashing finds.

Knows rows of normalised texts; knows nothing of frames.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from math import inf

from distilkit.distilling.lsh import firsts_hashed
from distilkit.scoring.alike import Fields, Found, firsts_alike

MOST_COMPARED = 20_000
"""Up to so many rows nothing is missed, however alike they are."""

MOST_EFFORT = 1_500_000_000
"""Above, all are compared too, as long as they are unlike enough: so many rows are looked at, one whose letters are
compared counted as 64. The rows after that are hashed, which may miss some."""


def nearly_same(rows: Sequence[Fields], least: float) -> list[Found | None]:
    """Return for each row the one before it that it is most like, and how much, or None.

    Rows that are left when `MOST_EFFORT` is spent need the extra `near`; without it a warning says that they were not
    compared.

    Args:
        rows: normalised texts.
        least: how alike, from 0 to 100.
    """
    found = firsts_alike(rows, least, inf if len(rows) <= MOST_COMPARED else MOST_EFFORT)
    left = len(rows) - len(found)
    if not left:
        return found
    if find_spec("datasketch") is None:
        text = (
            f"near duplicates were not looked for among the last {left:,} of {len(rows):,} rows, only exact ones: "
            f"above {MOST_COMPARED:,} rows that are much alike, that needs datasketch; pip install 'distilkit[near]', "
            "or near=None to say that exact ones will do"
        )
        warnings.warn(text, UserWarning, stacklevel=2)
        return [*found, *([None] * left)]
    return firsts_hashed(rows, least, found)
