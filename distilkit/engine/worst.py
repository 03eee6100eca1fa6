"""What a call may cost at most, before it is sent: each byte a token, the dearest price, the longest answer.

Pure, exact decimal arithmetic. Knows messages, parameters and prices; knows no budget and no provider.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from distilkit.reading import dearest

if TYPE_CHECKING:
    from distilkit.profiles import Price

_EXACT = Context(prec=200)
# What chat templates add to each message (its role and marks) and to each request (a default system prompt, a date).
_A_MESSAGE = 16
_A_REQUEST = 256
# What providers write around tools: Anthropic documents up to about 530 tokens.
_TOOLS = 1024
_WITH_TOOLS = frozenset({"tools", "functions", "response_format"})
# The dearest known: gpt-4o-mini counts 2,833 tokens and 5,667 for each of up to 8 tiles.
_AN_IMAGE = 50_000
_IMAGE_TYPES = frozenset({"image_url", "image", "input_image"})
_TEXT_TYPES = frozenset({"text", "input_text", "thinking", "redacted_thinking"})
# With these a provider adds tokens of its own making, as many as it likes.
_OPEN_ENDED = frozenset({"web_search_options", "prediction"})
# In `extra_body` these go past the parameters that are known here.
_LENGTHS = frozenset({"max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens"})
_PAST = _OPEN_ENDED | _LENGTHS | {"n", "best_of", "tools", "plugins"}


@dataclass(frozen=True, slots=True)
class Worst:
    """What a call may cost.

    Attributes:
        dollars: US dollars.
        bounded: False where the output has no known end: `dollars` is then an assumption.
    """

    dollars: Decimal
    bounded: bool


def worst_case(
    *,
    input_bytes: int,
    messages: int,
    images: int,
    max_output: int | None,
    assumed_output: int,
    price: Price | None,
    line: Mapping[str, str] | None,
) -> Worst | None:
    """Return what a request costs at most, or None where its price is not known.

    No tokenizer makes more tokens than there are UTF-8 bytes.

    Args:
        input_bytes: bytes of all text that is sent.
        messages: how many messages.
        images: how many images (or other files) are in them.
        max_output: the most tokens the answer may take, reasoning included; None where nothing limits it.
        assumed_output: tokens to reckon with where nothing limits it.
        price: the profile's; wins over `line`.
        line: LiteLLM's prices, or None.
    """
    inputs = input_bytes + messages * _A_MESSAGE + _A_REQUEST + images * _AN_IMAGE
    rates = dearest(price, line, inputs)
    if rates is None:
        return None
    # A limit below 0 is none: some servers take -1 for endless.
    max_output = None if max_output is not None and max_output < 0 else max_output
    output = assumed_output if max_output is None else max_output
    dollars = _EXACT.add(_EXACT.multiply(rates.input, Decimal(inputs)), _EXACT.multiply(rates.output, Decimal(output)))
    return Worst(dollars, bounded=max_output is not None or rates.output == 0)


def bytes_of_messages(messages: Sequence[Mapping[str, Any]], params: Mapping[str, Any]) -> tuple[int, int, int]:
    """Return UTF-8 bytes of a request (messages, tools and schemas included), how many messages, and how many images.

    An image counts as an image whatever its size; any other file counts as one too, and its bytes besides.
    """
    images = 0
    size = _json_bytes(params) if params else 0
    if not _WITH_TOOLS.isdisjoint(params):
        size += _TOOLS
    for message in messages:
        content = message.get("content")
        if isinstance(content, list | tuple):
            images += sum(_type(part) not in _TEXT_TYPES for part in content)
            size += _json_bytes({**message, "content": [part for part in content if _type(part) not in _IMAGE_TYPES]})
        else:
            size += _json_bytes(message)
    return size, len(messages), images


def is_open_ended(params: Mapping[str, Any]) -> bool:
    """Say whether the provider may add tokens of its own making (web search, its own tools, a predicted output).

    Then no worst case is one, whatever `max_tokens` says; nor where `extra_body` says something else.
    """
    tools = params.get("tools")
    hosted = isinstance(tools, list | tuple) and any(_type(tool) not in ("function", "custom", None) for tool in tools)
    extra = params.get("extra_body")
    past = isinstance(extra, Mapping) and not _PAST.isdisjoint(extra)
    return hosted or past or not _OPEN_ENDED.isdisjoint(params)


def _type(part: Any) -> str | None:
    if isinstance(part, str):
        return "text"
    kind = part.get("type") if isinstance(part, Mapping) else None
    return kind if isinstance(kind, str) else None


def _json_bytes(value: Any) -> int:
    # JSON only ever makes text longer. A lone surrogate counts the three bytes of its replacement.
    text = json.dumps(value, ensure_ascii=False, default=str)
    return len(text.encode("utf-8", "surrogatepass"))
