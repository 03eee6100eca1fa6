"""One prompt's answers as cards, each with what it can be rated. The widgets are made once, and filled anew.

Tells who was rated what; keeps nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from distilkit.markup import escape, plain
from distilkit.notebook.style import LINE, QUIET, block
from distilkit.notebook.viewer.blind import letter
from distilkit.notebook.viewer.scales import Scale

# A value of its own: None means to a ToggleButtons that nothing is chosen, which is no button.
_NOTHING = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one card shows.

    Attributes:
        title: the letter of the answer, with the profile's name where it may be known.
        html: the answer.
        value: its rating, None for none.
        comment: what was said of it.
        ratable: whether there is an answer.
        here: whether the next key rates this one.
    """

    title: str
    html: str
    value: float | None
    comment: str
    ratable: bool
    here: bool


class _Card:
    def __init__(
        self, nth: int, scale: Scale, rated: Callable[[int, float | None], None], said: Callable[[int, str], None]
    ) -> None:
        self._nth, self._filling = nth, False
        self._scale, self._words = scale, [*scale.words, "no rating"]
        self._rated, self._said = rated, said
        self._page = widgets.HTML(layout=widgets.Layout(flex="1 1 auto"))
        self._rating = widgets.ToggleButtons(
            options=[*scale.words.items(), ("no rating", _NOTHING)],
            style={"button_width": "auto"},
            layout=widgets.Layout(width="auto", margin="8px 2px 4px 0"),
        )
        self._comment = widgets.Text(
            placeholder="comment, then Enter", continuous_update=False, layout=widgets.Layout(width="100%")
        )
        self._rating.observe(self._on_rating, names="value")
        self._comment.observe(self._on_comment, names="value")
        parts = (self._page, self._comment) if scale.comparing else (self._page, self._rating, self._comment)
        layout = widgets.Layout(
            flex="1 1 20em",
            min_width="17em",
            border="1px solid rgba(128,128,128,.35)",
            padding="8px",
            margin="0 8px 8px 0",
        )
        self.box = widgets.VBox(parts, layout=layout)
        self.parts = [self.box, self._rating]

    def show(self, shown: Shown) -> None:
        self._filling = True
        try:
            here = f' <span style="{QUIET}">▸ the next key rates this one</span>' if shown.here else ""
            head = f'<div style="border-bottom:{LINE};padding-bottom:.3em;margin-bottom:.4em;overflow-wrap:anywhere">'
            head += f"<strong>{escape(shown.title)}</strong>{here}</div>"
            self._page.value = block("view-answer", head + shown.html, "font-size:13px;line-height:1.45")
            if shown.value is None or not self._scale.comparing:
                self._rating.value = _NOTHING if shown.value is None else shown.value
            self._comment.value = plain(shown.comment)
            title = plain(shown.title)
            self._rating.tooltips = [f"{title}: {word}" for word in self._words]
            self._comment.tooltip = f"comment on {title}"
            self._rating.disabled = self._comment.disabled = not shown.ratable
        finally:
            self._filling = False

    def _on_rating(self, change: Any) -> None:
        if not self._filling:
            self._rated(self._nth, None if change["new"] == _NOTHING else change["new"])

    def _on_comment(self, change: Any) -> None:
        if not self._filling:
            self._said(self._nth, change["new"])


class Cards:
    """The cards of one view.

    Args:
        scale: what can be said of an answer.
        rated: is told which card was rated what, None for nothing.
        said: is told which card was commented on, and how.
        best: on a scale that compares, is told which card is the best, None for a tie.
    """

    def __init__(
        self,
        scale: Scale,
        *,
        rated: Callable[[int, float | None], None],
        said: Callable[[int, str], None],
        best: Callable[[int | None], None],
    ) -> None:
        self._scale, self._told, self._best = scale, (rated, said), best
        self._cards: list[_Card] = []
        self._buttons: list[Any] = []
        layout = {"width": "100%", "flex_flow": "row wrap", "align_items": "stretch", "overflow": "visible"}
        self._answers = widgets.Box(layout=widgets.Layout(**layout))
        self._choices = widgets.Box(layout=widgets.Layout(**layout))
        self.box = widgets.VBox([self._choices, self._answers] if scale.comparing else [self._answers])

    def show(self, shown: Sequence[Shown]) -> None:
        """Show these answers."""
        for nth in range(len(self._cards), len(shown)):
            self._cards.append(_Card(nth, self._scale, *self._told))
        for card, each in zip(self._cards, shown, strict=False):
            card.show(each)
        boxes = tuple(card.box for card in self._cards[: len(shown)])
        if self._answers.children != boxes:
            self._answers.children = boxes
        if self._scale.comparing:
            self._show_choices(shown)

    def _show_choices(self, shown: Sequence[Shown]) -> None:
        for nth in range(len(self._buttons), len(shown) + 1):
            self._buttons.append(self._button(None if nth == 0 else nth - 1))
        for nth, (button, each) in enumerate(zip(self._buttons[1:], shown, strict=False)):
            chosen = "✓ " if each.value == 1 else ""
            button.description, button.disabled = f"{chosen}{letter(nth)} is best", not each.ratable
            button.tooltip = f"{plain(each.title)} is the best answer"
        tied = any(each.value == 0.5 for each in shown)  # noqa: PLR2004 - half a win each
        self._buttons[0].description = "✓ Tie" if tied else "Tie"
        self._choices.children = (*self._buttons[1 : len(shown) + 1], self._buttons[0])

    def _button(self, nth: int | None) -> Any:
        made = widgets.Button(tooltip="all are equally good", layout=widgets.Layout(width="auto"))
        made.on_click(lambda _: self._best(nth))
        return made

    @property
    def widgets(self) -> list[Any]:
        """Every box and button that is not on the page at present too."""
        return [self._choices, *self._buttons, *(part for card in self._cards for part in card.parts)]
