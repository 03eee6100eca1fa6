"""Anthropic's Message Batches: requests in the body itself, results at an address the batch names.

Knows their words; knows nothing of connections. A batch takes no mark of the caller's: one that was made and not heard
of is known again by the names of its requests. Source: the API reference of `/v1/messages/batches`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from distilkit.provider.batches.reading import count, items, moment, text, within
from distilkit.provider.batches.values import Batch, Format, Listing, Place, Query, Result, State

_MOST_REQUESTS = 100_000
# 256 MB, whichever way megabytes are counted.
_MOST_BYTES = 256_000_000
_OK, _SERVER_ERROR = 200, 500
_ENDED: tuple[tuple[str, State], ...] = (("succeeded", "completed"), ("expired", "expired"), ("canceled", "cancelled"))
# The status that a single request would have been refused with.
_STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def _place(url: str, model: str) -> Place:
    parts = urlsplit(url)
    return Place(urlunsplit(parts._replace(query="", fragment="")), parts.query, "", model)


def _line(_place: Place, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"custom_id": key, "params": dict(body)}


def _create(_place: Place, _file: str, _token: str) -> dict[str, Any]:
    raise AssertionError("the requests are the body")


def _batch(body: Mapping[str, Any], _place: Place) -> Batch:
    counts = within(body, "request_counts")
    amounts = {name: count(counts, name) or 0 for name in ("processing", "succeeded", "errored", "canceled", "expired")}
    address = text(body, "results_url")
    return Batch(
        id=text(body, "id"),
        state=_state(text(body, "processing_status"), amounts),
        total=sum(amounts.values()) or None,
        done=amounts["succeeded"],
        failed=amounts["errored"] + amounts["canceled"] + amounts["expired"],
        created_at=moment(body, "created_at"),
        ends_by=moment(body, "expires_at"),
        results=(address,) if address else (),
    )


def _state(status: str, amounts: Mapping[str, int]) -> State:
    if status != "ended":
        return "cancelling" if status == "canceling" else "running"
    return next((state for name, state in _ENDED if amounts[name]), "completed")


def _listed(body: Mapping[str, Any], place: Place, query: Query) -> Listing:
    found = [_batch(each, place) for each in items(body, "data") if isinstance(each, Mapping)]
    if within(body, "has_more") is not True or not found:
        return Listing(found)
    return Listing(found, {**query, "after_id": text(body, "last_id") or found[-1].id})


def _result(line: Mapping[str, Any]) -> Result:
    key, told = text(line, "custom_id") or None, within(line, "result")
    match text(told, "type"):
        case "succeeded":
            return Result(key=key, status=_OK, body=within(told, "message"))
        case "expired":
            return Result(key=key, unrun="expired")
        case "canceled":
            return Result(key=key, unrun="cancelled")
    # The error itself, or the body a single request would have got, which holds it.
    error = within(told, "error")
    inner = within(error, "error") if isinstance(within(error, "error"), Mapping) else error
    body = {"type": "error", "error": inner or {"message": f"the result is {text(told, 'type') or 'unknown'!r}"}}
    return Result(key=key, status=_STATUSES.get(text(inner, "type"), _SERVER_ERROR), body=body)


ANTHROPIC = Format(
    most_requests=_MOST_REQUESTS,
    most_bytes=_MOST_BYTES,
    uploads=False,
    place=_place,
    line=_line,
    create=_create,
    collection="batches",
    listing=lambda _since: {"limit": 1000},
    batch=_batch,
    listed=_listed,
    result=_result,
)
