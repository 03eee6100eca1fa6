"""Notebooks as a person has them in a browser: written, opened, run, saved. Knows nothing of what is in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WAIT_MS = 120_000
# Elements of ours that are wider than the part of the page they are in, and cannot be scrolled within it.
WIDE = """() => Array.from(document.querySelectorAll(
        '[class*=distilkit-], [class*=distilkit-] td, body.distilkit-report'))
    .filter(each => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0
        && !['auto', 'scroll', 'hidden'].includes(getComputedStyle(each).overflowX)
        && getComputedStyle(each).display !== 'inline')
    .map(each => each.className + ' ' + each.tagName + ' ' + each.innerText.slice(0, 60))"""
_CURRENT = "window.jupyterapp.shell.currentWidget"
_IDLE = f"() => window.jupyterapp && {_CURRENT}?.context?.sessionContext?.session?.kernel?.status === 'idle'"
_CELLS = f"() => Array.from({_CURRENT}.content.model.cells).map(cell => cell.toJSON())"
_TRUSTED = f"() => Array.from({_CURRENT}.content.model.cells).map(cell => cell.trusted)"
_SAVED = f"() => !{_CURRENT}.context.model.dirty"
_RESTART = f"() => {_CURRENT}.context.sessionContext.session.kernel.restart()"
_THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"


@dataclass(frozen=True)
class Notebook:
    """The one notebook that a tab shows.

    Attributes:
        page: the tab.
        lab: the JupyterLab it is in.
    """

    page: Any
    lab: Any

    def write(self, name: str, *sources: str, outputs: Sequence[Any] = ()) -> Path:
        """Write a notebook of these cells, the last with these outputs."""
        spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        blank = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        cells = [{**blank, "id": f"cell-{nth}", "source": source} for nth, source in enumerate(sources)]
        cells[-1]["outputs"] = list(outputs)
        file = Path(self.lab.folder / name)
        whole = {"cells": cells, "metadata": spec, "nbformat": 4, "nbformat_minor": 5}
        file.write_text(json.dumps(whole), "utf-8")
        return file

    def show(self, name: str) -> None:
        """Open a notebook as it was saved; its kernel need not be there yet."""
        self.page.goto(self.lab.address(name))
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=WAIT_MS)

    def open(self, name: str) -> None:
        """Open a notebook to work in it."""
        self.show(name)
        self.page.wait_for_function(_IDLE, timeout=WAIT_MS)

    def run(self, name: str, *sources: str) -> list[Any]:
        """Write a notebook, open it, run all its cells, and return them as it now holds them."""
        self.write(name, *sources)
        self.open(name)
        self.command("notebook:run-all-cells")
        self.page.wait_for_function(_IDLE, timeout=WAIT_MS)
        return self.cells

    @property
    def cells(self) -> list[Any]:
        found: list[Any] = self.page.evaluate(_CELLS)
        return found

    @property
    def trusted(self) -> bool:
        """Whether every cell may show what runs."""
        return all(self.page.evaluate(_TRUSTED))

    def save(self) -> None:
        """Save it, so that it can be left without a question."""
        self.command("docmanager:save")
        self.page.wait_for_function(_SAVED, timeout=WAIT_MS)

    def restart(self) -> None:
        self.page.evaluate(_RESTART)

    def theme(self, name: str) -> None:
        self.page.evaluate(_THEME, name)
        # The page's body has no height of its own, which counts as not visible.
        self.page.wait_for_selector(f"body[data-jp-theme-name='{name}']", state="attached", timeout=WAIT_MS)

    def command(self, name: str) -> None:
        self.page.evaluate("name => window.jupyterapp.commands.execute(name)", name)
