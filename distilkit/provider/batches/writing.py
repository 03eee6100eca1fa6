"""Requests of a batch, written by the code that writes single ones, and put together into what is sent.

Knows routes and formats; knows nothing of connections.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from distilkit.calls import Call
from distilkit.errors import ProviderError
from distilkit.provider.batches.formats import format_of
from distilkit.provider.batches.results import told
from distilkit.provider.batches.values import Format, Place
from distilkit.provider.faults import Trouble
from distilkit.provider.library import library, quiet
from distilkit.provider.outgoing import SAMPLE_HEADER, params_in, written
from distilkit.provider.route import Route, build_route

_BETAS = "anthropic-beta"


@dataclass(frozen=True, slots=True)
class Line:
    """One request of a batch, written.

    Attributes:
        key: its name.
        payload: as it stands in the file or body, without a line's end.
        sent: the parameters among it.
        changed: what became of parameters that this model does not take as they were given.
        betas: what its header asks for beside the format, or "".
    """

    key: str
    payload: bytes = field(repr=False)
    sent: Mapping[str, Any] = field(repr=False)
    changed: tuple[str, ...] = ()
    betas: str = ""


def built(call: Call) -> Route | Trouble:
    """Work out how a call's profile is asked; takes seconds where LiteLLM is not imported yet."""
    library()
    with quiet():
        route = build_route(call.profile, call.request.params)
        if not isinstance(route, Trouble):
            written(route, call)  # once for nothing: what it imports on first use draws warnings
    return route


def way_of(route: Route) -> tuple[Format, Place]:
    """Return the format of a route's provider, and where its batches are."""
    way = format_of(route.profile)
    if way is None:
        raise AssertionError("whether there is a batch API is checked before anything is written")
    return way, way.place(route.url, route.model)


def line_of(route: Route, call: Call) -> Line | ProviderError:
    """Write a call as one request of a batch."""
    made = written(route, call)
    if isinstance(made, Trouble):
        return told(made, route.profile)
    body, headers = made
    way, place = way_of(route)
    entry = way.line(place, call.key, body)
    if route.profile.provider == "sim":
        entry["headers"] = {SAMPLE_HEADER: str(call.request.sample)}
    try:
        payload = json.dumps(entry, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        message = f"the request cannot be written for this provider: {error}"
        return told(Trouble(kind="invalid_request", message=message), route.profile)
    return Line(call.key, payload, params_in(body), route.changed, headers.get(_BETAS, ""))


def file_of(lines: Sequence[Line]) -> bytes:
    """Return the file of these requests."""
    return b"".join(part for line in lines for part in (line.payload, b"\n"))


def body_of_all(lines: Sequence[Line]) -> tuple[bytes, dict[str, str]]:
    """Return the body that holds these requests itself, and the headers that go with it."""
    body = b'{"requests":[' + b",".join(line.payload for line in lines) + b"]}"
    betas = [beta.strip() for line in lines for beta in line.betas.split(",") if beta.strip()]
    return body, {_BETAS: ",".join(dict.fromkeys(betas))} if betas else {}
