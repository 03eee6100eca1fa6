"""What is said of batches: where they are kept, how one fares, what became of each of its requests. Values only.

Knows nothing of a provider's words or of connections.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlencode

Query = Mapping[str, str | int]

State = Literal["running", "cancelling", "completed", "failed", "expired", "cancelled"]
"""How a batch fares; all but the first two are ends."""

_GOING: frozenset[State] = frozenset({"running", "cancelling"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a profile's batches are.

    Attributes:
        base: the address below which everything lies, without a slash at its end.
        query: what goes behind each address, or "".
        endpoint: what the provider calls the place each request is for.
        model: as it stands in the body.
    """

    base: str
    query: str
    endpoint: str
    model: str

    def at(self, *path: str, **query: str | int) -> str:
        """Return an address; names of batches and files are quoted, so that none of them leads elsewhere."""
        parts = [part for part in (self.query, urlencode(query)) if part]
        address = "/".join((self.base, *(quote(part, safe="/" if nth == 0 else "") for nth, part in enumerate(path))))
        return address + (f"?{'&'.join(parts)}" if parts else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch as its provider describes it. None is what it does not say.

    Attributes:
        id: the provider's name of it.
        state: how it fares.
        total: requests in it.
        done: requests that were answered.
        failed: requests that were not.
        created_at: Unix time in seconds.
        ends_by: Unix time in seconds when it is given up.
        token: what it was marked with when it was made.
        input_file: the file it was made of.
        results: addresses of what came out; () while it goes on, or where nothing did.
        message: why it failed, or "".
    """

    id: str
    state: State
    total: int | None = None
    done: int | None = None
    failed: int | None = None
    created_at: float | None = None
    ends_by: float | None = None
    token: str | None = None
    input_file: str | None = None
    results: tuple[str, ...] = ()
    message: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in _GOING


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one request of a batch.

    Attributes:
        key: the request's name, or None where the line does not name one.
        status: of HTTP, or None where it was not run.
        body: the reply's, parsed.
        unrun: why it was not run, `expired` or `cancelled`; "" where it was.
        request_id: the provider's name of it, or "".
    """

    key: str | None
    status: int | None = None
    body: Any = None
    unrun: Literal["", "expired", "cancelled"] = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of an account's batches, the newest first, and the query for the next page, or None."""

    batches: Sequence[Batch]
    more: Query | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One provider's way with batches.

    Attributes:
        most_requests: in one batch.
        most_bytes: of one batch.
        uploads: whether requests are handed over in a file; else they are in the body that makes the batch.
        place: from the address of a single request and the model, where batches are.
        line: one request as it stands in a file or body, from its name and body.
        create: the body that makes a batch of a file, from the file's name and a token to mark the batch with.
        collection: the path of all batches.
        listing: the query of the first page of those made since a Unix time; others may be on it.
        batch: reads one batch.
        listed: reads a page of them, which was asked for with a query.
        result: reads one line of results.
    """

    most_requests: int
    most_bytes: int
    uploads: bool
    place: Callable[[str, str], Place]
    line: Callable[[Place, str, Mapping[str, Any]], dict[str, Any]]
    create: Callable[[Place, str, str], dict[str, Any]]
    collection: str
    listing: Callable[[float], Query]
    batch: Callable[[Mapping[str, Any], Place], Batch]
    listed: Callable[[Mapping[str, Any], Place, Query], Listing]
    result: Callable[[Mapping[str, Any]], Result]
