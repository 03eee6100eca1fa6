"""From a batch that has ended to rows: its results are fetched, taken in, and what has none is given up with a reason.

Results that are torn or missing are fetched again, a few times. Knows one batch; `collecting` knows one result.
"""

from __future__ import annotations

from dataclasses import dataclass

from distilkit.batching.collecting import Collected, Collector, tell_odd
from distilkit.batching.ports import Ports
from distilkit.batching.waiting import Patience
from distilkit.calls import Failure
from distilkit.errors import ErrorKind, ProviderError
from distilkit.provider.batches import Batch
from distilkit.provider.batches.download import scratch
from distilkit.provider.route import Route
from distilkit.store.batchrows import Open

_ROUNDS = 3
_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Left:
    """Why a batch could not be collected to its end; it stays open."""

    kind: ErrorKind
    message: str


async def fetch_all(ports: Ports, noted: Open, batch: Batch, route: Route, collector: Collector) -> Left | None:
    """Collect a batch that has ended, and close it; or say why it stays open."""
    found = Collected()
    gone = False
    for nth in range(_ROUNDS):
        found = Collected()
        collector.again()
        for address in batch.results:
            came = await _fetch(ports, route, address, collector, found)
            if isinstance(came, ProviderError) and came.status in _GONE:
                gone = True
            elif isinstance(came, ProviderError):
                return Left(came.kind, str(came))
        # Of a batch that ran to its end every request has a result; of another, some may have none.
        incomplete = found.odd["torn"] or (batch.state == "completed" and batch.results and not gone)
        if found.unkept is not None or not collector.missing() or not incomplete:
            break
        if nth + 1 < _ROUNDS:
            await Patience(ports.wall, ports.sleep, 0).wait()
    tell_odd(ports, noted, found)
    if found.unkept is not None:
        return Left("unknown", f"its answers could not be kept: {found.unkept}")
    kind, message = _why(noted, batch, found, gone=gone)
    missing = collector.missing()
    collector.fail(missing, Failure(kind=kind, message=message, created_at=ports.wall()))
    ports.file.end(noted.token, batch.state, ports.wall(), message if missing else "")
    return None


async def _fetch(
    ports: Ports, route: Route, address: str, collector: Collector, found: Collected
) -> ProviderError | None:
    """Fetch one file of results and take it in; a failure that passes is waited for."""
    patience = Patience(ports.wall, ports.sleep, route.profile.retry.deadline_s)
    while True:
        with scratch() as file:
            error = await ports.client.fetch(route, address, file)
            if error is None:
                await collector.take_in(file, found)
                return None
        if error.status in _GONE or not await patience.forgive(error):
            return error


def _why(noted: Open, batch: Batch, found: Collected, *, gone: bool) -> tuple[ErrorKind, str]:
    """Return the kind and the text of what has no result."""
    name = f"batch {noted.name}"
    if gone:
        return "provider_error", f"{name}: its results are no longer at the provider; run again to send it anew"
    if batch.state == "failed":
        reason = batch.message or "no reason given"
        kind: ErrorKind = "rate_limit" if "limit" in reason.lower() else "invalid_request"
        return kind, f"{name} failed, and nothing was billed: {reason}"
    if batch.state == "expired":
        return "timeout", f"{name} expired before this was run, and it was not billed; run again to send it anew"
    if batch.state == "cancelled":
        return "unknown", f"{name} was cancelled before this was run, and it was not billed; run again to send it anew"
    torn = f" ({found.odd['torn']:,} of its lines are torn)" if found.odd["torn"] else ""
    return "provider_error", f"{name} has ended without a result for this{torn}; run again to send it anew"
