"""The commands that look after a run rather than make one: profiles, status, check, spend.

Each adds its arguments to a parser and says what runs it. Prints tables; knows no provider and no arithmetic.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

import distilkit as dk
from distilkit.screen import clip, one_line, print_profiles, print_strategies, print_table

_STORE_HELP = "the folder of the store (default: $DISTILKIT_STORE or the user's data folder)"
_CONFIG_HELP = "the profile file (default: ./distilkit.yaml and the usual places)"


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def add_status(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `status`."""
    parser.add_argument("--profiles", "-p", help="names, separated by commas (default: all of the file)")
    parser.add_argument("--config", help=_CONFIG_HELP)
    parser.add_argument("--store", help=_STORE_HELP)
    parser.set_defaults(run=_status)


def _status(options: argparse.Namespace) -> None:
    frame = dk.status(_names(options.profiles), config=options.config, store=options.store)
    if not len(frame):
        print("no profile was asked lately, and no profile file was found")
        return
    import pandas as pd

    shown: dict[str, Any] = {
        "profile": frame["profile"].map(clip),
        "breaker": frame["breaker"],
        "in flight": frame["in_flight"],
        "req/min": [_of(*pair) for pair in zip(frame["requests"], frame["request_limit"], strict=True)],
        "tokens/min": [_of(*pair) for pair in zip(frame["tokens"], frame["token_limit"], strict=True)],
        "paused s": frame["paused_s"].map(lambda value: f"{value:.0f}"),
        "answered": frame["answered"],
        "failed": frame["failed"],
        "mean s": frame["latency_s"].map(lambda value: f"{value:.2f}", na_action="ignore").astype("object").fillna("-"),
        "last error": frame["last_error"].fillna("-"),
    }
    print_table(pd.DataFrame(shown))


def _of(used: Any, limit: Any) -> str:
    """Write what is used of a limit; `-` where nothing is limited."""
    import pandas as pd

    if pd.isna(limit):
        return "-" if pd.isna(used) else f"{used:,}"
    return f"{0 if pd.isna(used) else used:,} of {limit:,}"


def add_check(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `check`."""
    parser.add_argument("names", nargs="?", help="names, separated by commas (default: the file's default)")
    parser.add_argument("--profiles", "-p", help="the same")
    parser.add_argument("--config", help=_CONFIG_HELP)
    parser.add_argument("--store", help=_STORE_HELP)
    parser.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    frame = dk.check(_names(options.names or options.profiles), config=options.config, store=options.store)
    import pandas as pd

    shown: dict[str, Any] = {
        "profile": frame["profile"].map(clip),
        "reachable": _words(frame["reachable"]),
        "authorised": _words(frame["authorised"]),
        "model exists": _words(frame["model_exists"]),
        "seconds": _figures(frame["latency_s"], ".2f"),
        "$": _figures(frame["cost_usd"], ".6f"),
    }
    print_table(pd.DataFrame(shown))
    failed = frame[frame["error"].notna()]
    for profile, kind, error in zip(failed["profile"], failed["error_kind"], failed["error"], strict=True):
        print(f"{clip(profile)}: {kind}: {clip(error, 300)}")
    return 1 if len(failed) else 0


def _figures(values: Iterable[Any], digits: str) -> list[str]:
    import pandas as pd

    return ["-" if pd.isna(value) else format(value, digits) for value in values]


def _words(flags: Iterable[Any]) -> list[str]:
    import pandas as pd

    return ["not known" if pd.isna(flag) else "yes" if flag else "no" for flag in flags]


def add_spend(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `spend`."""
    parser.add_argument(
        "--by", help="day, month, provider, profile, several with commas, or total (default: all but month)"
    )
    parser.add_argument("--store", help=_STORE_HELP)
    parser.set_defaults(run=_spend)


def _spend(options: argparse.Namespace) -> None:
    by = _names(options.by)
    frame = dk.spend(options.store, by=by[0] if by and len(by) == 1 else by)
    if not len(frame):
        print("nothing was paid for yet")
        return
    shown = frame.assign(cost_usd=frame["cost_usd"].map(lambda value: f"{value:.6f}"))
    for name in ("day", "month"):
        if name in shown:
            shown[name] = shown[name].astype(str)
    for name in ("provider", "profile"):
        if name in shown:
            shown[name] = shown[name].map(clip)
    print_table(shown.rename(columns={"cost_usd": "$", "unknown": "price unknown"}))


def add_profiles(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `profiles`."""
    parser.add_argument("file", nargs="?", help="the profile file (default: ./distilkit.yaml and the usual places)")
    parser.set_defaults(run=_profiles)


def _profiles(options: argparse.Namespace) -> None:
    profiles = dk.load_profiles(options.file)
    print(f"{one_line(str(profiles.path or 'no profile file'))}; the sim profiles are built in\n")
    print_profiles(profiles.table())
    if profiles.strategies:
        print()
        print_strategies(profiles.strategies.values())
    if profiles.default is not None:
        print(f"\nasked where none is named: {clip(profiles.default)}")
