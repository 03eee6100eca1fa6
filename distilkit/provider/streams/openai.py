"""Streams in OpenAI's shape, with what all who speak it have added: reasoning fields, content in parts, Groq's usage.

Knows nothing of bytes. The usage is the wire's or none.
"""

from __future__ import annotations

from typing import Any

from distilkit.provider.streams.parts import grow_calls, grow_parts, spoken
from distilkit.provider.streams.pieces import Delta, Texts, dict_at, list_at, place_of, said

# In the order in which one of them is read where several say the same.
_THINKING = ("reasoning_content", "reasoning", "reasoning_text", "thinking")
_GROWING = frozenset({"content", "refusal", *_THINKING})
_BLOCKS = ("reasoning_details", "thinking_blocks")
_APART = frozenset({"index", "delta", "message", "finish_reason", "logprobs"})


class OpenAIAssembler:
    """Chunks of a chat completion."""

    over = False  # the usage may follow the last finish reason

    def __init__(self) -> None:
        self.began = False
        self._body: dict[str, Any] = {}
        self._choices: dict[int, dict[str, Any]] = {}
        self._texts = Texts()

    @property
    def complete(self) -> bool:
        """Whether every choice has its finish reason."""
        return bool(self._choices) and all(choice["finish_reason"] for choice in self._choices.values())

    def error_in(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Return the chunk where it is an error; OpenRouter's has choices beside it."""
        return event if event.get("error") or event.get("object") == "error" else None

    def take(self, event: dict[str, Any]) -> list[Delta]:
        """Take one chunk in; only pieces of the first choice are returned."""
        for name, value in event.items():
            if name != "choices" and value is not None and (name == "usage" or not self._body.get(name)):
                self._body[name] = value
        # Groq's place for it, unless it is asked to send it in OpenAI's.
        if "usage" not in self._body and (usage := dict_at(event.get("x_groq"), "usage")):
            self._body["usage"] = usage
        deltas: list[Delta] = []
        for part in list_at(event, "choices"):
            if isinstance(part, dict) and (index := place_of(part)) is not None:
                choice = self._choices.setdefault(index, _empty(index))
                found = self._grow(choice, part)
                deltas += found if index == 0 else []
        return deltas

    def body(self) -> dict[str, Any]:
        """Return the chat completion."""
        self._texts.settle()
        ordered = [self._choices[index] for index in sorted(self._choices)]
        return {**self._body, "object": "chat.completion", "choices": ordered}

    def _grow(self, choice: dict[str, Any], part: dict[str, Any]) -> list[Delta]:
        reason = part.get("finish_reason")
        if isinstance(reason, str) and reason:
            choice["finish_reason"] = reason
        for name, value in part.items():
            if name not in _APART and value is not None and (value or name not in choice):
                choice[name] = value
        _grow_logprobs(choice, dict_at(part, "logprobs"))
        delta, message = part.get("delta"), choice["message"]
        if not isinstance(delta, dict) and message["content"] is None:
            delta = part.get("message")  # a whole answer in one event
        return self._grow_message(message, delta) if isinstance(delta, dict) else []

    def _grow_message(self, message: dict[str, Any], delta: dict[str, Any]) -> list[Delta]:
        for name, value in delta.items():
            if value is not None:
                self._grow_field(message, name, value)
        found = _deltas(delta)
        self.began = self.began or bool(found or delta.get("tool_calls") or delta.get("function_call"))
        return found

    def _grow_field(self, message: dict[str, Any], name: str, value: Any) -> None:
        before = message.get(name)
        if name == "tool_calls":
            if isinstance(value, list):
                grow_calls(self._texts, message.setdefault(name, []), value)
        elif name == "function_call" and isinstance(before, dict) and isinstance(value, dict):
            grow_calls(self._texts, [{"function": before}], [{"function": value}])
        elif isinstance(value, list):
            parts = before if isinstance(before, list) else _as_parts(self._texts.end(message, name))
            message[name] = parts
            grow_parts(self._texts, parts, value)
        elif name in _GROWING and isinstance(value, str):
            if isinstance(before, list):
                grow_parts(self._texts, before, _as_parts(value))
            else:
                self._texts.add(message, name, value)
        else:
            message[name] = value


def _empty(index: int) -> dict[str, Any]:
    return {"index": index, "message": {"role": "assistant", "content": None}, "finish_reason": None}


def _as_parts(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return [{"type": "text", "text": value}] if isinstance(value, str) else [value]


def _grow_logprobs(choice: dict[str, Any], more: dict[str, Any]) -> None:
    for name, value in more.items():
        have = choice.setdefault("logprobs", {})
        if isinstance(value, list) and isinstance(have.get(name), list):
            have[name].extend(value)
        elif value is not None:
            have[name] = value


def _deltas(delta: dict[str, Any]) -> list[Delta]:
    """Return the pieces of text in a delta, each once, however many fields repeat it."""
    content = delta.get("content")
    parts = spoken(content) if isinstance(content, list) else said("content", content)
    thinking = next((found for name in _THINKING if (found := said("thinking", delta.get(name)))), None)
    if thinking is None:
        blocks = next((found for name in _BLOCKS if (found := list_at(delta, name))), [])
        thinking = [piece for piece in spoken(blocks) if piece.channel == "thinking"]
    return [*thinking, *parts, *said("content", delta.get("refusal"))]
