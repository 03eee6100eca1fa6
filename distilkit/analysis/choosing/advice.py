"""A recommendation in plain words, with its numbers.

From values to sentences. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isnan, log10

from distilkit.analysis.choosing.candidates import Candidate, Miss, Wanted

_LONGEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question, as far as its words are needed.

    Attributes:
        quality: the least mean score, or None where a reference is the measure.
        reference: the profile to be no worse than, or None.
        margin: by how much it may be worse.
        score: the score's column.
        verdicts: whether it holds verdicts, right or wrong.
        wanted: the other conditions.
    """

    quality: float | None
    reference: str | None
    margin: float
    score: str
    verdicts: bool
    wanted: Wanted


def dollars(amount: float) -> str:
    """Write US dollars so that two figures of a small amount are seen.

    >>> dollars(0.000421), dollars(12.5), dollars(0)
    ('$0.00042', '$12.50', '$0')
    """
    if not amount:
        return "$0"
    digits = 2 if amount >= 1 else 1 - floor(log10(amount))
    return f"${amount:,.{digits}f}"


def of_chosen(chosen: Candidate, other: Candidate | None, cheaper: Candidate | None, asked: Asked) -> str:
    """Say in one sentence why this one.

    Args:
        chosen: who is recommended.
        other: whose cost to compare with, or None.
        cheaper: the best of the cheaper ones that are not good enough, or None.
        asked: the question.
    """
    right = "right" if asked.verdicts else f"in {shown(asked.score)}"
    bounds = "" if isnan(chosen.low) else f" ({_figure(chosen.low)} to {_figure(chosen.high)})"
    each = " at an unknown cost" if isnan(chosen.cost) else f" at {dollars(chosen.cost)} each"
    parts = [f"{_figure(chosen.quality)}{bounds} {right} on {chosen.n:,} prompts{each}"]
    if other is not None and other.cost > 0 and not isnan(chosen.cost):
        parts.append(f", {_share(chosen.cost / other.cost)} of {shown(other.name)}")
    parts += [f", {clause}" for clause in _conditions(chosen, asked.wanted)]
    parts += [f"; {clause}" for clause in _how_sure(chosen, asked)]
    if cheaper is not None:
        reaches = "has no score" if isnan(cheaper.quality) else f"reaches only {_figure(cheaper.quality)}"
        parts.append(f"; {shown(cheaper.name)} {reaches}")
    return f"{shown(chosen.name)}: {''.join(parts)}."


def of_nobody(nearest: Candidate, missed: Sequence[Miss], asked: Asked) -> str:
    """Say in one sentence that nobody fits, who comes nearest, and what to relax."""
    told = " and ".join(why(miss, asked, nearest) for miss in missed)
    ways = [way for miss in missed if (way := _way_out(miss, asked, nearest))]
    way = f"; {' and '.join(ways)} would let it through" if len(ways) == len(missed) else ""
    return f"Nobody fits: {shown(nearest.name)} comes nearest, but {told}{way}."


def of_rejected(each: Candidate, missed: Sequence[Miss], asked: Asked) -> str:
    """Say why one does not fit."""
    return f"{shown(each.name)}: {' and '.join(why(miss, asked, each) for miss in missed)}"


def unsure(each: Candidate, asked: Asked) -> str:
    """Say that one may be good enough, and what would settle it."""
    return f"{shown(each.name)}: {_open(each, asked)}"


def why(miss: Miss, asked: Asked, each: Candidate) -> str:
    """Say which condition is failed, and by how much."""
    if isnan(miss.value):
        return _UNKNOWN[miss.argument]
    if miss.argument == "budget":
        limit = dollars(asked.wanted.budget or 0.0)
        return f"it costs {dollars(miss.value)} for {asked.wanted.items:,} prompts, over {limit}"
    if miss.argument == "latency":
        return f"its answers take up to {_figure(miss.value)} s (95 %), over {asked.wanted.latency:g} s"
    if asked.quality is not None:
        return f"{_apart(miss.value, asked.quality)} is below {asked.quality:g}"
    behind = asked.margin - each.gate.ahead
    return f"it is {_apart(behind, asked.margin)} worse than {shown(str(asked.reference))}, over {asked.margin:g}"


_UNKNOWN = {"quality": "it has no score", "budget": "its cost is unknown", "latency": "its latency is unknown"}


def shown(name: str) -> str:
    """Return a name that cannot break a sentence."""
    return name if name.isprintable() and len(name) <= _LONGEST else repr(name[:_LONGEST])


def _conditions(chosen: Candidate, wanted: Wanted) -> list[str]:
    told = []
    if wanted.budget is not None:
        told.append(f"{dollars(chosen.cost * wanted.items)} for {wanted.items:,} prompts")
    if wanted.latency is not None:
        told.append(f"95 % of its answers within {_figure(chosen.latency)} s")
    return told


def _how_sure(chosen: Candidate, asked: Asked) -> list[str]:
    if chosen.gate.verdict == "inconclusive":
        return [_open(chosen, asked)]
    if asked.quality is not None or chosen.name == asked.reference:
        return []
    return [f"no worse than {shown(str(asked.reference))} by more than {asked.margin:g}"]


def _open(each: Candidate, asked: Asked) -> str:
    question = (
        f"to reach {asked.quality:g}"
        if asked.quality is not None
        else f"to be within {asked.margin:g} of {shown(str(asked.reference))}"
    )
    way = f"about {each.gate.more:,} more prompts would settle it" if each.gate.more else "more prompts are needed"
    return f"not sure {question}, {way}"


def _way_out(miss: Miss, asked: Asked, each: Candidate) -> str | None:
    if isnan(miss.value):
        return None
    if miss.argument == "quality":
        if asked.quality is not None:
            return f"quality={_rounded(miss.value, up=False)}"
        return f"margin={_rounded(asked.margin - each.gate.ahead, up=True, beyond=True)}"
    return f"{miss.argument}={_rounded(miss.value, up=True)}"


def _rounded(value: float, *, up: bool, beyond: bool = False) -> str:
    """Write a number to three figures, on the side where it still does; `beyond` it, where meeting it is not enough."""
    if not value:
        return "0.001" if beyond else "0"
    digits = 2 - floor(log10(abs(value)))
    step = 10.0**-digits
    found = round(value / step) * step
    if up and (found < value or (beyond and found <= value)):
        found += step
    elif not up and found > value:
        found -= step
    text = f"{found:.{max(0, digits)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _figure(value: float) -> str:
    return f"{value:.3g}"


def _share(value: float) -> str:
    return f"{value:.0%}" if value >= 0.1 else f"{100 * value:.2g}%"  # noqa: PLR2004 - two figures


def _apart(value: float, bound: float) -> str:
    """Write a number with so many figures that it does not look like the bound it misses."""
    texts = (f"{value:.{digits}g}" for digits in range(3, 16))
    return next((text for text in texts if float(text) != bound), repr(value))
