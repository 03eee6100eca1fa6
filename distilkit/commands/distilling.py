"""The command that makes training data: distill. From prompts, or from rows that are there, to a file and its card.

Adds its arguments to a parser and says what runs it. Knows no format, no check and no arithmetic.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.commands.asking import _names, _param, _scores
from distilkit.commands.distilling_arguments import add_asking, add_files, add_wishes
from distilkit.distilling.card import dataset_card
from distilkit.distilling.card_files import check_target as check_card
from distilkit.distilling.formats import write_training
from distilkit.distilling.formats.splits import MARK
from distilkit.distilling.formats.writing import manner_of
from distilkit.distilling.funnel import funnel
from distilkit.errors import InputError
from distilkit.files import check_target, read_rows, read_table, write_table
from distilkit.files.drafts import check_place
from distilkit.screen import clip, one_line, print_table
from distilkit.teaching import distill

if TYPE_CHECKING:
    import pandas as pd

_TEXT_COLUMNS = ("prompt", "question", "text")
_SHOWN = {"step": "step", "rows": "rows", "cost_usd": "$", "lost": "lost", "cost_per_row_usd": "$ of all, a row left"}


def add_distill(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `distill`."""
    parser.add_argument("prompts", nargs="?", help="a .csv, .jsonl, .parquet or .txt file; or - for standard input")
    parser.add_argument(
        "--rows", metavar="FILE", help="rows that compare --out wrote, in place of prompts: asks nobody"
    )
    add_asking(parser)
    add_wishes(parser)
    add_files(parser)
    parser.set_defaults(run=_distill)


def _distill(options: argparse.Namespace) -> int:
    """Print what was left at each step; the status is 1 where calls failed, or nothing is fit to be learnt from."""
    shares = _shares(options)
    _check_files(options)
    verify = _verifiers(options.verify)
    frame = distill(
        _source(options),
        None if options.teachers is None else _names(options.teachers),
        verify=verify,
        least=dict(_number(text) for text in options.least) or None,
        split=shares,
        evaluation={name: _texts(name) for name in options.evaluation} or None,
        near=_near(options.near),
        choose=None if options.choose == "all" else options.choose,
        refusals=not options.keep_refusals,
        params=dict(_param(text) for text in options.param),
        progress=False if options.quiet else None,
        on_interrupt="raise",  # half a training file is none; what was answered is stored
        **{name: getattr(options, name) for name in _AS_THEY_ARE},
    )
    if options.save_rows:
        write_table(frame, options.save_rows)
    _print(frame)
    failed = _failed(frame)
    if not frame["chosen"].any():
        print("\nno row is valid, so nothing is written; --save-rows shows the reasons")
        return 1
    _write(frame, verify, options)
    return 1 if failed else 0


def _failed(frame: pd.DataFrame) -> int:
    """Say how many calls failed, and why the first of them did; return how many."""
    if "error" not in frame:
        return 0
    errors = frame["error"].dropna()
    if len(errors):
        print(f"\n{len(errors)} of {len(frame)} calls failed, the first: {clip(errors.iloc[0], 300)}")
    return len(errors)


_AS_THEY_ARE = (
    "until_valid",
    "until",
    "best",
    "require_thinking",
    "min_tokens",
    "max_tokens",
    "name",
    "samples",
    "system",
    "template",
    "config",
    "store",
    "cache",
    "budget",
)


def _source(options: argparse.Namespace) -> pd.DataFrame:
    if (options.prompts is None) == (options.rows is None):
        raise InputError("distill: give a file with prompts, or --rows with answers that are there; one of them")
    return read_table(options.prompts) if options.rows is None else read_rows(options.rows)


def _shares(options: argparse.Namespace) -> dict[str, float] | None:
    """Return the shares, None for the usual ones; without a place for parts everything is one."""
    if options.split is not None:
        if options.out is not None and MARK not in options.out:
            raise InputError(f"--split makes several parts; put {MARK} into --out, e.g. --out {MARK}.jsonl")
        return dict(_number(text) for text in _names(options.split))
    return {} if options.out is not None and MARK not in options.out else None


def _number(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        if equals and name.strip():
            return name.strip(), float(value)
    except ValueError:
        pass
    raise InputError(f"{text!r}: write NAME=NUMBER, e.g. test=0.05")


def _near(text: str) -> float | None:
    if text == "none":
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--near {text!r}: write a number of per cent, e.g. 95, or none") from None


def _verifiers(texts: Sequence[str]) -> Any:
    """Return scorers by column, as `compare --score` makes them, or the names of columns that are there."""
    scorers = [text for text in texts if ":" in text]
    if scorers and len(scorers) < len(texts):
        raise InputError("--verify: name columns that are there, or scorers as SCORER:COLUMN; not both")
    return _scores(scorers) if scorers else list(texts) or None


def _texts(name: str) -> list[str]:
    table = read_table(name)
    column = next((each for each in _TEXT_COLUMNS if each in table), None)
    if column is None:
        raise InputError(f"--evaluation {name}: has none of the columns {', '.join(_TEXT_COLUMNS)}; rename one")
    return [text for text in table[column].tolist() if isinstance(text, str)]


def _check_files(options: argparse.Namespace) -> None:
    """Refuse what could not be written, before anything is paid."""
    if options.out:
        check_place(options.out, overwrite=options.overwrite)
        whole = options.out.endswith(".parquet")
        manner_of(options.format, options.thinking, "think", metadata=options.metadata, whole=whole)
    if options.card:
        check_card(options.card, overwrite=options.overwrite)
    if options.save_rows:
        check_target(options.save_rows)


def _print(frame: pd.DataFrame) -> None:
    table = funnel(frame)
    for name in ("cost_usd", "cost_per_row_usd"):
        # Parts of what was chosen have no cost of their own that lost rows could be shared among.
        unshared = table["lost"].isna() & (name == "cost_per_row_usd")
        table[name] = table[name].map(lambda value: f"{value:.6f}", na_action="ignore").astype(object)
        table[name] = table[name].where(table[name].notna(), "unknown").mask(unshared, "")
    table["lost"] = table["lost"].astype(object).where(table["lost"].notna(), "")
    print_table(table[list(_SHOWN)].rename(columns=_SHOWN))


def _write(frame: pd.DataFrame, verify: Any, options: argparse.Namespace) -> None:
    written: Any = None
    if options.out:
        written = write_training(
            frame,
            options.out,
            format=options.format,
            thinking=options.thinking,
            metadata=options.metadata,
            store=options.store,
            overwrite=options.overwrite,
        )
        several = written.values() if isinstance(written, dict) else [written]
        print(f"\n{int(frame['chosen'].sum())} examples written to {one_line(', '.join(map(str, several)))}")
    if options.card:
        dataset_card(
            frame,
            Path(options.card),
            name=options.name,
            title=options.title,
            verifiers=verify,
            files=written,
            store=options.store,
            date=options.date,
            license=options.license,
            config=options.config,
            overwrite=options.overwrite,
        )
        print(f"card written to {one_line(options.card)}")
