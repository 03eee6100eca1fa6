"""`playground`: checks what it is given, and makes the widget of `widget.py`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.notebook.playground.offers import offers
from distilkit.store import Store
from distilkit.targets import Asked

if TYPE_CHECKING:
    from distilkit.notebook.playground.widget import Playground


def playground(
    config: Any = None,
    store: Store | str | Path | None = None,
    *,
    profiles: Sequence[Asked] | Asked | None = None,
) -> Playground:
    """Return a place to try a prompt on several models: write, see what it will cost, send, read side by side.

        play = dk.playground()
        play            # tick profiles, write, Send
        play.df         # every answer so far, as a frame

    The answers grow beside each other, thinking folded. They are stored like any other: what is stored already is shown
    at once and costs nothing, and `compare` finds what was asked here. `play.send("...")` does what the button does,
    `play.wait()` waits for the answers, `play.stop()` stops and keeps what has come, and `play.close()` leaves a plain
    table in the place of the playground.

    Args:
        config: as in `compare`.
        store: as in `compare`.
        profiles: who is ticked at the start, names or `Profile` and `Strategy` objects; None for the file's default,
            else the first.

    Raises:
        ConfigError: the profile file is wrong.
        InputError: an argument is of another type.
    """
    if store is not None and not isinstance(store, Store | str | Path):
        raise InputError(f"store= takes a Store or the path of its folder, not {store!r}")
    offered = offers(config, profiles)
    from distilkit.notebook.playground.widget import Playground

    return Playground(offered, store)
