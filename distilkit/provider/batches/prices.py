"""What a token costs in a batch: LiteLLM's own figure for batches where its table has one, else half the ordinary one.

All providers served here document half. Knows nothing of token counts.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from distilkit.profiles.profile import Price, Profile
from distilkit.provider.tables import _exact, _line, price_line

_HALF = Decimal("0.5")


def batch_line(profile: Profile) -> dict[str, str] | None:
    """Return dollars a token in a batch, by the names of LiteLLM's line; None where it has none, or is not asked.

    Imports LiteLLM, except for the simulator and for profiles that state their price.
    """
    if profile.price is not None or profile.sim is not None:
        return None
    ordinary = price_line(profile.provider, profile.model)
    if ordinary is None:
        return None
    table = _line(profile.provider, profile.model)
    return {name: _figure(table.get(f"{name}_batches"), figure) for name, figure in ordinary.items()}


def batch_price(price: Price | None) -> Price | None:
    """Return half a profile's stated price, or None where it states none."""
    if price is None:
        return None
    cached = price.cached_input_per_million
    return replace(
        price,
        input_per_million=price.input_per_million * _HALF,
        output_per_million=price.output_per_million * _HALF,
        cached_input_per_million=None if cached is None else cached * _HALF,
    )


def _figure(of_batches: object, ordinary: str) -> str:
    if isinstance(of_batches, int | float) and not isinstance(of_batches, bool):
        return _exact(of_batches)
    return str(Decimal(ordinary) * _HALF)
