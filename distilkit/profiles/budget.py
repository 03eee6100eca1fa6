"""What may be spent: dollars for a run, a day and a month, in all and for one provider section.

Values, and the reading of `budget=`. How a budget is kept is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from numbers import Real
from typing import Any

from distilkit.errors import InputError
from distilkit.profiles.aliases import BUDGET

# Sums of amounts up to this one, to the last decimal of any price, are exact. More than the world holds.
MOST_USD = 10**15
_DEFAULT_ALERT = Decimal("0.8")
_PERIODS = ("run", "daily", "monthly")
_SPELLINGS = {path[0]: rule.target[0] for path, rule in BUDGET.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """US dollars that one provider section may cost; None where no limit is set.

    Attributes:
        run: dollars in one run.
        daily: dollars in a day (UTC).
        monthly: dollars in a calendar month (UTC).
    """

    run: Decimal | None = None
    daily: Decimal | None = None
    monthly: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """US dollars that may be spent; None where no limit is set.

    Attributes:
        run: dollars in one run.
        daily: dollars in a day (UTC), by all runs on one store.
        monthly: dollars in a calendar month (UTC), by all runs on one store.
        alert_at: the share of a limit, 0 to 1, at which to say so.
        providers: what one provider section may cost, by the section's name; within the limits above.
    """

    run: Decimal | None = None
    daily: Decimal | None = None
    monthly: Decimal | None = None
    alert_at: Decimal = _DEFAULT_ALERT
    providers: Mapping[str, Allowance] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any) -> Budget:
        """Return the budget that a caller means.

        Args:
            value: None for no limits; an amount (a number, or text such as "2.50") for dollars in this run; a mapping
                with the fields of `budget:` in a profile file; or a `Budget`.

        Raises:
            InputError: it is none of these, or an amount is negative, infinite or no number; names `budget=`.
        """
        if value is None:
            return cls()
        if isinstance(value, Budget):
            return _of_mapping({each.name: getattr(value, each.name) for each in fields(value)})
        if isinstance(value, Mapping):
            return _of_mapping(value)
        return cls(run=_amount(value, "budget="))

    def __bool__(self) -> bool:
        """Say whether any limit is set."""
        return bool(_limits(self)) or any(map(_limits, self.providers.values()))

    def check_sections(self, sections: Iterable[str]) -> None:
        """Refuse a limit for a provider section that is not there: it would limit nothing.

        Args:
            sections: the names that are there.

        Raises:
            InputError: names the first such section, and the nearest that is there.
        """
        from distilkit.profiles.nearest import did_you_mean  # imports pydantic

        known = list(sections)
        for name in self.providers:
            if name not in known:
                way = did_you_mean(name, known) if known else "leave it out"
                raise InputError(f"budget=: providers.{name}: no such provider section; {way}")


def _limits(limited: Budget | Allowance) -> list[Decimal]:
    return [dollars for name in _PERIODS if (dollars := getattr(limited, name)) is not None]


def _of_mapping(value: Mapping[Any, Any]) -> Budget:
    named = {_SPELLINGS.get(name, name): each for name, each in value.items()}
    if len(named) < len(value):
        raise InputError(f"budget=: two names for one field in {', '.join(map(str, value))}; keep one")
    _check_names(named, (*_PERIODS, "alert_at", "providers"), "")
    share, providers = named.get("alert_at"), named.get("providers")
    return Budget(
        **_amounts(named, ""),
        alert_at=_DEFAULT_ALERT if share is None else _share(share),
        providers={} if providers is None else _allowances(providers),
    )


def _allowances(providers: Any) -> dict[str, Allowance]:
    return {name: _allowance(each, f"providers.{name}.") for name, each in _mapping(providers, "providers").items()}


def _allowance(value: Any, path: str) -> Allowance:
    if isinstance(value, Allowance):
        value = {name: getattr(value, name) for name in _PERIODS}
    named = {_SPELLINGS.get(name, name): each for name, each in _mapping(value, path.rstrip(".")).items()}
    _check_names(named, _PERIODS, path)
    return Allowance(**_amounts(named, path))


def _mapping(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"budget=: {path} must be a mapping, such as {{'daily': 3}}, not {type(value).__name__}")
    return value


def _check_names(named: Mapping[Any, Any], known: tuple[str, ...], path: str) -> None:
    from distilkit.profiles.nearest import did_you_mean  # imports pydantic

    for name in named:
        if name not in known:
            raise InputError(f"budget=: {path}{name}: unknown field; {did_you_mean(str(name), known)}")


def _amounts(named: Mapping[str, Any], path: str) -> dict[str, Decimal]:
    given = {name: named[name] for name in _PERIODS if named.get(name) is not None}
    return {name: _amount(value, f"budget=: {path}{name}") for name, value in given.items()}


def _share(value: Any) -> Decimal:
    return _number(value, "budget=: alert_at", "a share from 0 to 1, such as 0.8", lambda share: share <= 1)


def _amount(value: Any, where: str) -> Decimal:
    wanted = "an amount of US dollars, such as 2.50"
    return _number(value, where, wanted, lambda dollars: dollars <= MOST_USD)


def _number(value: Any, where: str, wanted: str, fits: Callable[[Decimal], bool]) -> Decimal:
    number = None
    # A float is taken as it is written: 0.1 is a tenth. "True" is no number.
    if isinstance(value, Real | Decimal | str):
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            number = None
    if number is None or not number.is_finite() or number < 0 or not fits(number):
        raise InputError(f"{where} must be {wanted}, not {value!r}")
    return number
