"""What a run needs around the engine: the network, the disk, the board, the budget, and what is checked before.

Nothing is sent before all of it is in order. Knows stores and transports; knows no frame and no progress line.
"""

from __future__ import annotations

import contextlib
import functools
import json
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from distilkit._callers import outside
from distilkit._imports import uninterrupted
from distilkit.calls import Call, Failure, Outcome, Record
from distilkit.engine.budget import is_open_ended
from distilkit.engine.events import Event
from distilkit.engine.overshoot import Unbounded, overshoot, unpriced
from distilkit.engine.ports import Ports, Send
from distilkit.engine.purse import ASSUMED_OUTPUT, worst_of
from distilkit.engine.run import run
from distilkit.errors import InputError, ProviderError, StoreError
from distilkit.profiles import Budget, Profile
from distilkit.progress import RunWarning
from distilkit.provider import Delta, Transport, check_ready, limits_of, price_line, warm
from distilkit.store import SpendRow, Store, Writer
from distilkit.store.board import Board, BusyError, LastFailure, Page
from distilkit.store.openbatches import OpenBatches

Settle = Callable[[Call, Outcome], None]
Listen = Callable[[Call, Delta], None]
# Another process may be in a transaction; what failed is worth a moment's waiting.
_TRIES = 50
_AT_ONCE = 1_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be sent, and how.

    Attributes:
        calls: those that are not stored.
        store: where answers go.
        budget: what may be spent; no limits for none.
        send: what takes the network's place, or None.
        fresh: whether only what is answered in this run counts as answered; else what is stored meanwhile does too.
        stream: whether answers are asked for as streams.
        listen: hears every part of a streamed answer as it comes, from the sending thread; or None.
    """

    calls: Sequence[Call]
    store: Store
    budget: Budget
    send: Send | None
    fresh: bool = False
    stream: bool = False
    listen: Listen | None = None


def check_sendable(plan: Plan) -> None:
    """Refuse before anything is sent: answers that cannot be kept would be paid for twice, a missing key fails all.

    Raises:
        StoreError: the store is read-only.
        ConfigError: a key is not set.
        InputError: a budget is set, and a price is not known.
    """
    if plan.store.readonly:
        raise StoreError(f"{len(plan.calls):,} answers are not stored, and new ones could not be kept: {plan.store!r}")
    if plan.send is None:
        # Before LiteLLM's import begins: two slow imports at once would keep an interrupt waiting for both.
        with uninterrupted():
            import pandas as pd  # noqa: F401 - see above

        warm()
        for profile in _profiles(plan.calls):
            check_ready(profile)
    if plan.budget:
        _check_budget(plan)


def _profiles(calls: Sequence[Call]) -> list[Profile]:
    return list({option.profile.name: option.profile for call in calls for option in call.choices}.values())


def _check_budget(plan: Plan) -> None:
    """Refuse unknown prices, and say by how much the budget may be exceeded where answers have no known end."""
    found: dict[tuple[str, str], Call] = {}
    for call in plan.calls:
        for option in call.choices:
            found.setdefault((option.profile.name, json.dumps(option.request.params, sort_keys=True)), option)
    unpriced_names, open_ended = [], []
    for option in found.values():
        line, most = _line_of(option.profile), _most_of(option.profile)
        worst = worst_of(option, line, most)
        if worst is None:
            unpriced_names.append(option.profile.name)
        elif not worst.bounded:
            profile = option.profile
            open_ended.append(
                Unbounded(
                    profile=profile.name,
                    in_flight=profile.max_concurrency,
                    assumed_output=ASSUMED_OUTPUT,
                    most_output=None if is_open_ended(option.request.params) else most,
                    price=profile.price,
                    line=line,
                )
            )
    if unpriced_names:
        raise InputError(unpriced(list(dict.fromkeys(unpriced_names))))
    if (text := overshoot(open_ended)) is not None:
        warnings.warn(text, RunWarning, stacklevel=outside())


@functools.lru_cache(maxsize=1_000)
def _known_line(provider: str, model: str) -> Mapping[str, str] | None:
    return price_line(provider, model)


def _line_of(profile: Profile) -> Mapping[str, str] | None:
    """Return LiteLLM's prices for a profile that states none."""
    if profile.price is not None or profile.sim is not None:
        return None
    return _known_line(profile.provider, profile.model)


def _most_of(profile: Profile) -> int | None:
    """Return the most tokens a profile's model can write, or None where that is not known."""
    return None if profile.sim is not None else limits_of(profile.provider, profile.model)[1]


async def send_all(plan: Plan, settle: Settle, tell: Callable[[Event], None]) -> None:
    """Send every call of a plan, and settle each."""
    failed: list[LastFailure] = []
    answered: dict[str, None] = {}

    def note(call: Call, outcome: Outcome) -> None:
        if isinstance(outcome, Failure):
            failed.append(last_failure(call, outcome))
        elif not outcome.from_store:
            answered[(outcome.served or call).key] = None
        settle(call, outcome)

    def find(key: str) -> Record | None:
        return plan.store.get(key) if key in answered or not plan.fresh else None

    async with contextlib.AsyncExitStack() as stack:
        board = stack.enter_context(Board(plan.store.folder))
        stack.callback(lambda: remember(board, failed, list(answered)))
        beside = stack.enter_context(OpenBatches(plan.store.folder))
        writer = await stack.enter_async_context(Writer(plan.store))
        asking = await _transport(plan, stack, tell) if plan.send is None else plan.send
        ports = Ports(
            send=_unless_batched(asking, beside),
            keep=writer.put,
            settle=note,
            observe=tell,
            find=find,
            board=board,
            budget=plan.budget or None,
            spent=lambda: _spent(plan.store, beside),
            price_line=_line_of,
            most_output=_most_of,
        )
        await run(plan.calls, ports)
        if not board.shared:
            text = f"limits and budgets were not shared with other processes: {board.reason}"
            tell(Event(kind="alert", profile="", reason=text))


def _unless_batched(send: Send, beside: OpenBatches) -> Send:
    """Return a `send` that looks at the last moment whether a batch has taken a request since the run began."""

    async def guarded(call: Call) -> Record:
        if (text := beside.where(call.key)) is not None:
            raise ProviderError(text, kind="unknown", provider=call.profile.provider, retryable=False)
        return await send(call)

    return guarded


def _spent(store: Store, beside: OpenBatches) -> list[SpendRow]:
    """Return what was spent this month, with what open batches may still cost."""
    today = datetime.now(UTC).date()
    return [*store.spend_rows(today.replace(day=1)), *beside.held_rows(today)]


async def _transport(plan: Plan, stack: contextlib.AsyncExitStack, tell: Callable[[Event], None]) -> Send:
    """Open the network. What takes seconds is done before the first request is counted against any limit."""
    transport = await stack.enter_async_context(Transport(stream=plan.stream, listen=plan.listen))
    first = {option.profile.name: option for call in reversed(plan.calls) for option in call.choices}
    await transport.prepare(first.values())
    for name in first:
        for text in transport.notes.get(name, ()):
            tell(Event(kind="alert", profile=name, reason=f"{name}: {text}"))
    return transport


def say_risks(plan: Plan, tell: Callable[[Event], None]) -> None:
    """Tell of what is dangerous in each run that sends something over the network."""
    text = "verify_ssl is off: whoever stands between can read the key and change the answers"
    for profile in _profiles(plan.calls) if plan.send is None else ():
        if not profile.connection.verify_ssl:
            tell(Event(kind="alert", profile=profile.name, reason=f"{profile.name}: {text}"))


def last_failure(call: Call, failure: Failure) -> LastFailure:
    """Return how a call failed, with what it asked."""
    option = failure.served or call.choices[0]
    request = json.dumps(option.request.as_dict())
    at = failure.created_at or time.time()
    return LastFailure(option.key, failure.kind, failure.message, request, option.profile.name, at)


def remember(board: Board, failed: Sequence[LastFailure], answered: Sequence[str]) -> None:
    """Keep what failed, so that only that can be asked again, and forget it of what was answered."""
    # A part at a time: everybody else waits meanwhile.
    for some in _parts(answered):
        _write(board, functools.partial(Page.answered_many, keys=some))
    for others in _parts(failed):
        _write(board, functools.partial(Page.failed_many, failures=others))


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def _write(board: Board, change: Callable[[Page], None]) -> None:
    for _ in range(_TRIES):
        try:
            with board.transaction() as page:
                change(page)
        except BusyError:
            time.sleep(0.02)
        else:
            return
