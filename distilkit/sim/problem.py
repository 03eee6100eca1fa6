"""One kind of word problem: its wording, how its numbers are drawn, how it is worked out, how it is recognised.

Knows nothing of the list of problems, of models or of HTTP.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from random import Random
from string import Formatter
from typing import NamedTuple

Number = int | float
Value = int | float | str
"""An answer: a number, or one word."""

LEVELS = 3

# A field without a mark is a whole number. Lengths are bounded, so that a hostile text cannot ask for a long sum.
_SHAPES = {
    "": r"\d{1,6}",
    "small": r"\d{1,2}",
    "word": r"[A-Za-z]{1,20}",
    "money": r"\d{1,6}\.\d\d",
    "clock": r"\d\d:\d\d",
}


class Step(NamedTuple):
    """One step of a working: a sentence with `{}` where its result stands, and that result."""

    says: str
    value: Value


@dataclass(frozen=True, slots=True)
class Working:
    """How an answer comes about.

    Attributes:
        steps: in order; the value of the last one is the answer.
        slips: wrong answers that somebody in a hurry would give.
    """

    steps: Sequence[Step]
    slips: Sequence[Value] = ()

    @property
    def answer(self) -> Value:
        """Return what the last step comes to."""
        return self.steps[-1].value


class Posed(NamedTuple):
    """A problem with its numbers filled in. The note stands before every answer to it."""

    question: str
    working: Working
    difficulty: float
    note: str = ""


@dataclass(frozen=True)
class Problem:
    """A family of questions that differ in names and numbers.

    Attributes:
        kind: what sort of word problem it is.
        level: 0, 1 or 2; more steps, more ways to slip.
        template: the question, with fields `{n}`, `{n:small}`, `{who:word}`, `{p:money}` (cents) or `{t:clock}`
            (minutes after midnight). A field may come back.
        draw: picks the fields.
        work: works the answer out from the fields, which it takes by name.
    """

    kind: str
    level: int
    template: str
    draw: Callable[[Random], dict[str, Value]]
    work: Callable[..., Working]

    def pose(self, fields: Mapping[str, Value]) -> Posed:
        """Fill in the fields.

        Raises:
            ArithmeticError, ValueError: fields that `draw` would not pick, such as a price shared among 0 people.
        """
        question = "".join(
            literal + (_shown(fields[name], shape or "") if name else "") for literal, name, shape in self._parts
        )
        return Posed(question, self.work(**fields), (self.level + _luck(question)) / LEVELS)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The regular expression that finds the question in a text."""
        seen: set[str] = set()
        pieces = [r"(?<![A-Za-z0-9])"]
        for literal, name, shape in self._parts:
            pieces.append(re.escape(literal))
            if name:
                pieces.append(f"(?P={name})" if name in seen else f"(?P<{name}>{_SHAPES[shape or '']})")
                seen.add(name)
        return re.compile("".join(pieces))

    @cached_property
    def keyword(self) -> str:
        """The longest piece of the wording: a text without it is none of these questions, and quick to pass over."""
        return max((literal for literal, _, _ in self._parts), key=len)

    def fields(self, found: re.Match[str]) -> dict[str, Value]:
        """Read the fields back from a match of `pattern`."""
        shapes = {name: shape or "" for _, name, shape in self._parts if name}
        return {name: _read(found[name], shape) for name, shape in shapes.items()}

    @cached_property
    def _parts(self) -> list[tuple[str, str | None, str | None]]:
        return [(literal, name, shape) for literal, name, shape, _ in Formatter().parse(self.template)]


def exact(numerator: int, denominator: int = 1) -> Number:
    """Return the quotient, whole where it is whole, else rounded to four places.

    >>> exact(6, 3), exact(450, 100)
    (2, 4.5)
    """
    quotient = Fraction(numerator, denominator)
    return quotient.numerator if quotient.denominator == 1 else round(float(quotient), 4)


def drawn_until(
    fits: Callable[..., bool], draw: Callable[[Random], dict[str, Value]]
) -> Callable[[Random], dict[str, Value]]:
    """Return a draw that repeats until the fields, taken by name, fit (whole results, say)."""

    def draw_fitting(rng: Random) -> dict[str, Value]:
        for _ in range(10_000):
            fields = draw(rng)
            if fits(**fields):
                return fields
        raise ValueError("no numbers fit this problem; loosen its condition")

    return draw_fitting


def _shown(value: Value, shape: str) -> str:
    if shape == "money":
        return f"{int(value) // 100}.{int(value) % 100:02}"
    if shape == "clock":
        return f"{int(value) // 60:02}:{int(value) % 60:02}"
    return str(value)


def _read(text: str, shape: str) -> Value:
    if shape == "word":
        return text
    if shape == "clock":
        hours, minutes = text.split(":")
        return int(hours) * 60 + int(minutes)
    return int(text.replace(".", ""))


def _luck(question: str) -> float:
    """Return 0 to 1 from the wording: problems of one level are not equally hard, and all models agree on which is."""
    digest = hashlib.blake2b(question.encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
