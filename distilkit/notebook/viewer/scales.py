"""What a person can say of an answer, and the number that stands for it in the frame.

Pure; knows nothing of widgets or files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from distilkit.errors import InputError

ScaleName = Literal["1-5", "thumbs", "best"]
"""A number from 1 to 5, good or bad, or the best answer of each prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A way to rate.

    Attributes:
        name: as `rate=` takes it.
        words: what can be said of one answer, with its number; empty where answers are rated against each other.
        allowed: the numbers that a rating may be.
        keys: what can be typed for one answer, with its number.
        hint: what to type, for the reader.
    """

    name: ScaleName
    words: dict[str, float]
    allowed: frozenset[float]
    hint: str
    keys: dict[str, float] = field(default_factory=dict)

    @property
    def comparing(self) -> bool:
        """Whether the answers to a prompt are rated against each other, and not one by one."""
        return not self.words

    def written(self, rating: float) -> str:
        """Return a rating in words."""
        if self.comparing:
            return {1.0: "best", 0.5: "tied", 0.0: "not best"}[rating]
        return next(word for word, number in self.words.items() if number == rating)


_FIVE = {str(number): float(number) for number in range(1, 6)}
_SCALES = (
    Scale(name="1-5", words=_FIVE, allowed=frozenset(_FIVE.values()), keys=_FIVE, hint="1 to 5 rates and goes on"),
    Scale(
        name="thumbs",
        words={"good": 1.0, "bad": 0.0},
        allowed=frozenset({0.0, 1.0}),
        keys={**dict.fromkeys("1gy+", 1.0), **dict.fromkeys("0bn-", 0.0)},
        hint="g is good, b is bad",
    ),
    Scale(name="best", words={}, allowed=frozenset({0.0, 0.5, 1.0}), hint="a, b, c… is the best answer, = is a tie"),
)


def scale_of(name: ScaleName) -> Scale:
    """Return the scale of that name.

    Raises:
        InputError: there is none.
    """
    for scale in _SCALES:
        if scale.name == name:
            return scale
    raise InputError(f"rate= must be one of {', '.join(map(repr, get_args(ScaleName)))}, not {name!r}")


def preferred(candidates: list[str], best: str | None) -> dict[str, float]:
    """Return each candidate's number where one is the best, or, for None, all are equally good."""
    if best is None:
        return dict.fromkeys(candidates, 0.5)
    return {name: float(name == best) for name in candidates}
