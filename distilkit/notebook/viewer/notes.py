"""The ratings of one view: taken one at a time from any thread, kept in memory, and in a file where one is named.

Knows nothing of widgets.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from distilkit.errors import InputError
from distilkit.notebook.viewer.panel import Panel
from distilkit.notebook.viewer.ratingfile import RatingFile
from distilkit.notebook.viewer.ratings import Rating, Ratings, Slot, digest, fits, place_of, rated_frame, ratings_frame
from distilkit.notebook.viewer.scales import Scale

if TYPE_CHECKING:
    import pandas as pd


class Notes:
    """What was said so far.

    Args:
        panel: the answers.
        scale: what can be said of them.
        kept: what was said before.
        file: where it is written after each rating, or None.
        now: the time.
        own: what the panel's own frame says of its answers, known to fit them; what was kept counts more.

    Attributes:
        scale: what can be said of an answer.
        trouble: why the last rating is not in the file, "" where it is.
    """

    def __init__(
        self,
        panel: Panel,
        scale: Scale,
        kept: Ratings,
        file: RatingFile | None,
        now: Callable[[], datetime],
        *,
        own: Ratings | None = None,
    ) -> None:
        self.scale = scale
        self.trouble = ""
        self._panel, self._file, self._now = panel, file, now
        self._own = dict(own or {})
        self._kept = {**self._own, **kept}
        self._prompts = {str(each): nth for nth, each in enumerate(panel.ids)}
        self._counts: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def slot(self, prompt: int, profile: str, sample: int) -> Slot:
        """Return the slot of an answer by its prompt's position."""
        return Slot(str(self._panel.ids[prompt]), profile, sample)

    def get(self, prompt: int, profile: str, sample: int) -> Rating | None:
        """Return what was said of the answer that stands there now, None for nothing."""
        rating = self._kept.get(self.slot(prompt, profile, sample))
        place = self._panel.place(prompt, profile, sample)
        return rating if rating is not None and place is not None and fits(self._panel, place, rating) else None

    def words(self, prompt: int, profile: str, sample: int) -> str:
        """Return its rating in words, with the comment; "" for none."""
        rating = self.get(prompt, profile, sample)
        if rating is None:
            return ""
        value = "" if rating.value is None else self.scale.written(rating.value)
        return f"{value or '–'} (“{rating.comment}”)" if rating.comment else value

    def rate(self, prompt: int, values: dict[str, float | None], sample: int) -> None:
        """Note a number for each of these profiles, None to take it back, and write the file once."""
        with self._lock:
            for profile, value in values.items():
                self._put(prompt, profile, sample, value=value)
            self._write()
            self._counts = None

    def comment(self, prompt: int, profile: str, sample: int, said: str) -> None:
        """Note a comment, "" to take it back."""
        with self._lock:
            self._put(prompt, profile, sample, comment=said)
            self._write()
            self._counts = None

    @property
    def count(self) -> int:
        """How many answers of this panel have a rating."""
        return self._counted()[0]

    @property
    def stale(self) -> int:
        """How many ratings were given to another answer than the one that stands there now."""
        return self._counted()[1]

    def ratings(self) -> pd.DataFrame:
        """Return them, one row a rating."""
        with self._lock:
            return ratings_frame(self._panel, dict(self._kept))

    def rated(self) -> pd.DataFrame:
        """Return the frame with the column `rating`."""
        with self._lock:
            return rated_frame(self._panel, dict(self._kept))

    def _counted(self) -> tuple[int, int]:
        """Return both counts, anew only after something was said: turning a page asks for them too."""
        if self._counts is None:
            rated = [(slot, rating) for slot, rating in list(self._kept.items()) if rating.value is not None]
            # Of a frame of 100,000 rated rows, digests would be most of the time that a view takes to open.
            others = [(slot, rating) for slot, rating in rated if self._own.get(slot) is not rating]
            places = [(place_of(self._panel, slot, self._prompts), rating) for slot, rating in others]
            fitting = [fits(self._panel, place, rating) for place, rating in places if place is not None]
            self._counts = len(rated) - len(others) + sum(fitting), len(fitting) - sum(fitting)
        return self._counts

    def _put(
        self, prompt: int, profile: str, sample: int, *, value: float | None = None, comment: str | None = None
    ) -> None:
        place = self._panel.place(prompt, profile, sample)
        if place is None:
            return
        before = self.get(prompt, profile, sample) or Rating(value=None)
        # A comment leaves the number as it is, a number the comment.
        said = replace(before, value=value) if comment is None else replace(before, comment=comment)
        answer = digest(self._panel.columns["content"][place])
        slot = self.slot(prompt, profile, sample)
        # Last in order: the newest rating stands last in the table and in the file.
        self._kept.pop(slot, None)
        self._kept[slot] = replace(said, rated_at=self._now(), answer=answer)

    def _write(self) -> None:
        if self._file is None:
            return
        try:
            self._kept = self._file.write(self._kept)
            self.trouble = ""
        except (OSError, InputError) as error:
            # The rating is kept in memory, and written with the next one.
            self.trouble = f"not written: {error}"
