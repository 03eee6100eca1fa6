"""What an answer costs at list price, in exact decimal arithmetic.

The profile's own price wins over LiteLLM's line. A figure that is needed and not known makes the cost unknown, never
lower. Knows nothing of what was paid: an answer from the store costs the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from distilkit.profiles.profile import Price
from distilkit.reading.completion import Completion

# Wide enough that no sum or product of a price and a token count is ever rounded.
_EXACT = Context(prec=120)
_ZERO = Decimal(0)
_MILLION_EXPONENT = Decimal(-6)
_LARGEST_EXPONENT = 40

# LiteLLM: `input_cost_per_token_above_200k_tokens` prices every token of a request with more input than that.
_ABOVE, _K_TOKENS = "input_cost_per_token_above_", "k_tokens"

_WHOLE = "cost_usd"


class _Rates(NamedTuple):
    """Dollars a token; None where unknown. `above` is the number of input tokens beyond which they hold."""

    above: int
    input: Decimal | None
    cached: Decimal | None
    written: Decimal | None
    output: Decimal | None
    reasoning: Decimal | None  # None: like any other output


def cost_usd(completion: Completion, price: Price | None, line: Mapping[str, str] | None) -> Decimal | None:
    """Return US dollars, exact, or None where a figure or a count that matters is unknown.

    Input that was not read from the cache or written to it is charged at the input price, the rest at prices of its
    own; output at the output price, reasoning at its own where the line has one. `cached_tokens` None counts as 0: a
    provider that does not report its cache gives no discount for it. A price of 0 costs 0, however many tokens.

    Args:
        completion: its token counts are used.
        price: the profile's, dollars a million tokens; wins over `line`.
        line: LiteLLM's, dollars a token, as strings; or `cost_usd` alone, what an answer recorded elsewhere cost.
    """
    if price is not None:
        tiers = _of_price(price)
    elif line:
        if _WHOLE in line:
            return _figure(line[_WHOLE])
        tiers = _of_line(tuple(line.items()))
    else:
        return None
    inputs, output = completion.input_tokens, completion.output_tokens
    if inputs is None or output is None:
        return _ZERO if len(tiers) == 1 and _is_free(tiers[0]) else None
    rates = next(tier for tier in tiers if inputs > tier.above)
    cached, written = completion.cached_tokens or 0, completion.cache_written_tokens or 0
    total = _input_cost(rates, inputs - cached - written, cached, written)
    spent = _output_cost(rates, output, completion.reasoning_tokens)
    return None if total is None or spent is None else _EXACT.add(total, spent)


class Dearest(NamedTuple):
    """The most that one token of a request can cost, in US dollars."""

    input: Decimal
    output: Decimal


def dearest(price: Price | None, line: Mapping[str, str] | None, most_input: int) -> Dearest | None:
    """Return the dearest rates of a request with at most so many input tokens, or None where one is not known.

    Input written to a cache can cost more than plain input, reasoning more than an answer, and a long request more
    a token than a short one.

    Args:
        price: the profile's, dollars a million tokens; wins over `line`.
        line: LiteLLM's, dollars a token, as strings.
        most_input: tokens.
    """
    tiers = _of_price(price) if price is not None else _of_line(tuple((line or {}).items()))
    reached = [rates for rates in tiers if rates.above < most_input or rates.above < 0]
    inputs, outputs = [], []
    for rates in reached:
        if rates.input is None or rates.output is None:
            return None
        inputs += [rate for rate in (rates.input, rates.cached, rates.written) if rate is not None]
        outputs += [rate for rate in (rates.output, rates.reasoning) if rate is not None]
    return Dearest(max(inputs), max(outputs))


def _is_free(rates: _Rates) -> bool:
    return rates.input == 0 and rates.output == 0 and not rates.cached and not rates.written and not rates.reasoning


def _input_cost(rates: _Rates, fresh: int, cached: int, written: int) -> Decimal | None:
    if rates.input is None:
        return None
    total = _EXACT.multiply(rates.input, Decimal(fresh))
    for tokens, rate in ((cached, rates.cached), (written, rates.written)):
        if tokens:
            if rate is None:
                return None
            total = _EXACT.add(total, _EXACT.multiply(rate, Decimal(tokens)))
    return total


def _output_cost(rates: _Rates, output: int, reasoning: int | None) -> Decimal | None:
    if rates.output is None:
        return None
    if rates.reasoning is None or rates.reasoning == rates.output:
        return _EXACT.multiply(rates.output, Decimal(output))
    if reasoning is None:
        return None
    answer = _EXACT.multiply(rates.output, Decimal(output - reasoning))
    return _EXACT.add(answer, _EXACT.multiply(rates.reasoning, Decimal(reasoning)))


@lru_cache(maxsize=1024)  # one entry a profile, used by each of its rows
def _of_price(price: Price) -> tuple[_Rates, ...]:
    cached = price.cached_input_per_million
    return (
        _Rates(
            above=-1,
            input=_a_token(price.input_per_million),
            cached=None if cached is None else _a_token(cached),
            written=None,
            output=_a_token(price.output_per_million),
            reasoning=None,
        ),
    )


def _a_token(per_million: Decimal) -> Decimal:
    return _EXACT.scaleb(per_million, _MILLION_EXPONENT)


@lru_cache(maxsize=1024)  # one entry a model
def _of_line(items: tuple[tuple[str, str], ...]) -> tuple[_Rates, ...]:
    """Return the rates of every tier, the highest first."""
    line = dict(items)
    tiers = sorted((_threshold(name), name.removeprefix("input_cost_per_token")) for name in line if _is_tier(name))
    return tuple(_tier(line, above, suffix) for above, suffix in [*reversed(tiers), (-1, "")])


def _is_tier(name: str) -> bool:
    # Not `..._above_200k_tokens_batches`: those are other products.
    return name.startswith(_ABOVE) and name.endswith(_K_TOKENS) and name[len(_ABOVE) : -len(_K_TOKENS)].isdecimal()


def _threshold(name: str) -> int:
    return int(name[len(_ABOVE) : -len(_K_TOKENS)]) * 1000


def _tier(line: Mapping[str, str], above: int, suffix: str) -> _Rates:
    def figure(name: str) -> Decimal | None:
        return _figure(line.get(name + suffix))

    return _Rates(
        above=above,
        input=figure("input_cost_per_token"),
        cached=figure("cache_read_input_token_cost"),
        written=figure("cache_creation_input_token_cost"),
        output=figure("output_cost_per_token"),
        reasoning=figure("output_cost_per_reasoning_token"),
    )


def _figure(text: str | None) -> Decimal | None:
    try:
        figure = Decimal(str(text)) if text is not None else None
    except InvalidOperation:
        return None
    return figure if figure is not None and _makes_sense(figure) else None


def _makes_sense(figure: Decimal) -> bool:
    return figure.is_finite() and figure >= 0 and abs(figure.adjusted()) < _LARGEST_EXPONENT
