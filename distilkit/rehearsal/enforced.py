"""The provider's side of the limits: who is let in, by the simulator's own arithmetic; and which limits those are.

Knows declared limits and the times it is given; knows no clock and no calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from distilkit.errors import InputError
from distilkit.profiles import Profile, RateLimit
from distilkit.sim.limits import Minute
from distilkit.sim.spec import Dials

Enforced = RateLimit | Mapping[str, Any] | None

_FIELDS = frozenset(field.name for field in fields(RateLimit)) - {"burst_size"}
# Moments are put on a grid that is exact in binary: then 60 s after a moment is 60 s after it, not a rounding less.
_GRID = 2.0**20


class Door:
    """Who is let in, of all that share these limits.

    Attributes:
        limits: what is enforced.

    Args:
        limits: what is enforced.
        dials: how a simulated model counts, where the limits are its own; replies then tell of them in headers.
    """

    def __init__(self, limits: RateLimit, dials: Dials | None = None) -> None:
        self.limits = limits
        self._tells = dials is not None
        self._minute = Minute(
            **{name: getattr(limits, name) for name in _FIELDS},
            **({} if dials is None else {name: getattr(dials, name) for name in ("burst_s", "retry_after")}),
            style="sliding" if dials is None else dials.limit_style,
        )

    def admit(self, now: float, input_tokens: int, output_tokens: int) -> tuple[float, Mapping[str, str]]:
        """Let a request in and return 0, or return the seconds (above 0) after which it may come again; and headers."""
        verdict = self._minute.admit(round(now * _GRID) / _GRID, input_tokens, output_tokens)
        return verdict.wait_s, self._minute.headers(verdict) if self._tells else {}

    @property
    def busiest_minute(self) -> Mapping[str, int]:
        """The most that was let in within any sixty seconds: `requests` and `tokens`, as the provider counts them."""
        return self._minute.most


def doors_of(profiles: Sequence[Profile], enforced: Enforced) -> dict[str, Door]:
    """Return the door of each profile, by its name.

    Profiles of one account share a door; where they declare different limits, the first one's hold. Without limits
    there is nothing to share, and a simulated model with limits of its own has a door of its own.
    """
    doors: dict[str, Door] = {}
    shared: dict[tuple[str, str, str | None], Door] = {}
    for profile in profiles:
        own = None if _told(profile.name, enforced) is not None else _own_limits(profile)
        limits = limits_at(profile, enforced)
        if own is not None:
            doors[profile.name] = Door(own, profile.sim)
        elif limits == RateLimit(burst_size=limits.burst_size):
            doors[profile.name] = Door(limits)
        else:
            account = profile.limits_scope or profile.name, profile.provider, profile.base_url
            doors[profile.name] = shared.setdefault(account, Door(limits))
    return doors


def limits_at(profile: Profile, enforced: Enforced) -> RateLimit:
    """Return what the provider of `profile` enforces: as `enforced` says, else what the profile declares."""
    told = _told(profile.name, enforced)
    if isinstance(told, RateLimit):
        return told
    return profile.limits if told is None else replace(profile.limits, **told)


def check_enforced(enforced: Enforced, names: Sequence[str]) -> None:
    """Refuse what is no limit, or is for a profile that is not asked.

    Raises:
        InputError: says what to write.
    """
    if enforced is None or isinstance(enforced, RateLimit):
        return
    if not isinstance(enforced, Mapping) or not enforced:
        raise InputError(f"limits_enforced= takes a RateLimit or a mapping, not {enforced!r}")
    if _FIELDS.issuperset(enforced):
        _check_fields("limits_enforced", enforced)
        return
    for name, each in enforced.items():
        if name not in names:
            raise InputError(f"limits_enforced: {name!r} is no profile of this run ({', '.join(names)}) and no limit")
        if not isinstance(each, RateLimit):
            _check_fields(f"limits_enforced[{name!r}]", each)


def _check_fields(where: str, given: object) -> None:
    if not isinstance(given, Mapping) or not _FIELDS.issuperset(given):
        known = ", ".join(sorted(_FIELDS))
        raise InputError(f"{where}: {given!r} is no limit; write a RateLimit or a mapping with {known}")
    for field, value in given.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise InputError(f"{where}[{field!r}] must be a whole number from 1, or None for no limit, not {value!r}")


def _told(name: str, enforced: Enforced) -> RateLimit | Mapping[str, Any] | None:
    """Return what is said of this profile: `enforced` is for all of them, or by profile."""
    if enforced is None or isinstance(enforced, RateLimit) or _FIELDS.issuperset(enforced):
        return enforced
    return enforced.get(name)


def _own_limits(profile: Profile) -> RateLimit | None:
    """Return the limits that a simulated model has by its dials, or None."""
    if profile.provider != "sim" or profile.sim is None:
        return None
    found = RateLimit(**{name: getattr(profile.sim, name) for name in _FIELDS})
    return None if found == RateLimit() else found
