"""Batches of a provider: many requests handed over at once, answered within a day, at half the price.

`Client` asks; the formats are tables. Importing this imports neither LiteLLM nor aiohttp until `Client` is named.
"""

from __future__ import annotations

from distilkit.provider.batches.formats import SUPPORTED, format_of
from distilkit.provider.batches.prices import batch_line, batch_price
from distilkit.provider.batches.values import Batch, Format, Result, State

__all__ = ["SUPPORTED", "Batch", "Format", "Result", "State", "batch_line", "batch_price", "format_of"]
