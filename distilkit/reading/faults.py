"""Judges whether a reply that arrived whole is an answer, or an error in the clothes of one.

Knows readings; knows nothing of statuses or headers, which are judged where they arrive.
"""

from __future__ import annotations

from distilkit.calls import Record
from distilkit.errors import ErrorKind, ProviderError
from distilkit.reading.completion import Completion, reply_of

# The server's own words for having given up in the middle.
_BROKEN = frozenset({"error", "failed", "insufficient_system_resource"})


def fault(record: Record, completion: Completion) -> ProviderError | None:
    """Return why this reply is no answer, or None where it is one.

    A content-filter stop is final: the same request would be stopped again. What may pass by itself: no message, a stop
    for an error of the server, an empty text that the token limit does not explain. Answers are a refusal in words, a
    tool call without text, a text cut by the token limit, and thinking without an end.
    """
    finish, content = completion.finish_reason, completion.content
    if finish == "content_filter":
        return _error(record, "content_filter", "the provider's content filter stopped the answer")
    if record.cut or finish in _BROKEN:
        who, why = (
            ("the stream", "its end is missing") if record.cut else ("the provider", f"finish_reason is {finish!r}")
        )
        return _error(record, "connection" if record.cut else "provider_error", f"{who} broke off the answer: {why}")
    if content and not content.isspace():
        return None
    message = reply_of(record).message
    if message is None:
        return _error(record, "provider_error", "the reply holds no message")
    if message.other or finish == "length" or completion.thinking_kind == "truncated":
        return None
    return _error(record, "provider_error", f"the answer is empty: finish_reason is {finish!r}")


def _error(record: Record, kind: ErrorKind, message: str) -> ProviderError:
    return ProviderError(message, kind=kind, provider=record.provider)
