"""A frame as the viewer sees it: prompts down, profiles across, and for each sample one answer in each place.

From a frame to values. Knows nothing of HTML, of widgets, or of what is chosen to be shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distilkit.analysis.columns import check_columns, is_distilled, numbers_of, score_columns
from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

RATING = "rating"
# What an answer is shown with, where the frame has it.
_SHOWN = (
    "content",
    "thinking",
    "thinking_kind",
    "finish_reason",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "latency_s",
    "error_kind",
    "error",
)
_TEXTS = ("content", "thinking", "thinking_kind", "finish_reason", "error", "error_kind", "reasons")
_NUMBERS = ("input_tokens", "output_tokens", "cost_usd", "latency_s")
_WHOLE = re.compile(r"-?[0-9]{1,18}(\.0)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One row of the frame. None means that the frame does not know it.

    Attributes:
        profile: who answered.
        sample: which of the answers to this prompt, from 0.
        scores: by the name of the score.
        reasons: why `distill` holds it for not valid; "" for valid.
    """

    profile: str
    sample: int
    scores: dict[str, bool | float | None]
    content: str | None = None
    thinking: str | None = None
    thinking_kind: str | None = None
    finish_reason: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    latency_s: float | None = None
    error_kind: str | None = None
    error: str | None = None
    reasons: str | None = None

    @property
    def failed(self) -> bool:
        """Whether this is a call that gave no answer."""
        return self.error_kind is not None or self.error is not None or self.content is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The frame, and where in it each answer stands.

    Attributes:
        frame: as it was given.
        ids: the prompts' ids, in the frame's order.
        prompts: their texts; "" where the frame has none.
        profiles: in the frame's order.
        samples: from 0, in order.
        scores: the names of the score columns.
        places: for each prompt, by profile and sample, the position of the row.
        columns: by name, the values of the frame's columns that are shown, None where they are missing.
    """

    frame: pd.DataFrame
    ids: list[Any]
    prompts: list[str]
    profiles: list[str]
    samples: list[int]
    scores: list[str]
    places: list[dict[tuple[str, int], int]]
    columns: dict[str, list[Any]]

    def __len__(self) -> int:
        """Return the number of prompts."""
        return len(self.ids)

    def place(self, prompt: int, profile: str, sample: int) -> int | None:
        """Return the position of a row in the frame, None where there is none."""
        return self.places[prompt].get((profile, sample))

    def answer(self, place: int, profile: str, sample: int) -> Answer:
        """Return the row at a position of the frame."""
        known = {name: self.columns[name][place] for name in (*_SHOWN, "reasons") if name in self.columns}
        scores = {name: self.columns[name][place] for name in self.scores}
        return Answer(profile=profile, sample=sample, scores=scores, **known)

    def answers(self, prompt: int, profiles: Sequence[str], sample: int) -> list[Answer | None]:
        """Return a prompt's answers by those profiles, None where there is no row."""
        places = [self.place(prompt, profile, sample) for profile in profiles]
        return [
            None if place is None else self.answer(place, profile, sample)
            for place, profile in zip(places, profiles, strict=True)
        ]


def panel_of(frame: pd.DataFrame, score: str | Sequence[str] | None = None) -> Panel:
    """Return a frame as a panel. Rows of the same prompt and profile that no `sample` tells apart are samples.

    Raises:
        InputError: it is no frame, it lacks `profile`, `prompt_id` or `content`, or a score, cost, time or count is
            no number.
    """
    check_columns(frame)
    if "content" not in frame:
        raise InputError("the frame needs a column 'content': the answers to look at")
    scores = [name for name in score_columns(frame, score) if score is not None or name != RATING]
    for name in scores:
        numbers_of(frame, name)
    for name in _NUMBERS:
        if name in frame:
            _check_numbers(frame, name)
    codes, ids = _numbered(frame, "prompt_id")
    names, profiles = _numbered(frame, "profile")
    samples = _samples(frame)
    places: list[dict[tuple[str, int], int]] = [{} for _ in ids]
    written = [str(profile) for profile in profiles]
    for place, (code, nth, sample) in enumerate(zip(codes, names, samples, strict=True)):
        places[code][written[nth], sample] = place
    verdicts = ["reasons"] if is_distilled(frame.columns) else []
    columns = {name: _plain(frame[name]) for name in (*_SHOWN, *verdicts, *scores) if name in frame}
    columns |= {name: _as_text(columns[name]) for name in _TEXTS if name in columns}
    return Panel(
        frame=frame,
        ids=[getattr(each, "item", lambda each=each: each)() for each in ids],
        prompts=_prompts(frame, codes, len(ids)),
        profiles=written,
        samples=sorted(set(samples)),
        scores=scores,
        places=places,
        columns=columns,
    )


def _numbered(frame: pd.DataFrame, name: str) -> tuple[list[int], list[Any]]:
    import pandas as pd

    codes, values = pd.factorize(frame[name].to_numpy(dtype=object))
    if len({str(value) for value in values}) < len(values):
        raise InputError(f"column {name!r} holds different values that are written alike, such as 1 and '1'")
    return codes.tolist(), list(values)


def _check_numbers(frame: pd.DataFrame, name: str) -> None:
    import pandas as pd

    held = frame[name].dropna().infer_objects()
    if len(held) and not pd.api.types.is_numeric_dtype(held):
        raise InputError(f"column {name!r} must hold numbers, not {held.dtype}; for example {held.iloc[0]!r:.200}")


def _samples(frame: pd.DataFrame) -> list[int]:
    """Return the sample of each row: as the frame says, unless that leaves rows that cannot be told apart."""
    keys = ["prompt_id", "profile"]
    # Without its index, whose levels may be named as the columns are.
    plain = frame.reset_index(drop=True)
    told = "sample" in plain and _are_whole(plain["sample"]) and not plain.duplicated([*keys, "sample"]).any()
    numbers = plain["sample"] if told else plain.groupby(keys, sort=False, observed=True).cumcount()
    return [int(str(number).removesuffix(".0")) for number in numbers]


def _are_whole(column: pd.Series[Any]) -> bool:
    """Return whether these are whole numbers, as they are or as texts, such as a file of text gives them."""
    return all(_WHOLE.fullmatch(str(value)) is not None for value in column)


def _prompts(frame: pd.DataFrame, codes: Sequence[int], count: int) -> list[str]:
    texts = [""] * count
    for code, said in zip(codes, _plain(frame["prompt"]) if "prompt" in frame else (), strict=False):
        if said is not None and not texts[code]:
            texts[code] = str(said)
    return texts


def _plain(column: pd.Series[Any]) -> list[Any]:
    objects = column.astype(object)
    return objects.where(column.notna(), None).tolist()


def _as_text(values: list[Any]) -> list[str | None]:
    return [value if value is None or isinstance(value, str) else str(value) for value in values]
