"""LiteLLM's table of prices and limits, read as a constant.

Nothing here is looked up on a network, and nothing is added to the table: LiteLLM would keep it for good. Knows
nothing of token counts or sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from distilkit.provider.library import library

# Other products than a request that is answered at once, at the ordinary price.
_OTHER_PRODUCTS = ("_batches", "_priority", "_flex", "audio", "image", "video", "character", "second", "above_1hr")


class TokenLimits(NamedTuple):
    """The most tokens a model takes and writes; None where unknown."""

    input_tokens: int | None
    output_tokens: int | None


def price_line(provider: str, model: str) -> dict[str, str] | None:
    """Return the dollars-a-token fields of LiteLLM's line for a model, exact, or None where it has none.

    Imports LiteLLM, except for the simulator.
    """
    return dict(_prices(provider, model)) or None


def limits_of(provider: str, model: str) -> TokenLimits:
    """Return the most tokens the model takes and writes, as LiteLLM's table has it."""
    line = _line(provider, model)
    return TokenLimits(_count(line.get("max_input_tokens")), _count(line.get("max_output_tokens")))


@lru_cache(maxsize=1024)  # asked for each answer, constant
def _prices(provider: str, model: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, _exact(value)) for name, value in _line(provider, model).items() if _is_price(name, value))


def _line(provider: str, model: str) -> Mapping[str, Any]:
    if provider == "sim":  # known without importing LiteLLM
        return {}
    table: Mapping[str, Any] = library().model_cost
    own = table.get(f"{provider}/{model}")
    if isinstance(own, dict):
        return own
    # Without a prefix the name alone could be another provider's model of the same name.
    bare = table.get(model)
    if isinstance(bare, dict) and _belongs(str(bare.get("litellm_provider")), provider):
        return bare
    return {}


def _belongs(owner: str, provider: str) -> bool:
    return owner.removesuffix("_chat") == provider.removesuffix("_chat") or owner.startswith(
        (f"{provider}-", f"{provider}_")
    )


def _is_price(name: str, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return "token" in name and "cost" in name and not any(word in name for word in _OTHER_PRODUCTS)


def _exact(value: float) -> str:
    # The shortest decimal that reads back as this float is what the table's author wrote.
    return str(Decimal(repr(value)))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
