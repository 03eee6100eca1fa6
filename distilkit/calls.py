"""One question: what is asked (`Request`), of whom (`Call`), what came back (`Record`), or why nothing did (`Failure`).

Pure values. Knows no network, no disk, no pandas; `planning` makes the calls of a run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from distilkit.errors import ErrorKind, InputError
from distilkit.media import without_bytes
from distilkit.profiles import Profile, Route

# Part of every key. Raising it abandons every stored answer: a pinned test stands guard.
KEY_VERSION = 1

# One encoder for all: json.dumps with options builds a new one each time.
_CANONICAL = json.JSONEncoder(sort_keys=True, allow_nan=False, separators=(",", ":"))

Message = Mapping[str, Any]


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON, in hexadecimal."""
    return hashlib.sha256(_CANONICAL.encode(value).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Exactly what decides an answer, and nothing else.

    Limits, prices, credentials, timeouts and the profile's name are not in it.

    Attributes:
        model: LiteLLM's model string, `provider/model`.
        base_url: the address asked, or None for the provider's own.
        api_version: or None.
        messages: OpenAI-style messages.
        params: generation parameters in OpenAI's names.
        sample: 0 for the first answer to this request, 1 for the second, ...
    """

    model: str
    base_url: str | None = None
    api_version: str | None = None
    messages: Sequence[Message]
    params: Mapping[str, Any] = field(default_factory=dict)
    sample: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types, in a new dict that shares the messages."""
        return {
            "model": self.model,
            "base_url": self.base_url,
            "api_version": self.api_version,
            "messages": list(self.messages),
            "params": dict(self.params),
            "sample": self.sample,
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Request:
        """Build a request from `as_dict`'s result."""
        return cls(**fields)

    def key(self) -> str:
        """Return the SHA-256 of the canonical JSON, in hexadecimal; a picture counts by its bytes and media type.

        Raises:
            InputError: a message or parameter is not JSON (a set, an object, a NaN).
        """
        try:
            return digest([KEY_VERSION, {**self.as_dict(), "messages": without_bytes(self.messages)}])
        except (TypeError, ValueError) as error:
            raise InputError(f"messages and params must be JSON: {error}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to one profile on behalf of one prompt; several calls may share a key.

    Attributes:
        prompt_id: the prompt's name in the frame.
        prompt: the text shown for it.
        profile: whom to ask, and how; for a strategy, its first member.
        request: what to ask.
        key: `request.key()`, computed once; for a strategy, a digest of its members' keys.
        route: the strategy that was asked, or None for a plain profile.
        options: for a strategy, the plain call to each member, in its order; empty otherwise.
    """

    prompt_id: int | str
    prompt: str
    profile: Profile
    request: Request
    key: str
    route: Route | None = None
    options: tuple[Call, ...] = ()

    @property
    def name(self) -> str:
        """What was asked for: the profile's name, or the strategy's."""
        return self.profile.name if self.route is None else self.route.name

    @property
    def choices(self) -> tuple[Call, ...]:
        """The plain calls that can answer this one: the members' in the strategy's order, or the call itself."""
        return self.options or (self,)

    @property
    def slot(self) -> tuple[str, str]:
        """What makes two calls of a run one: the same question to the same name."""
        return self.name, self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What came back from one attempt that succeeded, kept as it came.

    Attributes:
        provider: LiteLLM's provider name.
        raw: the provider's body, parsed from JSON and otherwise untouched.
        reading: LiteLLM's OpenAI-shaped reading of it, where it differs; None where `raw` is that already.
        sent: the parameters as they were sent (without messages).
        changed: what became of parameters that this model does not take as they were given, a sentence each.
        headers: the few reply headers worth keeping.
        latency_s: seconds from sending to the last byte.
        ttft_s: seconds to the first token, or None when not streamed.
        created_at: Unix time in seconds, when the answer arrived; None where an imported answer does not say.
        attempts: requests it took, this one included.
        tried: what became of each of them, as `profile: outcome`, where it took more than one.
        price: the line of LiteLLM's price table used (dollars a token, as strings), or None when it has none.
        batch: the provider's name of the batch it came in, or None for a request of its own.
        cut: whether it is what had come of a stream that broke off; it is no answer, and its usage is not known.
    """

    provider: str
    raw: Any
    reading: Mapping[str, Any] | None = None
    sent: Mapping[str, Any] = field(default_factory=dict)
    changed: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    latency_s: float | None = None
    ttft_s: float | None = None
    created_at: float | None = None
    attempts: int | None = 1
    tried: Sequence[str] = ()
    price: Mapping[str, str] | None = None
    batch: str | None = None
    cut: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types, without those that say nothing."""
        fields = {name: getattr(self, name) for name in _RECORD_FIELDS}
        return {name: value for name, value in fields.items() if not _says_nothing(value)}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Record:
        """Build a record from `as_dict`'s result; unknown fields, of a later version, are passed over."""
        known = {name: fields[name] for name in _RECORD_FIELDS if name in fields}
        return cls(**{"attempts": None, **known})


def _says_nothing(value: Any) -> bool:
    return value is None or value is False or value in ({}, (), [])


_RECORD_FIELDS = (
    "provider",
    "raw",
    "reading",
    "sent",
    "changed",
    "headers",
    "latency_s",
    "ttft_s",
    "created_at",
    "attempts",
    "tried",
    "price",
    "batch",
    "cut",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A call that was answered.

    Attributes:
        record: what came back.
        from_store: whether it was there before.
        billed_usd: dollars this run paid for it, replies that were no answer included; None when unknown.
        served: the plain call that was answered, where a strategy chose it; None for the call itself.
    """

    record: Record
    from_store: bool
    billed_usd: Decimal | None = Decimal(0)
    served: Call | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a call has no answer; it becomes a row like any other.

    Attributes:
        kind: the `error_kind` column.
        message: the `error` column, scrubbed.
        attempts: requests that were sent; 0 when none was.
        tried: what became of each of them, as `profile: outcome`.
        created_at: Unix time in seconds.
        record: the reply that was paid for but is no answer (a content-filter stop), or None.
        billed_usd: dollars paid for such replies; None when unknown.
        served: the plain call whose reply `record` is, where a strategy chose it; None for the call itself.
    """

    kind: ErrorKind
    message: str
    attempts: int = 0
    tried: Sequence[str] = ()
    created_at: float | None = None
    record: Record | None = None
    billed_usd: Decimal | None = None
    served: Call | None = None


Outcome = Answer | Failure
"""What became of a call."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to ask.

    Attributes:
        id: its name in the frame.
        text: what the frame shows.
        messages: what is sent, system message included.
    """

    id: int | str
    text: str
    messages: Sequence[Message]
