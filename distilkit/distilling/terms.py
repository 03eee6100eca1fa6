"""Whether the terms of use of those who answered allow training on it: as the profile file or the caller says.

Nothing is built in, and nothing is decided here: a row is never dropped, it is told of. Knows teachers; knows nothing
of answers.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distilkit.distilling.cells import texts_of
from distilkit.distilling.columns import NOBODY, is_chosen, teachers
from distilkit.distilling.notices import DataWarning
from distilkit.errors import InputError
from distilkit.profiles import Terms

if TYPE_CHECKING:
    import pandas as pd

    from distilkit.profiles import Profiles
    from distilkit.profiles.load import Config

Wanted = Mapping[str, Any] | None
"""What `terms=` takes: by the name of a profile, a section or a provider, the word alone or all that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the terms say of one teacher's answers.

    Attributes:
        teacher: the profile that answered.
        provider: LiteLLM's name of its provider; None where the frame does not say.
        rows: how many chosen rows are its.
        terms: what is known; `unknown` where nobody has said.
    """

    teacher: str
    provider: str | None
    rows: int
    terms: Terms


def standings(frame: pd.DataFrame, terms: Wanted = None, config: Config = None) -> list[Standing]:
    """Return what the terms say of each teacher of the chosen rows, by provider and teacher.

    Args:
        frame: all rows count where there is no column `chosen`.
        terms: over the profile file's; a teacher's own name is looked for first, then its section's (what stands
            before the first `/`), then its provider's.
        config: the profile file; None for the one that `compare` finds.

    Raises:
        InputError: `terms` is not as it must be; the text names the entry.
        ConfigError: the profile file is wrong.
    """
    from distilkit.profiles import stated_terms  # imports pydantic

    said = checked_terms(terms)
    rows = zip(is_chosen(frame), teachers(frame), texts_of(frame, "provider"), strict=True)
    counts = Counter((provider or "", teacher) for chosen, teacher, provider in rows if chosen)
    found = {pair: _given(said, *pair) for pair in sorted(counts)}
    known = _loaded(config) if any(each is None for each in found.values()) else None
    return [
        Standing(
            teacher=teacher,
            provider=provider or None,
            rows=counts[provider, teacher],
            terms=own or (stated_terms(known, teacher) if known and teacher != NOBODY else None) or Terms(),
        )
        for (provider, teacher), own in found.items()
    ]


def checked_terms(terms: Wanted) -> dict[str, Terms]:
    """Return what `terms=` says, by name.

    Raises:
        InputError: it is no mapping, or an entry is wrong; the text names it.
    """
    if terms is None:
        return {}
    if not isinstance(terms, Mapping):
        way = "{'openai': {'training': 'allowed', 'source': ..., 'date': '2026-01-31'}}"
        raise InputError(f"terms= takes a mapping such as {way}, not {type(terms).__name__}")
    found = {}
    for name, given in terms.items():
        try:
            found[str(name)] = Terms.of(given)
        except ValueError as error:
            raise InputError(f"terms={{{str(name)!r:.80}: ...}}: {error}") from None
    return found


def told(found: Sequence[Standing]) -> str | None:
    """Return what deserves a loud warning, or None: chosen rows whose terms do not allow training on them."""
    against = [each for each in found if each.terms.training == "disallowed"]
    if not against:
        return None
    listed = "; ".join(
        f"{each.rows:,} of {each.teacher}" + (f" ({each.terms.source})" if each.terms.source else "")
        for each in against
    )
    count = sum(each.rows for each in against)
    return (
        f"{count:,} CHOSEN ROWS ARE NOT ALLOWED AS TRAINING DATA by the terms of use of who answered: {listed}. They "
        "are still there, and the card says so; leave out that teacher, or correct terms= or the profile file"
    )


def warn_of_terms(found: Sequence[Standing], *, stacklevel: int = 2) -> None:
    """Warn of chosen rows whose terms do not allow training on them."""
    if (text := told(found)) is not None:
        warnings.warn(text, DataWarning, stacklevel=stacklevel + 1)


def _given(said: Mapping[str, Terms], provider: str, teacher: str) -> Terms | None:
    names = (teacher, teacher.partition("/")[0], provider)
    return next((said[name] for name in names if name in said), None)


def _loaded(config: Config) -> Profiles:
    from distilkit.profiles import load_profiles  # imports pydantic

    return load_profiles(config)
