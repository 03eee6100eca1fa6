"""What every verb that asks has in common: what is stored is served, the rest is sent, and rows are filled.

One body for all of them, so that an interrupt, a budget or a listener behaves the same everywhere. Knows no prompts
and no scores.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from distilkit._interrupts import Stopped
from distilkit._sync import Body, Step
from distilkit.calls import Call
from distilkit.engine.events import Event
from distilkit.engine.ports import Send
from distilkit.errors import InputError
from distilkit.frame import Rows
from distilkit.profiles import Budget
from distilkit.progress import Alerts, Progress, in_kernel, listeners
from distilkit.sending import Listen, Plan, check_sendable, say_risks, send_all
from distilkit.serving import CacheMode, Settle, serve, settle_missing, settle_unasked
from distilkit.store import Store
from distilkit.targets import Chosen, combined, opened_store

T = TypeVar("T")
Tell = Callable[[Event], None]
Begun = Callable[[Sequence[Call], Rows], None]
Sending = Callable[[Plan, Settle, Tell], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a run goes about it; the arguments of `compare` of the same names.

    Attributes:
        listen: hears every part of a streamed answer, from the sending thread.
        begun: is given the calls and their rows before the first is filled.

    Raises:
        InputError: one of them is none of what it may be.
    """

    store: Store | str | Path | None = None
    cache: CacheMode = "use"
    budget: Budget
    only_failed: bool = False
    progress: bool | None = None
    on_event: Callable[[Event], None] | None = None
    on_interrupt: Literal["return", "raise"] = "return"
    send: Send | None = None
    stream: bool = False
    batch: bool = False
    listen: Listen | None = None
    begun: Begun | None = None

    def within(self, named: Chosen) -> Self:
        """Return the same with the limits of the profile file beside its own."""
        return replace(self, budget=combined(named, self.budget))

    def __post_init__(self) -> None:
        if self.cache not in {"use", "refresh", "only"}:
            raise InputError(f"cache= must be 'use', 'refresh' or 'only', not {self.cache!r}")
        if self.on_interrupt not in {"return", "raise"}:
            raise InputError(f"on_interrupt= must be 'return' or 'raise', not {self.on_interrupt!r}")
        for name in ("stream", "batch", "only_failed"):
            if not isinstance(getattr(self, name), bool):
                raise InputError(f"{name}= must be True or False, not {getattr(self, name)!r}")
        if self.on_event is not None and not callable(self.on_event):
            raise InputError(f"on_event= must be a function of an Event, not {self.on_event!r}")


def running(calls: Sequence[Call], manner: Manner) -> Body[Rows]:
    """Fill a row for every call: from the store, or by asking; after an interrupt, those that are finished."""
    rows = Rows(calls)
    if manner.begun is not None:
        manner.begun(calls, rows)
    line, alerts = Progress(len(calls), show=manner.progress, rows=_rows_of(calls), calls=calls), Alerts()
    with opened_store(manner.store) as kept:
        heard = manner.on_event and _harmless(manner.on_event, alerts.observe)
        tell = listeners(line.observe, alerts.observe, heard)
        misses = serve(calls, kept, rows.settle, tell, manner.cache)
        if manner.only_failed:
            unasked, misses = misses, settle_unasked(misses, kept, rows.settle)
            _say_not_sent(calls, unasked, misses, tell)
        if misses and manner.cache == "only":
            settle_missing(misses, kept, rows.settle)
            _say_not_sent(calls, misses, [], tell)
        elif misses:
            fresh = manner.cache == "refresh"
            sending = Plan(
                calls=misses,
                store=kept,
                budget=manner.budget,
                send=manner.send,
                fresh=fresh,
                stream=manner.stream,
                listen=manner.listen,
            )
            send = _batched(sending) if manner.batch else _send_singly
            check_sendable(sending)
            say_risks(sending, tell)
            try:
                yield Step(send(sending, rows.settle, tell), line.tick)
            except (KeyboardInterrupt, asyncio.CancelledError) as error:
                # Who pressed twice did not wait for what is in flight; what still comes is kept, and no row any more.
                rows = rows.as_now()
                line.finish("interrupted")
                if not isinstance(error, Stopped) and (isinstance(error, KeyboardInterrupt) or in_kernel()):
                    _say_how_to_go_on(len(rows.finished), len(calls))
                # A cancelled task ends as such; in a notebook that is how a cell that awaits is interrupted.
                if manner.on_interrupt == "raise" or isinstance(error, asyncio.CancelledError):
                    raise
            except BaseException as error:
                line.finish(f"ended by {type(error).__name__}")
                raise
            else:
                line.finish()
    alerts.warn()
    return rows


def _say_not_sent(calls: Sequence[Call], settled: Sequence[Call], rest: Sequence[Call], tell: Tell) -> None:
    """Tell of the rows that ended without anything being sent: one event for each profile, with their number."""
    slots = {call.slot for call in settled} - {call.slot for call in rest}
    for name, count in Counter(call.name for call in calls if call.slot in slots).items():
        tell(Event(kind="failed", profile=name, count=count, attempt=0, billed_usd=Decimal(0), reason="unknown"))


def _rows_of(calls: Sequence[Call]) -> dict[tuple[str, str | None], int]:
    """Return how many rows one answer fills, where it is more than one: equal prompts are asked once."""
    counts = Counter(call.slot for call in calls)
    return {slot: count for slot, count in counts.items() if count > 1}


def _batched(plan: Plan) -> Sending:
    """Check that a plan can be handed over in batches, and return what does that."""
    from distilkit.batching.batchable import check
    from distilkit.batching.running import send_batches

    check(plan.calls, own_send=plan.send is not None, streamed=plan.stream)
    return send_batches


async def _send_singly(plan: Plan, settle: Settle, tell: Tell) -> None:
    """Send every call of a plan that is in no batch already."""
    # Here, because a run that is served from the store imports no network library.
    from distilkit.batching.around import unbatched

    rest = await unbatched(plan, settle, tell)
    if rest.calls:
        await send_all(rest, settle, tell)


def _harmless(on_event: Callable[[Event], None], note: Tell) -> Callable[[Event], None]:
    """Keep a listener's mistake from ending the run; the first is noted, and warned of at the end.

    Warned of at once, it would end the run where warnings are errors.
    """
    has_failed = False

    def listen(event: Event) -> None:
        nonlocal has_failed
        try:
            on_event(event)
        except Exception as error:  # noqa: BLE001 - a listener must not cost answers
            if not has_failed:
                has_failed = True
                note(Event(kind="alert", profile="", reason=f"on_event raised {type(error).__name__}: {error}"))

    return listen


def saying(body: Body[T]) -> Body[T]:
    """Drive a body, and say how to go on where an interrupt comes while it plans, reads or makes a frame.

    While it asks, `running` says it, which knows how many rows are finished.
    """
    asking = False
    advance: Callable[[], Step] = functools.partial(next, body)
    while True:
        try:
            step = advance()
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return] # the body's T
        except KeyboardInterrupt as error:
            if not asking and not isinstance(error, Stopped):
                say("Interrupted: every answer that came until now is kept. Run the same call again to go on.")
            raise
        asking = False
        try:
            result = yield step
        except BaseException as error:  # noqa: BLE001 - whatever it is, the body decides
            asking = True
            advance = functools.partial(body.throw, error)
        else:
            advance = functools.partial(body.send, result)


def _say_how_to_go_on(finished: int, total: int) -> None:
    say(f"Interrupted: {finished:,} of {total:,} rows are finished and kept. Run the same call again to go on.")


def say(text: str) -> None:
    """Write a line where the caller sees it: in the cell, or in the terminal."""
    stream = sys.stdout if in_kernel() else sys.stderr
    if stream is not None:  # a program without a console
        with contextlib.suppress(OSError, ValueError):  # nor is one that has closed it kept from its rows
            stream.write(f"{text}\n")
