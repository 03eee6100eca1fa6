"""What a judge's verdict may be, how a judge is told, and how the verdict is read from its reply.

Strict: only the last line of the answer counts, never the thinking, and what is not on the scale is no verdict. Knows
no frames and asks nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from numbers import Real
from typing import Any

from distilkit.errors import InputError
from distilkit.scoring.outcome import Unscored

# A verdict is one word or one number; a longer line is prose.
_LONGEST_LINE = 300
_WORD = "verdict"
# What models put round a verdict: bold, code, brackets, a full stop. None before a number: `.5` is not 5.
_BEFORE = " \t*_`#>[](){}\"'"
_AFTER = f"{_BEFORE}."
_NUMBER = re.compile(r"([+-]?\d{1,9}(?:\.\d{1,9})?)(?:\s?/\s?(\d{1,9}(?:\.\d{1,9})?))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What a verdict may be.

    Attributes:
        told: how the judge is told, after `Verdict: X, where X is `.
        value: reads what stands after `Verdict:`; None where it is not on the scale.
        binary: whether verdicts are True or False.
    """

    told: str
    value: Callable[[str], Any]
    binary: bool = False


def scale_of(scale: Any) -> Scale:
    """Return the scale that a caller means.

    Args:
        scale: two numbers, worst and best: `(1, 5)` takes whole numbers only, `(0.0, 1.0)` any between; the text
            `"yes/no"`; or a mapping from labels to numbers, such as `{"poor": 0, "fair": 0.5, "good": 1}`.

    Raises:
        InputError: it is none of these.
    """
    if scale == "yes/no":
        return labelled({"yes": True, "no": False}, "`yes` or `no`", binary=True)
    if isinstance(scale, Mapping):
        return _of_labels(scale)
    bounds = list(scale) if isinstance(scale, tuple | list) else []
    if len(bounds) == 2 and all(map(_is_number, bounds)) and bounds[0] < bounds[1]:  # noqa: PLR2004 - worst and best
        return _between(*bounds)
    raise InputError(
        "scale= takes the worst and the best number, such as (1, 5), the text 'yes/no', or labels with their numbers, "
        f"such as {{'poor': 0, 'good': 1}}; not {scale!r}"
    )


def labelled(values: Mapping[str, Any], told: str, *, binary: bool = False) -> Scale:
    """Return a scale of words; upper and lower case are one."""
    known = {name.casefold(): value for name, value in values.items()}
    return Scale(told=told, value=lambda text: known.get(text.casefold()), binary=binary)


def verdict_of(content: str | None, finish_reason: str | None, scale: Scale) -> Any:
    """Return the verdict that a judge's answer ends with, or `Unscored` with the reason why there is none."""
    if finish_reason == "length":
        # What it was quoting when it was cut off must not pass for a verdict.
        return Unscored("the judge was cut off by the token limit; raise max_tokens in params=")
    text = (content or "").rstrip()
    if not text:
        return Unscored("the judge's answer is empty")
    last = _trimmed(text.rpartition("\n")[2])
    word, rest = last[: len(_WORD)], last[len(_WORD) :].lstrip(_BEFORE)
    if len(last) > _LONGEST_LINE or word.casefold() != _WORD or not rest.startswith((":", "\uff1a")):
        return Unscored(f"the judge did not end with a line 'Verdict: ...', but with {last[:80]!r}")
    said = _trimmed(rest[1:])
    value = scale.value(said)
    return Unscored(f"the judge's verdict is {said[:80]!r}, not {scale.told}") if value is None else value


def explanation_of(content: str | None) -> str | None:
    """Return what a judge said before its verdict, or all it said where it gave none; None where it said nothing."""
    text = (content or "").rstrip()
    before, _, last = text.rpartition("\n")
    is_verdict = _trimmed(last).casefold().startswith(_WORD)
    return (before.rstrip() if is_verdict else text) or None


def _trimmed(text: str) -> str:
    return text.lstrip(_BEFORE).rstrip(_AFTER)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)


def _between(worst: float, best: float) -> Scale:
    whole = all(float(bound).is_integer() and not isinstance(bound, float) for bound in (worst, best))

    def value(text: str) -> float | None:
        found = _NUMBER.fullmatch(text)
        if found is None or (found[2] is not None and float(found[2]) != best):
            return None
        number = float(found[1])
        on_scale = worst <= number <= best and (number.is_integer() or not whole)
        return number if on_scale else None

    kind = "a whole number" if whole else "a number"
    return Scale(told=f"{kind} from {worst} (worst) to {best} (best)", value=value)


def _of_labels(scale: Mapping[Any, Any]) -> Scale:
    words = {name: number for name, number in scale.items() if isinstance(name, str) and _trimmed(name) == name}
    if len(words) < max(2, len(scale)) or not all(map(_is_number, words.values())) or "" in words:
        raise InputError(f"scale= needs two labels or more, plain words, each with its number; not {dict(scale)!r}")
    if len({name.casefold() for name in words}) < len(words):
        raise InputError(f"scale= has two labels that differ in case only: {', '.join(words)}")
    if any("\n" in name or "`" in name or len(name) > _LONGEST_LINE // 3 for name in words):
        raise InputError("scale= has a label that is no short text on one line; a verdict must fit on its line")
    ordered = ", ".join(f"`{name}`" for name in sorted(words, key=lambda name: float(words[name])))
    return labelled({name: float(number) for name, number in words.items()}, f"one of, from worst to best: {ordered}")
