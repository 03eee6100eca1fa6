"""Frames to look at, and a view on them without a browser: widgets live in Python as well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from distilkit.notebook.viewer.notes import Notes
from distilkit.notebook.viewer.panel import Panel, panel_of
from distilkit.notebook.viewer.scales import ScaleName, scale_of

Frames = Callable[..., pd.DataFrame]


class Tags(HTMLParser):
    """The tags of a page, with their attributes, and its text, in which a space that ties two words is a space."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def tags() -> type[Tags]:
    return Tags


@pytest.fixture
def frames() -> Frames:
    """Make a frame: `prompts` × `profiles` (× `samples`), each answer telling its place; columns on top."""

    def make(
        prompts: int = 3, profiles: tuple[str, ...] = ("small", "large"), samples: int = 1, **columns: Any
    ) -> pd.DataFrame:
        places = [(p, name, s) for p in range(prompts) for name in profiles for s in range(samples)]
        frame = pd.DataFrame(
            {
                "prompt_id": pd.array([place[0] for place in places], dtype="Int64"),
                "profile": pd.array([place[1] for place in places], dtype="string"),
                "sample": pd.array([place[2] for place in places], dtype="Int64"),
                "prompt": pd.array([f"question {place[0]}" for place in places], dtype="string"),
                "content": pd.array([f"answer {p} of {name}, {s}" for p, name, s in places], dtype="string"),
                "thinking": pd.array(["hm"] * len(places), dtype="string"),
                "output_tokens": pd.array([7] * len(places), dtype="Int64"),
                "cost_usd": pd.array([0.001] * len(places), dtype="Float64"),
                "latency_s": pd.array([1.5] * len(places), dtype="Float64"),
                "error_kind": pd.array([None] * len(places), dtype="string"),
                "error": pd.array([None] * len(places), dtype="string"),
            }
        )
        return frame.assign(**columns)

    return make


@pytest.fixture
def panel(frames: Frames) -> Panel:
    return panel_of(frames())


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A clock that goes on by a second at each look."""
    times = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=nth) for nth in range(10**6))
    return lambda: next(times)


@pytest.fixture
def notes(clock: Callable[[], datetime]) -> Callable[..., Notes]:
    def make(panel: Panel, rate: ScaleName = "1-5", kept: Any = None, file: Any = None) -> Notes:
        return Notes(panel, scale_of(rate), kept or {}, file, clock)

    return make
