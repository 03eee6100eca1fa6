"""Asking once: one call, one HTTP request, one `Record`, or one `ProviderError` that says why not.

The parts do the work: `route` and `outgoing` write the request, `session` sends it, `bodies` and `faults` say what came
back. Here they are put in order, and errors are raised, from frames that hold no key.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from distilkit.calls import Call, Record
from distilkit.errors import ConfigError, DistilkitError, ProviderError
from distilkit.profiles.profile import Connection, Profile
from distilkit.provider.faults import Trouble
from distilkit.provider.headers import kept
from distilkit.provider.hiding import hidden_headers, hide_in, without_secrets
from distilkit.provider.keys import check_ready, never_kept, secrets_of
from distilkit.provider.scrub import scrub
from distilkit.provider.signed import SIGNED, ask_signed

if TYPE_CHECKING:
    from distilkit.provider.exchange import Reply
    from distilkit.provider.route import Route
    from distilkit.provider.session import Session

# A run has few profiles and few sets of parameters; without a bound, parameters made up anew each time would pile up.
_MOST_ROUTES = 1_000
_BODY_SHOWN = 1_000


class Transport:
    """Sends calls. Use it as `async with Transport() as send: record = await send(call)`, in one event loop.

    Each provider section has its own connections, with its own certificates, proxy and bounds.
    """

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, Connection], Session] = {}
        # The profile is kept beside its route, so that its id is not given to another.
        self._routes: dict[tuple[int, str], tuple[Profile, Route | Trouble]] = {}
        self._building = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<Transport with {len(self._sessions)} sessions>"

    async def __call__(self, call: Call) -> Record:
        """Send one call, as exactly one HTTP request.

        Raises:
            ProviderError: there is no answer; says why, whether trying again can help, and when.
            ConfigError: the key is not set, or the address or certificate of the profile is wrong; nothing was sent.
        """
        self._check_loop()
        outcome: Record | ProviderError | ConfigError
        # The frames below hold headers, so nothing is raised out of them as it is.
        try:
            outcome = await self._outcome(call)
        except asyncio.CancelledError as error:
            raise error.with_traceback(None) from None
        except ConfigError as error:
            outcome = ConfigError(str(error))
        if isinstance(outcome, DistilkitError):
            raise outcome
        return outcome

    async def prepare(self, calls: Iterable[Call]) -> None:
        """Do for these calls what only the first of its kind takes time for: imports, and writing a request.

        What is wrong with a profile is told when it is asked.
        """
        self._check_loop()
        for call in calls:
            with contextlib.suppress(Exception):
                await self._route(call)

    async def aclose(self) -> None:
        """Close every connection. The transport can be used again, in the same loop."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.aclose()

    def _check_loop(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop not in (None, loop):
            raise RuntimeError("a Transport belongs to the event loop of its first call; make one for each loop")
        self._loop = loop

    async def _outcome(self, call: Call) -> Record | ProviderError:
        told = await (_ask_signed(call) if call.profile.provider in SIGNED else self._ask(call))
        return _error(told, call.profile) if isinstance(told, Trouble) else told

    async def _ask(self, call: Call) -> Record | Trouble:
        from distilkit.provider.bodies import body_of
        from distilkit.provider.outgoing import outgoing, params_in, written

        route = await self._route(call)
        if isinstance(route, Trouble):
            return route
        made = written(route, call)
        if isinstance(made, Trouble):
            return made
        body, headers = made
        request = outgoing(route, call, body, headers)
        if isinstance(request, Trouble):
            return request
        reply = await self._session(call.profile).post(request)
        if isinstance(reply, Trouble):
            return reply
        raw, secrets = body_of(reply), never_kept(call.profile)
        if isinstance(raw, Trouble):
            return _refusal(raw, reply, secrets)
        return _record(route, reply, hide_in(raw, secrets), params_in(body), secrets)

    async def _route(self, call: Call) -> Route | Trouble:
        key = id(call.profile), json.dumps(call.request.params, sort_keys=True, default=repr)
        found = self._routes.get(key)
        if found is None:
            async with self._building:
                found = self._routes.get(key)
                if found is None:
                    check_ready(call.profile)
                    # In a thread: the first imports LiteLLM, which takes seconds.
                    found = call.profile, await asyncio.to_thread(_built, call)
                    self._remember(key, found)
        return found[1]

    def _remember(self, key: tuple[int, str], found: tuple[Profile, Route | Trouble]) -> None:
        if len(self._routes) >= _MOST_ROUTES:
            self._routes.clear()
        self._routes[key] = found

    def _session(self, profile: Profile) -> Session:
        key = profile.section, profile.connection
        session = self._sessions.get(key)
        if session is None:
            from distilkit.provider.session import Session

            session = self._sessions[key] = Session(profile.connection)
        return session


def _built(call: Call) -> Route | Trouble:
    from distilkit.provider.library import library, quiet
    from distilkit.provider.outgoing import written
    from distilkit.provider.route import build_route

    library()
    with quiet():
        route = build_route(call.profile, call.request.params)
        if not isinstance(route, Trouble):
            written(route, call)  # once for nothing: what it imports on first use takes time, and is imported here
    return route


async def _ask_signed(call: Call) -> Record | Trouble:
    told = await ask_signed(call)
    if isinstance(told, Trouble):
        return told
    secrets = never_kept(call.profile)
    return replace(told, raw=hide_in(told.raw, secrets), headers=hidden_headers(told.headers, secrets))


def _refusal(trouble: Trouble, reply: Reply, secrets: Collection[str]) -> Trouble:
    """Return the trouble with the reply's headers, in the words of a reply without secrets.

    What is cut short could otherwise end in half a secret, which nobody recognises.
    """
    from distilkit.provider.bodies import body_of

    clean = without_secrets(reply, secrets)
    shown = body_of(clean)
    words = shown if isinstance(shown, Trouble) else trouble
    return replace(trouble, message=words.message, body=words.body, headers=kept(clean.headers))


def _record(
    route: Route, reply: Reply, raw: Mapping[str, Any], sent: Mapping[str, Any], secrets: Collection[str]
) -> Record:
    from distilkit.provider.shape import reading_of

    return Record(
        provider=route.profile.provider,
        raw=raw,
        reading=reading_of(route, reply, raw),
        sent=sent,
        headers=kept(hidden_headers(reply.headers, secrets)),
        latency_s=reply.latency_s,
        created_at=reply.created_at,
        price=route.price,
    )


def _error(trouble: Trouble, profile: Profile) -> ProviderError:
    secrets = secrets_of(profile)
    return ProviderError(
        f"{profile.litellm_model}: {scrub(trouble.message, secrets)}",
        kind=trouble.kind,
        provider=profile.provider,
        status=trouble.status,
        retry_after_s=trouble.retry_after_s,
        retryable=trouble.retryable,
        body=scrub(trouble.body, secrets)[:_BODY_SHOWN],
        headers={name: scrub(value, secrets) for name, value in trouble.headers.items()},
    )
