"""Mistral's batch jobs: a file of requests, a job for one model made of it, files of results.

Knows their words; knows nothing of connections. Source: the API reference of `/v1/files` and `/v1/batch/jobs`; results
are written as OpenAI's are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from distilkit.provider.batches.openai import TOKEN, result
from distilkit.provider.batches.reading import count, items, moment, text, within
from distilkit.provider.batches.values import Batch, Format, Listing, Place, Query, State

# A million requests are allowed, in files of 512 MB; smaller parts are sooner done and sooner sent again.
_MOST_REQUESTS = 50_000
_MOST_BYTES = 200_000_000
_CHAT = "/chat/completions"
_A_PAGE = 100
_STATES: dict[str, State] = {
    "SUCCESS": "completed",
    "FAILED": "failed",
    "TIMEOUT_EXCEEDED": "expired",
    "CANCELLATION_REQUESTED": "cancelling",
    "CANCELLED": "cancelled",
}
_WINDOW_S = 24 * 3600


def _place(url: str, model: str) -> Place:
    parts = urlsplit(url)
    base = urlunsplit(parts._replace(query="", fragment="")).removesuffix(_CHAT)
    return Place(base, parts.query, f"/v1{_CHAT}", model)


def _line(_place: Place, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"custom_id": key, "body": dict(body)}


def _create(place: Place, file: str, token: str) -> dict[str, Any]:
    return {"input_files": [file], "endpoint": place.endpoint, "model": place.model, "metadata": {TOKEN: token}}


def _batch(body: Mapping[str, Any], place: Place) -> Batch:
    files = [name for field in ("output_file", "error_file") if (name := text(body, field))]
    created = moment(body, "created_at")
    inputs = [name for name in items(body, "input_files") if isinstance(name, str)]
    reasons = [text(error, "message") for error in items(body, "errors")]
    return Batch(
        id=text(body, "id"),
        state=_STATES.get(text(body, "status"), "running"),
        total=count(body, "total_requests"),
        done=count(body, "succeeded_requests"),
        failed=count(body, "failed_requests"),
        created_at=created,
        ends_by=None if created is None else created + _WINDOW_S,
        token=text(within(body, "metadata"), TOKEN) or None,
        input_file=inputs[0] if inputs else None,
        results=tuple(place.at("files", name, "content") for name in files),
        message="; ".join(dict.fromkeys(reason for reason in reasons if reason)),
    )


def _listing(since: float) -> Query:
    return {"page_size": _A_PAGE, "page": 0, "created_after": datetime.fromtimestamp(since, UTC).isoformat()}


def _listed(body: Mapping[str, Any], place: Place, query: Query) -> Listing:
    found = [_batch(each, place) for each in items(body, "data") if isinstance(each, Mapping)]
    page = int(query["page"])
    seen = page * _A_PAGE + len(found)
    # Pages are counted; only the sum of all tells which is the last.
    is_last = len(found) == 0 or seen >= (count(body, "total") or 0)
    return Listing(found, None if is_last else {**query, "page": page + 1})


MISTRAL = Format(
    most_requests=_MOST_REQUESTS,
    most_bytes=_MOST_BYTES,
    uploads=True,
    place=_place,
    line=_line,
    create=_create,
    collection="batch/jobs",
    listing=_listing,
    batch=_batch,
    listed=_listed,
    result=result,
)
