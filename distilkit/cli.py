"""The same verbs in a terminal: demo, compare, profiles, estimate, rehearse, store, sim; the others in `commands`.

Prints tables, writes files, exits with 2 and one line when something is wrong. Knows no provider and no arithmetic.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import distilkit as dk
from distilkit.commands import add_check, add_spend, add_status
from distilkit.errors import DistilkitError, InputError
from distilkit.files import check_target, read_table, write_table
from distilkit.screen import clip, one_line, print_lines, print_profiles, print_strategies, print_summary, print_table
from distilkit.sim.spec import Dials

DEMO_PROFILES = ("sim/small", "sim/medium", "sim/large")


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
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_demo(commands.add_parser("demo", help="compare three simulated models on word problems; needs no key"))
    _add_compare(commands.add_parser("compare", help="ask every profile every prompt of a file"))
    _add_profiles(
        commands.add_parser("profiles", help="list the profiles and strategies of a file; keys are never shown")
    )
    _add_estimate(commands.add_parser("estimate", help="tokens and dollars of a comparison, before it is sent"))
    _add_rehearse(
        commands.add_parser("rehearse", help="the same run on a fast clock: how long, how dear; sends nothing")
    )
    add_check(commands.add_parser("check", help="ask each profile one tiny question: does it work?"))
    add_status(commands.add_parser("status", help="breakers, limits in use and requests in flight, of all runs here"))
    add_spend(commands.add_parser("spend", help="what was paid so far"))
    _add_store(commands.add_parser("store", help="look after the stored answers"))
    _add_sim(commands.add_parser("sim", help="serve simulated models over HTTP on this machine"))
    return parser


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--items", type=int, default=60, help="word problems to ask (default: 60)")
    parser.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> None:
    tasks = dk.sample_task(options.items)
    score = {"correct": dk.score.number_or_text("answer")}
    print(f"Three simulated models, {len(tasks)} word problems. No real model is asked and no money is spent:")
    print("the dollars are what the answers would cost at the made-up prices of these models.\n")
    with tempfile.TemporaryDirectory() as folder:
        # The built-in profiles alone: neither a file that lies here nor its budget is meant.
        asking: dict[str, Any] = {
            "score": score,
            "store": folder,
            "config": str(files("distilkit.profiles") / "builtin.yaml"),
        }
        frame = dk.compare(tasks, DEMO_PROFILES, **asking)
        again = dk.compare(tasks, DEMO_PROFILES, **asking, cache="only", progress=False)
    print_summary(frame)
    example = frame[frame["profile"] == "sim/large"].iloc[0]
    print(f"\nOne answer of sim/large, its thinking apart:\n  asked     {clip(example['prompt'])}")
    print(f"  thinking  {clip(example['thinking'])}\n  answer    {clip(example['content'])}")
    billed = float(again["billed_usd"].sum())
    print(f"\nThe same call again: {int(again['from_store'].sum())} rows from the store, ${billed:.2f} billed.")
    print("Next: notebooks/01_quickstart.ipynb, or `distilkit compare --help`.")


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


def _add_compare(parser: argparse.ArgumentParser) -> None:
    _add_asking(parser)
    parser.add_argument(
        "--score",
        action="append",
        default=[],
        metavar="SCORER:COLUMN",
        help="compare with a column: exact, contains, number or number_or_text, e.g. number:answer; may be repeated",
    )
    parser.add_argument("--budget", metavar="DOLLARS", help="dollars this run may spend; what does not fit is not sent")
    parser.add_argument("--only-failed", action="store_true", help="send only what failed before")
    parser.add_argument("--cache", choices=["use", "refresh", "only"], default="use", help=_CACHE_HELP)
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
    scorers = {
        "exact": dk.score.exact,
        "contains": dk.score.contains,
        "number": dk.score.number,
        "number_or_text": dk.score.number_or_text,
    }
    if name not in scorers:
        raise InputError(f"--score {text!r}: the scorers are {', '.join(scorers)}; write e.g. number:answer")
    return name, scorers[name](column or "answer")


def _add_profiles(parser: argparse.ArgumentParser) -> None:
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


def _add_estimate(parser: argparse.ArgumentParser) -> None:
    _add_asking(parser)
    parser.set_defaults(run=_estimate)


def _estimate(options: argparse.Namespace) -> None:
    print_table(dk.estimate(**_asking(options)))


def _add_rehearse(parser: argparse.ArgumentParser) -> None:
    _add_asking(parser)
    parser.add_argument(
        "--latency-s", type=float, help="seconds an answer takes (default: the stored mean, or a guess)"
    )
    parser.add_argument("--output-tokens", type=float, help="tokens of a mean answer (default: the same)")
    parser.set_defaults(run=_rehearse)


def _rehearse(options: argparse.Namespace) -> None:
    print_table(dk.rehearse(**_asking(options), latency_s=options.latency_s, output_tokens=options.output_tokens))


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["stats", "verify", "export", "import"])
    parser.add_argument("file", nargs="?", help="the JSONL file to export to or to import")
    parser.add_argument("--profile", help="import a table of answers recorded elsewhere, under this profile")
    parser.add_argument("--config", help="the profile file in which --profile is looked up")
    parser.add_argument("--store", help="the folder of the store (default: $DISTILKIT_STORE or the user's data folder)")
    parser.set_defaults(run=_store)


def _store(options: argparse.Namespace) -> None:
    if options.action in {"export", "import"} and not options.file:
        raise InputError(f"name the file: distilkit store {options.action} answers.jsonl")
    if options.action == "import" and options.profile:
        added = dk.add_recorded(options.file, options.profile, config=options.config, store=options.store)
        print(f"{added} new answers recorded under {one_line(options.profile)}")
        return
    with dk.Store(options.store) as store:
        if options.action == "export":
            print(f"{store.export(options.file)} answers written to {one_line(options.file)}")
        elif options.action == "import":
            print(store.import_from(options.file))
        elif options.action == "verify":
            _verify(store)
        else:
            print_lines(str(store.stats()))


def _verify(store: dk.Store) -> None:
    damaged = store.verify()
    if damaged:
        raise DistilkitError(
            f"{len(damaged)} damaged entries, asked again when needed: {', '.join(map(str, damaged[:5]))}"
        )
    print("every entry is intact")


def _add_sim(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1 (default: any free one)")
    parser.add_argument("--config", help="a profile file; its profiles of type sim are served (default: the built-in)")
    parser.add_argument(
        "--model", action="append", default=[], metavar="NAME[:DIAL=VALUE,...]", help="a model to serve beside them"
    )
    parser.set_defaults(run=_sim)


def _sim(options: argparse.Namespace) -> None:
    from distilkit.sim import serve_forever
    from distilkit.sim.dialled import dialled

    profiles = dk.load_profiles(options.config)
    models: dict[str, Dials] = {}
    for profile in profiles.values():
        if profile.sim is not None and models.setdefault(profile.model, profile.sim) != profile.sim:
            raise InputError(f"two simulated profiles with other dials have the model {profile.model!r}; rename one")
    try:
        models |= dict(map(dialled, options.model))
        serve_forever(models, port=options.port)
    except OSError as error:
        raise InputError(f"--port {options.port}: {error}") from None
    except ValueError as error:
        raise InputError(f"--model: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
