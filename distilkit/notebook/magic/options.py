"""The line of `%%compare`: which options there are, and what each is.

From a text to values. Knows no shell and no providers.
"""

from __future__ import annotations

import argparse
import builtins
import json
import keyword
import shlex
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, cast, get_args

from distilkit.errors import InputError

Cache = Literal["use", "refresh", "only"]

# What IPython keeps among the notebook's variables; a frame in its place breaks the notebook.
_TAKEN = frozenset({"In", "Out", "get_ipython", "exit", "quit"})
_MOST_DIGITS = 9

USAGE = """\
Ask profiles the prompts in this cell, and show their answers side by side.

    %%compare sim/small,sim/large --samples 2 --name df
    What is 6 times 7?
    ---
    What is 10 minus 3?

A line of dashes stands between two prompts. The frame of answers is in `_`, and in the variable that --name names.

  PROFILES             names, with commas or spaces between them (default: the profile file's default)
  --name NAME          the variable that takes the frame
  --samples N          answers to each prompt from each profile (default: 1)
  --score NAME         a function of a row, or a dict of them, defined in the notebook; may be repeated
  --format             fill {name} in the prompts from the notebook's variables; {{ and }} are braces
  --system TEXT        a system message for every prompt
  --param NAME=VALUE   a generation parameter, such as temperature=0; may be repeated
  --budget DOLLARS     what this run may spend
  --cache MODE         use what is stored and send the rest (use), send all (refresh), send nothing (only)
  --config FILE        the profile file
  --store FOLDER       the store
  --help               show this, as %compare --help does in a cell of its own
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a line of `%%compare` says; the arguments of `compare` of the same names, and three of its own.

    Attributes:
        scores: names of variables that hold scorers.
        name: of the variable that takes the frame, or None.
        fill: whether `{name}` in the prompts is filled in.
        help: whether the options were asked for, and nothing else.
    """

    profiles: list[str] | None
    name: str | None
    samples: int
    scores: tuple[str, ...]
    fill: bool
    system: str | None
    params: dict[str, Any]
    budget: str | None
    cache: Cache
    config: str | None
    store: str | None
    help: bool


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(f"%%compare: {message}; %compare --help shows the options")


def parse(line: str) -> Options:
    """Read the line.

    Raises:
        InputError: an option is unknown or wrong, or a quotation mark is left open.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise InputError(f"%%compare: {str(error).lower()}: {line.strip()}") from None
    found = _parser().parse_args(words)
    profiles = [name for text in found.profiles for name in text.split(",") if name]
    return Options(
        profiles=profiles or None,
        name=None if found.name is None else _variable(found.name),
        samples=_samples(found.samples),
        scores=tuple(found.score),
        fill=found.format,
        system=found.system,
        params=dict(_param(text) for text in found.param),
        budget=found.budget,
        cache=_cache(found.cache),
        config=found.config,
        store=found.store,
        help=found.help,
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("profiles", nargs="*")
    for name in ("--name", "--system", "--budget", "--config", "--store"):
        parser.add_argument(name)
    for name in ("--score", "--param"):
        parser.add_argument(name, action="append", default=[])
    for name in ("--format", "--help"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("--samples", default="1")
    parser.add_argument("--cache", default="use")
    return parser


def _variable(name: str) -> str:
    # As Python reads it: wide letters are plain ones.
    name = unicodedata.normalize("NFKC", name)
    if not name.isidentifier() or keyword.iskeyword(name):
        raise InputError(f"--name {name}: is not the name of a variable; write e.g. --name df")
    if hasattr(builtins, name) or name in _TAKEN or name.startswith("__") or not name.strip("_"):
        raise InputError(f"--name {name}: is a name of Python's or the notebook's own; write e.g. --name df")
    return name


def _samples(text: str) -> int:
    if not text.isdecimal() or len(text) > _MOST_DIGITS or int(text) < 1:
        raise InputError(f"--samples {text}: write a number from 1 on")
    return int(text)


def _cache(text: str) -> Cache:
    if text not in get_args(Cache):
        raise InputError(f"--cache {text}: write one of {', '.join(get_args(Cache))}")
    return cast("Cache", text)


def _param(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise InputError(f"--param {text}: write NAME=VALUE, e.g. --param temperature=0.2")
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError):
        return name, value
