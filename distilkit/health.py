"""Whether profiles work: each is asked one tiny question, and what came back is a row.

What it costs is in the ledger; what it shows feeds the breakers of strategies. Knows no prompts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit._sync import Body, Step, awaiting, blocking
from distilkit.calls import Call
from distilkit.engine.breaker import Rule
from distilkit.engine.health import Checked, aftermath
from distilkit.engine.health import check as ask
from distilkit.engine.ports import Ports, Send
from distilkit.engine.sheet import Sheet
from distilkit.errors import ConfigError, ProviderError
from distilkit.profiles import Profile
from distilkit.provider import Transport, check_ready, warm
from distilkit.store import Store, Writer
from distilkit.store.board import Board, BusyError
from distilkit.targets import Wanted, chosen_profiles, members_of, opened_store, typed_frame

if TYPE_CHECKING:
    import pandas as pd

_TRIES = 50
_CHECKED = {
    "profile": "string",
    "model": "string",
    "provider": "string",
    "reachable": "boolean",
    "authorised": "boolean",
    "model_exists": "boolean",
    "latency_s": "Float64",
    "cost_usd": "Float64",
    "error_kind": "string",
    "error": "string",
}
# What an error of this kind says of reachable, authorised, model_exists; None where it says nothing.
_SHOWS: dict[str, tuple[bool | None, bool | None, bool | None]] = {
    "connection": (False, None, None),
    "timeout": (None, None, None),
    "authentication": (True, False, None),
    "model_not_found": (True, True, False),
    "provider_error": (True, None, None),
    "unknown": (None, None, None),
}


def _check(
    profiles: Wanted = None,
    *,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    send: Send | None = None,
) -> Body[pd.DataFrame]:
    """Ask each profile one tiny question, all at once: is it reachable, is the key accepted, does the model exist?

    Costs at most 16 output tokens a profile, which the ledger counts; the answers are not stored. What it shows feeds
    the breakers of strategies.

    Args:
        profiles: as in `compare`; of a strategy, each member. None for the file's default.
        config: the profile file.
        store: whose ledger and breakers.
        send: takes the network's place, as in `compare`.

    Returns:
        One row a profile: `reachable`, `authorised`, `model_exists` (`<NA>` where that could not be found out),
        `latency_s`, `cost_usd`, `error_kind`, `error`.

    Raises:
        InputError: an argument is wrong.
        ConfigError: a profile file is wrong, or a profile is unknown. A key that is not set is a row.
    """
    members = [each for target in chosen_profiles(profiles, config) for each in members_of(target)]
    distinct = list({profile.name: profile for profile in members}.values())
    with opened_store(store) as kept:
        if send is None:
            warm()
        found = yield Step(_ask_all(distinct, kept, send))
    return typed_frame([_checked_row(each) for each in found], _CHECKED)


check = blocking(_check)
acheck = awaiting(_check)


async def _ask_all(profiles: Sequence[Profile], store: Store, send: Send | None) -> list[Checked]:
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(Writer(store))
        asking: Send = await stack.enter_async_context(Transport()) if send is None else send
        ports = Ports(send=asking, keep=writer.put, settle=_settle_nothing, observe=_observe_nothing)
        found = await asyncio.gather(*(_ask(profile, ports, network=send is None) for profile in profiles))
    _tell(store, found)
    return found


async def _ask(profile: Profile, ports: Ports, *, network: bool) -> Checked:
    try:
        if network:
            check_ready(profile)
        return await ask(profile, ports)
    except ConfigError as error:
        refused = ProviderError(str(error), kind="authentication", provider=profile.provider)
        return Checked(profile=profile, error=refused, sent=False)
    except Exception as error:  # noqa: BLE001 - one odd reply must not hide the others' health
        odd = ProviderError(f"{type(error).__name__}: {error}", kind="unknown", provider=profile.provider)
        return Checked(profile=profile, error=odd)


def _settle_nothing(_call: Call, _outcome: object) -> None:
    """Take nothing: a check has no rows."""


def _observe_nothing(_event: object) -> None:
    """Hear nothing: a check has no progress."""


def _tell(store: Store, found: Sequence[Checked]) -> None:
    """Feed the breakers."""
    with Board(store.folder) as board:
        for _ in range(_TRIES):
            try:
                with board.transaction() as page:
                    sheet = Sheet(page, board, time.monotonic())
                    for each in found:
                        if each.sent:
                            sheet.close(aftermath(each, Rule()))
                    sheet.write()
            except BusyError:
                time.sleep(0.02)
            else:
                return


def _checked_row(checked: Checked) -> tuple[Any, ...]:
    profile, error, record = checked.profile, checked.error, checked.record
    shown = (True, True, True) if error is None else _SHOWS.get(error.kind, (True, True, None))
    if not checked.sent:
        shown = (None, None, None)
    return (
        profile.name,
        profile.litellm_model,
        profile.provider,
        *shown,
        None if record is None else record.latency_s,
        None if checked.cost_usd is None else float(checked.cost_usd),
        None if error is None else error.kind,
        None if error is None else error.message,
    )
