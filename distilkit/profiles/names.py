"""From what a caller asks for to profiles: names of the file, built-in ones, LiteLLM's model strings, `Profile`s.

A plain profile never stands for another one: what is not certain is an error that names the nearest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

from distilkit.errors import ConfigError, InputError
from distilkit.profiles.build import build
from distilkit.profiles.catalog import Entry, of_model, without
from distilkit.profiles.load import Profiles
from distilkit.profiles.nearest import did_you_mean
from distilkit.profiles.profile import Profile
from distilkit.profiles.providers import of_bare_model, provider_of
from distilkit.profiles.tree import Item, merge

_PRICE = frozenset({"models", "price"})


def resolve(
    wanted: Sequence[str | Profile] | str | Profile, profiles: Profiles | Callable[[], Profiles]
) -> list[Profile]:
    """Return a profile for each one asked for, in that order.

    Args:
        wanted: names, or `Profile` objects, which stand for themselves.
        profiles: where names are looked up; a function is called only if there is a name to look up.

    Raises:
        InputError: nothing is asked for, or something that is neither a name nor a `Profile`.
        ConfigError: a line for each name that is unknown, unclear, or given twice.
    """
    asked: list[str | Profile] = [wanted] if isinstance(wanted, str | Profile) else list(wanted)
    if not asked:
        raise InputError("profiles: empty; name at least one, such as 'sim/small' or 'gpt-4o-mini'")
    found: list[Profile] = []
    errors: list[str] = []
    known = cache(lambda: profiles if isinstance(profiles, Profiles) else profiles())
    for each in asked:
        try:
            found.append(each if isinstance(each, Profile) else _named(each, known()))
        except ConfigError as error:
            errors.append(str(error))
    errors += _twice(found)
    if errors:
        raise ConfigError("\n".join(dict.fromkeys(errors)))
    return found


def _twice(found: Sequence[Profile]) -> list[str]:
    counts = Counter(profile.name for profile in found)
    return [
        f"{name!r}: asked for {count} times, and its rows could not be told apart; for several answers use samples="
        for name, count in counts.items()
        if count > 1
    ]


def _named(name: object, profiles: Profiles) -> Profile:
    if not isinstance(name, str):
        raise InputError(f"profiles: expected a name or a Profile, got {type(name).__name__}")
    if name in profiles:
        return profiles[name]
    if name in profiles.strategies:
        members = ", ".join(profiles.strategies[name].profiles)
        raise ConfigError(f"{name!r} is a strategy, which routes between profiles; compare its profiles: {members}")
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
    way = "or write LiteLLM's provider/model, such as openai/gpt-4o-mini"
    return ConfigError(f"{name[:80]!r}: no such profile{where}; {did_you_mean(name, known)} {way}")
