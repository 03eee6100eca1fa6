"""From replies to the models they list: page after page, bounded, with secrets taken out before anything is read.

Knows replies and addresses; does not know providers.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from distilkit.provider.bodies import body_of
from distilkit.provider.exchange import Reply
from distilkit.provider.faults import Trouble
from distilkit.provider.hiding import hide_in
from distilkit.provider.listing.entries import Listed, entries
from distilkit.provider.listing.places import Place

MOST_PAGES = 50

_OK = 200
_NOT_FOUND = 404
# An address that is not there, or that somebody answers who does not know it.
_ELSEWHERE = frozenset({200, 400, 404, 405, 501})

Get = Callable[[str], Awaitable[Reply | Trouble]]


async def pages(place: Place, provider: str, get: Get, secrets: Collection[str]) -> tuple[list[Listed], Trouble | None]:
    """Read a list to its end. What was read before something went wrong is returned beside it."""
    found: dict[str, Listed] = {}
    more: Mapping[str, str] = {}
    for _ in range(MOST_PAGES):
        body = content_of(await get(place.page(more)), secrets)
        if isinstance(body, Trouble):
            return list(found.values()), body
        read = entries(body, provider)
        if read is None:
            return list(found.values()), _no_list()
        found.update((each.model, each) for each in read)
        following = place.cursor(body) if isinstance(body, Mapping) else {}
        if not following:
            return list(found.values()), None
        if following == more:
            return list(found.values()), _endless("its list goes on with the page it was on")
        more = following
    return list(found.values()), _endless(f"its list has more than {MOST_PAGES} pages; only these were read")


def content_of(reply: Reply | Trouble, secrets: Collection[str]) -> Any | Trouble:
    """Return the parsed body of a good reply, a list too, with secrets hidden; or what is wrong with it."""
    if isinstance(reply, Trouble):
        return reply
    if reply.status == _OK and reply.body.lstrip()[:1] == b"[":
        try:
            return hide_in({"": json.loads(reply.body)}, secrets)[""]
        except (ValueError, RecursionError):
            return _no_list()
    body = body_of(reply)
    return _of_a_list(body) if isinstance(body, Trouble) else hide_in(body, secrets)


def is_elsewhere(trouble: Trouble) -> bool:
    """Say whether the list may stand at another address: this one answered, but has none."""
    return trouble.status in _ELSEWHERE


def _of_a_list(trouble: Trouble) -> Trouble:
    if trouble.status != _NOT_FOUND:
        return trouble
    # Its text often names the path, and with it "models": no model was asked for.
    message = "status 404: no list of models here; check base_url"
    return replace(trouble, kind="invalid_request", message=message)


def _no_list() -> Trouble:
    message = "the reply is no list of models; check base_url"
    return Trouble(kind="provider_error", message=message, status=_OK)


def _endless(message: str) -> Trouble:
    return Trouble(kind="provider_error", message=message, retryable=False)
