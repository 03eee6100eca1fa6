"""Several profiles behind one name: what a profile file says of a strategy.

Values only. How a strategy chooses is decided elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral
from typing import Literal, get_args

from distilkit.errors import InputError
from distilkit.profiles.evidence import Evidence, in_order, is_number, nobody, shown
from distilkit.profiles.profile import Profile

Policy = Literal[
    "failover",
    "round_robin",
    "weighted",
    "least_cost",
    "fastest",
    "least_busy",
    "most_headroom",
    "cheapest_good_enough",
]
POLICIES: tuple[str, ...] = get_args(Policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """Several profiles behind one name, and the rule that chooses among them for each request.

    Attributes:
        name: how it is called in `profiles=`, and the `profile` column.
        policy: the rule.
        profiles: whom it chooses from, names or `Profile` objects; for `failover`, in the order they are tried.
        weights: for `weighted`, each profile's share by its name, any positive numbers; empty otherwise.
        quality: for `cheapest_good_enough`, the least mean score; None otherwise.
        evidence: for `cheapest_good_enough`, what is known of each profile, by its name: `Evidence`, or a mapping with
            its fields, such as `{"quality": 0.86, "cost_per_item_usd": 0.0004}`; empty otherwise.
        max_failures: failures in a row after which a profile is left alone.
        recovery_timeout_s: seconds after which a profile left alone is tried again, with one request.
        health_check_interval_s: seconds between the tiny questions a run asks each profile beside its own calls, to
            know sooner who is well; None for none. They cost a few tokens each.

    Raises:
        InputError: a field is wrong; the text names it.
    """

    name: str
    policy: Policy
    profiles: Sequence[str | Profile]
    weights: Mapping[str, float] = field(default_factory=dict)
    quality: float | None = None
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    max_failures: int = 3
    recovery_timeout_s: float = 300.0
    health_check_interval_s: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be routed by; a list of profiles becomes a tuple, so that it stays as it was checked."""
        _check_label(self.name)
        if self.policy not in POLICIES:
            raise _wrong(self, f"policy= must be one of {', '.join(POLICIES)}, not {self.policy!r}")
        if isinstance(self.profiles, str) or not isinstance(self.profiles, Sequence):
            raise _wrong(self, f"profiles= takes a list of names and Profile objects, not {_named(self.profiles)}")
        object.__setattr__(self, "profiles", tuple(self.profiles))
        _check_profiles(self)
        if not isinstance(self.weights, Mapping):
            example = "{'a': 0.7, 'b': 0.3}"
            raise _wrong(self, f"weights= takes a share for each name, such as {example}, not {_named(self.weights)}")
        object.__setattr__(self, "weights", dict(self.weights))
        _check_weights(self)
        object.__setattr__(self, "evidence", _evidence(self))
        _check_quality(self)
        _check_health(self)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its profiles, in its order."""
        return tuple(_name(each) for each in self.profiles)

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of those it may ask: all, or with `cheapest_good_enough` those that are, cheapest first."""
        if self.quality is None:
            return self.names
        return tuple(in_order({name: self.evidence[name] for name in self.names}, self.quality))

    def of(self, names: Mapping[str, str]) -> Strategy:
        """Return it for some of its profiles, by other names: each one's own name to the other."""
        return replace(
            self,
            profiles=tuple(names.values()),
            weights={names[name]: share for name, share in self.weights.items() if name in names},
            evidence={names[name]: each for name, each in self.evidence.items() if name in names},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A strategy whose profiles are found.

    Attributes:
        strategy: the rule; its `profiles` and `weights` name the members as they are called.
        members: the profiles it chooses from, in the strategy's order; with `cheapest_good_enough` those that are,
            cheapest first.
    """

    strategy: Strategy
    members: tuple[Profile, ...]

    @property
    def name(self) -> str:
        """How it is called in `profiles=`, and the `profile` column."""
        return self.strategy.name


def _name(profile: str | Profile) -> str:
    return profile if isinstance(profile, str) else profile.name


def _wrong(strategy: Strategy, what: str) -> InputError:
    return InputError(f"Strategy({strategy.name!r}): {what}")


def _named(value: object) -> str:
    return repr(value)[:80] if isinstance(value, str) else type(value).__name__


def _check_label(name: object) -> None:
    if not isinstance(name, str) or not name or name != name.strip() or len(name) > _LONGEST or not name.isprintable():
        shown = repr(name)[:80]
        raise InputError(
            f"Strategy: name= must be 1 to {_LONGEST} printable characters without spaces around, not {shown}"
        )


def _check_profiles(strategy: Strategy) -> None:
    if not strategy.profiles:
        raise _wrong(strategy, "profiles= is empty; name those it chooses from, such as ['sim/small', 'sim/large']")
    for each in strategy.profiles:
        if not isinstance(each, str | Profile):
            raise _wrong(strategy, f"profiles= takes names and Profile objects, not {type(each).__name__}")
    twice = [name for name, count in Counter(strategy.names).items() if count > 1]
    if twice:
        raise _wrong(strategy, f"{twice[0]!r} is in profiles= twice; for a larger share use policy='weighted'")
    if strategy.name in strategy.names:
        raise _wrong(strategy, "one of its profiles has this name too; give the strategy another")


def _check_weights(strategy: Strategy) -> None:
    if strategy.weights and strategy.policy != "weighted":
        raise _wrong(strategy, f"weights= are for policy='weighted', not {strategy.policy!r}; drop one")
    if strategy.policy == "weighted" and set(strategy.weights) != set(strategy.names):
        raise _wrong(strategy, f"weights= must have a share for each of {', '.join(strategy.names)}, and no other")
    for name, share in strategy.weights.items():
        if not _is_positive(share):
            raise _wrong(strategy, f"weights= must be positive numbers, not {shown(share)} for {name!r}")


def _evidence(strategy: Strategy) -> dict[str, Evidence]:
    if not isinstance(strategy.evidence, Mapping):
        example = "{'a': {'quality': 0.8, 'cost_per_item_usd': 0.0004}}"
        raise _wrong(
            strategy, f"evidence= takes what is known of each name, such as {example}, not {_named(strategy.evidence)}"
        )
    found = {}
    for name, given in strategy.evidence.items():
        try:
            found[name] = Evidence.of(given)
        except ValueError as error:
            raise _wrong(strategy, f"evidence= of {name!r}: {error}") from None
    return found


def _check_quality(strategy: Strategy) -> None:
    quality, evidence = strategy.quality, strategy.evidence
    if strategy.policy != _BY_EVIDENCE:
        if quality is not None or evidence:
            raise _wrong(
                strategy, f"quality= and evidence= are for policy={_BY_EVIDENCE!r}, not {strategy.policy!r}; drop one"
            )
        return
    if not is_number(quality):
        raise _wrong(strategy, f"quality= must be the least mean score, such as 0.8, not {shown(quality)}")
    if set(evidence) != set(strategy.names):
        raise _wrong(strategy, f"evidence= must be there for each of {', '.join(strategy.names)}, and no other")
    if told := nobody(evidence, quality):
        raise _wrong(strategy, told)


def _check_health(strategy: Strategy) -> None:
    if (
        not isinstance(strategy.max_failures, Integral)
        or isinstance(strategy.max_failures, bool)
        or strategy.max_failures < 1
    ):
        raise _wrong(strategy, f"max_failures= must be a whole number from 1, not {strategy.max_failures!r}")
    if not _is_positive(strategy.recovery_timeout_s):
        raise _wrong(strategy, f"recovery_timeout_s= must be seconds above 0, not {shown(strategy.recovery_timeout_s)}")
    interval = strategy.health_check_interval_s
    if interval is not None and not _is_positive(interval):
        raise _wrong(strategy, f"health_check_interval_s= must be seconds above 0 or None, not {shown(interval)}")


def _is_positive(value: object) -> bool:
    return is_number(value) and float(value) > 0


_LONGEST = 200
_BY_EVIDENCE = "cheapest_good_enough"
