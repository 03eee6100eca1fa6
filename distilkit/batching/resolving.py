"""Finding out whether a batch was made, where the provider was asked and its reply was not heard.

Until that is certain, its requests are handed over by nobody. Where a batch can be marked it is known by its mark or
by its file; else by the names of the requests in its results. Knows what is noted of a batch; collects nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from distilkit.batching.ports import Ports
from distilkit.batching.waiting import Patience
from distilkit.errors import ProviderError
from distilkit.provider.batches import Batch, format_of
from distilkit.provider.batches.download import scratch
from distilkit.provider.batches.reading import is_name
from distilkit.provider.route import Route
from distilkit.store.batchrows import Open

# A batch that was asked for is made and listed by then. Counted from the first look, too: the process that asked may
# have been killed just now.
SETTLED_S = 120.0
# Clocks differ; a batch of an hour before is looked at too. Who looks only once waits for as long.
_SKEW_S = 3_600.0
# One that is marked is known among any number: a clock in the wrong time zone must not hide it.
_MARKED_SKEW_S = 86_400.0


async def resolve(ports: Ports, noted: Open, route: Route) -> Batch | ProviderError | None:
    """Return the batch, or None where it is certain that there is none; the error where nobody can tell now.

    Waits: until the provider must have listed it, and, where it takes no mark, until every batch that may be it has
    ended.
    """
    attempted = noted.attempted_at or noted.created_at
    patience = Patience(ports.wall, ports.sleep, route.profile.retry.deadline_s)
    since = ports.wall()
    while True:
        found = await _look(ports, noted, route, attempted)
        if isinstance(found, Batch):
            return found
        if isinstance(found, ProviderError):
            if not await patience.forgive(found):
                return found
        elif not found and ports.wall() - since >= SETTLED_S:
            return None
        else:
            note = f"may be {', '.join(found)}, which is not ended yet" if found else ""
            ports.file.note(noted.token, note=note)
            await patience.wait()


async def look_once(ports: Ports, noted: Open, route: Route) -> Batch | ProviderError | bool:
    """Return the batch, True where there is certainly none, False where that is not certain yet."""
    attempted = noted.attempted_at or noted.created_at
    found = await _look(ports, noted, route, attempted)
    if isinstance(found, Batch | ProviderError):
        return found
    return not found and ports.wall() - attempted >= _SKEW_S


async def _look(ports: Ports, noted: Open, route: Route, attempted: float) -> Batch | ProviderError | list[str]:
    """Return the batch, or the names of those that may be it."""
    way = format_of(route.profile)
    skew_s = _MARKED_SKEW_S if way is not None and way.uploads else _SKEW_S
    listed = await ports.client.since(route, attempted - skew_s)
    if isinstance(listed, ProviderError):
        return listed
    if way is not None and way.uploads:
        marked = (
            batch for batch in listed if noted.token == batch.token or (noted.file and noted.file == batch.input_file)
        )
        found = next(marked, None)
        return [] if found is None else found if is_name(found.id) else _nameless(route)
    known = ports.file.ids()
    keys = ports.file.keys(noted.token)
    perhaps = [batch for batch in listed if batch.id not in known and batch.total in (None, len(keys))]
    unknown = []
    for batch in perhaps:
        is_it = await _holds(ports, batch, route, keys) if batch.is_over else None
        if isinstance(is_it, ProviderError):
            return is_it
        if is_it:
            return batch
        if is_it is None:
            unknown.append(batch.id)
    return unknown


def _nameless(route: Route) -> ProviderError:
    text = "the batch was begun, but its name cannot be used"
    return ProviderError(text, kind="provider_error", provider=route.profile.provider, retryable=False)


async def _holds(ports: Ports, batch: Batch, route: Route, keys: Collection[str]) -> bool | ProviderError | None:
    """Say whether a batch that ended holds one of these requests; None where it does not say what it holds."""
    for address in batch.results:
        with scratch() as file:
            error = await ports.client.fetch(route, address, file)
            if error is not None:
                return error
            for result in ports.client.results(route, file):
                if result is not None and result.key is not None:
                    return result.key in keys
    return None
