"""One answer as it grows: `stream` and `astream` hand out its parts the moment they come.

The run is the same as any other: what is stored is served, limits and budgets hold, and the whole answer is kept. Only
the listening is new. Knows no wire format; how a cell shows it is in `growing`.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Literal

from distilkit._sync import Body, afollowing, following
from distilkit.api import Question, check_question, completing, one
from distilkit.calls import Call
from distilkit.growing import Growing, SoFar
from distilkit.profiles import Budget, Profile, Strategy
from distilkit.provider import Delta
from distilkit.reading import Splitter
from distilkit.running import Manner
from distilkit.serving import CacheMode
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd

PieceKind = Literal["thinking", "content", "restart", "usage", "end"]

_USAGE = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens", "cost_usd", "billed_usd")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer.

    Attributes:
        kind: `thinking` and `content` carry text, in the order it came. `restart` says that all text so far belongs to
            an attempt that broke off, and that another member of the strategy begins anew. `usage` and `end` come
            once, last: tokens and dollars, then the finished row.
        text: of `thinking` and `content`, else "".
        usage: of `usage`: tokens and dollars by the names of the frame's columns, None where unknown; else None.
        row: of `end`: the row `complete` would have returned; else None.
    """

    kind: PieceKind
    text: str = ""
    usage: Mapping[str, float | None] | None = None
    row: pd.Series[Any] | None = field(default=None, repr=False)


# Ends the loop that waits for the next piece; never handed out.
_CLOSED = Piece("end")


class Stream:
    """An answer that is asked for when it is iterated, or shown as the last value of a notebook's cell.

    When nothing refers to it any more, its request is cancelled, as by `close`.

    Attributes:
        thinking: the thinking that has come so far.
        content: the answer that has come so far.
        row: the finished row, as `complete` returns it; None until the end.
    """

    def __init__(self, listener: _Listener, body: Body[pd.Series[Any]]) -> None:
        self._arriving = listener.arriving
        # A button's thread may close what another is reading.
        self._reading = threading.Lock()
        # The generator knows only what has come, and not this object. In a circle the two would live, and the request
        # go on, until the garbage collector comes by.
        self._so_far = SoFar()
        self._pieces = _noted(_followed(body, listener), self._so_far)

    @property
    def thinking(self) -> str:
        """The thinking that has come so far."""
        return self._so_far.text("thinking")

    @property
    def content(self) -> str:
        """The answer that has come so far."""
        return self._so_far.text("content")

    @property
    def row(self) -> pd.Series[Any] | None:
        """The finished row, or None until the end."""
        return self._so_far.row

    def __iter__(self) -> Iterator[Piece]:
        return self

    def __next__(self) -> Piece:
        with self._reading:
            return next(self._pieces)

    def __repr__(self) -> str:
        state = "finished" if self.row is not None else "not finished"
        return f"<Stream: {len(self.thinking):,} characters of thinking, {len(self.content):,} of answer, {state}>"

    def close(self) -> None:
        """Stop: the request is cancelled, and nothing is kept of it. A loop over it in another thread ends."""
        if self._reading.acquire(blocking=False):
            try:
                self._pieces.close()
            finally:
                self._reading.release()
        else:
            self._arriving.put(_CLOSED)

    def _ipython_display_(self) -> None:
        """Show the text as it grows, as the output of a notebook's cell."""
        shown = Growing()
        try:
            for _ in self:
                if shown.is_due():
                    shown.show(self.thinking, self.content)
        finally:
            shown.finish(self.thinking, self.content, self.row)


def _followed(body: Body[pd.Series[Any]], listener: _Listener) -> Generator[Piece, None, None]:
    row = yield from following(body, listener.arriving)
    yield from listener.last(row)


def _noted(pieces: Generator[Piece, None, None], so_far: SoFar) -> Generator[Piece, None, None]:
    with contextlib.closing(pieces):
        for piece in pieces:
            if piece is _CLOSED:
                return
            so_far.take(piece.kind, piece.text, piece.row)
            yield piece


def stream(
    prompt: Any,
    profile: str | Profile | Strategy | None = None,
    *,
    params: Mapping[str, Any] | None = None,
    system: str | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    budget: Any = None,
) -> Stream:
    """Ask one profile one prompt, and hand out the answer as it grows.

    Iterate it: `for piece in dk.stream(...): print(piece.text, end="")`. As the last value of a notebook's cell it
    shows its text as it grows. Nothing is asked before. The finished answer is kept like any other, and a stored one
    is handed out at once. Once text has been handed out, the same profile is not asked again.

    Args:
        prompt: a text or a list of messages.
        profile: a name, or a `Profile` or `Strategy`; None for the file's default.
        params: as in `compare`.
        system: as in `compare`.
        config: as in `compare`.
        store: as in `compare`.
        cache: as in `compare`.
        budget: as in `compare`.

    Raises:
        ProviderError: while iterating: the call failed, or the stream was cut; `kind` says how. What `compare` raises
            is raised then too.
    """
    listener = _Listener()
    question = Question(prompts=one(prompt), profiles=profile, params=params, system=system, config=config)
    check_question(question)
    manner = listener.manner(store=store, cache=cache, budget=budget)
    return Stream(listener, completing(question, manner))


async def astream(
    prompt: Any,
    profile: str | Profile | Strategy | None = None,
    *,
    params: Mapping[str, Any] | None = None,
    system: str | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    budget: Any = None,
) -> AsyncIterator[Piece]:
    """Do what `stream` does, in async code: `async for piece in dk.astream(...)`."""
    listener = _Listener()
    question = Question(prompts=one(prompt), profiles=profile, params=params, system=system, config=config)
    manner = listener.manner(store=store, cache=cache, budget=budget)
    body = completing(question, manner)
    rows: list[pd.Series[Any]] = []
    pieces = afollowing(body, listener.arriving, rows.append)
    try:
        async for piece in pieces:
            yield piece
    finally:
        await pieces.aclose()
    for piece in listener.last(rows[0]):
        yield piece


class _Listener:
    """Turns what a provider sends into pieces: thinking within tags is split off as it comes.

    `hear` is called on the sending thread, the rest where the pieces are read.
    """

    def __init__(self) -> None:
        self.arriving: SimpleQueue[Piece] = SimpleQueue()
        self._splitter: Splitter | None = None
        self._call: Call | None = None

    def manner(self, *, store: Store | str | Path | None, cache: CacheMode, budget: Any) -> Manner:
        """Return a manner of running that is heard here."""
        return Manner(
            store=store,
            cache=cache,
            budget=Budget.of(budget),
            progress=False,
            on_interrupt="raise",
            stream=True,
            listen=self.hear,
        )

    def hear(self, call: Call, delta: Delta) -> None:
        """Take the next part of a reply."""
        if self._call is not call:
            if self._call is not None:
                self.arriving.put(Piece("restart"))
            self._call, self._splitter = call, Splitter(call.profile.thinking)
        if delta.channel == "thinking":
            # A field of its own wins over tags in the text.
            self._release()
            self.arriving.put(Piece("thinking", delta.text))
        elif self._splitter is None:
            self.arriving.put(Piece("content", delta.text))
        else:
            self._put(self._splitter.feed(delta.text))

    def last(self, row: pd.Series[Any]) -> Iterator[Piece]:
        """Yield what is left once the row is known: held text, the whole text of a row from the store, usage, end."""
        self._release()
        while not self.arriving.empty():
            yield self.arriving.get()
        if self._call is None:
            yield from _whole(row)
        elif not _is_answered_by(row, self._call):
            # Its successor's answer came in one piece.
            yield Piece("restart")
            yield from _whole(row)
        yield Piece("usage", usage={name: _known(row[name]) for name in _USAGE})
        yield Piece("end", row=row)

    def _release(self) -> None:
        splitter, self._splitter = self._splitter, None
        if splitter is not None:
            self._put(splitter.close())

    def _put(self, pieces: list[Any]) -> None:
        for piece in pieces:
            self.arriving.put(Piece(piece.channel, piece.text))


def _is_answered_by(row: pd.Series[Any], call: Call) -> bool:
    """Say whether a row's answer is the one that was heard."""
    name = row["served_by"] if isinstance(row["served_by"], str) else row["profile"]
    return not row["from_store"] and (row["key"], name) == (call.key, call.profile.name)


def _whole(row: pd.Series[Any]) -> Iterator[Piece]:
    for kind in ("thinking", "content"):
        if isinstance(row[kind], str) and row[kind]:
            yield Piece(kind, row[kind])


def _known(value: Any) -> float | None:
    import pandas as pd

    return None if pd.isna(value) else value.item() if hasattr(value, "item") else value
