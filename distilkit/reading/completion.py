"""What a stored reply says: its answer, its thinking, its tokens; and whether it is an answer at all.

Derived on every reading, so that a better parser improves old runs. The provider's own body is read where its format is
known, else LiteLLM's reading of it. Knows nothing of prices, the store or the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from distilkit.calls import Record
from distilkit.profiles.profile import ThinkingRules
from distilkit.reading.bodies import Reply, read_body
from distilkit.reading.tags import STARTS
from distilkit.reading.thinking import DEFAULT_RULES, split
from distilkit.reading.usage import UNKNOWN

ThinkingKind = Literal["raw", "summary", "encrypted", "truncated", "absent"]

_NOTHING = Reply()

# Claude 3.7 showed its thinking as it was; later ones show a summary.
_RAW_CLAUDE = ("3-7", "3.7")
_OPENAI_MODELS = ("gpt-", "chatgpt-", "codex-", "o1", "o3", "o4", "openai/")


@dataclass(frozen=True, slots=True)
class Completion:
    """What one reply says. None is unknown, or not said.

    Attributes:
        content: the answer; "" where the thinking never came to one, None where the provider sent no text.
        thinking: the reasoning before it, or None.
        thinking_kind: `raw`; `summary`, written by the provider; `encrypted`, there was some that cannot be read;
            `truncated`, cut before the answer began; `absent`.
        finish_reason: in OpenAI's words: `stop`, `length`, `tool_calls`, `content_filter`, ...
        served_model: as the provider names it.
        input_tokens: cached ones included.
        cached_tokens: of the input, read from the provider's cache.
        output_tokens: reasoning included.
        reasoning_tokens: of the output, spent on reasoning.
        cache_written_tokens: of the input, written to the provider's cache.
    """

    content: str | None = None
    thinking: str | None = None
    thinking_kind: ThinkingKind = "absent"
    finish_reason: str | None = None
    served_model: str | None = None
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cache_written_tokens: int | None = None


def read(record: Record, rules: ThinkingRules = DEFAULT_RULES) -> Completion:
    """Read a record. Never raises: what cannot be read is None.

    A field of its own wins over tags in the text. Beside such a field the text is the answer as it stands, except that
    a leading block which only repeats the field is taken out.
    """
    reply = reply_of(record)
    content, thinking, kind = _parts(reply, record.provider, rules)
    # A stream that broke off has counted what had come, not what was or will be billed.
    inputs, cached, written, output, reasoning = UNKNOWN if record.cut else reply.usage
    return Completion(
        content,
        thinking,
        kind,
        reply.finish_reason,
        reply.model,
        inputs,
        cached,
        output,
        None if _doubtful(reasoning, thinking, record.provider, reply.model) else reasoning,
        written,
    )


def reply_of(record: Record) -> Reply:
    """Return the record's body, read, or LiteLLM's reading of it where the body's format is not known."""
    return read_body(record.raw) or read_body(record.reading) or _NOTHING


def _parts(reply: Reply, provider: str, rules: ThinkingRules) -> tuple[str | None, str | None, ThinkingKind]:
    message = reply.message
    if message is None:
        return None, None, "absent"
    text = message.text
    if message.thinking is not None:
        kind = _readable_kind(reply, provider, rules, summary=message.summary)
        return _without_copy(text, message.thinking), message.thinking, kind
    unread: ThinkingKind = "encrypted" if message.encrypted else "absent"
    if not text:
        return text, None, unread
    content, thinking, found = split(text, rules)
    if found == "absent":
        return content, None, unread
    return content, thinking, _stated(rules) or "raw" if found == "raw" else found


def _readable_kind(reply: Reply, provider: str, rules: ThinkingRules, *, summary: bool) -> ThinkingKind:
    text = reply.message.text if reply.message else None
    # The limit was reached while thinking, as with a block that never closes.
    if reply.finish_reason == "length" and not (text and text.strip()):
        return "truncated"
    return _stated(rules) or ("summary" if summary else _known_kind(provider, reply.model))


def _stated(rules: ThinkingRules) -> Literal["raw", "summary"] | None:
    if rules.kind == "raw":
        return "raw"
    return "summary" if rules.kind == "summary" else None


def _without_copy(text: str | None, thinking: str) -> str | None:
    """Take out a leading block that repeats `thinking`: some servers send it twice. Another one is the answer's own."""
    if not text or not (text[0].isspace() or text[0] in STARTS):
        return text
    content, inline, kind = split(text)
    return content if kind != "truncated" and (inline or "") in thinking else text


@lru_cache(maxsize=256)  # the same few models, row after row
def _known_kind(provider: str, model: str | None) -> Literal["raw", "summary"]:
    """Say whether this model's provider shows thinking as it was, or a summary of it."""
    name = (model or "").lower()
    if "claude" in name or provider == "anthropic":
        return "raw" if any(version in name for version in _RAW_CLAUDE) else "summary"
    if "gemini" in name or provider == "gemini":
        return "summary"
    if "gpt-oss" in name:
        return "raw"
    if provider in {"openai", "azure"} and not name:
        return "summary"
    return "summary" if name.startswith(_OPENAI_MODELS) else "raw"


def _doubtful(reasoning: int | None, thinking: str | None, provider: str, model: str | None) -> bool:
    """Say whether a count of reasoning tokens is no count: a zero beside reasoning, or LiteLLM's own estimate.

    Anthropic gives no split; where one stands in LiteLLM's reading, LiteLLM counted the visible summary.
    """
    if reasoning is None:
        return False
    return (reasoning == 0 and thinking is not None) or (
        provider != "openrouter" and model is not None and "claude" in model
    )
