"""One question: what is asked (`Request`), of whom (`Call`), what came back (`Record`), or why nothing did (`Failure`).

Pure values and the plan that makes them. Knows no network, no disk, no pandas.
"""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from distilkit.errors import ErrorKind, InputError
from distilkit.profiles.profile import Profile

# Part of every key. Raising it abandons every stored answer: a pinned test stands guard.
KEY_VERSION = 1

# One encoder for all: json.dumps with options builds a new one each time.
_CANONICAL = json.JSONEncoder(sort_keys=True, allow_nan=False, separators=(",", ":"))

Message = Mapping[str, Any]


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
        """Return the SHA-256 of the canonical JSON, in hexadecimal.

        Raises:
            InputError: a message or parameter is not JSON (a set, an object, a NaN).
        """
        try:
            payload = _CANONICAL.encode([KEY_VERSION, self.as_dict()])
        except (TypeError, ValueError) as error:
            raise InputError(f"messages and params must be JSON: {error}") from None
        return hashlib.sha256(payload.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to one profile on behalf of one prompt; several calls may share a key.

    Attributes:
        prompt_id: the prompt's name in the frame.
        prompt: the text shown for it.
        profile: whom to ask, and how.
        request: what to ask.
        key: `request.key()`, computed once.
    """

    prompt_id: int | str
    prompt: str
    profile: Profile
    request: Request
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What came back from one attempt that succeeded, kept as it came.

    Attributes:
        provider: LiteLLM's provider name.
        raw: the provider's body, parsed from JSON and otherwise untouched.
        reading: LiteLLM's OpenAI-shaped reading of it, where it differs; None where `raw` is that already.
        sent: the parameters as they were sent (without messages).
        headers: the few reply headers worth keeping.
        latency_s: seconds from sending to the last byte.
        ttft_s: seconds to the first token, or None when not streamed.
        created_at: Unix time in seconds, when the answer arrived; None where an imported answer does not say.
        attempts: requests it took, this one included.
        price: the line of LiteLLM's price table used (dollars a token, as strings), or None when it has none.
    """

    provider: str
    raw: Any
    reading: Mapping[str, Any] | None = None
    sent: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    latency_s: float | None = None
    ttft_s: float | None = None
    created_at: float | None = None
    attempts: int | None = 1
    price: Mapping[str, str] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types, without those that say nothing."""
        fields = {name: getattr(self, name) for name in _RECORD_FIELDS}
        return {name: value for name, value in fields.items() if value is not None and value != {}}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Record:
        """Build a record from `as_dict`'s result; unknown fields, of a later version, are passed over."""
        known = {name: fields[name] for name in _RECORD_FIELDS if name in fields}
        return cls(**{"attempts": None, **known})


_RECORD_FIELDS = (
    "provider",
    "raw",
    "reading",
    "sent",
    "headers",
    "latency_s",
    "ttft_s",
    "created_at",
    "attempts",
    "price",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A call that was answered.

    Attributes:
        record: what came back.
        from_store: whether it was there before.
        billed_usd: dollars this run paid for it, replies that were no answer included; None when unknown.
    """

    record: Record
    from_store: bool
    billed_usd: Decimal | None = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a call has no answer; it becomes a row like any other.

    Attributes:
        kind: the `error_kind` column.
        message: the `error` column, scrubbed.
        attempts: requests that were sent; 0 when none was.
        created_at: Unix time in seconds.
        record: the reply that was paid for but is no answer (a content-filter stop), or None.
        billed_usd: dollars paid for such replies; None when unknown.
    """

    kind: ErrorKind
    message: str
    attempts: int = 0
    created_at: float | None = None
    record: Record | None = None
    billed_usd: Decimal | None = None


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


def plan(
    prompts: Iterable[Prompt], profiles: Sequence[Profile], *, params: Mapping[str, Any], samples: int
) -> list[Call]:
    """Lay out every call: prompts × profiles × samples, in that order.

    `params` win over the profile's own; a value of None removes the profile's.

    Raises:
        InputError: `samples` is not a whole number from 1.
    """
    # numpy's whole numbers are whole numbers too; True is not.
    if isinstance(samples, bool) or not hasattr(samples, "__index__") or operator.index(samples) < 1:
        raise InputError(f"samples= must be a whole number from 1, not {samples!r}")
    # What is the same for every prompt of a profile is worked out once: it costs more than the rest of a call.
    asked = [(profile, profile.endpoint, _merge(profile.params, params)) for profile in profiles]
    return [
        _call(prompt, profile, endpoint, own, sample)
        for prompt in prompts
        for profile, endpoint, own in asked
        for sample in range(samples)
    ]


def _merge(profile_params: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**profile_params, **params}
    return {name: _plain(value) for name, value in merged.items() if value is not None}


def _plain(value: Any) -> Any:
    """Write 0.0 as 0: YAML, JSON and Python spell one temperature in two ways, and it must be paid for once."""
    if not isinstance(value, str | int | float) and hasattr(value, "item"):
        value = value.item()  # numpy's numbers
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _call(
    prompt: Prompt,
    profile: Profile,
    endpoint: tuple[str | None, str | None],
    params: Mapping[str, Any],
    sample: int,
) -> Call:
    base_url, api_version = endpoint
    messages = prompt.messages
    if profile.system and not any(message.get("role") == "system" for message in messages):
        messages = [{"role": "system", "content": profile.system}, *messages]
    request = Request(
        model=profile.litellm_model,
        base_url=base_url,
        api_version=api_version,
        messages=messages,
        params=params,
        sample=sample,
    )
    return Call(prompt_id=prompt.id, prompt=prompt.text, profile=profile, request=request, key=request.key())
