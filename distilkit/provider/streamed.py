"""One streamed reply as it is heard: its pieces handed on, its times taken, and what it came to at the end.

Between `session` or LiteLLM, which bring it, and the records, which are made of what is found here. Knows no route.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from distilkit.calls import Record
from distilkit.provider.addresses import Protocol
from distilkit.provider.exchange import Reply, Take
from distilkit.provider.faults import Trouble, trouble_of
from distilkit.provider.headers import kept
from distilkit.provider.hiding import hidden_headers, hide_in
from distilkit.provider.streams import Assembly, CutStreamError, Delta
from distilkit.provider.veil import Veil

Tell = Callable[[Delta], None]

_GOOD = range(200, 300)
# A whole reply to a request for a stream has another type; an error always has.
_STREAMS = ("event-stream", "ndjson", "stream+json", "jsonl")
_SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class Cut:
    """A stream that broke off: why, and the record of what had come of the answer, or None where nothing had."""

    trouble: Trouble
    partial: Record | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a stream came to.

    Attributes:
        body: the provider's body; where the stream broke off, as far as it had come, or None.
        trouble: why it broke off, or None where it is whole.
        ttft_s: seconds from sending to the first text, or None where there was none.
        latency_s: seconds from sending to the last byte of the answer.
    """

    body: dict[str, Any] | None = field(repr=False)
    trouble: Trouble | None
    ttft_s: float | None
    latency_s: float


class Incoming:
    """One reply that may be a stream. Bytes or events go in; `heard` says in the end what they came to.

    Attributes:
        head: the reply without its body, once it has begun and is a stream; else None.
        error: what the listener raised: nothing more was read then. None where it raised nothing.
    """

    def __init__(self, protocol: Protocol, secrets: Collection[str], tell: Tell | None) -> None:
        self.head: Reply | None = None
        self.error: Exception | None = None
        self._assembly = Assembly(protocol)
        self._secrets = secrets
        self._veil = Veil(secrets)
        self._tell = tell
        self._told = False
        self._ttft_s: float | None = None
        self._latency_s = 0.0

    def begin(self, head: Reply) -> Take | None:
        """Say who takes the body: nobody where it is none of a stream."""
        kind = head.headers.get("content-type", "")
        if head.status not in _GOOD or not any(name in kind for name in _STREAMS):
            return None
        self.head = head
        return self.feed

    def feed(self, data: bytes, elapsed_s: float) -> bool:
        """Take bytes in; return whether nothing more is wanted."""
        return self._heard(self._assembly.feed(data), elapsed_s)

    def take(self, event: dict[str, Any], elapsed_s: float) -> bool:
        """Take an event in that is parsed already; return whether nothing more is wanted."""
        return self._heard(self._assembly.take(event), elapsed_s)

    def heard(self, trouble: Trouble | None, latency_s: float | None = None) -> Heard:
        """Say what the stream came to.

        Args:
            trouble: what ended it too early, or None where it came to an end.
            latency_s: seconds from sending to that end, or None where it has none.
        """
        body, why = None, trouble
        self._heard(self._assembly.finish(), latency_s or self._latency_s)
        if trouble is None or self._assembly.complete:
            try:
                body, why = self._assembly.close(), None
            except CutStreamError as error:
                why = self._why(error)
        self._hand_on(self._veil.rest())
        if why is not None:
            body, latency_s = self._assembly.partial(), self._latency_s
            headers = why.headers or (kept(self._headers()) if self.head is not None else {})
            # The text would begin again, for somebody who has read it.
            why = replace(why, headers=headers, retryable=False if self._told else why.retryable)
        body = hide_in(body, self._secrets) if body is not None else None
        at = self._latency_s if latency_s is None else latency_s
        return Heard(body=body, trouble=why, ttft_s=self._ttft_s, latency_s=at)

    def _heard(self, deltas: list[Delta], elapsed_s: float) -> bool:
        self._latency_s = elapsed_s
        if deltas and self._ttft_s is None:
            self._ttft_s = elapsed_s
        if self._tell is not None:
            self._hand_on(piece for delta in deltas for piece in self._veil.shown(delta))
        return self._assembly.ended or self.error is not None

    def _hand_on(self, deltas: Iterable[Delta]) -> None:
        if self._tell is None or self.error is not None:
            return
        for delta in deltas:
            self._told = True
            try:
                self._tell(delta)
            except Exception as error:  # noqa: BLE001 - the caller's own, for the caller; no frame below holds a key
                self.error = error
                return

    def _why(self, error: CutStreamError) -> Trouble:
        """Judge what the provider sent in the middle, or that it sent no end."""
        if error.event is None:
            return Trouble(kind=error.kind, message=str(error))
        event = hide_in(dict(error.event), self._secrets)
        status = self.head.status if self.head is not None else _GOOD.start
        found = trouble_of(status, self._headers(), event, json.dumps(event)[:_SHOWN], now=time.time())
        return replace(found, message=f"the stream broke off: {found.message}") if self._assembly.partial() else found

    def _headers(self) -> dict[str, str]:
        return hidden_headers(self.head.headers, self._secrets) if self.head is not None else {}
