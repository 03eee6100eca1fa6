"""Handing requests over: written, put into batches within the provider's limits, noted, and only then sent.

The order is the promise: an intent is on the disk before a byte leaves, and "the provider was asked" is there before
it is. Knows calls and profiles; what becomes of a batch afterwards is followed elsewhere.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence

from distilkit.batching.claiming import Ready, claim
from distilkit.batching.following import note_made
from distilkit.batching.money import Allowed, worst_usd
from distilkit.batching.ports import Ports, Wanted
from distilkit.batching.resolving import resolve
from distilkit.batching.waiting import Patience
from distilkit.calls import Answer, Call, Failure
from distilkit.engine.events import Event
from distilkit.errors import ProviderError
from distilkit.profiles.profile import Profile
from distilkit.provider.batches import Batch, format_of
from distilkit.provider.batches.writing import Line, line_of
from distilkit.provider.route import Route
from distilkit.store.batchrows import Intent

# What is between two requests and around them all.
_A_LINE, _AROUND = 1, 64
_BREATHE = 50
# After these replies the provider may have begun all the same.
_UNSURE = frozenset({408, 409})
_REFUSALS = range(300, 500)


class Submitter:
    """Hands over the requests of a run.

    Attributes:
        tokens: the batches this run made or looks after, for its budget.
        elsewhere: keys that another run asks right now, or another batch holds.
    """

    def __init__(self, ports: Ports, wanted: Wanted, allowed: Allowed) -> None:
        self._ports = ports
        self._wanted = wanted
        self._allowed = allowed
        self.tokens: set[str] = set()
        self.elsewhere: set[str] = set()
        self._told: set[str] = set()

    async def submit(self, calls: Sequence[Call]) -> None:
        """Hand over what can be; what cannot is settled, or stands in `elsewhere`."""
        self.elsewhere.clear()
        groups: dict[str, list[Call]] = {}
        for call in calls:
            groups.setdefault(call.profile.name, []).append(call)
        for group in groups.values():
            async for route, ready in self._packed(group):
                await self._hand_over(group[0].profile, route, ready)

    async def _packed(self, calls: Sequence[Call]) -> AsyncIterator[tuple[Route, list[Ready]]]:
        """Yield the calls of one profile in parts that fit one batch."""
        way = format_of(calls[0].profile)
        if way is None:
            raise AssertionError("whether there is a batch API is checked before")
        part: list[Ready] = []
        size, first = _AROUND, None
        for nth, call in enumerate(calls):
            if nth % _BREATHE == 0:
                await self._ports.sleep(0)
            made = await self._written(call)
            if isinstance(made, ProviderError):
                self._fail([call.key], made)
                continue
            route, line = made
            self._say_changed(call.profile, route)
            more = len(line.payload) + _A_LINE
            if _AROUND + more > way.most_bytes:
                self._fail([call.key], _too_long(call.profile, way.most_bytes))
                continue
            if part and first is not None and (len(part) == way.most_requests or size + more > way.most_bytes):
                yield first, part
                part, size = [], _AROUND
            first = first or route
            part.append(Ready(call, line, worst_usd(call)))
            size += more
        if part and first is not None:
            yield first, part

    def _say_changed(self, profile: Profile, route: Route) -> None:
        for text in route.changed:
            reason = f"{profile.name}: {text}"
            if reason not in self._told:
                self._told.add(reason)
                self._ports.observe(Event(kind="alert", profile=profile.name, reason=reason))

    async def _written(self, call: Call) -> tuple[Route, Line] | ProviderError:
        route = await self._ports.client.route(call)
        if isinstance(route, ProviderError):
            return route
        line = line_of(route, call)
        return line if isinstance(line, ProviderError) else (route, line)

    async def _hand_over(self, profile: Profile, route: Route, ready: Sequence[Ready]) -> None:
        ports, token = self._ports, uuid.uuid4().hex
        intent = Intent(
            token=token,
            profile=profile.name,
            section=profile.section,
            provider=profile.provider,
            model=profile.model,
            created_at=ports.wall(),
        )
        ports.file.begin(intent, ports.board.owner)
        self.tokens.add(token)
        claimed = await claim(ports, token, ready, self._allowed, frozenset(self.tokens))
        self.elsewhere.update(claimed.elsewhere)
        for key, record in claimed.answered.items():
            self._wanted.settle(key, Answer(record=record, from_store=True))
        for key, refusal in claimed.refused.items():
            text = f"not sent: {refusal.message()}"
            self._wanted.settle(key, Failure(kind="budget", message=text, created_at=ports.wall()))
        if not claimed.taken:
            ports.file.forget(token)
            return
        lines, keys = [each.line for each in claimed.taken], [each.call.key for each in claimed.taken]
        error = await self._make(token, route, lines)
        if error is None:
            self._wanted.say_sent(keys)
        else:
            self._fail(keys, error)

    async def _make(self, token: str, route: Route, lines: Sequence[Line]) -> ProviderError | None:
        """Have the batch made; the error where it was not. Where nobody can tell, it stays noted as it is."""
        ports, retry = self._ports, route.profile.retry
        patience = Patience(ports.wall, ports.sleep, retry.deadline_s)
        for attempt in range(1, retry.max_attempts + 1):
            error = await self._attempt(token, route, lines)
            if error is None:
                return None
            noted = ports.file.batch(token)
            if noted is None or noted.state == "submitting":  # nobody can tell now: the next run will
                return _nobody_can_tell(error, route.profile)
            if attempt == retry.max_attempts or not await patience.forgive(error):
                break
        ports.file.forget(token)
        return error

    async def _attempt(self, token: str, route: Route, lines: Sequence[Line]) -> ProviderError | None:
        ports, way = self._ports, format_of(route.profile)
        noted = ports.file.batch(token)
        file = None if noted is None else noted.file
        if way is not None and way.uploads and file is None:
            uploaded = await self._upload(token, route, lines)
            if isinstance(uploaded, ProviderError):
                return uploaded
            file = uploaded
        ports.file.note(token, state="submitting", attempted_at=ports.wall())
        made = await ports.client.create(route, lines, file, token)
        if isinstance(made, Batch):
            note_made(ports, token, made)
            return None
        if made.status in _REFUSALS and made.status not in _UNSURE:
            ports.file.note(token, state="planned")
            return made
        return await self._made_after_all(token, route, made)

    async def _made_after_all(self, token: str, route: Route, error: ProviderError) -> ProviderError | None:
        """Find out whether a batch was made though the reply was not heard, or was an error."""
        noted = self._ports.file.batch(token)
        found = None if noted is None else await resolve(self._ports, noted, route)
        if isinstance(found, Batch):
            note_made(self._ports, token, found)
            return None
        if isinstance(found, ProviderError):
            return found
        self._ports.file.note(token, state="planned", note="")
        return error

    async def _upload(self, token: str, route: Route, lines: Sequence[Line]) -> str | ProviderError:
        """Hand over the file, and wait until the provider has taken it in."""
        file = await self._ports.client.upload(route, lines, token)
        if isinstance(file, ProviderError):
            return file
        self._ports.file.note(token, file=file)
        patience = Patience(self._ports.wall, self._ports.sleep, route.profile.retry.deadline_s)
        while True:
            taken = await self._ports.client.is_taken_in(route, file)
            if taken is True:
                return file
            if isinstance(taken, ProviderError):
                if not await patience.forgive(taken):
                    return taken
            else:
                await patience.wait()

    def _fail(self, keys: Sequence[str], error: ProviderError) -> None:
        noted = Failure(kind=error.kind, message=str(error), created_at=self._ports.wall())
        for key in keys:
            self._wanted.settle(key, noted)


def _nobody_can_tell(error: ProviderError, profile: Profile) -> ProviderError:
    text = f"whether its batch was begun cannot be told now, so it is not sent again; run again to find out: {error}"
    return ProviderError(text, kind=error.kind, provider=profile.provider, status=error.status)


def _too_long(profile: Profile, most_bytes: int) -> ProviderError:
    message = f"{profile.litellm_model}: the request is longer than a whole batch may be ({most_bytes // 10**6} MB)"
    return ProviderError(message, kind="invalid_request", provider=profile.provider)
