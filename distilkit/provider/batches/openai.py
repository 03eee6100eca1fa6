"""OpenAI's batches, and Azure's, which are alike: a file of requests, a batch made of it, one or two files of results.

Knows their words; knows nothing of connections. Sources: the API references of `/v1/files` and `/v1/batches`, and
Azure's pages on global batch deployments (whose older versions name the endpoint without `/v1`, write times as text
and states with a capital).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from distilkit.provider.batches.reading import count, items, moment, text, within
from distilkit.provider.batches.values import Batch, Format, Listing, Place, Query, Result, State

TOKEN = "distilkit"  # noqa: S105 - a name, no secret
"""The name in a batch's metadata under which it is marked."""

_MOST_REQUESTS = 50_000
# 200 MB, whichever way megabytes are counted.
_MOST_BYTES = 200_000_000
_CHAT = "/chat/completions"
_STATES: dict[str, State] = {
    "failed": "failed",
    "completed": "completed",
    "expired": "expired",
    "cancelling": "cancelling",
    "canceling": "cancelling",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}
_UNRUN: dict[str, Literal["expired", "cancelled"]] = {
    "batch_expired": "expired",
    "batch_cancelled": "cancelled",
    "batch_canceled": "cancelled",
}
_SERVER_ERROR = 500


def _openai_place(url: str, model: str) -> Place:
    base, query = _base(url)
    return Place(base, query, f"/v1{_CHAT}", model)


def _azure_place(url: str, model: str) -> Place:
    base, query = _base(url)
    if base.endswith("/openai/v1"):
        return Place(base, query, f"/v1{_CHAT}", model)
    # Batches belong to the resource, not to a deployment: which one is said in each request.
    return Place(base.partition("/deployments/")[0], query, _CHAT, model)


def _base(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    base = urlunsplit(parts._replace(query="", fragment=""))
    return base.removesuffix(_CHAT), parts.query


def _line(place: Place, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"custom_id": key, "method": "POST", "url": place.endpoint, "body": {**body, "model": place.model}}


def _create(place: Place, file: str, token: str) -> dict[str, Any]:
    return {
        "input_file_id": file,
        "endpoint": place.endpoint,
        "completion_window": "24h",
        "metadata": {TOKEN: token},
    }


def _batch(body: Mapping[str, Any], place: Place) -> Batch:
    counts = within(body, "request_counts")
    files = [name for field in ("output_file_id", "error_file_id") if (name := text(body, field))]
    return Batch(
        id=text(body, "id"),
        # What is not known yet (validating, in_progress, finalizing) goes on.
        state=_STATES.get(text(body, "status").lower(), "running"),
        total=count(counts, "total"),
        done=count(counts, "completed"),
        failed=count(counts, "failed"),
        created_at=moment(body, "created_at"),
        ends_by=moment(body, "expires_at"),
        token=text(within(body, "metadata"), TOKEN) or None,
        input_file=text(body, "input_file_id") or None,
        results=tuple(place.at("files", name, "content") for name in files),
        message="; ".join(_reasons(body)),
    )


def _reasons(body: Mapping[str, Any]) -> list[str]:
    listed = items(within(body, "errors"), "data")
    return list(dict.fromkeys(reason for error in listed if (reason := text(error, "message") or text(error, "code"))))


def _listed(body: Mapping[str, Any], place: Place, query: Query) -> Listing:
    found = [_batch(each, place) for each in items(body, "data") if isinstance(each, Mapping)]
    if within(body, "has_more") is not True or not found:
        return Listing(found)
    return Listing(found, {**query, "after": text(body, "last_id") or found[-1].id})


def result(line: Mapping[str, Any]) -> Result:
    """Read a line of results; Mistral's are alike."""
    key, error, response = text(line, "custom_id") or None, within(line, "error"), within(line, "response")
    unrun = _UNRUN.get(text(error, "code"))
    if unrun is not None:
        return Result(key=key, unrun=unrun)
    status = count(response, "status_code")
    if status is None or (error and within(response, "body") is None):
        message = error if isinstance(error, Mapping) else {"message": str(error or "no response and no reason")}
        return Result(key=key, status=status or _SERVER_ERROR, body={"error": dict(message)})
    return Result(key=key, status=status, body=within(response, "body"), request_id=text(response, "request_id"))


OPENAI = Format(
    most_requests=_MOST_REQUESTS,
    most_bytes=_MOST_BYTES,
    uploads=True,
    place=_openai_place,
    line=_line,
    create=_create,
    collection="batches",
    listing=lambda _since: {"limit": 100},
    batch=_batch,
    listed=_listed,
    result=result,
)
AZURE = replace(OPENAI, place=_azure_place)
