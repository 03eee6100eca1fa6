"""Every error distilkit raises, so that one `except DistilkitError` catches them all.

    DistilkitError
    ├── ConfigError      a profile file, or a secret it names, is wrong; says file, line, field and the way out
    ├── InputError       an argument of a call is wrong (also a ValueError)
    ├── StoreError       the store cannot be opened, read or written
    └── ProviderError    one attempt at one provider failed; has kind, status, retry_after_s

This module knows nothing of providers or files: errors carry what they are given, and survive pickling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

ErrorKind = Literal[
    "rate_limit",
    "context_length",
    "invalid_request",
    "timeout",
    "model_not_found",
    "authentication",
    "content_filter",
    "connection",
    "budget",
    "provider_error",
    "unknown",
]
"""What went wrong, in the words of the `error_kind` column."""

KINDS: tuple[str, ...] = get_args(ErrorKind)

# A later attempt can succeed only where the cause can pass by itself.
_PASSING: frozenset[str] = frozenset({"rate_limit", "timeout", "connection", "provider_error"})


class DistilkitError(Exception):
    """The base of every error raised here."""


class ConfigError(DistilkitError):
    """A profile file is wrong.

    The text reads `file:line: path.to.field: what is wrong; what to do`.
    """


class InputError(DistilkitError, ValueError):
    """An argument of a public function is wrong; the text names it."""


class StoreError(DistilkitError):
    """The store cannot be opened, read or written; the text names the folder and the way out."""


class ProviderError(DistilkitError):
    """One attempt at one provider failed.

    Attributes:
        kind: what went wrong, one of `KINDS`.
        provider: the LiteLLM provider name, e.g. `anthropic`.
        status: the HTTP status, or None when there was no reply.
        retry_after_s: seconds the provider asked to wait, or None when it did not say.
        retryable: whether the same request may succeed later.
        body: the start of the provider's reply, scrubbed of secrets, or "".
        headers: those of the reply that tell of limits and times, by lower-case name, scrubbed of secrets; {} without.
        partial: the `Record` of a stream that was cut, with what had come until then, or None. It is no answer.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: ErrorKind,
        provider: str,
        status: int | None = None,
        retry_after_s: float | None = None,
        retryable: bool | None = None,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        partial: object | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind: ErrorKind = kind
        self.provider = provider
        self.status = status
        self.retry_after_s = retry_after_s
        self.retryable = kind in _PASSING if retryable is None else retryable
        self.body = body
        self.headers: Mapping[str, str] = dict(headers or {})
        self.partial = partial

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by fields: the default would call the constructor without its keywords."""
        fields = ("kind", "provider", "status", "retry_after_s", "retryable", "body", "headers", "partial")
        return _rebuild, (self.message, {name: getattr(self, name) for name in fields})


def _rebuild(message: str, fields: dict[str, object]) -> ProviderError:
    return ProviderError(message, **fields)  # type: ignore[arg-type] # as they were pickled
