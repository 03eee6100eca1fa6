"""The commands that need no provider: the demonstration, the simulator, the store.

Each adds its arguments to a parser and says what runs it. Knows no profile but the simulated ones.
"""

from __future__ import annotations

import argparse
import tempfile
from importlib.resources import files
from typing import Any

import distilkit as dk
from distilkit.errors import DistilkitError, InputError
from distilkit.screen import clip, one_line, print_lines, print_summary
from distilkit.sim.spec import Dials

DEMO_PROFILES = ("sim/small", "sim/medium", "sim/large")


def add_demo(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `demo`."""
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


def add_store(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `store`."""
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


def add_sim(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `sim`."""
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
