"""Drives the assembler of a protocol: bytes in, pieces of text out, the whole body or the reason why not at the end.

What ends or breaks a stream is the same in every protocol, and is decided here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from distilkit.provider.addresses import Protocol as Name
from distilkit.provider.streams.anthropic import AnthropicAssembler
from distilkit.provider.streams.cohere import CohereAssembler
from distilkit.provider.streams.events import Event, Events
from distilkit.provider.streams.gemini import GeminiAssembler
from distilkit.provider.streams.ollama import OllamaAssembler
from distilkit.provider.streams.openai import OpenAIAssembler
from distilkit.provider.streams.pieces import CutStreamError, Delta

_DONE = "[DONE]"
_NOT_WHOLE = "an event of the stream is not whole"
# NaN and Infinity are not JSON, but some servers send them; nothing downstream could store them.
_JSON = json.JSONDecoder(parse_constant=lambda _: None)


class Assembler(Protocol):
    """What knows one protocol."""

    @property
    def began(self) -> bool:
        """Whether anything of an answer has come: text, or a part of a tool call."""

    @property
    def complete(self) -> bool:
        """Whether the answer has its end, or its reason to end."""

    @property
    def over(self) -> bool:
        """Whether nothing can follow."""

    def take(self, event: dict[str, Any]) -> list[Delta]:
        """Take one event in, and return the pieces of text in it."""

    def error_in(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Return an event that is an error as an error body, else None."""

    def body(self) -> dict[str, Any]:
        """Return the body as the provider would have sent it whole, as far as it has come."""


_ASSEMBLERS: dict[Name, Callable[[], Assembler]] = {
    "openai": OpenAIAssembler,
    "anthropic": AnthropicAssembler,
    "gemini": GeminiAssembler,
    "ollama": OllamaAssembler,
    "cohere": CohereAssembler,
}


class Assembly:
    """One stream, put together as it arrives. What is wrong with it is raised by `close`, never before."""

    def __init__(self, protocol: Name = "openai") -> None:
        self._events = Events()
        self._assembler = _ASSEMBLERS[protocol]()
        self._done = False
        self._fault: CutStreamError | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing that follows can matter: the end has come, or an error."""
        return self._done or self._assembler.over or self._fault is not None

    @property
    def complete(self) -> bool:
        """Whether the whole answer has come, whatever may be missing behind it."""
        return self._fault is None and (self._done or self._assembler.complete)

    def feed(self, data: bytes) -> list[Delta]:
        """Take bytes in, cut anywhere, and return the pieces of text they complete."""
        return [] if self.ended else self._take_all(self._events.feed(data))

    def take(self, event: dict[str, Any]) -> list[Delta]:
        """Take in an event that is parsed already."""
        error = self._assembler.error_in(event)
        if error is not None:
            self._fault = CutStreamError("the provider broke the stream off", event=error)
            return []
        return self._assembler.take(event)

    def finish(self) -> list[Delta]:
        """Take in what is left where nothing more comes, and return the pieces of text in it."""
        if self.ended:
            return []
        deltas = self._take_all(self._events.close())
        if self._fault is not None and self._fault.event is None:  # torn off at the end, not garbled
            message = "the stream ended in the middle: its last event is not whole"
            self._fault = CutStreamError(message, kind="connection")
        return deltas

    def close(self) -> dict[str, Any]:
        """Return the one body the stream makes.

        Raises:
            CutStreamError: it ended before the answer did, an event was not whole, or the provider sent an error.
        """
        self.finish()
        if self._fault is not None:
            raise self._fault
        if not self.complete:
            raise CutStreamError("the stream ended before the answer did", kind="connection")
        return self._assembler.body()

    def partial(self) -> dict[str, Any] | None:
        """Return what had come of the answer, as a body; None where nothing had."""
        return self._assembler.body() if self._assembler.began else None

    def _take_all(self, events: list[Event]) -> list[Delta]:
        deltas: list[Delta] = []
        for event in events:
            if self.ended:
                break
            if event.data.strip() == _DONE:
                self._done = True
                break
            try:
                chunk = _parsed(event)
                for part in chunk if isinstance(chunk, list) else [chunk]:
                    deltas += self.take(part)
            except CutStreamError as error:
                self._fault = error
            except RecursionError:  # JSON nested as deeply as its parser allows
                self._fault = CutStreamError(_NOT_WHOLE)
        # Nothing that is not whole can spoil an answer that is.
        if self._fault is not None and self._fault.event is None and self._assembler.complete:
            self._fault, self._done = None, True
        return deltas


def _parsed(event: Event) -> dict[str, Any] | list[dict[str, Any]]:
    """Return the object an event holds, or the objects: Gemini sends a list where it is not asked for events."""
    try:
        chunk = _JSON.decode(event.data)
    except ValueError:
        if event.name == "error":
            return {"error": {"message": event.data}}
        raise CutStreamError(_NOT_WHOLE) from None
    if event.name == "error" and not (isinstance(chunk, dict) and chunk.get("error")):
        return {"error": chunk or {"message": "no reason given"}}
    if isinstance(chunk, dict) or (isinstance(chunk, list) and all(isinstance(part, dict) for part in chunk)):
        return chunk
    raise CutStreamError("an event of the stream is none of a chat's")
