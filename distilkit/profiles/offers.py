"""What a file offers, by name: its sections, and the profiles that can be asked.

Knows the catalog; builds no profile.
"""

from __future__ import annotations

from collections.abc import Sequence

from distilkit.errors import InputError
from distilkit.profiles.load import BUILTIN, Profiles

_BUILT_IN = "sim"


def sections_of(known: Profiles) -> list[str]:
    """Return the names of the sections; the built-in simulator's only where there is no other."""
    own = list(dict.fromkeys(entry.section for entry in known.catalog.entries.values() if _is_own(known, entry.name)))
    bare = [name for name in known.catalog.sections if name not in own and name != _BUILT_IN]
    return [*own, *bare] or [_BUILT_IN]


def _is_own(known: Profiles, name: str) -> bool:
    return known.catalog.entries[name].file != BUILTIN


def models_of(known: Profiles, section: str | None) -> list[str]:
    """Return the names of the profiles that can be asked, of one section or of all.

    Raises:
        InputError: there is no such section.
    """
    if section is not None and (not isinstance(section, str) or section not in known.catalog.sections):
        raise InputError(f"models({section!r}): no such section; there are: {', '.join(sections_of(known))}")
    # A section without a model is listed, but there is nothing in it to ask.
    askable = [str(row["profile"]) for row in known.table() if row["model"] is not None]
    if section is not None:
        return [name for name in askable if known.catalog.entries[name].section == section]
    return askable if sections_of(known) == [_BUILT_IN] else [name for name in askable if _is_own(known, name)]


def meant_by(known: Profiles, name: str | None) -> Sequence[str]:
    """Return the profiles that a name means where it may be a section's; None means all.

    Raises:
        InputError: it is no name.
    """
    if name is None:
        return models_of(known, None)
    if not isinstance(name, str):
        raise InputError(f"expected a name, got {type(name).__name__}; see list() and models()")
    is_section = name in known.catalog.sections and name not in known.catalog.entries
    return models_of(known, name) if is_section else [name]
