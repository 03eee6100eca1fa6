"""`dk.batches` and `dk.cancel_batch`: which batches there are, and giving one up.

The first reads the disk alone; the second asks the batch's provider. From notes to a frame; collects nothing.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit._sync import Body, Step, awaiting, blocking
from distilkit.batching.ports import Ports, call_of
from distilkit.batching.running import opened
from distilkit.errors import InputError, ProviderError
from distilkit.profiles import Profile, Route
from distilkit.store import Store
from distilkit.store.batchfile import BatchFile, is_there
from distilkit.store.batchrows import Open
from distilkit.targets import Wanted, chosen_profiles, opened_store, typed_frame

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: dict[str, str] = {
    "id": "string",
    "provider": "string",
    "profile": "string",
    "state": "string",
    "requests": "Int64",
    "done": "Int64",
    "failed": "Int64",
    "submitted_at": "datetime64[us, UTC]",
    "ends_by": "datetime64[us, UTC]",
    "held_usd": "Float64",
    "note": "string",
}
"""The columns of `batches`, in order, with their pandas dtypes."""

_NOT_FOUND = 404


def batches(store: Store | str | Path | None = None) -> pd.DataFrame:
    """Return every batch of a store, the newest first, as it was last heard of; nobody is asked.

    Args:
        store: a `Store` or its folder; None for `$DISTILKIT_STORE`, else the user's data folder.

    Returns:
        A DataFrame: `id` (the provider's name; our own until there is one), `provider`, `profile`, `state`,
        `requests`, `done` and `failed` as the provider last said, `submitted_at`, `ends_by`, `held_usd` (dollars its
        open requests may cost; `<NA>` where a price is not known), `note`. States: `planned`, `submitting` (nobody
        knows yet whether the provider took it), `submitted`, then `completed`, `failed`, `expired`, `cancelled`, or
        `never made`, `gone`, `forgotten`.

    Raises:
        StoreError: the store or its list of batches cannot be read.
    """
    with opened_store(store) as kept:
        if not is_there(kept.folder):
            return _frame([])
        with BatchFile(kept.folder) as file:
            return _frame(file.batches())


def _cancel_batch(
    batch_id: str,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    *,
    profiles: Wanted = None,
    forget: bool = False,
) -> Body[pd.DataFrame]:
    """Ask a batch's provider to cancel it, and return its row as `batches` shows it.

    What was answered until then is billed, and collected by the next run; the rest may be sent again after that.
    A batch that its provider does not know, or that was perhaps never begun, is given up: its requests may be sent
    again, and are paid for again if it was begun after all.

    Args:
        batch_id: its `id` in `batches`.
        config: the profile file in which its profile stands.
        store: a `Store` or its folder; None for `$DISTILKIT_STORE`, else the user's data folder.
        profiles: its profile, where that is not in the file.
        forget: give it up without asking its provider, where its results can never be had: its requests may be sent
            again, and are paid for again.

    Raises:
        InputError: there is no such batch, or it is ended.
        ConfigError: its profile is unknown, or a key is not set.
        ProviderError: the provider could not be asked, or refused.
    """
    with opened_store(store) as kept:
        noted = _noted(kept.folder, batch_id)
        profile = None if forget else _profile(noted, config, profiles)
        yield Step(_cancel(kept, noted, profile))
        with BatchFile(kept.folder) as file:
            return _frame([batch for batch in file.batches() if batch.token == noted.token])


cancel_batch = blocking(_cancel_batch)
acancel_batch = awaiting(_cancel_batch)


async def _cancel(store: Store, noted: Open, profile: Profile | None) -> None:
    async with opened(store, lambda _event: None, wall=time.time, sleep=asyncio.sleep) as ports:
        if noted.id is None or profile is None:
            _give_up(ports, noted)
            return
        waiting = ports.file.waiting(noted.token)
        if not waiting:
            ports.file.end(noted.token, "completed", ports.wall())
            return
        route = await ports.client.route(call_of(profile, waiting[0]))
        told = route if isinstance(route, ProviderError) else await ports.client.cancel(route, noted.id)
        if isinstance(told, ProviderError):
            if told.status != _NOT_FOUND:
                raise told
            ports.file.end(noted.token, "gone", ports.wall(), "given up: its provider does not know it")
            return
        ports.file.note(noted.token, note="asked to be cancelled")


def _give_up(ports: Ports, noted: Open) -> None:
    """Forget a batch that has no name at its provider, unless somebody is at it."""
    if not ports.file.take(noted.token, ports.board.owner, ports.board.alive):
        raise InputError(f"batch {noted.token} is being handed over by a run right now; stop that run first")
    why = "given up before its provider named it" if noted.id is None else "given up by hand"
    ports.file.end(noted.token, "forgotten", ports.wall(), why)


def _noted(folder: Path, batch_id: str) -> Open:
    noted = None
    if is_there(folder):
        with BatchFile(folder) as file:
            noted = file.named(batch_id)
    if noted is None:
        raise InputError(f"there is no batch {batch_id!r} in {folder}; dk.batches() lists them")
    if not noted.is_open:
        raise InputError(f"batch {batch_id} is {noted.state} already")
    return noted


def _profile(noted: Open, config: str | Path | None, profiles: Wanted) -> Profile:
    found = chosen_profiles(noted.profile if profiles is None else profiles, config)
    plain = [each for each in found if not isinstance(each, Route)]
    named = [each for each in plain if each.name == noted.profile] or plain
    if not named:
        raise InputError(f"batch {noted.name} was made by the profile {noted.profile}; pass that as profiles=")
    return named[0]


def _frame(found: list[Open]) -> pd.DataFrame:
    return typed_frame([_row(batch) for batch in found], COLUMNS)


def _row(batch: Open) -> tuple[Any, ...]:
    return (
        batch.name,
        batch.provider,
        batch.profile,
        batch.state,
        batch.requests,
        batch.done,
        batch.failed,
        _time(batch.submitted_at),
        _time(batch.ends_by),
        None if batch.held is None else float(batch.held),
        batch.note or None,
    )


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
