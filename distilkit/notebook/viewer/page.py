"""A page of the viewer as one string of HTML: a table with prompts down and profiles across.

From a panel and positions to a string. Knows nothing of widgets; the same table is live and static.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from distilkit.markup import escape
from distilkit.notebook.style import LINE, QUIET, block, counted, named, quiet
from distilkit.notebook.viewer.blind import letter, shuffled
from distilkit.notebook.viewer.cells import Look, Room, answer_html, long_text
from distilkit.notebook.viewer.choosing import Choice
from distilkit.notebook.viewer.panel import Panel

# Characters behind the folds of a live page, all together: a few megabytes take a browser under a second.
LIVE = 1_500_000
_OPEN = 1_000
_LEAST = 2_000
# A static page stays in the notebook's file.
STATIC_BYTES = 200_000
_STATIC_PROFILES = 12
_ROOMS = (Room(open=1_000, folded=4_000), Room(open=700, folded=700), Room(open=300, folded=0), Room(open=80, folded=0))

_CELL = f"text-align:left;vertical-align:top;padding:.55em .8em;border:{LINE};font-weight:normal;white-space:normal"
# What scrolls away under something must not shine through: the page's own colours, by the names that JupyterLab and
# VS Code give them.
_PINNED = "position:sticky;background:var(--jp-layout-color0,var(--vscode-editor-background,Canvas))"
_TINT = "background:rgba(128,128,128,.1)"
_SIDE_BY_SIDE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How one person looks at a panel.

    Attributes:
        panel: the answers.
        choice: what is shown of them.
        rated: says of a prompt's position, a profile and a sample what the answer was rated, in words, or "".
        seed: of the order of a blind view; None where the names are shown.
    """

    panel: Panel
    choice: Choice
    rated: Callable[[int, str, int], str]
    seed: int | None = None

    @property
    def blind(self) -> bool:
        """Whether the names are hidden."""
        return self.seed is not None

    def order(self, prompt: int) -> list[str]:
        """Return the profiles in the order in which this prompt's answers are shown."""
        shown = list(self.choice.profiles)
        return shown if self.seed is None else shuffled(shown, self.panel.ids[prompt], self.seed)


def live_room(answers: int) -> Room:
    """Return the room for each text of a page with so many answers."""
    return Room(open=_OPEN, folded=max(_LEAST, LIVE // max(answers, 1)))


def live_page(reader: Reader, prompts: Sequence[int], height: int | None) -> str:
    """Return a page for a live view; it scrolls within `height` pixels, None for as high as it is."""
    room = live_room(len(prompts) * len(reader.choice.profiles))
    return _scrolling(_table(reader, prompts, Look(room=room, blind=reader.blind, pinned=True)), height)


def static_page(reader: Reader, prompts: Sequence[int], name: str) -> str:
    """Return the first of these prompts as a plain table of at most 200 kB, with what was left out said above it."""
    profiles = reader.choice.profiles
    narrow = replace(reader, choice=replace(reader.choice, profiles=profiles[:_STATIC_PROFILES]))
    shown, html = list(prompts), ""
    while True:
        for room in _ROOMS:
            table = _table(narrow, shown, Look(room=room, blind=reader.blind))
            html = block("view-static", _caption(narrow, len(shown), len(profiles), name) + _scrolling(table, None))
            if len(html.encode()) <= STATIC_BYTES or not shown:
                return html
        shown = shown[: len(shown) // 2]


def _caption(reader: Reader, shown: int, profiles: int, name: str) -> str:
    panel, across = reader.panel, len(reader.choice.profiles)
    left_out = f", {across} of the profiles" if across < profiles else ""
    part = "" if shown == len(panel) and not left_out else f"; the first {shown:,} here{left_out}"
    many = f" · {counted(len(panel.samples), 'sample')} each, sample {reader.choice.sample} here"
    return quiet(f"{name}{part}{many if len(panel.samples) > 1 else ''}")


def _scrolling(table: str, height: int | None) -> str:
    # Reachable by keyboard, or nobody could scroll it without a mouse.
    limit = "" if height is None else f"max-height:{height}px;"
    return f'<div role="region" tabindex="0" aria-label="Answers" style="overflow:auto;{limit}">{table}</div>'


def _table(reader: Reader, prompts: Sequence[int], look: Look) -> str:
    if not prompts:
        return quiet(f"Nothing to show: {'no prompt fits' if len(reader.panel) else 'the frame is empty'}.")
    across = len(reader.choice.profiles)
    rows = "".join(_row(reader, prompt, look) for prompt in prompts)
    style = f"border-collapse:collapse;width:100%;min-width:{13 + 15 * across}em;table-layout:fixed;"
    first = min(35, 1300 // (13 + 15 * across))
    columns = f'<colgroup><col style="width:{first}%">{"<col>" * across}</colgroup>'
    style += "font-size:13px;line-height:1.45;margin:.3em 0"
    return f'<table style="{style}">{columns}{_head(reader, look)}<tbody>{rows}</tbody></table>'


def _head(reader: Reader, look: Look) -> str:
    pinned = f"{_PINNED};top:0;z-index:1" if look.pinned else ""
    corner = f"{pinned};left:0;z-index:2" if _is_wide(reader, look) else pinned
    cells = [_head_cell("Prompt", "", corner), *(_head_cell(*each, pinned) for each in _titles(reader))]
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def _titles(reader: Reader) -> list[tuple[str, str]]:
    if reader.blind:
        return [(f"Answer {letter(nth)}", "") for nth in range(len(reader.choice.profiles))]
    reference = reader.choice.reference
    return [(named(name), "reference" if name == reference else "") for name in reader.choice.profiles]


def _is_wide(reader: Reader, look: Look) -> bool:
    """Return whether the prompts stay in sight: so many answers stand beside each that the page scrolls."""
    return look.pinned and len(reader.choice.profiles) > _SIDE_BY_SIDE


def _head_cell(title: str, note: str, style: str) -> str:
    beside = f' <span style="{QUIET};font-weight:normal">{escape(note)}</span>' if note else ""
    return (
        f'<th scope="col" style="{_CELL};overflow-wrap:anywhere;{style or _TINT}">'
        f"<strong>{escape(title)}</strong>{beside}</th>"
    )


def _row(reader: Reader, prompt: int, look: Look) -> str:
    order = reader.order(prompt)
    cells = "".join(f'<td style="{_CELL}">{cell}</td>' for cell in answers_html(reader, prompt, order, look))
    pinned = f";{_PINNED};left:0" if _is_wide(reader, look) else ""
    first = f'<th scope="row" style="{_CELL}{pinned}">{prompt_html(reader.panel, prompt, look.room)}</th>'
    return f"<tr>{first}{cells}</tr>"


def prompt_html(panel: Panel, prompt: int, room: Room) -> str:
    """Return a prompt as HTML: its id, and its text."""
    said = panel.prompts[prompt]
    return quiet(f"prompt {named(panel.ids[prompt])}") + (long_text(said, room) if said else "")


def answers_html(reader: Reader, prompt: int, order: Sequence[str], look: Look) -> list[str]:
    """Return a prompt's answers as HTML, in this order of profiles."""
    sample, reference = reader.choice.sample, _reference(reader, prompt)
    answers = reader.panel.answers(prompt, order, sample)
    return [
        answer_html(
            answer,
            look,
            reference=None if profile == reader.choice.reference else reference,
            rated="" if answer is None else reader.rated(prompt, profile, sample),
        )
        for profile, answer in zip(order, answers, strict=True)
    ]


def _reference(reader: Reader, prompt: int) -> str | None:
    """Return the text that the other answers are compared with, None where there is none."""
    name = reader.choice.reference
    if name is None or reader.blind:
        return None
    (answer,) = reader.panel.answers(prompt, [name], reader.choice.sample)
    return None if answer is None or answer.failed else answer.content
