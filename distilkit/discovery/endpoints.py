"""From what a caller names to the endpoints that are asked: profiles of one section and address are one endpoint.

Only a name that nobody knows is an error here. What is wrong with one section must not hide the others: it becomes a
row. Asks nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from distilkit.errors import ConfigError, InputError
from distilkit.profiles import Profile, Profiles, Strategy, load_profiles, resolve
from distilkit.profiles.build import build
from distilkit.profiles.catalog import of_model
from distilkit.profiles.load import BUILTIN
from distilkit.profiles.providers import provider_of
from distilkit.profiles.tree import Item, merge
from distilkit.targets import Asked, Wanted, members_of

# Stands for a model where only the endpoint is meant: an address and a key need none.
_ANY = "any"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address with one key.

    Attributes:
        section: how its rows call it.
        profile: with which settings it is asked.
        used_by: the profiles that go there.
    """

    section: str
    profile: Profile
    used_by: tuple[Profile, ...] = ()

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two profiles ask the same place in the same way."""
        one = self.profile
        headers = tuple(sorted(one.headers.items(), key=lambda pair: pair[0]))
        return one.section, one.provider, one.base_url, one.api_version, one.api_key, headers, one.connection


@dataclass(frozen=True, slots=True)
class Broken:
    """A section, or a profile, that cannot be asked, and why."""

    section: str
    error: str
    profile: str | None = None


def endpoints(wanted: Wanted, config: str | Path | None) -> list[Endpoint | Broken]:
    """Return the endpoints to ask, each once, in the order they are named.

    Args:
        wanted: names of profiles, strategies or provider sections, words for a `type`, LiteLLM's model strings, or
            `Profile` and `Strategy` objects; one or several. None for every section of the file.
        config: the profile file.

    Raises:
        InputError: nothing is named, or something of another type.
        ConfigError: the file is wrong, or a name is unknown.
    """
    if config is not None and not isinstance(getattr(config, "config", config), str | Path | Profiles):
        raise InputError(f"config= must be the path of a profile file, or Providers, not {config!r}")
    if wanted is not None and not isinstance(wanted, str | Profile | Strategy | Iterable):
        raise InputError(f"models() takes names and Profile objects, not {wanted!r}")
    known = functools.cache(lambda: load_profiles(config))
    if wanted is None:
        return _distinct(each for section in _own_sections(known()) for each in _of_section(section, known()))
    named = [wanted] if isinstance(wanted, str | Profile | Strategy) else list(wanted)
    if not named:
        raise InputError("nothing is named; name a profile or a provider, or leave it out for all of the file")
    found: list[Endpoint | Broken] = []
    errors: list[str] = []
    for each in named:
        try:
            found += _of(each, known)
        except ConfigError as error:
            errors += str(error).splitlines()
    if errors:
        raise ConfigError("\n".join(dict.fromkeys(errors)))
    return _distinct(found)


def _own_sections(profiles: Profiles) -> list[str]:
    """Return the sections of the file; the built-in one only where there is no file, and nothing was added."""
    built_in = {entry.section for entry in profiles.catalog.entries.values() if entry.file == BUILTIN}
    written = {entry.section for entry in profiles.catalog.entries.values() if entry.file != BUILTIN}
    hidden = built_in - written if profiles.path or written else set()
    return [section for section in profiles.catalog.sections if section not in hidden]


def _of(each: Asked, known: Callable[[], Profiles]) -> list[Endpoint | Broken]:
    if not isinstance(each, str):
        return [_alone(member) for target in resolve([each], known) for member in members_of(target)]
    profiles = known()
    if each in profiles and profiles.catalog.entries[each].section != each:
        return _of_profile(each, profiles)
    if each in profiles.catalog.sections and each not in profiles.strategies:
        return _of_section(each, profiles)
    if provider_of(each) is not None and each not in profiles.strategies:
        return _of_type(each, profiles)
    return [_alone(member) for target in resolve([each], profiles) for member in members_of(target)]


def _alone(profile: Profile) -> Endpoint:
    return Endpoint(profile.section, profile, (profile,))


def _of_profile(name: str, profiles: Profiles) -> list[Endpoint | Broken]:
    section = profiles.catalog.entries[name].section
    try:
        own = _alone(profiles[name])
    except ConfigError as error:
        return [Broken(section, str(error), name)]
    # The others of its section that go to the same place are named in the rows of their models.
    beside = [each for each in _of_section(section, profiles) if isinstance(each, Endpoint)]
    return [next((each for each in beside if each.identity == own.identity), own)]


def _of_section(section: str, profiles: Profiles) -> list[Endpoint | Broken]:
    found: list[Endpoint | Broken] = []
    for entry in profiles.catalog.of_section(section):
        try:
            found.append(_alone(profiles[entry.name]))
        except ConfigError as error:
            found.append(Broken(section, str(error), entry.name))
    if any(isinstance(each, Endpoint) for each in found):
        return _distinct(found)
    # A section that lists no model can still be asked for its models.
    return _without_model(section, profiles.catalog.sections[section], profiles)


def _of_type(word: str, profiles: Profiles) -> list[Endpoint | Broken]:
    # It stands on no line of a file; errors about it name it instead.
    return _without_model(word, Item({"type": Item(word, 0, (word,))}, 0, (word,)), profiles)


def _without_model(section: str, there: Item, profiles: Profiles) -> list[Endpoint | Broken]:
    base = merge(profiles.catalog.defaults, there)
    model = Item({"model": Item(_ANY, there.line, there.path)}, there.line, there.path)
    try:
        entry = of_model(section, section, base, model, str(profiles.path or "profiles"))
        return [Endpoint(section, build(entry, profiles.folder))]
    except ConfigError as error:
        return [Broken(section, str(error))]


def _distinct(found: Iterable[Endpoint | Broken]) -> list[Endpoint | Broken]:
    """Make one of endpoints that are the same, with all that go there."""
    return list(_merged(found))


def _merged(found: Iterable[Endpoint | Broken]) -> Iterator[Endpoint | Broken]:
    kept: dict[object, Endpoint | Broken] = {}
    for each in found:
        if isinstance(each, Broken):
            kept[each] = each
            continue
        there = kept.get(each.identity)
        used_by = {one.name: one for one in (*(there.used_by if isinstance(there, Endpoint) else ()), *each.used_by)}
        first = there if isinstance(there, Endpoint) else each
        kept[each.identity] = Endpoint(first.section, first.profile, tuple(used_by.values()))
    yield from kept.values()
