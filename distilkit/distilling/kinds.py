"""Which kinds of thinking the chosen rows hold, by teacher: a student that learns from a mixture learns neither.

Knows the column `thinking_kind`; knows nothing of what the thinking says.
"""

from __future__ import annotations

import warnings
from collections import Counter
from typing import TYPE_CHECKING

from distilkit._callers import outside
from distilkit.distilling.cells import texts_of
from distilkit.distilling.columns import is_chosen, teachers
from distilkit.distilling.notices import DataWarning

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("raw", "summary", "encrypted", "truncated", "absent")
"""The kinds of thinking, in the order in which they are counted; what a frame does not say is `unknown`."""

ABSENT = "absent"
UNKNOWN = "unknown"


def kinds(frame: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Count the chosen rows by kind of thinking, and within a kind by teacher.

    Args:
        frame: all rows count where there is no column `chosen`.

    Returns:
        Kinds in the order of `KINDS`, then others by name, `unknown` among them; teachers by name.
    """
    said = texts_of(frame, "thinking_kind")
    rows = zip(is_chosen(frame), said, teachers(frame), strict=True)
    counts = Counter((kind or UNKNOWN, teacher) for chosen, kind, teacher in rows if chosen)
    there = {kind for kind, _ in counts}
    order = [*(kind for kind in KINDS if kind in there), *sorted(there - {*KINDS})]
    return {
        kind: {teacher: counts[kind, teacher] for each, teacher in sorted(counts) if each == kind} for kind in order
    }


def told(counted: dict[str, dict[str, int]]) -> list[str]:
    """Return what deserves a warning, a sentence each; [] where all chosen rows are of one kind that can be learnt."""
    found = []
    thought = {kind: by for kind, by in counted.items() if kind not in {ABSENT, UNKNOWN}}
    if len(thought) > 1:
        found.append(f"the chosen rows mix kinds of thinking: {_listed(thought)}; keep one kind for one training file")
    if thought and ABSENT in counted:
        found.append(
            f"some chosen rows have no reasoning, others have: {_listed({ABSENT: counted[ABSENT], **thought})}; "
            "require_thinking=True makes those without it not valid"
        )
    if encrypted := counted.get("encrypted"):
        found.append(
            f"{sum(encrypted.values()):,} chosen rows have encrypted thinking, which nobody can read: to a student "
            "they are answers without reasoning"
        )
    return found


def warn_of_kinds(frame: pd.DataFrame) -> None:
    """Warn where chosen rows mix kinds of thinking, or only some have any that can be read; counts stand by teacher."""
    for text in told(kinds(frame)):
        warnings.warn(text, DataWarning, stacklevel=outside())


def _listed(counted: dict[str, dict[str, int]]) -> str:
    return ", ".join(
        f"{sum(by.values()):,} {kind} ({', '.join(f'{name} {count:,}' for name, count in by.items())})"
        for kind, by in counted.items()
    )
