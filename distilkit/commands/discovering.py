"""The commands that say what can be asked: models, discover.

Each adds its arguments to a parser and says what runs it. Knows no provider and no wire format.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import Any

from distilkit.screen import clip, print_lines, print_table


def add_models(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `models`."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a profile, a section of the file, or a type such as ollama"
    )
    parser.add_argument("--config", help="the profile file (default: ./distilkit.yaml and the usual places)")
    parser.set_defaults(run=_models)


def _models(options: argparse.Namespace) -> int:
    import pandas as pd

    from distilkit.discovery import models

    frame = models(options.names or None, config=options.config)
    found, failed = frame[frame["model"].notna()], frame[frame["error"].notna()]
    if len(found):
        shown: dict[str, Any] = {
            "provider": found["provider"].map(clip),
            "model": found["model"].map(clip),
            "context": _figures(found["context_length"], ","),
            "most out": _figures(found["max_output_tokens"], ","),
            "$/M in": _figures(found["input_usd_per_million"], "g"),
            "$/M out": _figures(found["output_usd_per_million"], "g"),
            "profile": found["profile"].fillna("-").map(clip),
        }
        print_table(pd.DataFrame(shown))
    for provider, kind, error in zip(failed["provider"], failed["error_kind"], failed["error"], strict=True):
        print_lines(f"{clip(provider)}: {kind}: {clip(error, 300)}")
    return 1 if len(failed) else 0


def _figures(values: Iterable[Any], digits: str) -> list[str]:
    import pandas as pd

    return ["-" if pd.isna(value) else format(value, digits) for value in values]


def add_discover(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `discover`."""
    parser.add_argument("hosts", nargs="*", metavar="HOST[:PORT]", help="where else to look (default: this machine)")
    parser.add_argument("--yaml", action="store_true", help="print a profile file instead of a table")
    parser.set_defaults(run=_discover)


def _discover(options: argparse.Namespace) -> int:
    from distilkit.discovery import discover

    found = discover(hosts=options.hosts or None)
    if options.yaml and found.yaml:
        sys.stdout.write(found.yaml)
        return 0
    if options.yaml:
        sys.stderr.write(f"{found!r}\n")
    else:
        print_lines(repr(found))
    return 0 if found.yaml else 1
