"""A widget on the page, and what stands in its place wherever it is not alive.

A front end that may show a widget shows nothing else of the same output, and without a kernel only says that there is
no model. So the static HTML is an output of its own before it, hidden as long as the widget is alive on the page, which
in a saved or printed notebook it is not. Knows nothing of what either shows.
"""

from __future__ import annotations

from typing import Any

WIDGET = "application/vnd.jupyter.widget-view+json"


def show(widget: Any, static: str, told: str) -> None:
    """Display a widget with its static HTML; in a terminal, the text.

    Args:
        widget: of ipywidgets, not closed. Its class and this in one cell are what ties the two outputs together.
        static: what a saved notebook shows, safe HTML.
        told: the same in a line of text.
    """
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    shell: Any = get_ipython()
    if shell is None or getattr(shell, "kernel", None) is None:
        print(told)  # noqa: T201 - as a terminal shows any value
        return
    name = widget.model_id
    widget.add_class(_live(name))
    show: Any = display
    show({"text/html": standing(static, name), "text/plain": told}, raw=True, display_id=name)
    # Where a notebook is not trusted, the second output is this empty part, and not its text once more.
    view = {"version_major": 2, "version_minor": 0, "model_id": name}
    show({WIDGET: view, "text/html": "<div></div>", "text/plain": told}, raw=True)


def leave(name: str, static: str, told: str) -> None:
    """Put another static part in the place of the one displayed: the last word before a widget is closed.

    Args:
        name: the widget's `model_id`.
        static: safe HTML.
        told: the same in a line of text.
    """
    from IPython.core.getipython import get_ipython
    from IPython.display import update_display

    shell: Any = get_ipython()
    if getattr(shell, "kernel", None) is not None:
        update: Any = update_display
        update({"text/html": standing(static, name), "text/plain": told}, raw=True, display_id=name)


def standing(static: str, name: str) -> str:
    """Return static HTML that shows itself only while no widget of this name is alive on the page."""
    return f'<style>{_RULES.format(live=_live(name), own=_own(name))}</style><div class="{_own(name)}">{static}</div>'


# A widget whose kernel is gone stays on the page with a mark of its own, and its buttons do nothing.
# One that was never there is a line of text, and no element, in its output. A rule that a browser does not know is void
# alone, and both parts show.
_RULES = (
    ":root:has(.{live}:not(.jupyter-widgets-disconnected)) .{own}{{display:none}}"
    ".{live}.jupyter-widgets-disconnected{{display:none}}"
    ".jp-OutputArea-child:has(.{own})+.jp-OutputArea-child>.jp-OutputArea-output:not(:has(*)){{display:none}}"
)


def _live(name: str) -> str:
    return f"distilkit-live-{name}"


def _own(name: str) -> str:
    return f"distilkit-standing-{name}"
