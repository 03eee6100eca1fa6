"""The shapes thinking comes in when a provider gives it a field of its own, from a message or a list of parts.

Knows messages; knows nothing of whole bodies, usage or tags in the text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

_FIELDS = frozenset(
    {"reasoning_content", "reasoning", "reasoning_text", "thinking", "reasoning_details", "thinking_blocks"}
)
_TEXT_FIELDS = ("reasoning_content", "reasoning", "reasoning_text", "thinking")

_THINKING_PARTS = frozenset({"thinking", "reasoning", "reasoning.text"})
_SUMMARY_PARTS = frozenset({"reasoning.summary", "summary_text"})
_ENCRYPTED_PARTS = frozenset({"redacted_thinking", "reasoning.encrypted"})
# What a thinking block without text still carries when the provider keeps the text to itself.
_SEALS = ("signature", "encrypted_content", "data")
# LiteLLM's name for the tool by which a Claude without a JSON mode of its own is made to answer in JSON.
_JSON_TOOL = "json_tool_call"


class Message(NamedTuple):
    """What a message says, before tags in its text are looked for.

    Attributes:
        text: the answer as sent; None where the provider sent none.
        thinking: from a field or part of its own; None where there is none, or none that can be read.
        summary: the provider calls the thinking a summary.
        encrypted: there was thinking that cannot be read.
        other: it holds an answer that is not text: a tool call, audio, an image.
    """

    text: str | None = None
    thinking: str | None = None
    summary: bool = False
    encrypted: bool = False
    other: bool = False


def read_message(message: dict[str, Any]) -> Message:
    """Read an OpenAI-style message, with the thinking fields of everyone who has extended it."""
    content = message.get("content")
    other = any(message.get(name) for name in ("tool_calls", "function_call", "audio", "images"))
    if isinstance(content, list):
        found = read_parts(content)
        found = found._replace(other=other or found.other)
    else:
        found = Message(text=content if isinstance(content, str) else _refusal(message), other=other)
    return found if _FIELDS.isdisjoint(message) else _with_fields(found, message)


def _refusal(message: dict[str, Any]) -> str | None:
    # A model that declines in words has answered.
    refusal = message.get("refusal")
    return refusal if isinstance(refusal, str) else None


def _with_fields(found: Message, message: dict[str, Any]) -> Message:
    details = _listed(message.get("reasoning_details")) or _listed(message.get("thinking_blocks"))
    parts = read_parts(details) if details else Message()
    named = next((text for name in _TEXT_FIELDS if (text := _readable(message.get(name)))), None)
    return found._replace(
        thinking=named or parts.thinking or found.thinking,
        summary=parts.summary or found.summary,
        encrypted=parts.encrypted or found.encrypted,
    )


def read_parts(parts: Iterable[Any]) -> Message:
    """Read content that is a list: Anthropic's blocks, Mistral's parts, OpenRouter's `reasoning_details`."""
    texts: list[str] = []
    thoughts: list[str] = []
    kinds: set[str] = set()
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            kinds.add(_read_part(part, texts, thoughts))
    return Message(
        text="".join(texts) if texts else None,
        thinking="\n\n".join(thoughts) or None,
        summary="summary" in kinds and "raw" not in kinds,
        encrypted="encrypted" in kinds,
        other="other" in kinds,
    )


def json_by_tool(parts: Sequence[Any]) -> str | None:
    """Return the answer that was asked for by way of a tool, as JSON text; None beside any text or other tool."""
    answers = [part for part in parts if isinstance(part, dict) and _is_answer(part)]
    if len(answers) != 1 or answers[0].get("type") != "tool_use" or answers[0].get("name") != _JSON_TOOL:
        return None
    given = answers[0].get("input")
    return json.dumps(given, ensure_ascii=False) if isinstance(given, dict) else None


def _is_answer(part: dict[str, Any]) -> bool:
    texts: list[str] = []
    return _read_part(part, texts, []) == "other" or any(map(_readable, texts))


def _read_part(part: dict[str, Any], texts: list[str], thoughts: list[str]) -> str:
    """Sort one part; return which kind of part it was."""
    kind = part.get("type")
    if not isinstance(kind, str):
        kind = "text"
    if kind in _THINKING_PARTS or kind in _SUMMARY_PARTS:
        thought = _thought(part)
        if thought:
            thoughts.append(thought)
            return "summary" if kind in _SUMMARY_PARTS else "raw"
        return "encrypted" if any(part.get(seal) for seal in _SEALS) else ""
    if kind in _ENCRYPTED_PARTS:
        return "encrypted"
    text = part.get("refusal") if kind == "refusal" else part.get("text")
    if isinstance(text, str):
        texts.append(text)
        return "text"
    return "other" if kind.endswith(("_use", "_call", "image", "image_url", "audio")) else ""


def _thought(part: dict[str, Any]) -> str | None:
    for name in ("thinking", "text", "summary"):
        value = part.get(name)
        if isinstance(value, list):
            value = "".join(
                item["text"] for item in value if isinstance(item, dict) and isinstance(item.get("text"), str)
            )
        if readable := _readable(value):
            return readable
    return None


def _readable(value: Any) -> str | None:
    """Return a text that says something; a blank one is no thinking."""
    return value if isinstance(value, str) and value and not value.isspace() else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
