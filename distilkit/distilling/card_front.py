"""The header of a card: YAML, with the fields that data set hubs read.

The names are those of https://github.com/huggingface/hub-docs/blob/main/datasetcard.md. Knows nothing of the rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from distilkit.distilling.card_files import Listed
from distilkit.distilling.card_text import quoted
from distilkit.errors import InputError

# Every class of size begins at ten times the one before.
_SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "n>1B")
_THOUSAND = 1_000
# What a hub takes as the name of a split.
_SPLIT = re.compile(r"\w+(\.\w+)*", re.ASCII)


def front(heading: str, rows: int, *, license: Any, language: Any, files: Sequence[Listed]) -> str:  # noqa: A002 - the word that hubs use
    """Return the header, between its lines of dashes.

    Raises:
        InputError: `license` or `language` is no text.
    """
    lines = [f"pretty_name: {quoted(heading)}"]
    lines += _words("license", license) + _words("language", language)
    for name, values in (
        ("annotations_creators", ["machine-generated"]),
        ("language_creators", ["machine-generated"]),
        ("task_categories", ["text-generation"]),
        ("size_categories", [_size(rows)]),
        ("tags", ["distillation", "synthetic", "distilkit"]),
    ):
        lines += [f"{name}:", *(f'- "{value}"' for value in values)]
    return "\n".join(["---", *lines, *_configs(files), "---", ""])


def _words(name: str, given: Any) -> list[str]:
    if given is None:
        return []
    values = [given] if isinstance(given, str) else given
    if not isinstance(values, Sequence) or not all(isinstance(each, str) and each.strip() for each in values):
        raise InputError(f"{name}= takes a text, not {given!r:.80}")
    return [f"{name}:", *(f"- {quoted(value)}" for value in values)]


def _size(rows: int) -> str:
    most = _THOUSAND
    for size in _SIZES[:-1]:
        if rows < most:
            return size
        most *= 10
    return _SIZES[-1]


def _configs(files: Sequence[Listed]) -> list[str]:
    """Say which file holds which part; nothing where that is not known of every file."""
    if not files or not all(each.part and _SPLIT.fullmatch(each.part) for each in files):
        return []
    parts = dict.fromkeys(str(each.part) for each in files)
    lines = ["configs:", '- config_name: "default"', "  data_files:"]
    for part in parts:
        lines += [f"  - split: {quoted(part)}", "    path:"]
        lines += [f"    - {quoted(each.name)}" for each in files if each.part == part]
    return lines
