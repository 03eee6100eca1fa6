"""The view as a widget: a pager over one string of HTML, and, when rating, one prompt's answers as cards.

Only the page that is shown is rendered. A callback takes the view's lock and redraws; it waits for nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from distilkit.markup import escape
from distilkit.notebook.standing import leave, show
from distilkit.notebook.style import AS_WRITTEN, QUIET, block, counted, named
from distilkit.notebook.viewer.blind import letter
from distilkit.notebook.viewer.cards import Cards, Shown
from distilkit.notebook.viewer.cells import Look
from distilkit.notebook.viewer.controls import RATE, Controls, button, row
from distilkit.notebook.viewer.desk import Desk
from distilkit.notebook.viewer.notes import Notes
from distilkit.notebook.viewer.page import answers_html, live_page, live_room, prompt_html, static_page
from distilkit.notebook.viewer.panel import Panel

if TYPE_CHECKING:
    import pandas as pd

_LINE = "font-size:13px;line-height:1.45"


class View(widgets.VBox):  # type: ignore[misc] # the library has no types
    """Answers side by side, live in a notebook and a plain table elsewhere. Made by `dk.view`.

    Args:
        panel: the answers.
        notes: what was said of them.
        height: pixels after which the page scrolls, None for none.
        rows: prompts on a page.
        seed: of the order of a blind view, None where the names are shown.
    """

    def __init__(self, panel: Panel, notes: Notes, *, height: int | None, rows: int, seed: int | None) -> None:
        self._panel, self._notes, self._height, self._rows = panel, notes, height, rows
        self._desk = Desk(panel, notes, seed)
        self._desk.step = rows
        self._lock = threading.RLock()
        self._is_displayed = False
        self._page, self._status, self._question = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._status.layout.margin = "0 8px"
        desk = self._desk
        self._cards = Cards(
            notes.scale,
            rated=lambda nth, value: self._do(lambda: desk.rate(nth, value)),
            said=lambda nth, said: self._do(lambda: desk.comment(nth, said)),
            best=lambda nth: self._do(lambda: desk.best(nth)),
        )
        self._keys = _keys_field(notes.scale.hint)
        self._keys.observe(lambda typed: self._do(lambda: desk.type(typed["old"], typed["new"])), names="value")
        self._back, self._next = button("← Previous", "the page before"), button("Next →", "the next page")
        self._names = button("Show names", "end the blind reading: show who answered")
        self._back.on_click(lambda _: self._do(lambda: desk.turn(-1)))
        self._next.on_click(lambda _: self._do(lambda: desk.turn(1)))
        self._names.on_click(lambda _: self._do(self._unblind))
        super().__init__(layout=widgets.Layout(width="100%"))
        self.add_class("distilkit-view")
        self._arrange()
        self._draw()

    @property
    def ratings(self) -> pd.DataFrame:
        """One row for each answer rated or commented on: `prompt_id profile sample rating comment rated_at answer`."""
        return self._notes.ratings()

    @property
    def df(self) -> pd.DataFrame:
        """The frame with the column `rating` (`Float64`), `<NA>` where nobody rated the answer."""
        return self._notes.rated()

    def close(self) -> None:
        """Leave the plain table on the page and let go of all parts. The ratings can still be asked for."""
        with self._lock:
            if self._is_displayed and self.model_id is not None:
                leave(self.model_id, self._static(), repr(self))
            hidden = [self._page, self._question, self._keys, self._names, self._cards.box, *self._cards.widgets]
            parts = [*self.children, *hidden, *self._controls.each()]
            super().close()
            _close([*parts, self.layout])

    def __repr__(self) -> str:
        return f"View({self._told()})"

    def _ipython_display_(self, **_: Any) -> None:
        self._is_displayed = True
        show(self, self._static(), repr(self))

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/plain": repr(self), "text/html": self._static()}

    def _static(self) -> str:
        """Return the first page as a plain table."""
        with self._lock:
            prompts = self._desk.order[: self._rows]
            return static_page(self._desk.reader, prompts, self._told())

    def _told(self) -> str:
        panel = self._panel
        return f"{counted(len(panel), 'prompt')} × {counted(len(panel.profiles), 'profile')}"

    def _do(self, act: Callable[[], None]) -> None:
        """Act, and show what has become of it. Callbacks come from any thread."""
        with self._lock:
            act()
            self._draw()

    def _arrange(self) -> None:
        """Make the controls, for a reader who may or may not see the names."""
        blind = self._desk.seed is not None
        self._controls = Controls(self._panel, blind=blind)
        self._controls.watch(lambda _: self._do(self._look))
        self._body = widgets.VBox([self._page])
        pager = row(self._back, self._next, self._status, *([self._names] if blind else []))
        self.children = (*self._controls.lines, pager, self._body)

    def _look(self) -> None:
        self._desk.look(self._controls.choice, 1 if self._rating else self._rows)

    def _unblind(self) -> None:
        old, mode = [*self._controls.each(), *self._controls.lines], self._controls.mode.value
        pager, body = self.children[-2:]
        self._desk.seed = None
        self._arrange()
        self._controls.mode.value = mode
        self._look()
        pager.children = body.children = ()  # what stood on them goes on
        _close([*old, pager, body, self._names])

    @property
    def _rating(self) -> bool:
        return bool(self._controls.mode.value == RATE)

    def _draw(self) -> None:
        """Show the page, or the prompt, that is due. The controls are not made anew, so the focus stays."""
        desk = self._desk
        if self._rating and desk.prompt is not None:
            self._draw_cards(desk.prompt)
            parts: tuple[Any, ...] = (self._question, self._keys, self._cards.box)
        else:
            self._page.value = block("view-page", live_page(desk.reader, desk.shown, self._height), _LINE)
            parts = (self._page,)
        if self._body.children != parts:
            self._body.children = parts
        self._back.disabled, self._next.disabled = desk.at == 0, not desk.has_more
        self._status.value = _status(desk.told("prompt" if self._rating else "page"))

    def _draw_cards(self, prompt: int) -> None:
        desk, reader = self._desk, self._desk.reader
        order, ratable = desk.order_of(prompt), desk.candidates(prompt)
        look = Look(room=live_room(len(order)), blind=reader.blind)
        self._question.value = block(
            "view-prompt", prompt_html(self._panel, prompt, look.room), f"{_LINE};margin:.4em 0"
        )
        cards = []
        for nth, (profile, html) in enumerate(zip(order, answers_html(reader, prompt, order, look), strict=True)):
            rating = self._notes.get(prompt, profile, desk.choice.sample)
            shown = Shown(
                title=f"Answer {letter(nth)}" if reader.blind else f"{letter(nth)} · {named(profile)}",
                html=html,
                value=rating.value if rating else None,
                comment=rating.comment if rating else "",
                ratable=profile in ratable,
                here=nth == desk.card and profile in ratable and not self._notes.scale.comparing,
            )
            cards.append(shown)
        self._cards.show(cards)


def _close(parts: Iterable[Any]) -> None:
    """Close widgets with all that belongs to them: each has a layout, and most a style."""
    waiting, seen = list(parts), set()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        waiting += [own for name in ("layout", "style") if (own := getattr(part, name, None)) is not None]
        waiting += getattr(part, "children", ())
        part.close()


def _keys_field(hint: str) -> Any:
    return widgets.Text(
        description="Rate by keys",
        placeholder=f"{hint}; space skips, Backspace takes back",
        style={"description_width": "initial"},
        layout=widgets.Layout(width="34em", max_width="calc(100% - 4px)", margin="2px 2px 10px 2px"),
    )


def _status(parts: list[str]) -> str:
    """Return the line that a screen reader says whenever it changes."""
    told = escape(" · ".join(parts))
    look = f'class="distilkit-view-status {AS_WRITTEN}" style="{QUIET}"'
    return f'<div role="status" aria-live="polite" aria-atomic="true" {look}>{told}</div>'
