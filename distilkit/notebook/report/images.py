"""Plots as pictures inside a page, one for light and one for dark, with their description in words.

Knows nothing of what is drawn.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from distilkit.errors import InputError
from distilkit.markup import escape
from distilkit.notebook.report.figures import prose
from distilkit.plot.pictures import Picture, pictures


def figure(draw: Callable[[], Any], *, alt: str, made: str) -> str:
    """Return a plot as an HTML figure; where it cannot be drawn, why.

    Args:
        draw: draws it, and returns its matplotlib `Axes`.
        alt: what is to be seen, in words and numbers.
        made: how it was made, in a sentence.
    """
    try:
        light, dark = pictures(draw)
    except InputError as error:
        return f'<p class="how">No plot: {escape(error)}</p>'
    size = f'width="{light.width}" height="{light.height}"'
    return (
        f'<figure>\n<div class="scroll" role="region" aria-label="Plot" tabindex="0"><picture>'
        f'<source media="screen and (prefers-color-scheme: dark)" srcset="{_address(dark)}">'
        f'<img src="{_address(light)}" {size} alt="{escape(alt)}"></picture></div>\n'
        f'<figcaption class="how">{prose(made)}</figcaption>\n</figure>'
    )


def _address(drawn: Picture) -> str:
    return f"data:{drawn.media_type};base64,{b64encode(drawn.content).decode('ascii')}"
