"""`df.dk`: the functions of this package that take a frame first, as methods of every DataFrame.

    import distilkit.accessor      # or use any of the functions once

    df.dk.summarize()              # dk.summarize(df)
    df.dk.plot.frontier()          # dk.plot.frontier(df)

The methods are made from the functions, with their signatures and docstrings, when they are first looked at. Importing
this module imports pandas; `import distilkit` does not import this module. Knows names; knows nothing of what they do.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import warnings
from collections.abc import Callable
from typing import Any

import pandas as pd

_NAME = "dk"
# The frame's own entry among a docstring's arguments: its line, and those that are indented further.
_ENTRY = r"\n        {name}:[^\n]*(?:\n {{12}}[^\n]*)*"


class _Verb:
    """A function that takes a frame first, as a method of what holds a frame."""

    def __init__(self, room: str = "") -> None:
        self._room = room
        self._name = ""

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, holder: Any, owner: type) -> Callable[..., Any]:
        found = self._function()
        return found if holder is None else _bound(found, holder.frame)

    def _function(self) -> Callable[..., Any]:
        home: Any = importlib.import_module("distilkit")
        for name in (*filter(None, [self._room]), self._name):
            home = getattr(home, name)
        function: Callable[..., Any] = home
        return function


def _bound(function: Callable[..., Any], frame: pd.DataFrame) -> Callable[..., Any]:
    """Return the function with its first argument given; its signature and docstring say nothing of that one."""

    @functools.wraps(function)
    def method(*args: Any, **kwargs: Any) -> Any:
        return function(frame, *args, **kwargs)

    signature = inspect.signature(function)
    (first, *others) = signature.parameters.values()
    method.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined] # inspect looks there
    method.__annotations__ = {name: kind for name, kind in method.__annotations__.items() if name != first.name}
    method.__doc__ = re.sub(_ENTRY.format(name=first.name), "", function.__doc__ or "", count=1)
    return method


class Plots:
    """The plots of a frame: `df.dk.plot.frontier()` is `dk.plot.frontier(df)`. Each returns the `Axes`."""

    costs = _Verb("plot")
    forest = _Verb("plot")
    frontier = _Verb("plot")
    funnel = _Verb("plot")
    latency = _Verb("plot")
    limits = _Verb("plot")
    tokens = _Verb("plot")

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame


class Accessor:
    """What this package does with a frame: `df.dk.summarize()` is `dk.summarize(df)`, and so on.

    Attributes:
        frame: the DataFrame it belongs to.
        plot: the plots.
    """

    adistill = _Verb()
    ajudge_pairs = _Verb()
    arerun = _Verb()
    attribute_cost = _Verb()
    cascade = _Verb()
    cheapest = _Verb()
    check_render = _Verb()
    dataset_card = _Verb()
    distill = _Verb()
    flip_rate = _Verb()
    frontier = _Verb()
    funnel = _Verb()
    judge_correction = _Verb()
    judge_pairs = _Verb()
    pairwise = _Verb()
    pass_at_k = _Verb()
    plan = _Verb()
    predict_cost = _Verb()
    rank = _Verb()
    recommend = _Verb()
    report = _Verb()
    rerun = _Verb()
    route = _Verb()
    split = _Verb()
    stop_rule = _Verb()
    summarize = _Verb()
    to_dataset = _Verb()
    to_strategy = _Verb()
    view = _Verb()
    write_training = _Verb()

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.plot = Plots(frame)

    def __repr__(self) -> str:
        verbs = ", ".join(name for name in sorted(vars(Accessor)) if not name.startswith("_"))
        plots = ", ".join(f"plot.{name}" for name in sorted(vars(Plots)) if not name.startswith("_"))
        return f"df.{_NAME} of {len(self.frame):,} rows: {verbs}, {plots}"


def _register() -> None:
    """Give every DataFrame its `dk`, unless something else of that name is there already."""
    there = getattr(pd.DataFrame, _NAME, None)
    if there is None:
        pd.api.extensions.register_dataframe_accessor(_NAME)(Accessor)
    elif getattr(there, "__module__", "") != __name__:
        text = f"DataFrame.{_NAME} is taken by {there!r:.200}; use dk.summarize(df) in place of df.{_NAME}.summarize()"
        warnings.warn(text, UserWarning, stacklevel=2)


_register()
