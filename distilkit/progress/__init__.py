"""The progress of a run, live: what its events add up to, how that is drawn, and where it is shown.

`Tally` is the state; `html`, `text` and `line` draw it; a `Place` shows it; `Progress` brings them together. Knows no
widget library, and no model's text is ever in it.
"""

from distilkit.progress.alerts import Alerts, RunWarning, listeners
from distilkit.progress.live import Progress
from distilkit.progress.look import Bar, Look, Rate
from distilkit.progress.page import html
from distilkit.progress.places import Cell, Place, in_kernel, place_for, publisher
from distilkit.progress.tally import Tally
from distilkit.progress.texts import line, text

__all__ = [
    "Alerts",
    "Bar",
    "Cell",
    "Look",
    "Place",
    "Progress",
    "Rate",
    "RunWarning",
    "Tally",
    "html",
    "in_kernel",
    "line",
    "listeners",
    "place_for",
    "publisher",
    "text",
]
