"""The commands that read finished rows and help to decide: summarize, pairwise, frontier, recommend.

Each adds its arguments to a parser and says what runs it. Asks no model; knows no arithmetic.
"""

from __future__ import annotations

import argparse
import textwrap
from typing import Any

import distilkit as dk
from distilkit.files import read_rows
from distilkit.screen import clip, one_line, print_table

_PAIRS = ("profile_a", "profile_b", "n", "difference", "low", "high", "p_holm", "cost_ratio")
_FRONTIER = ("profile", "n", "quality", "cost_per_item_usd", "on_frontier", "p_frontier", "dominated_by")


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rows", help="a .csv, .jsonl or .parquet file with rows, as compare --out writes it")
    parser.add_argument("--score", help="the column with the score (default: the only one there is)")
    parser.add_argument("--cluster", help="a column that says which prompts belong together")
    parser.add_argument(
        "--missing", choices=["drop", "fail"], default="drop", help="leave missing answers out, or count them as 0"
    )


def _reading(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "frame": read_rows(options.rows, options.score),
        "score": options.score,
        "cluster": options.cluster,
        "missing": options.missing,
    }


def add_summarize(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `summarize`."""
    _add_reading(parser)
    parser.set_defaults(run=_summarize)


def _summarize(options: argparse.Namespace) -> None:
    table = dk.summarize(**_reading(options))
    scores = [str(name).removesuffix("_interval") for name in table if str(name).endswith("_interval")]
    named = [f"{score}{ending}" for score in scores for ending in ("", "_low", "_high")]
    _print(table, ("profile", "n", "errors", *named, "cost_per_item_usd", "cost_usd", "latency_p95_s"))


def add_pairwise(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `pairwise`."""
    _add_reading(parser)
    parser.add_argument("--reference", help="compare with this profile only")
    parser.set_defaults(run=_pairwise)


def _pairwise(options: argparse.Namespace) -> None:
    _print(dk.pairwise(**_reading(options), reference=options.reference), _PAIRS)


def add_frontier(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `frontier`."""
    _add_reading(parser)
    parser.set_defaults(run=_frontier)


def _frontier(options: argparse.Namespace) -> None:
    _print(dk.frontier(**_reading(options)), _FRONTIER)


def add_recommend(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `recommend`."""
    _add_reading(parser)
    parser.add_argument("--quality", type=float, help="the least mean score (default: no worse than the reference)")
    parser.add_argument("--margin", type=float, help="how much worse than the reference is good enough (default: 0.03)")
    parser.add_argument("--reference", help="the profile to be no worse than (default: the best)")
    parser.add_argument("--budget", type=float, help="dollars in all")
    parser.add_argument("--items", type=int, help="for how many prompts (default: as many as there are)")
    parser.add_argument("--latency", type=float, help="seconds within which 95 %% of the answers are to come")
    parser.set_defaults(run=_recommend)


def _recommend(options: argparse.Namespace) -> int:
    """Print the reason in a sentence; the exit status is 1 where nobody fits."""
    wanted = {name: getattr(options, name) for name in ("quality", "margin", "reference", "budget", "items", "latency")}
    row = dk.recommend(**_reading(options), **wanted).iloc[0]
    for title in ("verdict", "reason", "rejected", "note"):
        if isinstance(row[title], str):
            print(textwrap.fill(f"{title}: {one_line(row[title])}", 100, subsequent_indent="  "))
    return 1 if row["verdict"] == "none" else 0


def _print(table: Any, columns: tuple[str, ...]) -> None:
    """Print some columns, figures shortened, and under them the notes."""
    import pandas as pd

    shown = {name: [_short(value) for value in table[name]] for name in dict.fromkeys(columns) if name in table}
    print_table(pd.DataFrame(shown))
    named = "profile" if "profile" in table else "profile_a"
    for profile, note in zip(table[named], table["note"], strict=True):
        if isinstance(note, str):
            print(f"{clip(profile)}: {one_line(note)}")


def _short(value: Any) -> str:
    import pandas as pd

    if pd.isna(value):
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else clip(value)
