"""The playground as a widget: the form, the buttons, the history, and the answers beside each other.

A callback takes the lock, starts a thread or raises a flag, and returns. What arrives is drawn from the sending thread,
at most ten updates a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from distilkit.errors import InputError
from distilkit.notebook.playground.buttons import Buttons
from distilkit.notebook.playground.cards import Cards
from distilkit.notebook.playground.forecast import forecast_html, forecasts
from distilkit.notebook.playground.form import Form
from distilkit.notebook.playground.latest import Latest
from distilkit.notebook.playground.offers import Offers
from distilkit.notebook.playground.rounds import Round, frame_of_rounds
from distilkit.notebook.playground.sending import Errand
from distilkit.notebook.playground.static import static_html
from distilkit.notebook.standing import leave, show
from distilkit.notebook.style import counted, quiet
from distilkit.provider import warm
from distilkit.store import Store
from distilkit.streaming import Piece

if TYPE_CHECKING:
    import pandas as pd

_UPDATE_S = 0.1
_TYPING_S = 0.3
_SLICE_S = 0.05


class Playground(widgets.VBox):  # type: ignore[misc] # the library has no types
    """A place to try a prompt on several models. Made by `dk.playground`.

    Args:
        offers: who can be asked.
        store: as in `compare`.
        clock: seconds, for how long a profile has been asked.
        now: Unix time in seconds, for the rows of what failed.
    """

    def __init__(
        self,
        offers: Offers,
        store: Store | str | Path | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._config, self._store, self._clock, self._now = offers.config, store, clock, now
        self._lock = threading.RLock()
        self._rounds: list[Round] = []
        self._shown: Round | None = None
        self._errand: Errand | None = None
        self._due, self._closed = 0.0, False
        self._latest = Latest(_TYPING_S)
        self._form, self._cards, self._buttons = Form(offers), Cards(), Buttons()
        self._buttons.send.on_click(lambda _: self._try(self.send))
        self._buttons.stop.on_click(lambda _: self.stop())
        self._buttons.again.on_click(lambda _: self._fill())
        self._buttons.history.observe(lambda change: self._look(change["new"]), names="value")
        self._form.watch(lambda _: self._estimate())
        lines = (*self._form.lines, *self._buttons.lines, self._cards.box)
        super().__init__(lines, layout=widgets.Layout(width="100%"))
        self.add_class("distilkit-playground")
        self._tell("Nothing was asked yet: write a prompt, then Send.")

    @property
    def df(self) -> pd.DataFrame:
        """One row for each answer so far, of all rounds, failed and stopped ones too.

        The columns of `compare`, then `round`, the number in the history, which is the `prompt_id` too; `system`, the
        system message, `<NA>` for none; `params`, the generation parameters as JSON.
        """
        with self._lock:
            return frame_of_rounds(self._rounds)

    @property
    def is_running(self) -> bool:
        """Whether answers are still coming."""
        return bool(self._rounds) and self._rounds[-1].is_running

    def send(self, prompt: str | None = None, *, system: str | None = None) -> None:
        """Ask, as the button does; returns at once.

        Args:
            prompt: written into its field first; None for what stands there.
            system: the same for the system message; "" empties the field.

        Raises:
            InputError: nothing to ask, nobody to ask, a parameter is wrong, or the last answers are still coming.
        """
        with self._lock:
            if self._closed:
                raise InputError("This playground is closed; make another with dk.playground().")
            if self.is_running:
                raise InputError("Answers are still coming: Stop ends them, or wait for the end.")
            if prompt is not None:
                self._form.prompt.value = prompt
            if system is not None:
                self._form.system.value = system
            self._begin(Round.of(len(self._rounds) + 1, self._form.wish(), self._clock()))

    def stop(self) -> None:
        """Stop, as the button does: requests are cancelled, and what has come is kept in `df`."""
        with self._lock:
            if self.is_running and self._errand is not None:
                self._errand.stop()
                self._tell("Stopping…")

    def wait(self) -> pd.DataFrame:
        """Wait until all have answered or failed, and return `df`. An interrupt ends the waiting, not the asking."""
        while (errand := self._errand) is not None and not errand.join(_SLICE_S):
            pass
        return self.df

    def close(self) -> None:
        """Stop, and leave a plain table of all rounds in the place of the playground. `df` can still be asked for."""
        if self._closed:
            return
        self.stop()
        self.wait()
        self._latest.close()
        with self._lock:
            self._closed = True
            self._keep()
            parts = [*self.children, *self._cards.widgets, *self._buttons.each()]
            super().close()
            _close([*parts, self.layout])

    def __del__(self) -> None:
        # The library would close it. At exit nothing can be imported any more, and until then its registry holds it.
        pass

    def __repr__(self) -> str:
        return f"Playground({counted(len(self._rounds), 'round')}, {counted(len(self.df), 'answer')})"

    def _ipython_display_(self, **_: Any) -> None:
        warm()  # what sends takes seconds to import, and whoever sees the form is still writing
        show(self, self._static(), repr(self))

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/plain": repr(self), "text/html": self._static()}

    def _static(self) -> str:
        return static_html(self.df, f"Playground: {counted(len(self._rounds), 'round')}")

    def _keep(self) -> None:
        """Let the saved notebook hold the rounds so far."""
        leave(self.model_id, self._static(), repr(self))

    def _try(self, act: Callable[[], None]) -> None:
        """Act, and say on the page what a caller from Python would get as an error."""
        try:
            act()
        except InputError as error:
            self._tell(str(error))

    def _begin(self, started: Round) -> None:
        errand = Errand(
            started.wish,
            self._config,
            self._store,
            heard=lambda name, piece: self._hear(started, name, piece),
            ended=lambda name, error: self._end(started, name, error),
            tick=self._tick,
            done=self._done,
        )
        self._rounds.append(started)
        self._shown = started
        self._buttons.list([(each.number, each.wish.title) for each in self._rounds])
        self._draw()
        errand.start()
        self._errand = errand

    def _hear(self, of: Round, name: str, piece: Piece) -> None:
        with self._lock:
            of.columns[name].take(piece)

    def _end(self, of: Round, name: str, error: Exception | None) -> None:
        with self._lock:
            of.end(name, error, self._config, self._now())

    def _tick(self) -> None:
        """Draw what has come, if it is time: ten updates a second, however many columns share them."""
        with self._lock:
            now = self._clock()
            self._rounds[-1].count(now)
            if now >= self._due:
                self._due = now + _UPDATE_S * max(self._draw(), 1)

    def _done(self) -> None:
        """Draw the end of a round; the saved notebook and the estimate know its answers from now on."""
        with self._lock:
            self._draw()
            self._keep()
            self._estimate()

    def _draw(self) -> int:
        """Show the round that is looked at, and how far the newest is; return how many updates that took."""
        newest, shown = self._rounds[-1], self._shown or self._rounds[-1]
        updates = self._cards.show(list(shown.columns.values()))
        self._buttons.running(now=newest.is_running)
        # Last: who hears that all have answered finds the answers there.
        self._tell(newest.told())
        return updates

    def _look(self, number: int | None) -> None:
        with self._lock:
            if number and not self._closed:
                self._shown = self._rounds[number - 1]
                self._draw()

    def _fill(self) -> None:
        with self._lock:
            if self._shown is not None:
                self._form.fill(self._shown.wish)

    def _tell(self, said: str) -> None:
        self._buttons.tell(said)

    def _estimate(self) -> None:
        """Have the estimate made anew, on a thread: counting tokens and reading prices takes its time."""
        self._latest.ask(self._forecast)

    def _forecast(self) -> None:
        with self._lock:
            try:
                wish = self._form.wish()
            except InputError as error:
                self._buttons.foretell(quiet(f"No estimate yet. {error}"))
                return
        told = forecast_html(forecasts(wish, self._config, self._store))
        with self._lock:
            if not self._closed:
                self._buttons.foretell(told)


def _close(parts: list[Any]) -> None:
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
