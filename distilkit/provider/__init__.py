"""Asking once: `Transport` sends one call as one HTTP request and returns what came back, or raises why nothing did.

Errors are translated here and nowhere else. Importing this imports neither LiteLLM nor aiohttp: both come on first use.
"""

from __future__ import annotations

from distilkit.provider.keys import check_ready
from distilkit.provider.library import warm
from distilkit.provider.streams import Delta
from distilkit.provider.tables import TokenLimits, limits_of, price_line
from distilkit.provider.transport import Transport

__all__ = ["Delta", "TokenLimits", "Transport", "check_ready", "limits_of", "price_line", "warm"]
