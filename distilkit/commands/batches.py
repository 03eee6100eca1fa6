"""The command `batches`: which batches there are, and giving one up. Prints tables; knows no provider."""

from __future__ import annotations

import argparse
from typing import Any

from distilkit.batching.overview import batches, cancel_batch
from distilkit.screen import clip, print_table

_STORE_HELP = "the folder of the store (default: $DISTILKIT_STORE or the user's data folder)"
_CONFIG_HELP = "the profile file (default: ./distilkit.yaml and the usual places)"


def add_batches(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `batches`."""
    parser.add_argument("action", nargs="?", choices=["list", "cancel"], default="list", help="what to do")
    parser.add_argument("id", nargs="?", help="the batch to cancel")
    parser.add_argument("--forget", action="store_true", help="give it up without asking anybody; it may be paid again")
    parser.add_argument("--config", help=_CONFIG_HELP)
    parser.add_argument("--store", help=_STORE_HELP)
    parser.set_defaults(run=_batches)


def _batches(options: argparse.Namespace) -> int:
    if options.action == "cancel":
        if options.id is None:
            print("name the batch to cancel: distilkit batches cancel ID")
            return 2
        _print(cancel_batch(options.id, options.config, options.store, forget=options.forget))
        return 0
    frame = batches(options.store)
    if len(frame):
        _print(frame)
    else:
        print("there are no batches yet")
    return 0


def _print(frame: Any) -> None:
    shown = frame.assign(
        id=frame["id"].map(clip),
        profile=frame["profile"].map(clip),
        held_usd=frame["held_usd"].map(lambda value: f"{value:.6f}", na_action="ignore").astype("object").fillna("-"),
        **{name: _times(frame[name]) for name in ("submitted_at", "ends_by")},
    )
    shown["note"] = frame["note"].astype("object").map(clip, na_action="ignore").fillna("-")
    for name in ("done", "failed"):
        shown[name] = frame[name].astype("object").fillna("-")
    print_table(shown.rename(columns={"submitted_at": "submitted", "ends_by": "ends by", "held_usd": "$ held"}))


def _times(moments: Any) -> Any:
    return moments.dt.strftime("%Y-%m-%d %H:%M").astype("object").fillna("-")
