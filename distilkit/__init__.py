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
from typing import TYPE_CHECKING, Any

from distilkit._imports import uninterrupted

if TYPE_CHECKING:
    from distilkit import plot as plot
    from distilkit import scoring as score
    from distilkit.analysis.summary import summarize
    from distilkit.api import acompare, acomplete, compare, complete
    from distilkit.attachments import audio, file, image, message
    from distilkit.batching.overview import acancel_batch, batches, cancel_batch
    from distilkit.discovery import Discovered, adiscover, amodels, discover, models
    from distilkit.dollars import estimate, spend
    from distilkit.errors import ConfigError, DistilkitError, InputError, ProviderError, StoreError
    from distilkit.frame import COLUMNS
    from distilkit.health import acheck, check
    from distilkit.overview import status
    from distilkit.profiles import Budget, Profile, Strategy, load_profiles
    from distilkit.providers import Providers
    from distilkit.recorded import add_recorded
    from distilkit.rehearsal import rehearse
    from distilkit.repeat import arerun, rerun
    from distilkit.store import Store
    from distilkit.streaming import Stream, astream, stream
    from distilkit.tasks import sample_task

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
    "amodels",
    "arerun",
    "astream",
    "audio",
    "batches",
    "cancel_batch",
    "check",
    "compare",
    "complete",
    "discover",
    "estimate",
    "file",
    "image",
    "load_profiles",
    "message",
    "models",
    "plot",
    "rehearse",
    "rerun",
    "sample_task",
    "score",
    "spend",
    "status",
    "stream",
    "summarize",
]

_HOMES = {
    "acancel_batch": "batching.overview",
    "batches": "batching.overview",
    "cancel_batch": "batching.overview",
    "Budget": "profiles",
    "COLUMNS": "frame",
    "Discovered": "discovery",
    "adiscover": "discovery",
    "amodels": "discovery",
    "discover": "discovery",
    "models": "discovery",
    "ConfigError": "errors",
    "DistilkitError": "errors",
    "InputError": "errors",
    "Profile": "profiles",
    "ProviderError": "errors",
    "Providers": "providers",
    "Store": "store",
    "StoreError": "errors",
    "Strategy": "profiles",
    "Stream": "streaming",
    "acheck": "health",
    "acompare": "api",
    "acomplete": "api",
    "add_recorded": "recorded",
    "arerun": "repeat",
    "astream": "streaming",
    "audio": "attachments",
    "check": "health",
    "compare": "api",
    "complete": "api",
    "estimate": "dollars",
    "file": "attachments",
    "image": "attachments",
    "load_profiles": "profiles",
    "message": "attachments",
    "plot": "plot",
    "rehearse": "rehearsal",
    "rerun": "repeat",
    "sample_task": "tasks",
    "score": "scoring",
    "spend": "dollars",
    "status": "overview",
    "stream": "streaming",
    "summarize": "analysis.summary",
}
_ROOMS = frozenset({"plot", "score"})


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'distilkit' has no attribute {name!r}")
    with uninterrupted():
        home = importlib.import_module(f"distilkit.{_HOMES[name]}")
    value = home if name in _ROOMS else getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
