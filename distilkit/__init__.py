"""distilkit: compare language models by quality and dollars, keep every answer, and pay for none twice.

    import distilkit as dk

    tasks = dk.sample_task(60)
    df = dk.compare(tasks, ["sim/small", "sim/large"], score={"correct": dk.score.number_or_text("answer")})
    dk.summarize(df)
    dk.plot.frontier(df)

Importing this package imports nothing slow, opens no file and no connection: each name is loaded when first used.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from distilkit._imports import uninterrupted

if TYPE_CHECKING:
    from distilkit import plot as plot
    from distilkit import scoring as score
    from distilkit.analysis.choosing.recommend import recommend
    from distilkit.analysis.choosing.routers import to_strategy
    from distilkit.analysis.dollars.attribution import attribute_cost
    from distilkit.analysis.dollars.forecast import predict_cost
    from distilkit.analysis.labelled.correction import judge_correction
    from distilkit.analysis.labelled.ranking import rank
    from distilkit.analysis.pairs.cheapest import cheapest
    from distilkit.analysis.pairs.paired import pairwise
    from distilkit.analysis.passing import pass_at_k
    from distilkit.analysis.replays.cascade import cascade
    from distilkit.analysis.replays.route import route
    from distilkit.analysis.sizing.power import plan
    from distilkit.analysis.sizing.stopping import stop_rule
    from distilkit.analysis.summary import summarize
    from distilkit.analysis.worth.frontier import frontier
    from distilkit.api import acompare, acomplete, compare, complete
    from distilkit.attachments import audio, file, image, message
    from distilkit.batching.overview import acancel_batch, batches, cancel_batch
    from distilkit.discovery import Discovered, adiscover, amodels, discover, models
    from distilkit.distilling.card import dataset_card
    from distilkit.distilling.formats import read_training, to_dataset, write_training
    from distilkit.distilling.funnel import funnel
    from distilkit.distilling.kept import distilled
    from distilkit.distilling.rendering import check_render
    from distilkit.distilling.split import split
    from distilkit.distilling.tuning import check_training
    from distilkit.dollars import estimate, spend
    from distilkit.errors import ConfigError, DistilkitError, InputError, ProviderError, StoreError
    from distilkit.frame import COLUMNS
    from distilkit.health import acheck, check
    from distilkit.judging import ajudge_pairs, flip_rate, judge_pairs
    from distilkit.notebook.playground import playground
    from distilkit.notebook.report import report
    from distilkit.notebook.run import start
    from distilkit.notebook.viewer import view
    from distilkit.overview import status
    from distilkit.profiles import Budget, Profile, Strategy, load_profiles, save_strategy
    from distilkit.providers import Providers
    from distilkit.recorded import add_recorded
    from distilkit.rehearsal import rehearse
    from distilkit.repeat import arerun, rerun
    from distilkit.starting import Run
    from distilkit.store import Store
    from distilkit.streaming import Stream, astream, stream
    from distilkit.tasks import sample_task
    from distilkit.teaching import adistill, distill

__version__ = "0.1.0"

__all__ = [
    "COLUMNS",
    "Budget",
    "ConfigError",
    "Discovered",
    "DistilkitError",
    "InputError",
    "Profile",
    "ProviderError",
    "Providers",
    "Run",
    "Store",
    "StoreError",
    "Strategy",
    "Stream",
    "acancel_batch",
    "acheck",
    "acompare",
    "acomplete",
    "add_recorded",
    "adiscover",
    "adistill",
    "ajudge_pairs",
    "amodels",
    "arerun",
    "astream",
    "attribute_cost",
    "audio",
    "batches",
    "cancel_batch",
    "cascade",
    "cheapest",
    "check",
    "check_render",
    "check_training",
    "compare",
    "complete",
    "dataset_card",
    "discover",
    "distill",
    "distilled",
    "estimate",
    "file",
    "flip_rate",
    "frontier",
    "funnel",
    "image",
    "judge_correction",
    "judge_pairs",
    "load_profiles",
    "message",
    "models",
    "pairwise",
    "pass_at_k",
    "plan",
    "playground",
    "plot",
    "predict_cost",
    "rank",
    "read_training",
    "recommend",
    "rehearse",
    "report",
    "rerun",
    "route",
    "sample_task",
    "save_strategy",
    "score",
    "spend",
    "split",
    "start",
    "status",
    "stop_rule",
    "stream",
    "summarize",
    "to_dataset",
    "to_strategy",
    "view",
    "write_training",
]

_HOMES = {
    "acancel_batch": "batching.overview",
    "acheck": "health",
    "acompare": "api",
    "acomplete": "api",
    "add_recorded": "recorded",
    "adiscover": "discovery",
    "adistill": "teaching",
    "ajudge_pairs": "judging",
    "amodels": "discovery",
    "arerun": "repeat",
    "astream": "streaming",
    "attribute_cost": "analysis.dollars.attribution",
    "audio": "attachments",
    "batches": "batching.overview",
    "Budget": "profiles",
    "cancel_batch": "batching.overview",
    "cascade": "analysis.replays.cascade",
    "cheapest": "analysis.pairs.cheapest",
    "check": "health",
    "check_render": "distilling.rendering",
    "check_training": "distilling.tuning",
    "COLUMNS": "frame",
    "compare": "api",
    "complete": "api",
    "ConfigError": "errors",
    "dataset_card": "distilling.card",
    "discover": "discovery",
    "Discovered": "discovery",
    "DistilkitError": "errors",
    "distill": "teaching",
    "distilled": "distilling.kept",
    "estimate": "dollars",
    "file": "attachments",
    "flip_rate": "judging",
    "frontier": "analysis.worth.frontier",
    "funnel": "distilling.funnel",
    "image": "attachments",
    "InputError": "errors",
    "judge_correction": "analysis.labelled.correction",
    "judge_pairs": "judging",
    "load_profiles": "profiles",
    "message": "attachments",
    "models": "discovery",
    "pairwise": "analysis.pairs.paired",
    "pass_at_k": "analysis.passing",
    "plan": "analysis.sizing.power",
    "playground": "notebook.playground",
    "plot": "plot",
    "predict_cost": "analysis.dollars.forecast",
    "Profile": "profiles",
    "ProviderError": "errors",
    "Providers": "providers",
    "rank": "analysis.labelled.ranking",
    "read_training": "distilling.formats",
    "recommend": "analysis.choosing.recommend",
    "rehearse": "rehearsal",
    "report": "notebook.report",
    "rerun": "repeat",
    "route": "analysis.replays.route",
    "Run": "starting",
    "sample_task": "tasks",
    "save_strategy": "profiles",
    "score": "scoring",
    "spend": "dollars",
    "split": "distilling.split",
    "start": "notebook.run",
    "status": "overview",
    "stop_rule": "analysis.sizing.stopping",
    "Store": "store",
    "StoreError": "errors",
    "Strategy": "profiles",
    "Stream": "streaming",
    "stream": "streaming",
    "summarize": "analysis.summary",
    "to_dataset": "distilling.formats",
    "to_strategy": "analysis.choosing.routers",
    "view": "notebook.viewer",
    "write_training": "distilling.formats",
}
_ROOMS = frozenset({"plot", "score"})
# What returns answers; with them, or once pandas is there, `df.dk` is.
_ANSWERS = frozenset(
    {
        "acompare",
        "adistill",
        "ajudge_pairs",
        "arerun",
        "compare",
        "distill",
        "distilled",
        "judge_pairs",
        "read_training",
        "rerun",
        "sample_task",
        "start",
    }
)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'distilkit' has no attribute {name!r}")
    with uninterrupted():
        home = importlib.import_module(f"distilkit.{_HOMES[name]}")
        if name in _ANSWERS or "pandas" in sys.modules:
            importlib.import_module("distilkit.accessor")
    value = home if name in _ROOMS else getattr(home, name)
    globals()[name] = value
    return value


def load_ipython_extension(shell: Any) -> None:
    """Add `%%compare` and `%distilkit` to an IPython shell; `%load_ext distilkit` calls it."""
    from distilkit.notebook.magic import load

    load(shell)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
