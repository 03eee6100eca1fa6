"""Asking once: one call, one HTTP request, one `Record`, or one `ProviderError` that says why not.

The parts do the work: `route` and `outgoing` write the request, `session` sends it, `bodies` and `faults` say what came
back. Here they are put in order, and errors are raised, from frames that hold no key.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from distilkit.calls import Call, Record
from distilkit.errors import ConfigError
from distilkit.profiles.profile import Connection, Profile
from distilkit.provider.faults import Trouble
from distilkit.provider.keys import check_ready, never_kept
from distilkit.provider.records import error_of, is_refused, streamed_by, told_by, without
from distilkit.provider.signed import SIGNED, ask_signed
from distilkit.provider.streamed import Cut, Incoming, Tell
from distilkit.provider.streams import Delta

if TYPE_CHECKING:
    from distilkit.provider.addresses import Protocol
    from distilkit.provider.route import Route
    from distilkit.provider.session import Session

# A run has few profiles and few sets of parameters; without a bound, parameters made up anew each time would pile up.
_MOST_ROUTES = 1_000


class Transport:
    """Sends calls. Use it as `async with Transport() as send: record = await send(call)`, in one event loop.

    Each provider section has its own connections, with its own certificates, proxy and bounds.

    Args:
        stream: whether each call asks for a stream. Its record is that of a whole reply, with `ttft_s`. Where the
            format of a provider's streams is not known here, or a server does not stream, the whole reply comes at
            once: `ttft_s` is None then.
        listen: is given each piece of an answer as it arrives, in the event loop, so it must not take long. Once it was
            given any, a failure of that attempt is final. What it raises is raised to the caller, and the rest of the
            answer is not read.
    """

    def __init__(self, *, stream: bool = False, listen: Callable[[Call, Delta], None] | None = None) -> None:
        # What becomes of parameters that a model does not take as they are given: sentences, by the profile's name.
        self.notes: dict[str, tuple[str, ...]] = {}
        self._stream = stream
        self._listener = listen
        # The addresses that have refused to be asked for the usage of a stream.
        self._without_usage: set[str] = set()
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
            ProviderError: there is no answer; says why, whether trying again can help, when, and what had come of it.
            ConfigError: the key is not set, or the address or certificate of the profile is wrong; nothing was sent.
            Exception: what `listen` raised; the rest of the answer was not read.
        """
        self._check_loop()
        outcome: Record | Exception
        # The frames below hold headers, so nothing is raised out of them as it is.
        try:
            outcome = await self._outcome(call)
        except asyncio.CancelledError as error:
            raise error.with_traceback(None) from None
        except ConfigError as error:
            outcome = ConfigError(str(error))
        if isinstance(outcome, Exception):
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

    async def _outcome(self, call: Call) -> Record | Exception:
        told = await (self._ask_signed(call) if call.profile.provider in SIGNED else self._ask(call))
        if isinstance(told, Trouble):
            return error_of(told, call.profile)
        return error_of(told.trouble, call.profile, told.partial) if isinstance(told, Cut) else told

    async def _ask(self, call: Call) -> Record | Trouble | Cut | Exception:
        from distilkit.provider.addresses import protocol_of
        from distilkit.provider.outgoing import outgoing, params_in, written

        route = await self._route(call)
        if isinstance(route, Trouble):
            return route
        made = written(route, call)
        if isinstance(made, Trouble):
            return made
        body, headers = made
        protocol = protocol_of(route.url) if self._stream else None
        if protocol is not None:
            return await self._listen(route, call, protocol, body, headers)
        request = outgoing(route, call, body, headers)
        if isinstance(request, Trouble):
            return request
        reply = await self._session(call.profile).post(request)
        return reply if isinstance(reply, Trouble) else told_by(route, reply, params_in(body))

    async def _listen(
        self, route: Route, call: Call, protocol: Protocol, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Record | Trouble | Cut | Exception:
        from distilkit.provider.outgoing import outgoing, params_in
        from distilkit.provider.streams import as_stream

        given = call.request.params.get("stream_options")
        usage = route.url not in self._without_usage
        asked = as_stream(protocol, route.profile.provider, route.url, headers, body, given, with_usage=usage)
        request = outgoing(route, call, asked.body, asked.headers, asked.url)
        if isinstance(request, Trouble):
            return request
        incoming = Incoming(protocol, never_kept(call.profile), self._tell(call))
        reply = await self._session(call.profile).stream(request, incoming.begin)
        told = streamed_by(route, reply, incoming, params_in(asked.body))
        if asked.unbidden and isinstance(told, Trouble) and is_refused(told, "stream_options"):
            self._without_usage.add(route.url)
            return replace(told, retryable=True)
        return told

    async def _ask_signed(self, call: Call) -> Record | Trouble | Cut | Exception:
        secrets = never_kept(call.profile)
        incoming = Incoming("openai", secrets, self._tell(call)) if self._stream else None
        told = await ask_signed(call, incoming)
        if isinstance(told, Cut) and told.partial is not None:
            return replace(told, partial=without(told.partial, secrets))
        return without(told, secrets) if isinstance(told, Record) else told

    def _tell(self, call: Call) -> Tell | None:
        return None if self._listener is None else functools.partial(self._listener, call)

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
        profile, route = found
        if not isinstance(route, Trouble) and route.changed:
            self.notes[profile.name] = route.changed

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
