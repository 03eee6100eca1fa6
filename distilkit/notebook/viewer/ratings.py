"""What a person said of answers: kept by prompt, profile and sample, and given back as columns.

A rating belongs to the answer it was given to: it carries the answer's digest, so that another answer in the same place
is not taken for rated. Knows nothing of files or widgets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from distilkit.errors import InputError
from distilkit.notebook.viewer.panel import RATING, Panel
from distilkit.notebook.viewer.scales import Scale

if TYPE_CHECKING:
    import pandas as pd


class Slot(NamedTuple):
    """Which answer: the prompt's id as text, the profile, the sample."""

    prompt_id: str
    profile: str
    sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What was said of one answer.

    Attributes:
        value: the number; None where there is only a comment, or a rating was taken back.
        comment: "" for none.
        rated_at: when, UTC; None where nobody knows.
        answer: the digest of the answer, "" where nobody knows.
    """

    value: float | None
    comment: str = ""
    rated_at: datetime | None = None
    answer: str = ""


Ratings = Mapping[Slot, Rating]

_DTYPES: dict[str, Any] = {
    "profile": "text",
    "sample": "Int64",
    RATING: "Float64",
    "comment": "text",
    "rated_at": "datetime64[us, UTC]",
    "answer": "text",
}


def digest(content: str | None) -> str:
    """Return what tells one answer from another, in sixteen characters; "" for no answer."""
    if content is None:
        return ""
    return hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def utc_of(told: object) -> datetime | None:
    """Return a time told in ISO 8601 or as one, as UTC where it names no zone; None for none.

    Raises:
        TypeError: it is something else.
        ValueError: it is no such text.
        OverflowError: in UTC it is outside the years 1 to 9999.
    """
    if told is None or told == "":
        return None
    when = datetime.fromisoformat(told) if isinstance(told, str) else told
    if not isinstance(when, datetime):
        raise TypeError(f"{told!r:.100} is no time")
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def place_of(panel: Panel, slot: Slot, prompts: Mapping[str, int]) -> int | None:
    """Return the position in the frame of the answer in this slot, None where there is none.

    Args:
        panel: the answers.
        slot: which of them.
        prompts: the position of each prompt by its id as text.
    """
    prompt = prompts.get(slot.prompt_id)
    return None if prompt is None else panel.place(prompt, slot.profile, slot.sample)


def fits(panel: Panel, place: int, rating: Rating) -> bool:
    """Return whether this rating was given to the answer that stands there now."""
    return not rating.answer or rating.answer == digest(panel.columns["content"][place])


def rated_frame(panel: Panel, ratings: Ratings) -> pd.DataFrame:
    """Return the panel's frame with the column `rating`, `<NA>` where nobody rated the answer."""
    import pandas as pd

    prompts = {str(each): nth for nth, each in enumerate(panel.ids)}
    values: list[float | None] = [None] * len(panel.frame)
    for slot, rating in ratings.items():
        place = place_of(panel, slot, prompts)
        if place is not None and fits(panel, place, rating):
            values[place] = rating.value
    frame = panel.frame.copy()
    frame[RATING] = pd.Series(pd.array(values, dtype="Float64"), index=frame.index)
    return frame


def ratings_frame(panel: Panel, ratings: Ratings) -> pd.DataFrame:
    """Return one row for each answer that was rated or commented on, in the order in which that happened."""
    import pandas as pd

    said = {slot: rating for slot, rating in ratings.items() if rating.value is not None or rating.comment}
    ids = {str(each): each for each in panel.ids}
    columns: dict[str, list[Any]] = {
        "prompt_id": [ids.get(slot.prompt_id, slot.prompt_id) for slot in said],
        "profile": [slot.profile for slot in said],
        "sample": [slot.sample for slot in said],
        RATING: [rating.value for rating in said.values()],
        "comment": [rating.comment or None for rating in said.values()],
        "rated_at": [rating.rated_at for rating in said.values()],
        "answer": [rating.answer or None for rating in said.values()],
    }
    text = pd.StringDtype("python")
    whole = all(isinstance(each, int) for each in columns["prompt_id"])
    dtypes = {"prompt_id": "Int64" if whole else "text", **_DTYPES}
    made = {
        name: pd.array(
            [str(value) if name == "prompt_id" and not whole else value for value in columns[name]],
            dtype=text if dtype == "text" else dtype,
        )
        for name, dtype in dtypes.items()
    }
    return pd.DataFrame(made)


def ratings_from(frame: pd.DataFrame, scale: Scale) -> dict[Slot, Rating]:
    """Return the ratings that a frame holds.

    Args:
        frame: such as `view.ratings`: `prompt_id`, `profile` and `rating`; the rest may be missing.
        scale: the ratings must be on it.

    Raises:
        InputError: a column is missing or there twice, or a rating, sample or time is none.
    """
    for name in ("prompt_id", "profile", RATING):
        if name not in frame:
            raise InputError(f"ratings: no column {name!r}; pass what view.ratings returned, or a path for a CSV file")
    if not frame.columns.is_unique:
        raise InputError(f"ratings: the column {frame.columns[frame.columns.duplicated()][0]!r} is there twice")
    plain = frame.astype(object).where(frame.notna(), None)
    found: dict[Slot, Rating] = {}
    for nth, row in enumerate(plain.to_dict("records")):
        try:
            slot = Slot(str(row["prompt_id"]), str(row["profile"]), int(row.get("sample") or 0))
            when = utc_of(row.get("rated_at"))
        except (TypeError, ValueError, OverflowError) as error:
            raise InputError(f"ratings: row {nth}: {error!s:.200}") from None
        found[slot] = Rating(
            value=_on_scale(row[RATING], scale, nth),
            comment=str(row.get("comment") or ""),
            rated_at=when,
            answer=str(row.get("answer") or ""),
        )
    return found


def ratings_within(panel: Panel, scale: Scale) -> dict[Slot, Rating]:
    """Return the ratings that the panel's own frame holds in a column `rating`."""
    if RATING not in panel.frame or RATING in panel.scores:
        return {}
    values = panel.frame[RATING].astype(object).where(panel.frame[RATING].notna(), None).tolist()
    found = {}
    for prompt, places in enumerate(panel.places):
        for (profile, sample), place in places.items():
            if values[place] is not None:
                slot = Slot(str(panel.ids[prompt]), profile, sample)
                answer = digest(panel.columns["content"][place])
                found[slot] = Rating(value=_on_scale(values[place], scale, place), answer=answer)
    return found


def _on_scale(value: Any, scale: Scale, row: int) -> float | None:
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if number not in scale.allowed:
        known = ", ".join(f"{each:g}" for each in sorted(scale.allowed))
        raise InputError(
            f"ratings: row {row} holds {value!r}, which is not on the scale {scale.name!r} ({known}); name its scale "
            f"in rate=, or rename the frame's column {RATING!r}"
        )
    return number
