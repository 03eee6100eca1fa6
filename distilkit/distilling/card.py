"""`dataset_card`: a page that says where training data comes from, what it cost, and what is not known of it.

Markdown under a header that data set hubs read. Knows frames and files; asks no model.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.analysis.panel import check_frame
from distilkit.distilling import card_ends, card_sections
from distilkit.distilling.card_facts import Parts, parts_of, reasons_counted, teachers_of, verifiers_of
from distilkit.distilling.card_files import Files, Listed, check_target, listed, write_whole
from distilkit.distilling.card_front import front
from distilkit.distilling.card_prices import stated_prices
from distilkit.distilling.card_text import count, said
from distilkit.distilling.cells import verdicts_of
from distilkit.distilling.choosing import prompt_ids
from distilkit.distilling.columns import is_chosen
from distilkit.distilling.funnel import funnel
from distilkit.distilling.kinds import kinds
from distilkit.distilling.provenance import versions
from distilkit.distilling.terms import Standing, Wanted, standings, warn_of_terms
from distilkit.errors import InputError
from distilkit.profiles.terms import check_day
from distilkit.scoring import Scorer

if TYPE_CHECKING:
    import pandas as pd

    from distilkit.store import Store

_TITLE = "Distillation set"


class Card(str):
    """A card's text. A notebook shows it as a page, without the header that only hubs read."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        page = self.partition("\n---\n")[2].lstrip("\n")
        # Between two of these a notebook sees mathematics, over the cells of a table.
        page = re.sub(r"(?<!\\)\$", r"\\$", page)
        # Once rendered, an escaped sign is a bare one, which is what the typesetter looks for.
        return f'<div class="mathjax_ignore tex2jax_ignore">\n\n{page}\n\n</div>'


def dataset_card(  # noqa: PLR0913 - what a card tells beside what the rows say
    df: pd.DataFrame,
    path: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    title: str | None = None,
    verifiers: Mapping[str, Any] | Sequence[str] | str | None = None,
    terms: Wanted = None,
    files: Files = None,
    store: Store | str | Path | None = None,
    date: Any = None,
    license: str | None = None,  # noqa: A002 - the word that hubs use
    language: str | Sequence[str] | None = None,
    config: str | Path | None = None,
    overwrite: bool = False,
) -> Card:
    """Return a data set's card, as Markdown; with `path` it is written too.

    It says how the rows were made, what was left at each step and what that cost, how often each verifier failed, why
    rows are not valid, which kinds of thinking there are, how the rows are parted, what terms of use say, which files
    belong to it, and what is not known. What models and files said can do nothing in it. The same frame, store, files
    and arguments give the same text.

    Args:
        df: a frame from `distill`, with the rows that were not chosen: without them the card cannot say what was lost.
        path: where to write it, such as `README.md`, which hubs show.
        name: what the set is called.
        title: the heading; None for the name.
        verifiers: the `verify=` of `distill`, or texts that say what each is; others are found in the evidence.
        terms: whether terms of use allow training on answers, by the name of a profile, section or provider:
            `{"openai": {"training": "disallowed", "source": "https://…", "date": "2026-01-31"}}`; beside what the
            profile file says under `terms`. What nobody says is `unknown`.
        files: the files of the set, to be listed with their SHA-256: a path, several, or `{"train": path}`.
        store: where parameters, served models and prices are looked up, as `compare` takes it.
        date: the day of the card, as `2026-01-31`; None leaves it out.
        license: what the hub is to say, such as `cc-by-4.0`.
        language: of the texts, such as `en`.
        config: the profile file with the terms of use, as `compare` takes it.
        overwrite: whether `path` may be replaced.

    Raises:
        InputError: an argument is wrong, a file cannot be read, or the card cannot be written.
        ConfigError: the profile file is wrong.
        StoreError: the store cannot be read.

    Warns:
        DataWarning: terms of use do not allow training on chosen rows. They are not dropped; the card says so.
    """
    from distilkit.profiles import load_profiles  # imports pydantic

    target = None if path is None else check_target(path, overwrite=overwrite)
    day = None if date is None else _day(date)
    check_frame(df)
    known = load_profiles(config)
    named, standing, parts = _named(verifiers), standings(df, terms, known), parts_of(df)
    found = listed(files, () if parts is None else parts.rows, target)
    heading = title or name or _TITLE
    header = front(heading, sum(is_chosen(df)), license=license, language=language, files=found)
    told = _sections(df, named, standing, parts, found, store, stated_prices(df, known))
    warn_of_terms(standing)
    card = Card(
        "\n\n".join([f"{header}\n# {said(heading)}", *_opening(df, name if title else None, day, standing), *told])
        + "\n"
    )
    if target is not None:
        write_whole(target, card, overwrite=overwrite)
    return card


def _sections(
    df: pd.DataFrame,
    named: Mapping[str, str | None],
    standing: Sequence[Standing],
    parts: Parts | None,
    files: Sequence[Listed],
    store: Store | str | Path | None,
    stated: Mapping[str, str],
) -> list[str]:
    teachers, verifiers = teachers_of(df, store), verifiers_of(df, named)
    told = {
        "How it was made": card_sections.made(teachers, stated),
        "What was left at each step": card_sections.left(funnel(df), df),
        "Checks": card_sections.checked(verifiers, reasons_counted(df)),
        "Thinking": card_sections.thought(kinds(df)),
        "Duplicates and contamination": card_sections.alike(df),
        "Parts": card_ends.parted(parts),
        "Terms of use": card_ends.allowed(standing),
        "Files": card_ends.filed(files),
        "Versions and seeds": card_ends.versioned(versions(), teachers),
        "What is not known": card_ends.limited(df, teachers, verifiers, standing),
    }
    return [f"## {title}\n\n{text}" for title, text in told.items()]


def _opening(df: pd.DataFrame, name: str | None, day: str | None, standing: Sequence[Standing]) -> list[str]:
    """Tell in a few sentences what it is; what terms of use do not allow comes before all else."""
    chosen = sum(is_chosen(df))
    prompts = len(set(prompt_ids(df)))
    teachers = len({each.teacher for each in standing})
    text = (
        f"{count(chosen)} {_many(chosen, 'example')} to train a model on, from {count(len(df))} "
        f"{_many(len(df), 'answer')} to {count(prompts)} {_many(prompts, 'prompt')}"
    )
    text += f"; {count(teachers)} {_many(teachers, 'teacher')} wrote what was chosen."
    if "valid" in df:
        text += f" {count(sum(verdict is True for verdict in verdicts_of(df, 'valid')))} answers passed every check."
    facts = [*([f"Name: {said(name)}."] if name else []), *([f"Date of this card: {day}."] if day else [])]
    return [*filter(None, [card_ends.against(standing), text, " ".join(facts)])]


def _many(number: int, noun: str) -> str:
    return noun if number == 1 else f"{noun}s"


def _day(date: Any) -> str:
    try:
        return check_day(date.isoformat()[:10] if hasattr(date, "isoformat") else date)
    except ValueError as error:
        raise InputError(f"date= {error}, not {date!r:.80}") from None


def _named(verifiers: Any) -> dict[str, str | None]:
    """Return the verifiers' names, each with what it is, where that is told."""
    if verifiers is None:
        return {}
    if isinstance(verifiers, str):
        return {verifiers: None}
    if isinstance(verifiers, Mapping):
        return {str(name): _what(each) for name, each in verifiers.items()}
    if isinstance(verifiers, Scorer):
        return {verifiers.name: None}
    if isinstance(verifiers, Sequence) and all(isinstance(name, str) for name in verifiers):
        return dict.fromkeys(verifiers)
    raise InputError(f"verifiers= takes names, or what each is by its name, not {type(verifiers).__name__}")


def _what(given: Any) -> str | None:
    """A text stands for itself, a scorer for its name, a function for its own."""
    if isinstance(given, str):
        return given
    found = given.name if isinstance(given, Scorer) else getattr(given, "__name__", None)
    return None if found is None else str(found)
