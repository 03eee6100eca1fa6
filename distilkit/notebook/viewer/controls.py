"""The controls over the page: native ones, in the order in which they are read, each with its name beside it.

Builds them and reads a choice from them; knows nothing of what the choice does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as widgets

from distilkit.markup import plain
from distilkit.notebook.style import label, named
from distilkit.notebook.viewer.choosing import Choice
from distilkit.notebook.viewer.panel import Panel

TABLE, RATE = "table", "rate"
_MODES = (("Table", TABLE), ("Rate", RATE))
_SHOWS = (
    ("all prompts", "all"),
    ("with errors", "errors"),
    ("profiles disagree", "disagreement"),
    ("not yet rated", "unrated"),
    ("rated", "rated"),
)
_SORTS = (
    ("prompt order", "prompt"),
    ("most disagreement", "disagreement"),
    ("dearest first", "cost"),
    ("slowest first", "latency"),
    ("lowest score first", "score"),
)
# What a blind reader may sort by: the others would tell who answered.
_BLIND_SORTS = _SORTS[:2]
# A value of its own: None means to a Dropdown that nothing is chosen, which has no line.
_NONE = ""
_NATURAL = {"description_width": "initial"}
_LINE = {"flex_flow": "row wrap", "align_items": "center", "overflow": "visible", "width": "100%"}


def row(*children: Any) -> Any:
    """Return widgets in a line that breaks where the page is narrow."""
    return widgets.Box(children, layout=widgets.Layout(**_LINE))


def button(description: str, tooltip: str) -> Any:
    """Return a button as wide as its words."""
    layout = widgets.Layout(width="auto", flex="0 0 auto")
    return widgets.Button(description=description, tooltip=tooltip, layout=layout)


class Controls:
    """The controls of one view.

    Args:
        panel: what there is to choose from.
        blind: without the choices that would tell who answered.

    Attributes:
        mode: the table, or rating.
        lines: the lines of controls, from top to bottom; without those that leave no choice.
    """

    def __init__(self, panel: Panel, *, blind: bool) -> None:
        self._panel = panel
        self._blind = blind
        self.mode = widgets.ToggleButtons(
            options=_MODES,
            tooltips=["prompts down, profiles across", "one prompt at a time, with a rating under each answer"],
            style={"button_width": "auto"},
            layout=widgets.Layout(width="auto", margin="2px 14px 2px 0"),
        )
        self._search = widgets.Text(
            description="Search",
            placeholder="a text, then Enter",
            continuous_update=False,
            style=_NATURAL,
            layout=widgets.Layout(width="17em", max_width="calc(100% - 16px)", margin="2px 14px 2px 2px"),
        )
        self._show = _dropdown("Show", _SHOWS, "13.5em")
        self._sort = _dropdown("Sort", self._sorts(), "15em")
        references = [("nothing marked", _NONE), *((plain(named(name)), name) for name in panel.profiles)]
        self._reference = _dropdown("Mark what differs from", references, "auto")
        self._sample = _dropdown("Sample", [(str(each), each) for each in panel.samples or [0]], "8em")
        self._boxes = [_checkbox(name) for name in panel.profiles]
        self.lines = self._lines()

    def _sorts(self) -> tuple[tuple[str, str], ...]:
        if self._blind:
            return _BLIND_SORTS
        return _SORTS if self._panel.scores else _SORTS[:-1]

    def _lines(self) -> list[Any]:
        several = len(self._panel.profiles) > 1
        second = [self._sample] if len(self._panel.samples) > 1 else []
        if several and not self._blind:
            second.append(self._reference)
        lines = [row(self.mode, self._search, self._show, self._sort)]
        if second:
            lines.append(row(*second))
        if several and not self._blind:
            title = widgets.HTML("Profiles", layout=widgets.Layout(margin="2px 8px 2px 2px"))
            lines.append(row(title, *self._boxes))
        return lines

    @property
    def choice(self) -> Choice:
        """What is chosen. A reader who takes away every profile sees none."""
        profiles = tuple(
            name for name, box in zip(self._panel.profiles, self._boxes, strict=True) if box.value or self._blind
        )
        return Choice(
            profiles=profiles,
            sample=self._sample.value,
            search=self._search.value,
            show=self._show.value,
            sort=self._sort.value,
            reference=self._reference.value or None,
        )

    def watch(self, changed: Callable[[Any], None]) -> None:
        """Call this whenever something else is chosen."""
        for control in self.each():
            control.observe(changed, names="value")

    def each(self) -> Iterator[Any]:
        """Give every control, those that stand on no line too."""
        yield from (self.mode, self._search, self._show, self._sort, self._reference, self._sample, *self._boxes)


def _dropdown(description: str, options: Any, width: str) -> Any:
    # As wide as the longest name it offers, where that is no more than a name mostly is.
    layout = widgets.Layout(width=width, max_width="min(100% - 16px, 34em)", margin="2px 14px 2px 2px")
    return widgets.Dropdown(description=description, options=options, style=_NATURAL, layout=layout)


def _checkbox(name: str) -> Any:
    layout = widgets.Layout(width="auto", max_width="22em", margin="2px 14px 2px 2px")
    return widgets.Checkbox(
        value=True,
        description=label(name),
        description_allow_html=True,
        tooltip=plain(named(name)),
        indent=False,
        layout=layout,
    )
