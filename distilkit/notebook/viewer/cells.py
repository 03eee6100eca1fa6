"""One answer as HTML: its text, its thinking folded, and what it cost.

From values to a string, in which everything that was said is escaped. Knows nothing of tables or widgets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from distilkit.markup import escape
from distilkit.notebook.style import MARK, QUIET, TEXT, counted, dollars, facts, folded, named, quiet, seconds
from distilkit.notebook.viewer.differences import Piece, compared
from distilkit.notebook.viewer.panel import Answer

_ABSENT = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much of a text is shown, in characters.

    Attributes:
        open: at once.
        folded: of the rest, behind a fold; what is longer is left out, and said to be.
    """

    open: int
    folded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How answers are shown.

    Attributes:
        room: for each text.
        blind: without anything that could tell who answered.
        pinned: the names, and beside many answers the prompt, stay in sight while the page scrolls.
    """

    room: Room
    blind: bool = False
    pinned: bool = False


def answer_html(answer: Answer | None, look: Look, *, reference: str | None = None, rated: str = "") -> str:
    """Return an answer as HTML.

    Args:
        answer: None where the frame has no such row.
        look: how much of it.
        reference: the text whose words it is compared with, or None.
        rated: what it was rated, in words; "" where it was not.
    """
    if answer is None:
        return quiet(f"{_ABSENT} not asked")
    known = facts(_facts(answer, look, rated), "margin-top:.4em")
    return f"{_thinking(answer, look)}{_said(answer, look, reference)}{known}"


def long_text(said: str, room: Room) -> str:
    """Return a text, cut where it is long: the rest behind a fold, or, beyond even that, counted."""
    return _cut_pieces([Piece(said, differs=False)], room)


def _cut_pieces(pieces: Sequence[Piece], room: Room) -> str:
    length = sum(len(piece.text) for piece in pieces)
    if length <= room.open * 5 // 4:  # a fold for a few words more is not worth its line
        return _pieces_html(pieces)
    rest = _between(pieces, room.open, room.open + room.folded)
    start = _pieces_html([*_between(pieces, 0, room.open), Piece("…", differs=False)])
    if not rest:
        return start + quiet(f"{counted(length - room.open, 'more character')} in the frame")
    beyond = length - room.open - room.folded
    title = f"Show {counted(min(room.folded, length - room.open), 'more character')}"
    return start + folded(f"{title}; another {beyond:,} in the frame" if beyond > 0 else title, _pieces_html(rest))


def _between(pieces: Sequence[Piece], start: int, end: int) -> list[Piece]:
    """Return what of the pieces stands between two positions."""
    found, at = [], 0
    for piece in pieces:
        part = piece.text[max(start - at, 0) : max(end - at, 0)]
        if part:
            found.append(Piece(part, piece.differs))
        at += len(piece.text)
    return found


def _pieces_html(pieces: Sequence[Piece]) -> str:
    shown = (
        f'<mark style="{MARK}">{escape(each.text)}</mark>' if each.differs else escape(each.text) for each in pieces
    )
    return f'<div dir="auto" style="{TEXT}">{"".join(shown)}</div>'


def _said(answer: Answer, look: Look, reference: str | None) -> str:
    """Return what was answered; of a failed call the error, and what had come before it."""
    if answer.failed:
        kind = named(answer.error_kind or "no answer")
        told = "" if look.blind or not answer.error else long_text(answer.error, look.room)
        came = long_text(answer.content, look.room) if answer.content else ""
        return f"<div><strong>⚠ {escape('failed' if look.blind else f'failed: {kind}')}</strong></div>{told}{came}"
    said = answer.content or ""
    if not said.strip():
        return quiet("(empty answer)")
    if reference is None:
        return long_text(said, look.room)
    return _marked(said, reference, look.room)


def _marked(said: str, reference: str, room: Room) -> str:
    if said == reference:
        return long_text(said, room) + quiet("same words as the reference")
    pieces = compared(said, reference)
    if pieces is None:
        return long_text(said, room) + quiet("too long to mark the words that differ")
    return _cut_pieces(pieces, room)


def _thinking(answer: Answer, look: Look) -> str:
    """Return the thinking, folded. A blind reader does not see it: its style tells who thought."""
    if not answer.thinking or look.blind:
        return ""
    room = Room(open=look.room.open + look.room.folded // 2, folded=0)
    kind = f" ({answer.thinking_kind})" if answer.thinking_kind in {"summary", "truncated"} else ""
    inner = f'<div style="{QUIET}">{long_text(answer.thinking, room)}</div>'
    return folded(f"Thinking{kind}, {counted(len(answer.thinking), 'character')}", inner)


def _facts(answer: Answer, look: Look, rated: str) -> list[str]:
    """Return what is known of an answer, in a few words each; blind, only what the reader said of it."""
    told = [f"rated {rated}"] if rated else []
    if look.blind:
        return told
    cut = ["cut off by the token limit"] if answer.finish_reason == "length" else []
    hidden = ["thinking encrypted"] if answer.thinking_kind == "encrypted" else []
    scores = [score_words(name, score) for name, score in answer.scores.items()]
    scores += [f"not valid: {named(answer.reasons)}"] if answer.reasons else []
    if answer.failed and answer.cost_usd is None and answer.output_tokens is None:
        return [*told, *scores]
    tokens = "tokens unknown" if answer.output_tokens is None else counted(answer.output_tokens, "token")
    return [*told, *scores, tokens, dollars(answer.cost_usd), seconds(answer.latency_s), *cut, *hidden]


def score_words(name: str, score: bool | float | None) -> str:  # noqa: FBT001 - a score is a verdict or a number
    """Return a score in words.

    >>> score_words("correct", True), score_words("grade", 4.0), score_words("near", 0.3333), score_words("x", None)
    ('correct: yes', 'grade: 4', 'near: 0.333', 'x: unknown')
    """
    if score is None:
        said = "unknown"
    else:
        said = ("yes" if score else "no") if isinstance(score, bool) else f"{float(score):.3g}"
    return f"{named(name)}: {said}"
