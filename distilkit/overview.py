"""What the runs on this machine are doing: breakers, limits in use, requests in flight, as a frame.

Sends nothing and reads the store's board. Knows no prompts and no answers.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.engine.breaker import Rule, open_for_s
from distilkit.engine.needs import limit_of
from distilkit.engine.sheet import Sheet
from distilkit.profiles import Profile, load_profiles
from distilkit.store import Store
from distilkit.store.board import Board, BusyError
from distilkit.targets import Wanted, chosen_profiles, members_of, opened_store, typed_frame

if TYPE_CHECKING:
    import pandas as pd

# Other processes may be in a transaction: so many looks, 20 ms apart.
_TRIES = 50
_STATUS = {
    "profile": "string",
    "provider": "string",
    "breaker": "string",
    "opens_in_s": "Float64",
    "in_flight": "Int64",
    "requests": "Int64",
    "request_limit": "Int64",
    "tokens": "Int64",
    "token_limit": "Int64",
    "paused_s": "Float64",
    "waiting": "Int64",
    "answered": "Int64",
    "failed": "Int64",
    "latency_s": "Float64",
    "last_answer_s": "Float64",
    "last_error": "string",
}


def status(
    profiles: Wanted = None, *, config: str | Path | None = None, store: Store | str | Path | None = None
) -> pd.DataFrame:
    """Return what the runs on this machine that use a store are doing, one row a profile. Sends nothing.

    Args:
        profiles: as in `compare`; None for all profiles of the file and the built-in ones that were asked lately.
        config: the profile file.
        store: the store, or its folder; None for the usual one.

    Returns:
        `breaker` (closed, open or half_open) and the seconds until it lets a request through; requests `in_flight`;
        requests and tokens of the last 60 seconds beside the limits (`<NA>` where none is known; profiles of one
        section share them); seconds for which the provider asked to pause; runs `waiting` in line; answers and
        failures since the store was made, the running mean of the latency in seconds, seconds since the last answer,
        and the kind of the last error.

    Raises:
        ConfigError: a profile file is wrong, or a profile is unknown.
        StoreError: there is no store here, or other processes keep its board busy.
    """
    with opened_store(store) as kept, Board(kept.folder) as board:
        for _ in range(_TRIES):
            try:
                with board.transaction() as page:
                    sheet = Sheet(page, board, time.monotonic())
                    chosen = _shown(profiles, config, set(sheet.profiles_seen()))
                    busy = page.in_flight()
                    rows = [_status_row(profile, sheet, busy) for profile in chosen]
                break
            except BusyError:
                time.sleep(0.02)
        else:
            rows = []
    return typed_frame(rows, _STATUS)


def _shown(profiles: Wanted, config: str | Path | None, seen: set[str]) -> list[Profile]:
    if profiles is not None:
        return [each for target in chosen_profiles(profiles, config) for each in members_of(target)]
    known = load_profiles(config)
    own = [name for name in known if known.catalog.entries[name].section != "sim" or name in seen]
    return [known[name] for name in own]


def _status_row(profile: Profile, sheet: Sheet, busy: Mapping[str, int]) -> tuple[Any, ...]:
    now = time.monotonic()
    scope, seen, breaker = sheet.scope(profile), sheet.seen(profile), sheet.breaker(profile)
    limits = profile.limits if scope is None else scope.limits_now(profile.limits, now)
    used = {} if scope is None else scope.used(now)
    tokens = used.get("tokens")
    return (
        profile.name,
        profile.provider,
        breaker.state,
        open_for_s(breaker, Rule(), now),
        busy.get(profile.name, 0),
        round(used.get("requests", 0)),
        limit_of(limits, "requests"),
        None if tokens is None else round(tokens),
        limit_of(limits, "tokens"),
        0.0 if scope is None else scope.paused_s(now),
        0 if scope is None else len(scope.places),
        seen.answered,
        seen.failed,
        seen.latency_s,
        None if seen.answered_at is None or seen.answered_at > now else now - seen.answered_at,
        seen.kind,
    )
