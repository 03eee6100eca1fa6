"""`view`: a frame's answers side by side, to be read, compared and rated.

Checks what it is given; the widget is `widget.py`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from distilkit.errors import InputError
from distilkit.notebook.viewer.notes import Notes
from distilkit.notebook.viewer.panel import panel_of
from distilkit.notebook.viewer.ratingfile import RatingFile
from distilkit.notebook.viewer.ratings import Rating, Slot, ratings_from, ratings_within
from distilkit.notebook.viewer.scales import Scale, ScaleName, scale_of

if TYPE_CHECKING:
    import pandas as pd

    from distilkit.notebook.viewer.widget import View

_MOST_ROWS = 200


def view(
    df: pd.DataFrame,
    *,
    score: str | Sequence[str] | None = None,
    height: int | None = None,
    rows_per_page: int = 10,
    rate: ScaleName = "1-5",
    ratings: pd.DataFrame | str | os.PathLike[str] | None = None,
    blind: bool = False,
    seed: int = 0,
) -> View:
    """Return the answers side by side: prompts down, profiles across, thinking folded.

    "What did they actually say? Where do they differ? And what do I think of it?"

        view = dk.view(df, ratings="ratings.csv")
        view                                            # look, filter, sort, compare words, rate
        dk.judge_correction(view.df, judge="grade", human="rating")

    In a notebook it is live; saved, printed, or in a script it is the first page as a plain table. `view.ratings` is
    one row for each rated answer (`prompt_id profile sample rating comment rated_at answer`, the last a digest of the
    answer that was rated); `view.df` is the frame with the column `rating` (`Float64`, `<NA>` where nobody rated). A
    rating given to another answer than the one that stands there now is kept, and does not count. `view.close()` ends
    it.

    Args:
        df: from `compare`, or any frame with `profile`, `prompt_id` and `content`. A column `rating` is where the
            ratings start from.
        score: the columns to show as scores, the first to sort by; None takes those that `compare(score=...)` adds.
        height: pixels after which the page scrolls, None for none.
        rows_per_page: prompts on a page.
        rate: `1-5`; `thumbs`, good is 1 and bad 0; `best`, the best answer of a prompt is 1, the others 0, ties 0.5.
        ratings: where to go on: what an earlier `view.ratings` returned, or the path of a CSV file, which is read if it
            is there and written anew after each rating.
        blind: hide the names, costs, scores and thinking, and shuffle the order for each prompt, until "Show names".
        seed: of the order when blind.

    Raises:
        InputError: a column is missing, ratings are not on the scale, or an argument is not of its kind.
    """
    from distilkit.notebook.viewer.widget import View

    panel = panel_of(df, score)
    scale = scale_of(rate)
    _check_number("rows_per_page", rows_per_page, _MOST_ROWS)
    if height is not None:
        _check_number("height", height, 100_000)
    kept, file = _kept(ratings, scale)
    notes = Notes(panel, scale, kept, file, lambda: datetime.now(UTC), own=ratings_within(panel, scale))
    return View(panel, notes, height=height, rows=rows_per_page, seed=seed if blind else None)


def _kept(
    ratings: pd.DataFrame | str | os.PathLike[str] | None, scale: Scale
) -> tuple[dict[Slot, Rating], RatingFile | None]:
    import pandas as pd

    if ratings is None:
        return {}, None
    if isinstance(ratings, pd.DataFrame):
        return ratings_from(ratings, scale), None
    if not isinstance(ratings, str | os.PathLike):
        raise InputError(f"ratings= takes what view.ratings returned, or a path, not {type(ratings).__name__}")
    file = RatingFile(ratings, scale)
    return file.read(), file


def _check_number(name: str, value: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise InputError(f"{name}= must be a whole number from 1 to {most:,}, not {value!r}")
