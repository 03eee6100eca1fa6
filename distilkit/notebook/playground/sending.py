"""One prompt on its way to several profiles: a thread and an event loop of its own, and a task for each.

A button only starts it or raises its flag. Each answer comes over `astream`, so what is stored is served, limits and
budgets hold, and every finished answer is kept before it is shown. Knows no widget.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from distilkit.notebook.playground.wish import Wish
from distilkit.store import Store
from distilkit.streaming import Piece, astream
from distilkit.targets import opened_store

_LOOK_S = 0.05


class Errand:
    """One round being asked.

    Args:
        wish: what is asked of whom.
        config: where names are looked up.
        store: as in `compare`.
        heard: is told each piece with the profile's name, on the errand's thread.
        ended: is told a profile's name and why no more comes: an error, or None where it was stopped.
        tick: is called about twenty times a second while it runs.
        done: is called once, when all have ended.
    """

    def __init__(
        self,
        wish: Wish,
        config: Any,
        store: Store | str | Path | None,
        *,
        heard: Callable[[str, Piece], None],
        ended: Callable[[str, Exception | None], None],
        tick: Callable[[], None],
        done: Callable[[], None],
    ) -> None:
        self._wish, self._config, self._store = wish, config, store
        self._heard, self._ended, self._tick, self._done = heard, ended, tick, done
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="distilkit-playground", daemon=True)

    def start(self) -> None:
        """Begin asking."""
        self._thread.start()

    def stop(self) -> None:
        """End it soon: requests are cancelled. What has come stays with who heard it."""
        self._stopping.set()

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the end, at most so many seconds, and say whether it has come."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            with opened_store(self._store) as kept:
                asyncio.run(self._ask_all(kept))
        except Exception as error:  # noqa: BLE001 - such as a store that cannot be opened; else Send stays away for ever
            self._end_all(error)
        finally:
            self._done()

    async def _ask_all(self, store: Store) -> None:
        tasks = {asyncio.create_task(self._ask(name, store)) for name in self._wish.targets}
        waiting, cancelled = set(tasks), False
        while waiting:
            _, waiting = await asyncio.wait(waiting, timeout=_LOOK_S)
            if self._stopping.is_set() and not cancelled:
                cancelled = True  # once: a second time would break off the clean-up
                for task in waiting:
                    task.cancel()
            self._tick()
        self._end_all(None)  # a task that was cancelled before it began has told nothing

    async def _ask(self, name: str, store: Store) -> None:
        wish = self._wish
        pieces: Any = astream(
            wish.prompt,
            wish.targets[name],
            params=wish.params,
            system=wish.system,
            config=self._config,
            store=store,
            cache="refresh" if wish.fresh else "use",
        )
        try:
            async with contextlib.aclosing(pieces):
                async for piece in pieces:
                    self._heard(name, piece)
        except asyncio.CancelledError:
            self._ended(name, None)
        except Exception as error:  # noqa: BLE001 - one profile's failure, whatever it is, must not cost the others
            self._ended(name, error)

    def _end_all(self, error: Exception | None) -> None:
        names: Sequence[str] = list(self._wish.targets)
        for name in names:
            self._ended(name, error)
