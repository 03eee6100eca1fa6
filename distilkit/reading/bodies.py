"""Reads one reply's body, whichever of the known wire formats it is in.

OpenAI's chat completions and everyone who copies them, OpenAI's Responses, Anthropic's messages, Gemini's
`generateContent`, Ollama's and Cohere's chat. Knows nothing of tags in the text, of profiles or of prices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from distilkit.reading.shapes import Message, json_by_tool, read_message, read_parts
from distilkit.reading.usage import (
    UNKNOWN,
    Usage,
    anthropic_usage,
    chat_usage,
    gemini_usage,
    plain_usage,
    responses_usage,
)

# The providers' words for why they stopped, in OpenAI's. What is not here stays, in lower case.
_FINISH = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "complete": "stop",
    "completed": "stop",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "tool_call": "tool_calls",
    "refusal": "content_filter",
    "safety": "content_filter",
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
    "spii": "content_filter",
    "image_safety": "content_filter",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
    "error_toxic": "content_filter",
}

_GEMINI = frozenset({"candidates", "promptFeedback", "usageMetadata"})


@dataclass(frozen=True, slots=True)
class Reply:
    """A body, read.

    Attributes:
        message: what it says; None where it holds no message at all.
        finish_reason: in OpenAI's words; None where it does not say.
        model: as served; None where it does not say.
        usage: token counts.
    """

    message: Message | None = None
    finish_reason: str | None = None
    model: str | None = None
    usage: Usage = UNKNOWN


def read_body(body: Any) -> Reply | None:
    """Read a body; None where it is in no known format. Never raises."""
    reader = _reader_for(body) if isinstance(body, dict) else None
    return reader(body) if reader else None


def _reader_for(body: dict[str, Any]) -> Callable[[dict[str, Any]], Reply] | None:
    if "choices" in body:
        return _chat
    if not body.keys().isdisjoint(_GEMINI):
        return _gemini
    if body.get("type") == "message" or "stop_reason" in body:
        return _anthropic
    if isinstance(body.get("output"), list):
        return _responses
    return _single_message if isinstance(body.get("message"), dict) else None


def _chat(body: dict[str, Any]) -> Reply:
    choice = _first(body["choices"])
    message = choice.get("message")
    if isinstance(message, dict):
        said: Message | None = read_message(message)
    else:
        text = _text(choice.get("text"))  # the older completions
        said = None if text is None else Message(text=text)
    return Reply(said, _finish(choice.get("finish_reason")), _text(body.get("model")), chat_usage(body.get("usage")))


def _anthropic(body: dict[str, Any]) -> Reply:
    content = body.get("content")
    parts = content if isinstance(content, list) else []
    message, finish = read_parts(parts) if parts else None, _finish(body.get("stop_reason"))
    if message and (answer := json_by_tool(parts)) is not None:
        # Nobody is meant to run this tool: its input is the answer, and the model had come to its end.
        message = message._replace(text=answer, other=False)
        finish = "stop" if finish == "tool_calls" else finish
    return Reply(message, finish, _text(body.get("model")), anthropic_usage(body.get("usage")))


def _gemini(body: dict[str, Any]) -> Reply:
    candidate = _first(body.get("candidates"))
    feedback = body.get("promptFeedback")
    blocked = isinstance(feedback, dict) and feedback.get("blockReason")
    content = candidate.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    return Reply(
        _gemini_message(parts) if isinstance(parts, list) and parts else None,
        "content_filter" if blocked else _finish(candidate.get("finishReason")),
        _text(body.get("modelVersion")),
        gemini_usage(body.get("usageMetadata")),
    )


def _gemini_message(parts: list[Any]) -> Message:
    known = [part for part in parts if isinstance(part, dict)]
    thoughts = [text for part in known if part.get("thought") is True and (text := _text(part.get("text")))]
    texts = [
        text for part in known if part.get("thought") is not True and (text := _text(part.get("text"))) is not None
    ]
    thinking = "\n\n".join(thoughts)
    return Message(
        text="".join(texts) if texts else None,
        thinking=thinking if thinking.strip() else None,
        summary=True,
        encrypted=any(part.get("thoughtSignature") for part in known),
        other=any("functionCall" in part or "inlineData" in part for part in known),
    )


def _responses(body: dict[str, Any]) -> Reply:
    items = [item for item in body["output"] if isinstance(item, dict)]
    said = [
        item["content"] for item in items if isinstance(item.get("content"), list) and item.get("type") == "message"
    ]
    message = read_parts(part for content in said for part in content)
    thoughts = [item for item in items if item.get("type") == "reasoning"]
    raw = read_parts(part for item in thoughts for part in _reasoning_parts(item, "content"))
    summary = read_parts(part for item in thoughts for part in _reasoning_parts(item, "summary"))
    whole = message._replace(
        thinking=raw.text or summary.thinking,
        summary=not raw.text,
        encrypted=any(item.get("encrypted_content") for item in thoughts),
        other=message.other or any(str(item.get("type")).endswith("_call") for item in items),
    )
    return Reply(
        whole if said or whole.other else None,
        _responses_finish(body),
        _text(body.get("model")),
        responses_usage(body.get("usage")),
    )


def _reasoning_parts(item: dict[str, Any], name: str) -> list[Any]:
    parts = item.get(name)
    return parts if isinstance(parts, list) else []


def _responses_finish(body: dict[str, Any]) -> str | None:
    details = body.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    return _finish(reason or body.get("status"))


def _single_message(body: dict[str, Any]) -> Reply:
    """Read a body with one message: Ollama's chat, Cohere's."""
    usage = body.get("usage")
    tokens = usage.get("tokens") if isinstance(usage, dict) else None
    if isinstance(tokens, dict):
        counts = plain_usage(tokens.get("input_tokens"), tokens.get("output_tokens"))
    else:
        counts = plain_usage(body.get("prompt_eval_count"), body.get("eval_count"))
    finish = _finish(body.get("done_reason") or body.get("finish_reason"))
    return Reply(read_message(body["message"]), finish, _text(body.get("model")), counts)


def _finish(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    word = value.lower()
    return _FINISH.get(word, word)


def _first(values: Any) -> dict[str, Any]:
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
