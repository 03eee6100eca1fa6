"""Ollama's own streams: a JSON object a line, the last one with the counts.

Knows nothing of bytes.
"""

from __future__ import annotations

from typing import Any

from distilkit.provider.streams.pieces import Delta, Texts, dict_at, list_at, said

_THINKING = ("thinking", "reasoning_content", "reasoning")  # Ollama's own word first


class OllamaAssembler:
    """Lines of `/api/chat`."""

    def __init__(self) -> None:
        self.began = False
        self._body: dict[str, Any] = {}
        self._message: dict[str, Any] = {"role": "assistant", "content": ""}
        self._texts = Texts()

    @property
    def complete(self) -> bool:
        """Whether the last line has come."""
        return self._body.get("done") is True

    @property
    def over(self) -> bool:
        """Whether the last line has come."""
        return self.complete

    def error_in(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Return the line where it is an error."""
        return event if event.get("error") else None

    def take(self, event: dict[str, Any]) -> list[Delta]:
        """Take one line in."""
        self._body.update({name: value for name, value in event.items() if name != "message" and value is not None})
        message = dict_at(event, "message")
        for name, value in message.items():
            if name in (*_THINKING, "content") and isinstance(value, str):
                self._texts.add(self._message, name, value)
            elif isinstance(value, list):
                self._message[name] = [*list_at(self._message, name), *value]
            elif value is not None:
                self._message[name] = value
        thought = next((message[name] for name in _THINKING if message.get(name)), None)
        found = [*said("thinking", thought), *said("content", message.get("content"))]
        self.began = self.began or bool(found or message.get("tool_calls"))
        return found

    def body(self) -> dict[str, Any]:
        """Return the reply."""
        self._texts.settle()
        return {**self._body, "message": self._message}
