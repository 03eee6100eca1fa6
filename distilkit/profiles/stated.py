"""What a profile file states of a profile, without building it: so neither its key nor its address need be there.

Knows the catalog; asks nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from distilkit.profiles.check import checked
from distilkit.profiles.environment import filled
from distilkit.profiles.profile import Price
from distilkit.profiles.schema import PriceFields, TermsFields
from distilkit.profiles.terms import Terms
from distilkit.profiles.tree import Item, Problem, refuse

if TYPE_CHECKING:
    from distilkit.profiles.load import Profiles
    from distilkit.profiles.strict import Strict

Fields = TypeVar("Fields", bound="Strict")


def stated_terms(known: Profiles, profile: str) -> Terms | None:
    """Return what the file says of a profile's terms, or of those of the section that its name begins with.

    Raises:
        ConfigError: a variable in the terms is not set, or what it holds does not fit.
    """
    entry = known.catalog.entries.get(profile)
    item = entry.item if entry else known.catalog.sections.get(profile.partition("/")[0])
    fields = _fields(known, item, "terms", TermsFields)
    return Terms(**fields.model_dump()) if fields else None


def stated_price(known: Profiles, profile: str) -> Price | None:
    """Return the price that the file states for a profile; a section's is none of models that it does not list.

    Raises:
        ConfigError: a variable in the price is not set, or what it holds does not fit.
    """
    entry = known.catalog.entries.get(profile)
    fields = _fields(known, entry.item if entry else None, "price", PriceFields)
    return Price(**fields.model_dump()) if fields else None


def _fields(known: Profiles, item: Item | None, name: str, schema: type[Fields]) -> Fields | None:
    written = item.fields.get(name) if item else None
    if written is None:
        return None
    problems: list[Problem] = []
    found = checked(schema, filled(written, problems), problems)
    refuse(str(known.path or "profiles"), problems)
    return found
