"""Token counts, mapped to OpenTelemetry's counting: input includes cached, output includes reasoning.

Each function reads the `usage` of one wire format. What is missing or makes no sense is None, never 0. Knows nothing of
messages or prices.
"""

from __future__ import annotations

from typing import Any, NamedTuple

# No reply has more tokens; a larger figure is an error of the server, and would not fit a column.
_LIMIT = 10**12


class Usage(NamedTuple):
    """Tokens of one reply; None where unknown.

    Attributes:
        input: prompt, cached tokens included.
        cached: of the input, read from the provider's cache.
        written: of the input, written to the provider's cache, which Anthropic charges more for.
        output: everything generated, reasoning included.
        reasoning: of the output, spent on reasoning.
    """

    input: int | None = None
    cached: int | None = None
    written: int | None = None
    output: int | None = None
    reasoning: int | None = None


UNKNOWN = Usage()


def chat_usage(usage: Any) -> Usage:
    """Read OpenAI's `usage`, and what others have added to it.

    LiteLLM's reading of an Anthropic reply counts like this too: its `prompt_tokens` include the cache.
    """
    if not isinstance(usage, dict):
        return UNKNOWN
    get = usage.get
    output = _count(get("completion_tokens"))
    reasoning = _reasoning(usage)
    inputs = _count(get("prompt_tokens"))
    # xAI counts reasoning beside the completion; its total gives that away.
    if reasoning and inputs is not None and output is not None and get("total_tokens") == inputs + output + reasoning:
        output += reasoning
    return _sane(Usage(inputs, _cached(usage), _written(usage), output, reasoning))


def anthropic_usage(usage: Any) -> Usage:
    """Read Anthropic's `usage`: `input_tokens` leave out what the cache took or gave; reasoning is not split off."""
    if not isinstance(usage, dict):
        return UNKNOWN
    cached, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
    inputs = _sum(_count(usage.get("input_tokens")), _count(cached or 0), _count(written or 0))
    return _sane(Usage(inputs, _count(cached), _count(written), _count(usage.get("output_tokens")), None))


def gemini_usage(usage: Any) -> Usage:
    """Read Gemini's `usageMetadata`: candidates leave out thoughts; a figure that is zero is left out altogether."""
    if not isinstance(usage, dict):
        return UNKNOWN
    get = usage.get
    thoughts, candidates = get("thoughtsTokenCount"), get("candidatesTokenCount")
    output = None
    if thoughts is not None or candidates is not None:
        output = _sum(_count(candidates or 0), _count(thoughts or 0))
    inputs = _sum(_count(get("promptTokenCount")), _count(get("toolUsePromptTokenCount") or 0))
    return _sane(Usage(inputs, _count(get("cachedContentTokenCount")), None, output, _count(thoughts)))


def responses_usage(usage: Any) -> Usage:
    """Read the `usage` of OpenAI's Responses API."""
    if not isinstance(usage, dict):
        return UNKNOWN
    cached = _detail(usage, "input_tokens_details", "cached_tokens")
    reasoning = _detail(usage, "output_tokens_details", "reasoning_tokens")
    return _sane(Usage(_count(usage.get("input_tokens")), cached, None, _count(usage.get("output_tokens")), reasoning))


def plain_usage(inputs: Any, output: Any) -> Usage:
    """Read a pair of counts."""
    return _sane(Usage(_count(inputs), None, None, _count(output), None))


def _cached(usage: dict[str, Any]) -> int | None:
    found = _detail(usage, "prompt_tokens_details", "cached_tokens")
    if found is not None:
        return found
    names = ("prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens")
    return next((count for name in names if (count := _count(usage.get(name))) is not None), None)


def _written(usage: dict[str, Any]) -> int | None:
    found = _count(usage.get("cache_creation_input_tokens"))
    return _detail(usage, "prompt_tokens_details", "cache_write_tokens") if found is None else found


def _reasoning(usage: dict[str, Any]) -> int | None:
    found = _detail(usage, "completion_tokens_details", "reasoning_tokens")
    return _count(usage.get("reasoning_tokens")) if found is None else found


def _detail(usage: dict[str, Any], group: str, name: str) -> int | None:
    details = usage.get(group)
    return _count(details.get(name)) if isinstance(details, dict) else None


def _count(value: Any) -> int | None:
    # `type`, because True is an int too.
    return value if type(value) is int and 0 <= value < _LIMIT else None


def _sum(*counts: int | None) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _sane(usage: Usage) -> Usage:
    """Drop what cannot be: no tokens at all (a usage LiteLLM made up), and parts larger than the whole."""
    inputs, cached, written, output, reasoning = usage
    if not inputs and not output:
        return UNKNOWN
    if cached and inputs is not None and cached > inputs:
        cached = None
    if written and inputs is not None and written + (cached or 0) > inputs:
        written = None
    if reasoning and output is not None and reasoning > output:
        reasoning = None
    return Usage(inputs, cached, written, output, reasoning)
