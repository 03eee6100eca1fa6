"""Prices that a profile file states, told only where they give what the rows cost: a file may have changed since.

Knows frames and profiles; asks nobody.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from distilkit.distilling.cells import numbers_of
from distilkit.distilling.columns import is_chosen, teachers
from distilkit.profiles import Price
from distilkit.reading import Completion, cost_usd

if TYPE_CHECKING:
    import pandas as pd

    from distilkit.profiles import Profiles

_TOKENS = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")


def stated_prices(frame: pd.DataFrame, known: Profiles) -> dict[str, str]:
    """Return, by teacher, the price that the file states, where it gives the cost of each chosen row that has one."""
    from distilkit.profiles import stated_price  # imports pydantic

    named = teachers(frame)
    prices = {name: price for name in set(named) if (price := stated_price(known, name)) is not None}
    counts = zip(*(numbers_of(frame, name) for name in _TOKENS), strict=True)
    rows = zip(named, is_chosen(frame), numbers_of(frame, "cost_usd"), counts, strict=True)
    agrees: dict[str, bool] = {}
    for name, chosen, cost, tokens in rows:
        if chosen and cost is not None and name in prices:
            agrees[name] = agrees.get(name, True) and _gives(prices[name], tokens, cost)
    return {name: _words(prices[name]) for name in sorted(agrees) if agrees[name]}


def _gives(price: Price, tokens: tuple[float | None, ...], cost: float) -> bool:
    inputs, cached, outputs, reasoning = (None if each is None else int(each) for each in tokens)
    said = Completion(input_tokens=inputs, cached_tokens=cached, output_tokens=outputs, reasoning_tokens=reasoning)
    found = cost_usd(said, price, None)
    return found is not None and math.isclose(float(found), cost, rel_tol=1e-9, abs_tol=1e-15)


def _words(price: Price) -> str:
    cached = "" if price.cached_input_per_million is None else f", cached input ${price.cached_input_per_million:f}"
    return f"input ${price.input_per_million:f}, output ${price.output_per_million:f}{cached}"
