"""From what a caller asks for to profiles and routes: names of the file, built-in ones, LiteLLM's strings, objects.

A plain profile never stands for another one: what is not certain is an error that names the nearest. Only a strategy
stands for several, and its name says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeVar

from distilkit.errors import ConfigError, InputError
from distilkit.profiles.build import build
from distilkit.profiles.catalog import Entry, of_model, without
from distilkit.profiles.load import Profiles
from distilkit.profiles.nearest import did_you_mean
from distilkit.profiles.profile import Profile
from distilkit.profiles.providers import of_bare_model, provider_of
from distilkit.profiles.selection import member
from distilkit.profiles.strategy import Route, Strategy
from distilkit.profiles.tree import Item, merge

_PRICE = frozenset({"models", "price"})

Asked = TypeVar("Asked")
Found = TypeVar("Found")


def resolve(
    wanted: Sequence[str | Profile | Strategy] | str | Profile | Strategy,
    profiles: Profiles | Callable[[], Profiles],
) -> list[Profile | Route]:
    """Return a profile, or a strategy with its profiles, for each one asked for, in that order.

    Args:
        wanted: names of profiles and strategies; or `Profile` and `Strategy` objects, which stand for themselves.
        profiles: where names are looked up; a function is called only if there is a name to look up.

    Raises:
        InputError: nothing is asked for, something of another type, or a `Strategy` that names a profile twice.
        ConfigError: a line for each name that is unknown, unclear, or given twice.
    """
    asked = [wanted] if isinstance(wanted, str | Profile | Strategy) else list(wanted)
    if not asked:
        raise InputError("profiles: empty; name at least one, such as 'sim/small' or 'gpt-4o-mini'")
    known = cache(lambda: profiles if isinstance(profiles, Profiles) else profiles())
    found, errors = _each(asked, lambda each: _found(each, known))
    errors += _twice(found)
    if errors:
        raise ConfigError("\n".join(dict.fromkeys(errors)))
    return found


def _each(asked: Iterable[Asked], find: Callable[[Asked], Found]) -> tuple[list[Found], list[str]]:
    """Look up all of them, so that every bad name is told at once."""
    found: list[Found] = []
    errors: list[str] = []
    for each in asked:
        try:
            found.append(find(each))
        except ConfigError as error:
            errors += str(error).splitlines()
    return found, errors


def _twice(found: Sequence[Profile | Route]) -> list[str]:
    counts = Counter(each.name for each in found)
    return [
        f"{name!r}: asked for {count} times, and its rows could not be told apart; for several answers use samples="
        for name, count in counts.items()
        if count > 1
    ]


def _found(each: object, known: Callable[[], Profiles]) -> Profile | Route:
    if isinstance(each, Profile):
        return each
    if isinstance(each, Strategy):
        return _route(each, known)
    if not isinstance(each, str):
        raise InputError(f"profiles: expected a name, a Profile or a Strategy, got {type(each).__name__}")
    strategy = known().strategies.get(each)
    return _named(each, known()) if strategy is None else _route(strategy, known)


def _route(strategy: Strategy, known: Callable[[], Profiles]) -> Route:
    # Who is never asked needs no key, and no address.
    named = dict(zip(strategy.names, strategy.profiles, strict=True))
    members, errors = _each(strategy.asked, lambda each: _member(named[each], known))
    if any(isinstance(each, str) for each in strategy.profiles) and strategy.name in known():
        errors.append(f"{strategy.name!r}: a profile has this name too; give the strategy another")
    if errors:
        raise ConfigError("\n".join(errors))
    # A name may have stood for another, a section for its first model; from here on each goes by its own.
    own = dict(zip(strategy.asked, (member.name for member in members), strict=True))
    return Route(strategy=strategy.of(own), members=tuple(members))


def _member(each: str | Profile, known: Callable[[], Profiles]) -> Profile:
    if isinstance(each, Profile):
        return each
    profiles = known()
    if each in profiles.strategies:
        names = ", ".join(profiles.strategies[each].names)
        raise ConfigError(f"{each!r} is a strategy, and a strategy chooses among profiles; name its own: {names}")
    return _named(member(each, profiles.catalog) or each, profiles)


def _named(name: str, profiles: Profiles) -> Profile:
    if name in profiles:
        return profiles[name]
    if name in profiles.catalog.sections:
        return _only_one(name, profiles)
    entry = _unlisted(name, profiles) or _bare(name, profiles)
    if entry is None:
        raise _unknown(name, profiles)
    return build(entry, profiles.folder)


def _only_one(section: str, profiles: Profiles) -> Profile:
    entries = profiles.catalog.of_section(section)
    if len(entries) == 1:
        return profiles[entries[0].name]
    names = ", ".join(entry.name for entry in entries)
    raise ConfigError(f"{section!r} is a provider with {len(entries)} profiles; name one: {names}")


def _unlisted(name: str, profiles: Profiles) -> Entry | None:
    """Make a profile of a model that its section does not list: the section's address, key and limits, no price."""
    section, _, model = name.partition("/")
    there = profiles.catalog.sections.get(section)
    if there is None or not model or _is_built_in(section, profiles):
        return None
    base = without(merge(profiles.catalog.defaults, there), _PRICE)
    return of_model(name, section, base, _asked(model, there), str(profiles.path))


def _is_built_in(section: str, profiles: Profiles) -> bool:
    kind = profiles.catalog.sections[section].fields.get("type")
    return kind is not None and kind.value == "sim"


def _bare(name: str, profiles: Profiles) -> Entry | None:
    prefix, _, rest = name.partition("/")
    provider, model = (provider_of(prefix), rest) if rest else (of_bare_model(name), name)
    if provider is None or provider == "sim":
        return None
    # It stands on no line of a file; errors about it name it instead.
    kind = Item({"type": Item(provider, 0, (name,))}, 0, (name,))
    base = merge(profiles.catalog.defaults, kind)
    return of_model(name, provider, base, _asked(model, kind), str(profiles.path or "profiles"))


def _asked(model: str, there: Item) -> Item:
    return Item({"model": Item(model, there.line, there.path)}, there.line, there.path)


def _unknown(name: str, profiles: Profiles) -> ConfigError:
    known = [*profiles, *profiles.strategies, *profiles.catalog.sections]
    where = f" in {profiles.path}" if profiles.path else ""
    way = "; or write LiteLLM's provider/model, such as openai/gpt-4o-mini; what another file names needs its config="
    return ConfigError(f"{name[:80]!r}: no such profile{where}; {did_you_mean(name, known)}{way}")
