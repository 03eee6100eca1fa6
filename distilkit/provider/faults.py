"""What a failed attempt means: from status, body code and words, by `verdicts`, to the kinds of `errors.py`.

Nowhere else is an error classified. Knows replies as values; knows no connection, no LiteLLM and no secrets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from distilkit.errors import ErrorKind
from distilkit.provider.headers import kept
from distilkit.provider.verdicts import (
    CODES,
    CREDIT_WORDS,
    CREDIT_WORDS_COUNT_FOR,
    MODEL_WORDS,
    NUMBERS,
    QUOTA,
    STATUSES,
    WORDS,
    WORDS_COUNT_FOR,
    Verdict,
)
from distilkit.provider.waits import retry_after_s

_LONGEST_MESSAGE = 600
_NOT_FOUND = 404
_REDIRECTS = range(300, 400)
_SERVER_ERRORS = range(500, 600)
_ERRORS = range(400, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why an attempt failed, as a value: what a `ProviderError` is made of once secrets are taken out.

    `status`, `retry_after_s`, `retryable`, `body` and `headers` mean what they mean there.
    """

    kind: ErrorKind
    message: str
    status: int | None = None
    retry_after_s: float | None = None
    retryable: bool | None = None
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def trouble_of(status: int, headers: Mapping[str, str], body: Any, text: str, *, now: float) -> Trouble:
    """Say what a reply that is an error means.

    Args:
        status: of the reply.
        headers: of the reply, by lower-case name.
        body: its parsed JSON, or None.
        text: its start.
        now: Unix time in seconds.
    """
    message = message_of(body) or _flat(text)
    verdict = _judge(_inner_status(body) if status < _REDIRECTS.start else status, body, _words(body, text))
    return Trouble(
        kind=verdict.kind,
        message=f"status {status}: {_redirected(headers) if status in _REDIRECTS else message or 'no reason given'}",
        status=status,
        retry_after_s=retry_after_s(headers, body, message, now=now),
        retryable=verdict.retryable,
        body=text,
        headers=kept(headers),
    )


def is_error_body(body: Any) -> bool:
    """Say whether a body that came with status 200 is an error all the same."""
    if not isinstance(body, dict) or body.get("choices"):
        return False
    named = bool(body.get("error")) or body.get("object") == "error" or body.get("type") == "error"
    return named or bool(_number(body))


def message_of(body: Any) -> str:
    """Return the reason an error body gives, on one line; "" where it gives none."""
    parts = [part for part in _messages(body) if isinstance(part, str) and part.strip()]
    return _flat(" / ".join(dict.fromkeys(parts)))


def _of_status(status: int) -> Verdict:
    if status in STATUSES:
        return STATUSES[status]
    if status in _SERVER_ERRORS:
        return Verdict("provider_error")
    return Verdict("invalid_request" if status in _ERRORS or status in _REDIRECTS else "provider_error")


def _judge(status: int, body: Any, lower: str) -> Verdict:
    """Judge by what is said of credit, else by the code, else by other words, in lower case, else by the status."""
    # First, because Gemini's code for it is the one of throttling.
    if status in CREDIT_WORDS_COUNT_FOR and any(words in lower for words in CREDIT_WORDS):
        return QUOTA
    for code in _codes(body):
        if found := CODES.get(code):
            return _too_large(lower) if found.kind == "rate_limit" and found is not QUOTA else found
    if status in WORDS_COUNT_FOR:
        for words, verdict in WORDS:
            if words in lower:
                return verdict
    if status == _NOT_FOUND:
        return Verdict("model_not_found" if any(words in lower for words in MODEL_WORDS) else "invalid_request")
    verdict = NUMBERS.get(_number(body)) or _of_status(status)
    return _too_large(lower) if verdict == Verdict("rate_limit") else verdict


def _words(body: Any, text: str) -> str:
    """Return the words an error is judged by, in lower case: its reason, never a body or a page that may quote."""
    plain = text if body is None and not text.lstrip().startswith("<") else ""
    return (message_of(body) or _flat(plain)).lower()


def _number(body: Any) -> int:
    """Return MiniMax's number of what went wrong; 0 where nothing did, or nobody says."""
    number = _get(_get(body, "base_resp"), "status_code")
    return number if type(number) is int else 0  # `true` is an int too


def _too_large(message: str) -> Verdict:
    """A single request above the minute's limit is refused as throttling, and would be for ever."""
    return Verdict("rate_limit", retryable=False if "request too large" in message else None)


def _redirected(headers: Mapping[str, str]) -> str:
    # Only the host is named: the rest may hold what was sent.
    try:
        host = urlsplit(headers.get("location", "")).hostname or "another address"
    except ValueError:
        host = "another address"
    return f"the address redirects to {host}, and keys do not follow redirects; set base_url to the right address"


def _inner_status(body: Any) -> int:
    """Return the status inside an error that came with 200, as OpenRouter's do; 500 where it has none."""
    error = body.get("error") if isinstance(body, dict) else None
    codes = [_get(error, "code"), _get(error, "status"), _get(body, "code"), _get(body, "status")]
    for code in codes:
        if str(code).isdecimal() and len(str(code)) == len("429") and int(code) in _ERRORS:
            return int(code)
    return _SERVER_ERRORS.start


def _codes(body: Any) -> Iterator[str]:
    error = _get(body, "error")
    inner = _get(error, "innererror")
    details = _get(error, "details")
    holders = [error, body, inner, *(details if isinstance(details, list) else [])]
    for holder in holders:
        for name in ("code", "type", "status", "reason", "__type"):
            value = _get(holder, name)
            if isinstance(value, str):
                yield value.lower()


def _messages(body: Any) -> Iterator[Any]:
    error = _get(body, "error")
    yield error
    yield _get(error, "message")
    yield _get(_get(error, "metadata"), "raw")
    yield _get(_get(error, "error"), "message")
    yield _get(body, "message")
    yield _get(body, "detail")
    yield _get(_get(body, "detail"), "message")
    yield _get(_get(body, "base_resp"), "status_msg")
    for listed in (_get(body, "detail"), _get(body, "errors"), _get(_get(body, "message"), "detail")):
        for item in listed if isinstance(listed, list) else ():
            yield item
            yield _get(item, "msg")
            yield _get(item, "message")


def _get(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, dict) else None


def _flat(text: str) -> str:
    line = " ".join(text[: 4 * _LONGEST_MESSAGE].split())
    return line if len(line) <= _LONGEST_MESSAGE else line[:_LONGEST_MESSAGE] + "…"
