"""What is said before a run under a budget: which prices are missing, and by how much it may be exceeded.

Texts and the arithmetic in them. Knows prices and what models can write at most; sends nothing and decides nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from distilkit.engine.budget import total, usd
from distilkit.reading import dearest

if TYPE_CHECKING:
    from distilkit.profiles import Price

_EXACT = Context(prec=200)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbounded:
    """A profile whose calls have no known end.

    Attributes:
        profile: its name.
        in_flight: how many of its calls may be in flight at once.
        assumed_output: tokens an answer was assumed to take.
        most_output: tokens the model can write, or None where that is unknown.
        price: the profile's price, or None.
        line: LiteLLM's prices, or None.
    """

    profile: str
    in_flight: int
    assumed_output: int
    most_output: int | None
    price: Price | None = None
    line: Mapping[str, str] | None = None


def unpriced(names: Sequence[str]) -> str:
    """Return what to say where a budget is set and the price of these profiles is not known."""
    return (
        f"a budget is set, and the price of {', '.join(names)} is not known; state price: in its profile "
        "(input_per_million and output_per_million, in dollars), or leave the budget out"
    )


def overshoot(unbounded: Sequence[Unbounded]) -> str | None:
    """Say, before a run, by how much its budget may be exceeded, and the way out; None where it cannot be.

    Every call in flight may write as much as its model can, instead of what was assumed.
    """
    found = [(each, dollars) for each in unbounded if (dollars := _beyond(each)) != 0]
    if not found:
        return None
    names = ", ".join(each.profile for each, _ in found)
    known = [dollars for _, dollars in found if dollars is not None]
    most = "by an unknown amount"
    if len(known) == len(found):
        most = f"by up to {usd(total(known))}"
    return f"the budget may be exceeded {most}: nothing limits the answers of {names}; set max_tokens to keep it"


def _beyond(each: Unbounded) -> Decimal | None:
    """Return dollars beyond what was assumed, or None where that is unknown."""
    if each.most_output is not None and each.most_output <= each.assumed_output:
        return _ZERO
    rates = dearest(each.price, each.line, sys.maxsize)
    if rates is not None and rates.output == 0:
        return _ZERO
    if rates is None or each.most_output is None:
        return None
    tokens = each.in_flight * (each.most_output - each.assumed_output)
    return _EXACT.multiply(rates.output, Decimal(tokens))
