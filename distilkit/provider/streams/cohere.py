"""Cohere's event streams, of the second version of its chat: blocks of content, plans and calls of tools, citations.

Knows nothing of bytes.
"""

from __future__ import annotations

from typing import Any

from distilkit.provider.streams.pieces import Delta, Texts, dict_at, place_of, said


class CohereAssembler:
    """Events of `/v2/chat`."""

    def __init__(self) -> None:
        self.began = False
        self.complete = False
        self._body: dict[str, Any] = {}
        self._message: dict[str, Any] = {"role": "assistant"}
        self._content: dict[int, dict[str, Any]] = {}
        self._calls: dict[int, dict[str, Any]] = {}
        self._citations: list[Any] = []
        self._logprobs: list[Any] = []
        self._texts = Texts()

    @property
    def over(self) -> bool:
        """Whether the last event has come."""
        return self.complete

    def error_in(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Return what is wrong as an error body: the last event may hold it."""
        inner = dict_at(event, "delta").get("error") if event.get("type") == "message-end" else None
        if inner:
            return {"error": inner}
        kind = event.get("type")
        nameless = not isinstance(kind, str) and "message" in event
        return event if event.get("error") or kind == "error" or nameless else None

    def take(self, event: dict[str, Any]) -> list[Delta]:
        """Take one event in."""
        kind, delta = event.get("type"), dict_at(event, "delta")
        message, index = dict_at(delta, "message"), place_of(event)
        if kind == "message-start":
            self._start(event, message)
        elif kind == "message-end":
            self._end(event, delta)
        elif kind == "tool-plan-delta" and isinstance(plan := message.get("tool_plan"), str):
            self.began = True
            self._texts.add(self._message, "tool_plan", plan)
        elif kind in ("tool-call-start", "tool-call-delta") and index is not None:
            self._grow_call(index, dict_at(message, "tool_calls"))
        elif kind == "citation-start" and message.get("citations"):
            self._citations.append(message["citations"])
        elif kind in ("content-start", "content-delta") and index is not None:
            if isinstance(logprobs := event.get("logprobs"), dict):
                self._logprobs.append(logprobs)
            return self._grow(index, dict_at(message, "content"))
        return []

    def body(self) -> dict[str, Any]:
        """Return the reply."""
        self._texts.settle()
        listed = {
            "content": [self._content[index] for index in sorted(self._content)],
            "tool_calls": [self._calls[index] for index in sorted(self._calls)],
            "citations": self._citations,
        }
        message = {**self._message, **{name: value for name, value in listed.items() if value}}
        extra = {"logprobs": self._logprobs} if self._logprobs else {}
        return {**self._body, "message": message, **extra}

    def _start(self, event: dict[str, Any], message: dict[str, Any]) -> None:
        self._body["id"] = event.get("id")
        # Empty lists and texts are what is to come.
        self._message.update({name: value for name, value in message.items() if value})

    def _end(self, event: dict[str, Any], delta: dict[str, Any]) -> None:
        self.complete = True
        self._body["id"] = self._body.get("id") or event.get("id")
        self._body.update({name: delta[name] for name in ("finish_reason", "usage") if delta.get(name) is not None})

    def _grow(self, index: int, content: dict[str, Any]) -> list[Delta]:
        block = self._content.setdefault(index, {})
        for name, value in content.items():
            if name in {"text", "thinking"} and isinstance(value, str):
                self._texts.add(block, name, value)
            elif value is not None:
                block[name] = value
        block.setdefault("type", "thinking" if "thinking" in block else "text")
        found = [*said("thinking", content.get("thinking")), *said("content", content.get("text"))]
        self.began = self.began or bool(found)
        return found

    def _grow_call(self, index: int, part: dict[str, Any]) -> None:
        self.began = True
        call = self._calls.get(index)
        if call is None:
            self._calls[index] = part
        elif isinstance(arguments := dict_at(part, "function").get("arguments"), str):
            function = call.get("function")
            if not isinstance(function, dict):
                function = call["function"] = {}
            self._texts.add(function, "arguments", arguments)
