"""What a provider's own list says a model costs. Each writes it in its own unit, so only known units are read.

A number without a known unit is no price: unknown is not zero, and not a guess. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

_MILLION = 1_000_000
# xAI writes hundredths of a cent for a million tokens.
_XAI_UNITS = 10_000


class Prices(NamedTuple):
    """US dollars for a million tokens of the question and of the answer; both, or neither."""

    input: Decimal | None = None
    output: Decimal | None = None


UNKNOWN = Prices()


def prices_of(provider: str, item: Mapping[str, Any]) -> Prices:
    """Return what an entry of this provider's list says, or unknown ones."""
    read = _READERS.get(provider)
    return UNKNOWN if read is None else read(item)


def _openrouter(item: Mapping[str, Any]) -> Prices:
    """Dollars a token, as text; below zero where a router chooses the model and so the price."""
    pricing = item.get("pricing")
    return _both(pricing, "prompt", "completion", Decimal(_MILLION)) if isinstance(pricing, Mapping) else UNKNOWN


def _together(item: Mapping[str, Any]) -> Prices:
    """Dollars a million tokens; twice zero also where a model is rented by the hour only."""
    pricing = item.get("pricing")
    found = _both(pricing, "input", "output") if isinstance(pricing, Mapping) else UNKNOWN
    return UNKNOWN if found.input == found.output == 0 else found


def _huggingface(item: Mapping[str, Any]) -> Prices:
    """Dollars a million tokens, of the dearest of those whom the router may choose; unknown if one keeps silent."""
    servers = [each for each in item.get("providers") or () if isinstance(each, Mapping)]
    live = [each for each in servers if each.get("status", "live") == "live"]
    found = [_both(each.get("pricing") or {}, "input", "output") for each in live]
    inputs, outputs = [each.input for each in found], [each.output for each in found]
    known_inputs = [each for each in inputs if each is not None]
    known_outputs = [each for each in outputs if each is not None]
    if not found or len(known_inputs) < len(found) or len(known_outputs) < len(found):
        return UNKNOWN
    return Prices(max(known_inputs), max(known_outputs))


def _xai(item: Mapping[str, Any]) -> Prices:
    return _both(item, "prompt_text_token_price", "completion_text_token_price", Decimal(1) / _XAI_UNITS)


_READERS: dict[str, Callable[[Mapping[str, Any]], Prices]] = {
    "openrouter": _openrouter,
    "together_ai": _together,
    "huggingface": _huggingface,
    "xai": _xai,
}


def _both(pricing: Any, first: str, second: str, factor: Decimal = Decimal(1)) -> Prices:
    if not isinstance(pricing, Mapping):
        return UNKNOWN
    amounts = [_amount(pricing.get(name)) for name in (first, second)]
    if None in amounts:
        return UNKNOWN
    return Prices(*(amount * factor for amount in amounts if amount is not None))


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
