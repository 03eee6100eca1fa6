"""Looking after one batch until it has ended: finding out whether it was made, asking how it fares, collecting it.

One process looks after a batch; the others wait, and take over when that one is gone. What goes wrong never loses a
batch: it stays noted, and the next run goes on. Knows what is noted and how to ask.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from distilkit.batching.collecting import Collector
from distilkit.batching.fetching import fetch_all
from distilkit.batching.ports import Ports, Wanted, call_of, settle_alike
from distilkit.batching.resolving import look_once, resolve
from distilkit.batching.waiting import Patience
from distilkit.calls import Answer, Failure
from distilkit.errors import ErrorKind, ProviderError
from distilkit.profiles.profile import Profile
from distilkit.provider.batches import Batch
from distilkit.provider.route import Route
from distilkit.store.batchrows import Open

_OTHERS_S = 2.0
_NOT_FOUND = 404


class Follower:
    """Looks after one batch.

    Args:
        ports: the store and the rest.
        token: our name of the batch.
        profile: whose it is, with its key.
        wanted: the rows of this run.
    """

    def __init__(self, ports: Ports, token: str, profile: Profile, wanted: Wanted) -> None:
        self._ports = ports
        self._token = token
        self._profile = profile
        self._wanted = wanted
        self._keys = list(ports.file.keys(token))

    async def follow(self) -> None:
        """Wait for the batch's end, and collect it; requests that turn out never to have been sent stay unsettled."""
        self._wanted.say_waiting(self._keys)
        while not self._ports.file.take(self._token, self._ports.board.owner, self._ports.board.alive):
            if not self._is_open():
                self._serve()
                return
            await self._ports.sleep(_OTHERS_S)
        await self._look_after(self._ended)

    async def look(self) -> None:
        """Collect the batch if it has ended; waits for nothing."""
        if self._ports.file.take(self._token, self._ports.board.owner, self._ports.board.alive):
            await self._look_after(self._ended_now)
        elif not self._is_open():
            self._serve()

    async def _look_after(self, ended: Callable[[Open, Route], Awaitable[Batch | None]]) -> None:
        noted = self._ports.file.batch(self._token)
        if noted is None or not noted.is_open:
            return
        if noted.state == "planned":
            # Its process ended before anything was sent that could be billed.
            self._ports.file.forget(self._token)
            return
        route = await self._route()
        if isinstance(route, ProviderError):
            self._leave(route.kind, str(route))
            return
        came = await ended(noted, route)
        if came is not None:
            noted = self._ports.file.batch(self._token) or noted
            collector = Collector(self._ports, noted, route, self._wanted)
            left = await fetch_all(self._ports, noted, came, route, collector)
            if left is not None:
                self._leave(left.kind, left.message)

    async def _ended(self, noted: Open, route: Route) -> Batch | None:
        """Return the batch when it has ended; None where it will not, or nobody can tell."""
        if noted.id is None:
            found = await resolve(self._ports, noted, route)
            if not isinstance(found, Batch):
                self._not_made(found)
                return None
            note_made(self._ports, self._token, found)
        return await self._poll(route)

    async def _ended_now(self, noted: Open, route: Route) -> Batch | None:
        if noted.id is None:
            found = await look_once(self._ports, noted, route)
            if not isinstance(found, Batch):
                if found is not False:
                    self._not_made(found if isinstance(found, ProviderError) else None)
                return None
            note_made(self._ports, self._token, found)
        told = await self._ports.client.get(route, self._name())
        if isinstance(told, ProviderError):
            self._give_up(told)
            return None
        self._note(told)
        return told if told.is_over else None

    async def _poll(self, route: Route) -> Batch | None:
        patience = Patience(self._ports.wall, self._ports.sleep, self._profile.retry.deadline_s)
        while True:
            told = await self._ports.client.get(route, self._name())
            if isinstance(told, ProviderError):
                if told.status == _NOT_FOUND or not await patience.forgive(told):
                    self._give_up(told)
                    return None
                continue
            self._note(told)
            if told.is_over:
                return told
            await patience.wait()

    async def _route(self) -> Route | ProviderError:
        # Any request of the profile will do to ask about its batch.
        calls = self._wanted.of(self._keys)[:1]
        if not calls:
            calls = [call_of(self._profile, each) for each in self._ports.file.waiting(self._token)[:1]]
        if not calls:
            return ProviderError("nothing of it is waited for", kind="unknown", provider=self._profile.provider)
        return await self._ports.client.route(calls[0])

    def _note(self, told: Batch) -> None:
        known = {"done": told.done, "failed": told.failed, "ends_by": told.ends_by}
        self._ports.file.note(
            self._token, note="", **{name: value for name, value in known.items() if value is not None}
        )

    def _not_made(self, error: ProviderError | None) -> None:
        if error is None:
            self._ports.file.end(self._token, "never made", self._ports.wall())
        else:
            self._leave(error.kind, str(error))

    def _give_up(self, error: ProviderError) -> None:
        if error.status == _NOT_FOUND and self._profile.provider == "sim":
            # Simulated batches end with the process that simulates; nothing was paid.
            self._ports.file.end(self._token, "gone", self._ports.wall())
        elif error.status == _NOT_FOUND:
            text = "the provider does not know it: was it made with another key? "
            self._leave(error.kind, f"{text}dk.cancel_batch({self._name()!r}) gives it up, and the next run sends anew")
        else:
            self._leave(error.kind, str(error))

    def _leave(self, kind: ErrorKind, message: str) -> None:
        """Settle what is open with why nobody can tell now; the batch stays noted, and goes on at the provider."""
        text = f"not sent again, because it is in batch {self._name()}, and of that: {message}"
        failure = Failure(kind=kind, message=text, created_at=self._ports.wall())
        settle_alike(self._wanted, self._keys, failure)

    def _serve(self) -> None:
        """Settle from the store what another process has collected."""
        keys = [call.key for call in self._wanted.of(self._keys)]
        for key, record in self._ports.answered(keys).items():
            self._wanted.settle(key, Answer(record=record, from_store=True))

    def _is_open(self) -> bool:
        noted = self._ports.file.batch(self._token)
        return noted is not None and noted.is_open

    def _name(self) -> str:
        noted = self._ports.file.batch(self._token)
        return self._token if noted is None else noted.name


def note_made(ports: Ports, token: str, batch: Batch) -> None:
    """Note that a batch is at the provider, under which name."""
    at = batch.created_at if batch.created_at is not None else ports.wall()
    ports.file.note(token, id=batch.id, state="submitted", submitted_at=at, ends_by=batch.ends_by, note="")
