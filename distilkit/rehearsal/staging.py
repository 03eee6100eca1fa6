"""`rehearse`: the plan of `compare`, the engine of `compare`, stand-ins in place of the providers, a virtual clock.

Knows the plan and reads the store; sends nothing, writes nothing, and looks at no clock of this machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, SupportsFloat, overload

from distilkit.calls import Call, Failure
from distilkit.engine.tokens import max_output_tokens
from distilkit.errors import InputError
from distilkit.planning import plan
from distilkit.profiles import Profile, Route, check_params
from distilkit.prompts import to_prompts
from distilkit.rehearsal.enforced import Door, Enforced, check_enforced, doors_of
from distilkit.rehearsal.expected import Given
from distilkit.rehearsal.playing import play
from distilkit.rehearsal.standin import basis
from distilkit.rehearsal.stored import Stored, look_up
from distilkit.rehearsal.table import Asked, Played, summary, timeline_of
from distilkit.serving import CacheMode
from distilkit.store import Store
from distilkit.targets import Wanted, chosen_profiles, members_of

if TYPE_CHECKING:
    import pandas as pd


@overload
def rehearse(
    prompts: Any,
    profiles: Wanted = None,
    *,
    samples: int = 1,
    params: Mapping[str, Any] | None = None,
    system: str | None = None,
    template: str | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    latency_s: float | None = None,
    output_tokens: float | None = None,
    limits_enforced: Enforced = None,
    seed: int = 0,
    timeline: Literal[False] = False,
) -> pd.DataFrame: ...


@overload
def rehearse(
    prompts: Any,
    profiles: Wanted = None,
    *,
    samples: int = 1,
    params: Mapping[str, Any] | None = None,
    system: str | None = None,
    template: str | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    latency_s: float | None = None,
    output_tokens: float | None = None,
    limits_enforced: Enforced = None,
    seed: int = 0,
    timeline: Literal[True],
) -> tuple[pd.DataFrame, pd.DataFrame]: ...


def rehearse(  # noqa: PLR0913 - compare's arguments, so that one can be put in the other's place, and what is assumed
    prompts: Any,
    profiles: Wanted = None,
    *,
    samples: int = 1,
    params: Mapping[str, Any] | None = None,
    system: str | None = None,
    template: str | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    latency_s: float | None = None,
    output_tokens: float | None = None,
    limits_enforced: Enforced = None,
    seed: int = 0,
    timeline: bool = False,
) -> pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]:
    """Say what `compare` with the same arguments would do, by doing it on a virtual clock with made-up answers.

    The run is the real one: the same calls, limits, pacing and retries. In place of the providers stand models that
    keep the declared limits and take their time, so a night's run is over in seconds. Nothing is sent, nothing is
    written; no key is needed. The first eight arguments are those of `compare`, `cache` too.

    `latency_s` are the seconds an answer takes, and `output_tokens` the tokens of a mean answer. None takes the mean of
    the stored answers to these calls (5 or more), else assumes 2 s and 0.02 s for each token, and 300 tokens;
    `max_tokens` cuts. Simulated models answer as they would, by their dials. `seed` changes what is drawn.

    `limits_enforced` is what the providers really allow, where that is not what is declared: a `RateLimit`; a mapping
    of its fields, over the declared ones; or a mapping from profiles' names to either.

    Returns:
        One row for each name in `profiles`: `profile`; `calls`; `from_store`; `sent` (requests); `throttled` (429s);
        `failed` (rows); `duration_s` (until the last of its calls is settled); `input_tokens`, `output_tokens` and
        `cost_usd` of what would be answered, `<NA>` where a price is unknown; `busiest_minute_requests` and
        `busiest_minute_tokens`, the most let in within any 60 s, of all profiles that share the limits;
        `limit_requests`, `limit_tokens`, what is enforced a minute; `basis`, where latency and length come from.
        With `timeline=True` a pair: this, and one row for each request as it arrives: `at_s`, `profile`,
        `input_tokens`, `output_tokens` (0 where it was refused), `status`.

    Raises:
        InputError: an argument is wrong.
        ConfigError: a profile file is wrong, or a profile is unknown.
        StoreError: the store cannot be read.
    """
    given = _given(latency_s=latency_s, output_tokens=output_tokens, seed=seed)
    if cache not in {"use", "refresh", "only"}:
        raise InputError(f"cache= must be 'use', 'refresh' or 'only', not {cache!r}")
    check_params(params or {})
    asked, _ = to_prompts(prompts, template=template, system=system)
    targets = chosen_profiles(profiles, config)
    calls = plan(asked, targets, params=params or {}, samples=samples)
    members = [member for target in targets for member in members_of(target)]
    check_enforced(limits_enforced, [member.name for member in members])
    scene = _Scene(stored=look_up(calls, store), cache=cache, doors=doors_of(members, limits_enforced), given=given)
    played = scene.play(calls)
    table = summary(
        [scene.asked(target, [call for call in calls if call.name == target.name]) for target in targets], played
    )
    return (table, timeline_of(played.arrivals)) if timeline else table


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What a rehearsal starts from."""

    stored: Stored
    cache: CacheMode
    doors: Mapping[str, Door]
    given: Given

    def play(self, calls: Sequence[Call]) -> Played:
        """Return what happens to those calls that are not served from the store, each slot once."""
        first = {call.slot: call for call in reversed(calls) if not self._is_served(call)}
        missing = [first[slot] for slot in dict.fromkeys(call.slot for call in calls) if slot in first]
        if self.cache == "only":
            absent = Failure(kind="unknown", message="not in the store")
            return Played(outcomes={call.slot: absent for call in missing})
        return play(missing, self.doors, self.stored.history, self.given) if missing else Played()

    def asked(self, target: Profile | Route, calls: Sequence[Call]) -> Asked:
        served = sum(map(self._is_served, calls))
        return Asked(
            name=target.name,
            calls=calls,
            from_store=served,
            door=None if isinstance(target, Route) else self.doors[target.name],
            basis="all in the store" if served == len(calls) else self._basis(calls[0]),
        )

    def _is_served(self, call: Call) -> bool:
        return self.cache != "refresh" and any(option.key in self.stored.keys for option in call.choices)

    def _basis(self, call: Call) -> str:
        """Say where the figures come from: for a strategy, for each of its profiles."""
        texts = {}
        for option in call.choices:
            name = option.profile.name
            texts[name] = basis(option.profile, self.stored.history.get(name, ()), self.given)
            if (limit := max_output_tokens(option.request.params)) is not None:
                texts[name] += f", at most {limit:,} (max_tokens)"
        if call.route is None:
            return texts[call.profile.name]
        return "; ".join(f"{name}: {text}" for name, text in texts.items())


def _given(*, latency_s: object, output_tokens: object, seed: object) -> Given:
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise InputError(f"seed= must be a whole number, not {seed!r}")
    return Given(
        latency_s=_figure("latency_s", latency_s, "seconds, 0 or more", least=0),
        output_tokens=_figure("output_tokens", output_tokens, "tokens, 1 or more", least=1),
        seed=seed,
    )


def _figure(name: str, value: object, wanted: str, *, least: float) -> float | None:
    if value is None:
        return None
    # numpy's numbers too; True is none.
    number = float(value) if isinstance(value, SupportsFloat) and not isinstance(value, bool | str) else nan
    if not least <= number < inf:
        raise InputError(f"{name}= must be {wanted}, or None, not {value!r}")
    return number
