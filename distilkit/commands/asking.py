"""The commands that ask, or say what asking would cost: compare, estimate, rehearse.

Each adds its arguments to a parser and says what runs it. Prints tables; knows no provider and no arithmetic.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import distilkit as dk
from distilkit.errors import InputError
from distilkit.files import check_target, read_table, write_table
from distilkit.screen import clip, facts, one_line, plain, print_summary, print_table
from distilkit.streaming import Piece


def _add_asking(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is asked of whom, the same for `compare` and `estimate`."""
    parser.add_argument(
        "prompts",
        help="a .csv, .jsonl, .parquet or .txt file; or - for standard input, as JSONL or as one prompt a line",
    )
    parser.add_argument("--profiles", "-p", help="names, separated by commas (default: the file's default)")
    parser.add_argument("--config", help="the profile file (default: ./distilkit.yaml and the usual places)")
    parser.add_argument("--samples", type=int, default=1, help="answers to each prompt from each profile (default: 1)")
    parser.add_argument("--system", help="a system message for every prompt")
    parser.add_argument("--template", help='fills in the columns of the file, e.g. "{question} Answer briefly."')
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="a generation parameter")
    parser.add_argument("--store", help="the folder of the store (default: $DISTILKIT_STORE or the user's data folder)")


def _asking(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "prompts": read_table(options.prompts),
        "profiles": None if options.profiles is None else _names(options.profiles),
        "config": options.config,
        "samples": options.samples,
        "system": options.system,
        "template": options.template,
        "params": dict(_param(text) for text in options.param),
        "store": options.store,
    }


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _param(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise InputError(f"--param {text!r}: write NAME=VALUE, e.g. --param temperature=0.2")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


_CACHE_HELP = "use: send what is not stored (default); refresh: ask everything again; only: send nothing"


def add_compare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `compare`."""
    _add_asking(parser)
    parser.add_argument(
        "--score",
        action="append",
        default=[],
        metavar="SCORER:COLUMN",
        help="compare with a column: exact, contains, number, number_or_text, choice, json_equal, similarity or math, "
        "e.g. number:answer; may be repeated",
    )
    parser.add_argument("--budget", metavar="DOLLARS", help="dollars this run may spend; what does not fit is not sent")
    parser.add_argument("--only-failed", action="store_true", help="send only what failed before")
    parser.add_argument("--cache", choices=["use", "refresh", "only"], default="use", help=_CACHE_HELP)
    parser.add_argument("--schema", metavar="FILE", help="a JSON schema that each answer is to follow")
    parser.add_argument("--stream", action="store_true", help="ask for streams, to see the time to the first token")
    parser.add_argument("--batch", action="store_true", help="the provider's batch API: half the price, within a day")
    parser.add_argument("--out", "-o", help="write all rows to a .csv, .jsonl or .parquet file")
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress line")
    parser.set_defaults(run=_compare)


def _compare(options: argparse.Namespace) -> int:
    if options.out:
        check_target(options.out)
    score = _scores(options.score)
    asking = _asking(options)
    frame = dk.compare(
        **asking,
        score=score,
        cache=options.cache,
        budget=options.budget,
        only_failed=options.only_failed,
        stream=options.stream,
        batch=options.batch,
        schema=None if options.schema is None else _schema(options.schema),
        progress=False if options.quiet else None,
    )
    if options.out:
        write_table(frame, options.out)
    print_summary(frame)
    errors = frame["error"].dropna()
    if len(errors):
        print(f"\n{len(errors)} of {len(frame)} calls failed, the first: {clip(errors.iloc[0], 300)}")
    if options.out:
        print(f"\n{len(frame)} rows written to {one_line(options.out)}")
    if len(frame) < len(asking["prompts"]) * len(asking["profiles"] or ["the default"]) * options.samples:
        raise KeyboardInterrupt  # the finished rows are shown and written; the status says that there were more
    return 1 if len(errors) else 0


def _schema(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"--schema {path}: no JSON: {error}") from None


def _scores(texts: Sequence[str]) -> dict[str, Any]:
    """Return the scorers by column name: `correct` for one, their own names for several."""
    named = [_score(text) for text in texts]
    if len(named) == 1:
        return {"correct": named[0][1]}
    if doubled := [name for name in dict(named) if [each for each, _ in named].count(name) > 1]:
        raise InputError(f"--score {doubled[0]} is given twice; each scorer makes one column")
    return dict(named)


def _score(text: str) -> tuple[str, Any]:
    name, _, column = text.partition(":")
    scorers: dict[str, Callable[[str], Any]] = {
        "exact": dk.score.exact,
        "contains": dk.score.contains,
        "number": dk.score.number,
        "number_or_text": dk.score.number_or_text,
        "choice": dk.score.choice,
        "json_equal": dk.score.json_equal,
        "similarity": dk.score.similarity,
        "math": dk.score.math,
    }
    if name not in scorers:
        raise InputError(f"--score {text!r}: the scorers are {', '.join(scorers)}; write e.g. number:answer")
    return name, scorers[name](column or "answer")


def add_ask(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `ask`."""
    parser.add_argument("prompt", help="the prompt; or - for standard input")
    parser.add_argument("--profile", "-p", help="whom to ask (default: the file's default)")
    parser.add_argument("--config", help="the profile file (default: ./distilkit.yaml and the usual places)")
    parser.add_argument("--system", help="a system message")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="a generation parameter")
    parser.add_argument("--budget", metavar="DOLLARS", help="dollars it may cost")
    parser.add_argument("--cache", choices=["use", "refresh", "only"], default="use", help=_CACHE_HELP)
    parser.add_argument("--store", help="the folder of the store (default: $DISTILKIT_STORE or the user's data folder)")
    parser.set_defaults(run=_ask)


def _ask(options: argparse.Namespace) -> int:
    """Show the answer on standard output as it grows, and on standard error its thinking and what it cost."""
    pieces = dk.stream(
        sys.stdin.read() if options.prompt == "-" else options.prompt,
        options.profile,
        system=options.system,
        params=dict(_param(text) for text in options.param),
        config=options.config,
        store=options.store,
        budget=options.budget,
        cache=options.cache,
    )
    try:
        _show(pieces)
    except dk.ProviderError as error:
        print(f"\n{clip(error.kind)}: {clip(error, 300)}", file=sys.stderr)
        return 1
    print()
    if pieces.row is not None:
        print(facts(pieces.row), file=sys.stderr)
    return 0


def _show(pieces: Iterable[Piece]) -> None:
    dim, bright = ("\033[2m", "\033[22m") if sys.stderr.isatty() else ("", "")
    is_thinking = False
    for piece in pieces:
        if is_thinking and piece.kind != "thinking":
            print(f"{bright}\n", file=sys.stderr, flush=True)
            is_thinking = False
        if piece.kind == "restart":
            print("\n[broken off; another profile begins again]", file=sys.stderr)
        elif piece.kind == "thinking":
            print(f"{'' if is_thinking else dim}{plain(piece.text)}", end="", file=sys.stderr, flush=True)
            is_thinking = True
        else:
            print(plain(piece.text), end="", flush=True)


def add_estimate(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `estimate`."""
    _add_asking(parser)
    parser.set_defaults(run=_estimate)


def _estimate(options: argparse.Namespace) -> None:
    print_table(dk.estimate(**_asking(options)))


def add_rehearse(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rehearse`."""
    _add_asking(parser)
    parser.add_argument(
        "--latency-s", type=float, help="seconds an answer takes (default: the stored mean, or a guess)"
    )
    parser.add_argument("--output-tokens", type=float, help="tokens of a mean answer (default: the same)")
    parser.set_defaults(run=_rehearse)


def _rehearse(options: argparse.Namespace) -> None:
    print_table(dk.rehearse(**_asking(options), latency_s=options.latency_s, output_tokens=options.output_tokens))
