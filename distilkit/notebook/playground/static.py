"""What stands in the place of a playground wherever it is not alive: its rounds as a plain table, the newest first.

The viewer's table, so that it looks the same and has the same bound. Knows no widget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distilkit.notebook.style import block, quiet
from distilkit.notebook.viewer.choosing import Choice
from distilkit.notebook.viewer.page import Reader, static_page
from distilkit.notebook.viewer.panel import panel_of

if TYPE_CHECKING:
    import pandas as pd


def static_html(frame: pd.DataFrame, told: str) -> str:
    """Return a playground's frame as static HTML of at most 200 kB.

    Args:
        frame: from `frame_of_rounds`.
        told: what it is, in a line.
    """
    if frame.empty:
        return block("playground-static", quiet(f"{told}: nothing was asked yet. Run the cell to write and send."))
    panel = panel_of(frame)
    reader = Reader(panel=panel, choice=Choice(profiles=tuple(panel.profiles)), rated=lambda *_: "")
    return block("playground-static", static_page(reader, range(len(panel))[::-1], told))
