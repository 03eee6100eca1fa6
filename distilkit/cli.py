"""The same verbs in a terminal. Which there are, and how they end: with 2 and one line when something is wrong.

What each does is in `commands`. Knows no provider and no arithmetic.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import warnings
from collections.abc import Sequence

import distilkit as dk
from distilkit import commands
from distilkit.errors import DistilkitError
from distilkit.screen import clip, one_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status: 0, 1 if calls failed, 2 if an input is wrong, 130 if interrupted."""
    options = _parser().parse_args(arguments)
    _show_what_can_be_shown()
    try:
        with warnings.catch_warnings():
            # What libraries say to their developers is not for users; ours is.
            warnings.simplefilter("ignore")
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = _show_warning
            return int(options.run(options) or 0)
    except DistilkitError as error:
        # A line for each thing that is wrong, whatever is in it: terminals run control characters.
        for line in str(error).splitlines():
            print(f"distilkit: {one_line(line)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("distilkit: interrupted; what was answered is kept", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output went away (`| head`); Python would complain once more while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # The disk, a name that is too long: nothing that a traceback would help with.
        place = f"{clip(error.filename)}: " if error.filename else ""
        print(f"distilkit: {place}{one_line(error.strerror or str(error))}", file=sys.stderr)
        return 2


def _show_what_can_be_shown() -> None:
    """Write `?` for a letter that the terminal's encoding lacks: an answer is worth more than its letters."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Say a warning as a person would, without the line of code that met it."""
    print(f"distilkit: warning: {one_line(str(message))}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="distilkit", description="Compare language models by quality and dollars.")
    parser.add_argument("--version", action="version", version=f"distilkit {dk.__version__}")
    found = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    commands.add_demo(found.add_parser("demo", help="compare three simulated models on word problems; needs no key"))
    commands.add_compare(found.add_parser("compare", help="ask every profile every prompt of a file"))
    commands.add_distill(found.add_parser("distill", help="training data from teachers' answers, with its card"))
    commands.add_ask(found.add_parser("ask", help="ask one profile one prompt, and show the answer as it grows"))
    commands.add_profiles(
        found.add_parser("profiles", help="list the profiles and strategies of a file; keys are never shown")
    )
    commands.add_models(
        found.add_parser("models", help="which models endpoints serve, their context and price; asks none of them")
    )
    commands.add_discover(found.add_parser("discover", help="find the model servers that run on this machine"))
    commands.add_estimate(found.add_parser("estimate", help="tokens and dollars of a comparison, before it is sent"))
    commands.add_rehearse(
        found.add_parser("rehearse", help="the same run on a fast clock: how long, how dear; sends nothing")
    )
    commands.add_check(found.add_parser("check", help="ask each profile one tiny question: does it work?"))
    commands.add_status(
        found.add_parser("status", help="breakers, limits in use, requests in flight, of all runs here")
    )
    commands.add_spend(found.add_parser("spend", help="what was paid so far"))
    commands.add_summarize(found.add_parser("summarize", help="how good, how dear, how fast, from rows"))
    commands.add_pairwise(found.add_parser("pairwise", help="who is better than whom, and by how much, from rows"))
    commands.add_frontier(found.add_parser("frontier", help="which profiles are worth their money, from rows"))
    commands.add_recommend(found.add_parser("recommend", help="the cheapest profile that is good enough, from rows"))
    commands.add_batches(found.add_parser("batches", help="which batches there are; cancel one"))
    commands.add_store(found.add_parser("store", help="look after the stored answers"))
    commands.add_sim(found.add_parser("sim", help="serve simulated models over HTTP on this machine"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
