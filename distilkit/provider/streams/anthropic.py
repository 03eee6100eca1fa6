"""Anthropic's event streams: blocks of text, thinking with its signature, tool calls in pieces of JSON.

Knows nothing of bytes. Events and blocks of a later kind are passed over or kept as they came.
"""

from __future__ import annotations

import json
from typing import Any

from distilkit.provider.streams.pieces import Channel, Delta, Texts, dict_at, list_at, place_of, said

# What each kind of piece goes on with, and for whom it is.
_GROWING: dict[str, tuple[str, Channel | None]] = {
    "text_delta": ("text", "content"),
    "thinking_delta": ("thinking", "thinking"),
    "signature_delta": ("signature", None),
}
_INPUT = "partial_json"


class AnthropicAssembler:
    """Events of a message."""

    def __init__(self) -> None:
        self.began = False
        self.over = False
        self._message: dict[str, Any] = {"type": "message", "role": "assistant"}
        self._blocks: dict[int, dict[str, Any]] = {}
        self._inputs: dict[int, dict[str, Any]] = {}
        self._texts = Texts()
        self._counted = False

    @property
    def complete(self) -> bool:
        """Whether the reason to stop has come."""
        return self.over or bool(self._message.get("stop_reason"))

    def error_in(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Return the event where it is an error."""
        return event if event.get("type") == "error" or event.get("error") else None

    def take(self, event: dict[str, Any]) -> list[Delta]:
        """Take one event in."""
        kind = event.get("type")
        if kind == "message_start":
            self._message.update(dict_at(event, "message"))
        elif kind == "message_delta":
            self._end(event)
        elif kind == "message_stop":
            self.over = True
        elif (index := place_of(event)) is not None:
            if kind == "content_block_start":
                return self._start(index, dict_at(event, "content_block"))
            if kind == "content_block_delta":
                return self._grow(index, dict_at(event, "delta"))
        return []

    def body(self) -> dict[str, Any]:
        """Return the message."""
        self._texts.settle()
        for index, written in self._inputs.items():
            self._blocks[index]["input"] = _parsed(written[_INPUT])
        message = {"stop_reason": None, **self._message, "content": [self._blocks[at] for at in sorted(self._blocks)]}
        usage = dict_at(message, "usage")
        if usage and not self._counted:  # the first event's count of the output is of what had not come yet
            message["usage"] = {name: value for name, value in usage.items() if name != "output_tokens"}
        return message

    def _start(self, index: int, block: dict[str, Any]) -> list[Delta]:
        self._blocks[index] = dict(block)
        self._inputs.pop(index, None)
        self.began = self.began or bool(block.get("text") or block.get("thinking") or block.get("data"))
        self.began = self.began or str(block.get("type")).endswith("tool_use")
        return [*said("thinking", block.get("thinking")), *said("content", block.get("text"))]

    def _grow(self, index: int, delta: dict[str, Any]) -> list[Delta]:
        kind, block = delta.get("type"), self._blocks.setdefault(index, {"type": "text"})
        if kind == "input_json_delta" and isinstance(piece := delta.get(_INPUT), str):
            self._texts.add(self._inputs.setdefault(index, {_INPUT: ""}), _INPUT, piece)
        elif kind == "citations_delta":
            block["citations"] = [*list_at(block, "citations"), delta.get("citation")]
        elif isinstance(kind, str) and kind in _GROWING:
            name, channel = _GROWING[kind]
            if isinstance(piece := delta.get(name), str):
                self._texts.add(block, name, piece)
                self.began = self.began or bool(piece)
                return said(channel, piece) if channel else []
        return []

    def _end(self, event: dict[str, Any]) -> None:
        self._message.update(dict_at(event, "delta"))
        # Cumulative, and without what has not changed.
        usage = {name: value for name, value in dict_at(event, "usage").items() if value is not None}
        self._counted = self._counted or "output_tokens" in usage
        if usage:
            self._message["usage"] = {**dict_at(self._message, "usage"), **usage}


def _parsed(written: str) -> Any:
    try:
        return json.loads(written or "{}", parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return written  # cut by the token limit, or by the line
