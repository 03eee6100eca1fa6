"""Asking a provider about batches: hand one over, look how it fares, cancel it, fetch what came out.

One HTTP request each time; nothing is tried again here. What goes wrong is returned, as an error without secrets:
the frames here hold headers, so nothing is raised out of them. Knows nothing of what is kept or paid.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import IO, Any, Self
from urllib.parse import urlsplit, urlunsplit

from distilkit.calls import Call
from distilkit.errors import ConfigError, ProviderError
from distilkit.profiles.profile import Connection, Profile
from distilkit.provider.batches.download import MOST_BYTES, download, lines
from distilkit.provider.batches.reading import is_name, text
from distilkit.provider.batches.results import told
from distilkit.provider.batches.upload import form
from distilkit.provider.batches.values import Batch, Result
from distilkit.provider.batches.writing import Line, body_of_all, built, file_of, way_of
from distilkit.provider.bodies import body_of
from distilkit.provider.exchange import Outgoing, Reply
from distilkit.provider.faults import Trouble
from distilkit.provider.hiding import without_secrets
from distilkit.provider.keys import check_ready, filled, never_kept, secrets_of
from distilkit.provider.route import Route
from distilkit.provider.scrub import scrub
from distilkit.provider.session import Session

_JSON = "application/json"
# A file of 200 MB takes a while.
_LONG_S = 1_800.0
_MOST_PAGES = 100
_LONGEST_REASON = 600


class Client:
    """Connections to the providers of a run's batches. Belongs to one event loop."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, Connection], Session] = {}
        self._routes: dict[tuple[int, str], tuple[Profile, Route | ProviderError]] = {}
        self._building = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.aclose()

    async def route(self, call: Call) -> Route | ProviderError:
        """Return how a call's profile is asked with its parameters; the first one imports LiteLLM.

        Raises:
            ConfigError: a key is not set, or nobody knows the address.
        """
        key = id(call.profile), json.dumps(call.request.params, sort_keys=True, default=repr)
        async with self._building:
            if key not in self._routes:
                check_ready(call.profile)
                made = await asyncio.to_thread(built, call)
                self._routes[key] = call.profile, told(made, call.profile) if isinstance(made, Trouble) else made
        return self._routes[key][1]

    async def upload(self, route: Route, requests: Sequence[Line], token: str) -> str | ProviderError:
        """Hand over a file of requests, and return the provider's name of it."""
        body, kind = form(file_of(requests), name=f"{token}.jsonl")
        _, place = way_of(route)
        found = await self._ask(route, place.at("files"), body, kind)
        if isinstance(found, ProviderError):
            return found
        name = text(found, "id")
        return name if is_name(name) else _no_name(route.profile, "file")

    async def is_taken_in(self, route: Route, file: str) -> bool | ProviderError:
        """Say whether a file can be used already: Azure looks at it first."""
        if route.profile.provider != "azure":
            return True
        _, place = way_of(route)
        found = await self._ask(route, place.at("files", file))
        if isinstance(found, ProviderError):
            return found
        status = text(found, "status").lower()
        if status == "error":
            reason = text(found, "status_details") or "no reason given"
            message = f"the file of requests was not taken: {reason}"
            return told(Trouble(kind="invalid_request", message=message), route.profile)
        return status not in {"pending", "running", "queued", "notrunning"}

    async def create(
        self, route: Route, requests: Sequence[Line], file: str | None, token: str
    ) -> Batch | ProviderError:
        """Make a batch, of a file that was handed over or of the requests themselves."""
        way, place = way_of(route)
        if file is None:
            body, more = body_of_all(requests)
        else:
            body, more = json.dumps(way.create(place, file, token)).encode(), {}
        return await self._batch(route, place.at(way.collection), body, more)

    async def get(self, route: Route, batch_id: str) -> Batch | ProviderError:
        """Look how a batch fares."""
        way, place = way_of(route)
        return await self._batch(route, place.at(way.collection, batch_id), None)

    async def cancel(self, route: Route, batch_id: str) -> Batch | ProviderError:
        """Ask for a batch to be cancelled; what was answered is billed all the same."""
        way, place = way_of(route)
        return await self._batch(route, place.at(way.collection, batch_id, "cancel"), b"")

    async def since(self, route: Route, created_after: float) -> list[Batch] | ProviderError:
        """Return every batch of the account made since a Unix time, as far as the provider lists them."""
        way, place = way_of(route)
        query, found = way.listing(created_after), list[Batch]()
        for _ in range(_MOST_PAGES):
            body = await self._ask(route, place.at(way.collection, **query))
            if isinstance(body, ProviderError):
                return body
            page = way.listed(body, place, query)
            recent = [batch for batch in page.batches if batch.created_at is None or batch.created_at >= created_after]
            found += recent
            if page.more is None or not recent:
                return found
            query = page.more
        message = f"the account has more than {_MOST_PAGES} pages of batches"
        return told(Trouble(kind="provider_error", message=message, retryable=False), route.profile)

    async def fetch(self, route: Route, address: str, file: IO[bytes]) -> ProviderError | None:
        """Write results to a file; an address elsewhere than at the profile's own host is not asked."""
        profile, origin = route.profile, _origin(address)
        if origin != _origin(route.url):
            where = "an address that is none" if origin is None else f"{origin[0]}://{origin[1]}:{origin[2]}"
            message = f"the results are said to lie at {where}, and keys stay at the profile's host"
            return told(Trouble(kind="connection", message=message, retryable=False), profile)
        # The connection knows schemes in lower case alone.
        request = Outgoing(
            urlunsplit(urlsplit(address)), _headers(route, None), b"", _LONG_S, method="GET", most_bytes=MOST_BYTES
        )
        came = await download(self._session(profile), request, file)
        return None if came is None else _error(came, profile)

    def results(self, route: Route, file: IO[bytes]) -> Iterator[Result | None]:
        """Read results from a file, line by line; None for a line that is torn."""
        way, _ = way_of(route)
        for line in lines(file):
            yield None if line is None else way.result(line)

    async def _batch(
        self, route: Route, url: str, body: bytes | None, more: Mapping[str, str] | None = None
    ) -> Batch | ProviderError:
        found = await self._ask(route, url, body, _JSON, more)
        if isinstance(found, ProviderError):
            return found
        way, place = way_of(route)
        batch = way.batch(found, place)
        if not is_name(batch.id):
            return _no_name(route.profile, "batch")
        # Why a batch failed may be said with the key, and at length.
        return replace(batch, message=scrub(batch.message, secrets_of(route.profile))[:_LONGEST_REASON])

    async def _ask(
        self,
        route: Route,
        url: str,
        body: bytes | None = None,
        kind: str = _JSON,
        more: Mapping[str, str] | None = None,
    ) -> dict[str, Any] | ProviderError:
        """Send one request, with a body or, for None, a question; return the parsed reply."""
        profile = route.profile
        try:
            headers = {**_headers(route, None if body is None else kind), **(more or {})}
        except ConfigError as error:
            return told(Trouble(kind="authentication", message=str(error), retryable=False), profile)
        method, timeout_s = ("GET", profile.timeout_s) if body is None else ("POST", max(profile.timeout_s, _LONG_S))
        reply = await self._session(profile).post(Outgoing(url, headers, body or b"", timeout_s, method=method))
        found = reply if isinstance(reply, Trouble) else body_of(reply)
        if isinstance(found, Trouble):
            return _error(reply if isinstance(reply, Reply) else found, profile)
        return found

    def _session(self, profile: Profile) -> Session:
        key = profile.section, profile.connection
        if key not in self._sessions:
            self._sessions[key] = Session(profile.connection)
        return self._sessions[key]


def _headers(route: Route, kind: str | None) -> dict[str, str]:
    headers = filled(route.profile, route.headers)
    headers.pop("content-type", None)
    return headers if kind is None else {**headers, "content-type": kind}


def _error(came: Reply | Trouble, profile: Profile) -> ProviderError:
    """Return why there is nothing; a reply's words are taken after secrets are hidden in all of it."""
    if isinstance(came, Reply):
        shown = body_of(without_secrets(came, never_kept(profile)))
        came = shown if isinstance(shown, Trouble) else Trouble(kind="provider_error", message="an odd reply")
    return told(came, profile)


def _no_name(profile: Profile, what: str) -> ProviderError:
    message = f"the reply names no {what}"
    return told(Trouble(kind="provider_error", message=message), profile)


def _origin(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port; None for what is no address of HTTP, or holds a password."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return None if port is None or not parts.hostname or "@" in parts.netloc else (parts.scheme, parts.hostname, port)
