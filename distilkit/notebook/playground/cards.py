"""A round's columns as cards beside each other, as many in a line as there is room. Made once, and filled anew.

Sends to the page only what has changed, and says how much that was. Knows nothing of sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from distilkit.notebook.playground.column import Column
from distilkit.notebook.playground.showing import drawn


class _Card:
    def __init__(self) -> None:
        self._parts = tuple(widgets.HTML(layout=widgets.Layout(margin="0")) for _ in range(3))
        layout = widgets.Layout(
            flex="1 1 20em",
            min_width="17em",
            max_width="100%",
            border="1px solid rgba(128,128,128,.35)",
            padding="8px",
            margin="0 8px 8px 0",
        )
        self.box = widgets.VBox(self._parts, layout=layout)

    def show(self, column: Column, across: int) -> int:
        told = drawn(column, across)
        changed = 0
        for part, html in zip(self._parts, (told.head, told.thinking, told.said), strict=True):
            if part.value != html:
                part.value = html
                changed += 1
        return changed


class Cards:
    """The cards of one playground."""

    def __init__(self) -> None:
        self._cards: list[_Card] = []
        layout = {"width": "100%", "flex_flow": "row wrap", "align_items": "stretch", "overflow": "visible"}
        self.box = widgets.Box(layout=widgets.Layout(**layout))

    def show(self, columns: Sequence[Column]) -> int:
        """Show these columns, and return how many updates that took."""
        self._cards += [_Card() for _ in range(len(self._cards), len(columns))]
        updates = sum(card.show(column, len(columns)) for card, column in zip(self._cards, columns, strict=False))
        boxes = tuple(card.box for card in self._cards[: len(columns)])
        if self.box.children != boxes:
            self.box.children = boxes
        return updates

    @property
    def widgets(self) -> list[Any]:
        """Every card, those that are not on the page too."""
        return [card.box for card in self._cards]
