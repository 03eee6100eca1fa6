"""Who answered each row, and which rows are in the training set; also of frames that do not say.

Knows names of columns; knows nothing of what is done with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distilkit.distilling.cells import texts_of, verdicts_of

if TYPE_CHECKING:
    import pandas as pd

NOBODY = "unknown"
"""The teacher of a row that does not say who answered."""


def is_chosen(frame: pd.DataFrame) -> list[bool]:
    """Return which rows are in the training set; all of them where there is no column `chosen`.

    Raises:
        InputError: the column holds something else than verdicts.
    """
    if "chosen" not in frame:
        return [True] * len(frame)
    return [bool(verdict) for verdict in verdicts_of(frame, "chosen")]


def teachers(frame: pd.DataFrame) -> list[str]:
    """Return who answered each row: the profile that served it, else the one asked, else the model, else `unknown`."""
    named = zip(*(texts_of(frame, name) for name in ("served_by", "profile", "model")), strict=True)
    return [served or asked or model or NOBODY for served, asked, model in named]
