"""Asking one endpoint for its models: with the profile's own key, headers, certificates and proxy, and nobody else's.

Everything that goes wrong is a value, without secrets. Reads no price table and builds no table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from distilkit.errors import ConfigError
from distilkit.profiles.profile import Profile
from distilkit.provider.exchange import Outgoing, Reply
from distilkit.provider.faults import Trouble
from distilkit.provider.keys import check_ready, filled, never_kept, secrets_of
from distilkit.provider.listing.details import shown, with_context
from distilkit.provider.listing.entries import Listed
from distilkit.provider.listing.pages import is_elsewhere, pages
from distilkit.provider.listing.places import Endpoint, endpoint_of
from distilkit.provider.scrub import scrub
from distilkit.provider.signed import SIGNED

if TYPE_CHECKING:
    from distilkit.provider.session import Session

# A profile's own timeout is for an answer that takes thought.
_LONGEST_WAIT_S = 30.0
_LONGEST_IN_ALL_S = 180.0
# The longest lists there are have 2 MB.
_MOST_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Listing:
    """What an endpoint said: its models, and what went wrong, or None. Both, where a list broke off."""

    models: Sequence[Listed]
    trouble: Trouble | None = None


async def listed(profile: Profile) -> Listing:
    """Ask the endpoint of a profile which models it serves. Raises nothing but a cancellation."""
    try:
        found = await asyncio.wait_for(_listed(profile), _LONGEST_IN_ALL_S)
    except TimeoutError:
        message = f"no whole list within {_LONGEST_IN_ALL_S:g} s"
        found = Listing((), Trouble(kind="timeout", message=message))
    except ConfigError as error:
        no_key = profile.api_key is not None and profile.api_key.peek() is None
        found = Listing((), Trouble(kind="authentication" if no_key else "invalid_request", message=str(error)))
    except Exception as error:  # noqa: BLE001 - one odd endpoint must not hide the others, and its frames hold the key
        found = Listing((), Trouble(kind="unknown", message=f"{type(error).__name__} while listing"))
    if found.trouble is None:
        return found
    # Half a character, which JSON can write, would have no place in a table.
    plain = found.trouble.message.encode("utf-8", "replace").decode()
    message = scrub(plain, secrets_of(profile))
    return Listing(found.models, Trouble(kind=found.trouble.kind, message=message, status=found.trouble.status))


async def _listed(profile: Profile) -> Listing:
    if profile.provider in SIGNED:
        message = f"{profile.provider} has no list that a key opens; see its console"
        return Listing((), Trouble(kind="invalid_request", message=message))
    check_ready(profile)
    # In a thread: for some it imports LiteLLM, which takes seconds.
    endpoint = await asyncio.to_thread(endpoint_of, profile)
    if isinstance(endpoint, Trouble):
        return Listing((), endpoint)
    from distilkit.provider.session import Session

    session = Session(profile.connection)
    try:
        return await _asked(endpoint, profile, session, filled(profile, endpoint.headers))
    finally:
        await session.aclose()


async def _asked(endpoint: Endpoint, profile: Profile, session: Session, headers: Mapping[str, str]) -> Listing:
    wait_s = min(profile.timeout_s, _LONGEST_WAIT_S)
    secrets = never_kept(profile)

    async def get(url: str) -> Reply | Trouble:
        return await session.post(Outgoing(url, headers, b"", wait_s, method="GET", most_bytes=_MOST_BYTES))

    async def post(url: str, body: bytes) -> Reply | Trouble:
        typed = {**headers, "content-type": "application/json"}
        return await session.post(Outgoing(url, typed, body, wait_s, most_bytes=_MOST_BYTES))

    first: Trouble | None = None
    for place in endpoint.places:
        found, trouble = await pages(place, profile.provider, get, secrets)
        if trouble is None or found or not is_elsewhere(trouble):
            break
        # What the usual address said tells more than what the last one tried says.
        first = first or trouble
    else:
        return Listing((), first)
    if place.url.endswith("/api/tags"):
        found = await shown(found, place.url.removesuffix("/tags") + "/show", post, secrets)
    return Listing(await with_context(found, profile.provider, endpoint.root, get, secrets), trouble)
