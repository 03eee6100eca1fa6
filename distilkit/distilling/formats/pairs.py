"""Preferences: which two answers to one prompt make a pair, and how many pairs there are.

Knows frames; knows no format and no file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

from distilkit.distilling.formats.rows import cells_of, is_true
from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

# Reasons that say nothing against the answer itself, or leave none.
_NOT_WORSE = frozenset({"duplicate_of", "contaminated_with", "empty_answer"})


def pairs(frame: pd.DataFrame, better: Sequence[int], *, rejected: str | None, most: int) -> list[tuple[int, int]]:
    """Return pairs of places, the better answer first, in the order of the better ones.

    Each of `better` is paired with at most `most` worse answers to the same prompt (the same `prompt_id`, else the
    same `prompt`), never with one of the same text and thinking:

    * `rejected=None`: with invalid rows, in row order. A row that is invalid only because it is a duplicate,
      contaminated or empty is not worse.
    * `rejected="score"`: with rows whose score in this column is known and lower, the lowest first, equals in row
      order.

    Raises:
        InputError: the column is missing or holds no scores, `most` is no number from 1, or no pair can be made.
    """
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise InputError(f"pairs={most!r}: take a whole number from 1, the most pairs for one chosen row")
    worse = _invalid(frame) if rejected is None else _scored(frame, rejected)
    # A number for each text: of a hundred thousand answers, not one has to be held.
    texts = [hash(both) for both in zip(_texts(frame, "content"), _texts(frame, "thinking"), strict=True)]
    prompts = _prompts(frame)
    found = []
    for place in better:
        others = (other for other in worse(prompts[place], place) if texts[other] != texts[place])
        found += [(place, other) for other in islice(others, most)]
    if not found:
        told = "is invalid" if rejected is None else f"has a lower {rejected!r}"
        raise InputError(
            f'format="preference": no row that {told} answers the prompt of a chosen row, so no pair is made'
        )
    return found


def _invalid(frame: pd.DataFrame) -> Callable[[Any, int], Iterable[int]]:
    if "valid" not in frame:
        raise InputError(
            'format="preference" needs a column valid, or rejected= the name of a score; run df= through distill(...)'
        )
    by_prompt: dict[Any, list[int]] = {}
    texts = (_texts(frame, name) for name in ("reasons", "content"))
    cells = zip(_prompts(frame), cells_of(frame, "valid"), *texts, strict=True)
    for place, (prompt, valid, reasons, content) in enumerate(cells):
        named = set(str(reasons or "").split(", ")) - {""}
        if not is_true(valid) and isinstance(content, str) and content.strip() and (not named or named - _NOT_WORSE):
            by_prompt.setdefault(prompt, []).append(place)
    return lambda prompt, _place: by_prompt.get(prompt, ())


def _scored(frame: pd.DataFrame, name: str) -> Callable[[Any, int], Iterable[int]]:
    if not isinstance(name, str) or name not in frame:
        raise InputError(f"rejected={name!r} is no column of df=; name one that holds a score")
    scores = [_number(value, name) for value in frame[name].tolist()]
    by_prompt: dict[Any, list[int]] = {}
    for place, (prompt, content) in enumerate(zip(_prompts(frame), _texts(frame, "content"), strict=True)):
        if scores[place] is not None and isinstance(content, str) and content.strip():
            by_prompt.setdefault(prompt, []).append(place)
    ranked = {prompt: sorted(places, key=lambda place: scores[place] or 0.0) for prompt, places in by_prompt.items()}

    def worse(prompt: Any, place: int) -> Iterator[int]:
        own = scores[place]
        if own is not None:
            yield from takewhile(lambda other: (scores[other] or 0.0) < own, ranked.get(prompt, ()))

    return worse


def _number(value: Any, name: str) -> float | None:
    if value is None or type(value).__name__ in {"NAType", "NaTType"} or value == "":
        return None
    if isinstance(value, str) and value in {"True", "False"}:
        return float(value == "True")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"rejected={name!r}: the column holds {str(value)[:40]!r}, which is no score") from None
    return number if math.isfinite(number) else None


def _prompts(frame: pd.DataFrame) -> list[Any]:
    """Return what tells prompts apart; a number stands for a long text."""
    if "prompt_id" in frame:
        return [value if isinstance(value, Hashable) else repr(value) for value in cells_of(frame, "prompt_id")]
    return [hash(value) if isinstance(value, str) else repr(value) for value in cells_of(frame, "prompt")]


def _texts(frame: pd.DataFrame, name: str) -> Iterator[str | None]:
    return (value if isinstance(value, str) else None for value in cells_of(frame, name))
