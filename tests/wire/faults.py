"""Every way a request can fail, and what each must be said to mean, whoever is asked.

Where a provider says it in words of its own, `refusals` has them. Knows no provider.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from .case import CANARY, Case, Protocol
from .refusal import A_WHILE_S, KEY, MOMENT, Format, Refusal, Verdict
from .server import Reply

_NO = {"retryable": False}
_YES = {"retryable": True}
_BROKEN = Verdict("provider_error", **_YES)

# Said with a status, by each provider in its own form: (status, reason).
REFUSED: dict[str, tuple[int, str]] = {
    "bad_parameter": (400, "temperature is out of range"),
    "wrong_key": (401, f"the key {KEY} is not valid"),
    "no_credit": (402, "the balance is used up"),
    "forbidden": (403, f"the key {KEY} may not do this"),
    "no_model": (404, "the model does not exist"),
    "timed_out": (408, "the request took too long"),
    "too_large": (413, "the request is too large"),
    "not_valid": (422, "a field is missing"),
    "too_long": (400, "this model's maximum context length is 8192 tokens"),
    "filtered": (400, "the prompt was stopped by the content filter"),
    "throttled": (429, "too many requests"),
    "throttled_in_body": (429, "too many requests, please try again in 20s"),
    "broken": (500, f"something went wrong with {KEY}"),
    "unavailable": (503, "come back later"),
    "gateway_timeout": (504, "the model took too long"),
    "overloaded": (529, "there is too much to do"),
    "error_in_200": (500, "something went wrong"),
}

VERDICTS: dict[str, Verdict] = {
    "bad_parameter": Verdict("invalid_request", **_NO),
    "wrong_key": Verdict("authentication", **_NO),
    "no_credit": Verdict("rate_limit", **_NO),
    "forbidden": Verdict("authentication", **_NO),
    "no_model": Verdict("model_not_found", **_NO),
    "timed_out": Verdict("timeout", **_YES),
    "too_large": Verdict("invalid_request", **_NO),
    "not_valid": Verdict("invalid_request", **_NO),
    "too_long": Verdict("context_length", **_NO),
    "filtered": Verdict("content_filter", **_NO),
    "filtered_finish": Verdict("content_filter", **_NO),
    "throttled": Verdict("rate_limit", **_YES),
    "throttled_in_body": Verdict("rate_limit", **_YES, wait_s=20),
    "throttled_for_seconds": Verdict("rate_limit", **_YES, wait_s=7),
    "throttled_until": Verdict("rate_limit", **_YES, wait_s=A_WHILE_S),
    "throttled_for_ms": Verdict("rate_limit", **_YES, wait_s=1.5),
    "broken": _BROKEN,
    "bad_gateway": _BROKEN,
    "unavailable": _BROKEN,
    "unavailable_for_seconds": Verdict("provider_error", **_YES, wait_s=5),
    "gateway_timeout": Verdict("timeout", **_YES),
    "overloaded": _BROKEN,
    "dropped": Verdict("connection", **_YES),
    "cut": Verdict("connection", **_YES),
    "silent": Verdict("timeout", **_YES),
    "empty_body": _BROKEN,
    "torn": _BROKEN,
    "page_with_200": _BROKEN,
    "list_with_200": _BROKEN,
    "error_in_200": _BROKEN,
    "no_choice": _BROKEN,
    "empty_answer": _BROKEN,
    "redirected": Verdict("invalid_request", **_NO),
    "untrusted": Verdict("connection", **_NO),
    "refused": Verdict("connection", **_YES),
}

_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_AS_PAGE = {"content-type": "text/html"}


@dataclass(frozen=True)
class Cell:
    """One fault of one provider, and what it must be said to mean."""

    case: Case
    fault: str
    verdict: Verdict

    @property
    def name(self) -> str:
        return f"{self.case.name}-{self.fault}"


def cells(case: Case, form: Format) -> list[Cell]:
    """Return every fault of a provider: those of all, and its own."""
    common = [Cell(case, fault, _verdict(form, fault)) for fault in VERDICTS if fault not in form.lacks]
    return common + [Cell(case, name, _stated(quirk)) for name, quirk in form.quirks.items()]


def _verdict(form: Format, fault: str) -> Verdict:
    own = form.own.get(fault)
    return own.verdict if own and own.verdict else VERDICTS[fault]


def _stated(quirk: Refusal) -> Verdict:
    assert quirk.verdict is not None
    return quirk.verdict


def reply_of(cell: Cell, form: Format, *, elsewhere: str, now: datetime) -> Reply:
    """Return what the server answers in this cell.

    Args:
        cell: whose fault.
        form: its provider's way to refuse.
        elsewhere: an address of another server, for redirects.
        now: for those who name a moment.
    """
    fault = cell.fault
    own = form.quirks.get(fault) or form.own.get(fault)
    if own is not None:
        return _said(own.status, own.body, now, own.headers)
    if fault in REFUSED:
        status, reason = REFUSED[fault]
        return _said(200 if fault == "error_in_200" else status, form.wrap(status, reason), now, {})
    if fault.startswith("throttled"):
        return _said(429, _throttled(form), now, _wait_headers(fault, now))
    plain = {
        "bad_gateway": Reply(_PAGE, 502, _AS_PAGE),
        "unavailable_for_seconds": _said(503, form.wrap(503, "come back later"), now, {"retry-after": "5"}),
        "dropped": Reply(manner="dropped"),
        "cut": Reply(json.dumps(cell.case.reply).encode()[:-20], manner="cut"),
        "silent": Reply(manner="silent"),
        "empty_body": Reply(b""),
        "torn": Reply(json.dumps(cell.case.reply).encode()[:-20]),
        "page_with_200": Reply(_PAGE, 200, _AS_PAGE),
        "list_with_200": Reply([1, 2]),
        "redirected": Reply(b"", 307, {"location": f"{elsewhere}/v1/chat/completions"}),
        "untrusted": Reply(cell.case.reply),
        "refused": Reply(),
    }
    return plain[fault] if fault in plain else Reply(_without_answer(cell.case, fault))


def _throttled(form: Format) -> Any:
    own = form.own.get("throttled")
    return own.body if own and own.status == 429 else form.wrap(429, "too many requests")


def _wait_headers(fault: str, now: datetime) -> Mapping[str, str]:
    return {
        "throttled_for_seconds": {"retry-after": "7"},
        "throttled_until": {"retry-after": format_datetime(now + timedelta(seconds=A_WHILE_S), usegmt=True)},
        "throttled_for_ms": {"retry-after-ms": "1500", "retry-after": "2"},
    }[fault]


def _said(status: int, body: Any, now: datetime, headers: Mapping[str, str]) -> Reply:
    """Return a reply that repeats the key, in the body where it is meant to, and in a header."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    moment_ms = str(int((now.timestamp() + A_WHILE_S) * 1000))
    text = text.replace(KEY.encode(), CANARY.encode()).replace(MOMENT.encode(), moment_ms.encode())
    return Reply(text, status, {"x-request-id": f"for-{CANARY}", **headers})


def _without_answer(case: Case, fault: str) -> Any:
    return {**case.reply, **_NOTHING[case.protocol][fault]}


def _choice(content: Any, finish: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}


def _candidate(text: str, finish: str) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": finish}]}


_NOTHING: dict[Protocol, dict[str, dict[str, Any]]] = {
    "chat": {
        "no_choice": {"choices": []},
        "empty_answer": _choice("", "stop"),
        "filtered_finish": _choice("", "content_filter"),
    },
    "anthropic": {
        "no_choice": {"content": []},
        "empty_answer": {"content": [{"type": "text", "text": ""}]},
        "filtered_finish": {"content": [], "stop_reason": "refusal"},
    },
    "gemini": {
        "no_choice": {"candidates": []},
        "empty_answer": _candidate("", "STOP"),
        "filtered_finish": {"candidates": [{"finishReason": "SAFETY", "index": 0}]},
    },
    "cohere": {
        "no_choice": {"message": {"role": "assistant", "content": []}},
        "empty_answer": {"message": {"role": "assistant", "content": [{"type": "text", "text": ""}]}},
    },
    "ollama": {
        "no_choice": {"message": {"role": "assistant"}},
        "empty_answer": {"message": {"role": "assistant", "content": ""}},
    },
}


def at_once() -> datetime:
    """Return the present moment, for those who name one."""
    return datetime.now(UTC)
