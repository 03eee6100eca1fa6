"""A run in the cell that started it: its progress and a button that stops it; at the end one line of text.

The panel looks at the run a few times a second from a thread of its own; the button only posts. Two outputs, as for
every widget of ours: what stands there without a kernel, and the widget. At the end the first is the line, and the
second is empty.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import ipywidgets as widgets
from IPython.core.getipython import get_ipython

from distilkit.notebook.standing import WIDGET, standing
from distilkit.notebook.style import block
from distilkit.progress import html, publisher
from distilkit.starting import Run

_EVERY_S = 0.2
_STANDING = (
    "A run was under way here when this notebook was saved. What was answered is stored: "
    "run the cell again, and it goes on from there."
)


class Panel:
    """The widget of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._publisher: Any = publisher()
        self._shown_in: set[int] = set()
        self._lock = threading.Lock()
        self._progress = widgets.HTML(layout=widgets.Layout(margin="0 0 4px 0"))
        self._button = widgets.Button(
            description="Stop", icon="stop", tooltip="Stop this run: the finished rows are kept"
        )
        self._button.on_click(lambda _: self._stop())
        self._box = widgets.VBox([self._progress, self._button], layout=widgets.Layout(width="100%"))
        self._box.add_class("distilkit-run")
        self._name = str(self._box.model_id)
        self._box.add_class(f"distilkit-live-{self._name}")

    def show(self) -> None:
        """Show the run in this cell, and follow it to its end."""
        self._draw()
        self.display()
        self._run.shown_by(self.display)
        threading.Thread(target=self._follow, name="distilkit-panel", daemon=True).start()

    def display(self) -> None:
        """Show the run in the cell that is at work, unless it is shown there.

        Raises:
            NotImplementedError: it has ended, and a line is all there is to show.
        """
        shell: Any = get_ipython()
        with self._lock:
            if shell.execution_count in self._shown_in:
                return
            if self._run.done and self._shown_in:
                raise NotImplementedError
            self._shown_in.add(shell.execution_count)
            self._put(standing(block("run-standing", _STANDING), self._name), _STANDING, 0)
            view = {"version_major": 2, "version_minor": 0, "model_id": self._name}
            self._publish({WIDGET: view, "text/html": "<div></div>", "text/plain": repr(self._run)}, 1)

    def _put(self, html_text: str, told: str, nth: int, *, update: bool = False) -> None:
        self._publish({"text/html": html_text, "text/plain": told}, nth, update=update)

    def _publish(self, bundle: dict[str, Any], nth: int, *, update: bool = False) -> None:
        self._publisher.publish(bundle, transient={"display_id": f"{self._name}-{nth}"}, update=update)

    def _stop(self) -> None:
        self._run.stop()
        self._button.description, self._button.disabled = "Stopping…", True

    def _follow(self) -> None:
        while not self._run.done:
            time.sleep(_EVERY_S)
            self._draw()
        self._end()

    def _draw(self) -> None:
        drawn = html(self._run.tally)
        if drawn != self._progress.value:
            self._progress.value = drawn

    def _end(self) -> None:
        """Leave one line, and let go of the widget with all its parts."""
        with self._lock:
            self._publish({"text/plain": f"Run {self._run.told()}"}, 0, update=True)
            self._publish({"text/html": "", "text/plain": ""}, 1, update=True)
            for part in (self._box, self._progress, self._button):
                part.close()
                part.layout.close()
                if (style := getattr(part, "style", None)) is not None:
                    style.close()
