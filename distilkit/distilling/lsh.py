"""Near duplicates among very many rows: MinHash finds candidates, and each is compared before it counts.

What is found is always right; a pair may be missed, the more likely the less alike it is. Broder 1997, "On the
resemblance and containment of documents"; the hashing is datasketch's, imported on first use. Knows rows of normalised
texts; knows nothing of frames.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from distilkit._callers import outside
from distilkit.scoring.alike import Fields, Found, most_alike, runs_of_letters

# Each changed letter changes so many runs of letters; longer runs are shared by fewer texts that are not alike.
_RUN = 5
# Bands of rows: of texts that share 60 % of their runs 87 % are found, of 70 % 99 %, of 10 % one in 4,000.
_BANDS, _ROWS = 25, 5
# Rows that look like so many before them follow a template. They are compared with those, but not added to them, or
# the work would grow with the square of the rows.
_CROWD = 500


def firsts_hashed(rows: Sequence[Fields], least: float, known: Sequence[Found | None] = ()) -> list[Found | None]:
    """Return for each row the one before it that it is most like, and how much, or None; some may be missed.

    Args:
        rows: normalised texts.
        least: how alike, from 0 to 100. Much below 90 most pairs are missed.
        known: what was found of the first rows already.
    """
    from datasketch import MinHashLSH

    index: Any = MinHashLSH(num_perm=_BANDS * _ROWS, params=(_BANDS, _ROWS))
    seed = _sketch()
    found = list(known)
    crowded = 0
    for nth, row in enumerate(rows):
        is_known = nth < len(known)
        if is_known and known[nth] is not None:
            continue
        sketch = seed.copy()
        sketch.update_batch(runs_of_letters(row, _RUN))
        others = sorted(index.query(sketch))
        best = None if is_known else most_alike(row, [rows[other] for other in others], least)
        if not is_known:
            found.append(None if best is None else (others[best[0]], best[1]))
        if best is None and len(others) < _CROWD:
            index.insert(nth, sketch, check_duplication=False)
        crowded += best is None and len(others) >= _CROWD
    _tell(crowded)
    return found


def _sketch() -> Any:
    from datasketch import MinHash

    # The runs are numbers already.
    return MinHash(num_perm=_BANDS * _ROWS, seed=1, hashfunc=int)


def _tell(crowded: int) -> None:
    if crowded:
        text = (
            f"{crowded:,} rows resemble {_CROWD} others or more without being near duplicates, as texts from a "
            "template do; rows after them were not compared with them, so near duplicates may be left"
        )
        warnings.warn(text, UserWarning, stacklevel=outside())
