"""The tags models put round their thinking, and whether one stands at a given place of a text.

A table and a bounded look-ahead: never more than `LOOKAHEAD` characters. Knows nothing of blocks, nesting, code or
streams.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

LOOKAHEAD = 256
"""No tag is longer, in characters; what is longer is text."""

STARTS = "<[◁"
"""The characters a tag can start with."""

ANY = "any"
"""The family of a block whose opening tag was never seen: every family's tags count in it."""

HARMONY = "harmony"


class Role(Enum):
    """What a tag does."""

    OPEN = "open"
    CLOSE = "close"
    EMPTY = "empty"
    ANSWER = "answer"
    ANSWER_END = "answer_end"


class Tag(NamedTuple):
    """A tag found in a text.

    Attributes:
        role: what it does.
        family: which tags belong together.
        end: the index after its last character.
    """

    role: Role
    family: str
    end: int


class Unfinished:
    """The text ends in what may become a tag."""


UNFINISHED = Unfinished()

_NAMES = frozenset(
    {"think", "thinking", "thought", "thoughts", "reason", "reasoning", "reflection", "scratchpad", "seed:think"}
)
_LONGEST_NAME = max(map(len, _NAMES))

# Spelled exactly so: `[think]` in other letters is prose.
_LITERAL = {
    "[THINK]": (Role.OPEN, "[THINK]"),
    "[/THINK]": (Role.CLOSE, "[THINK]"),
    "◁think▷": (Role.OPEN, "◁think▷"),
    "◁/think▷": (Role.CLOSE, "◁think▷"),
}

_SPECIAL = {
    "<|begin_of_thought|>": (Role.OPEN, "thought|solution"),
    "<|end_of_thought|>": (Role.CLOSE, "thought|solution"),
    "<|begin_of_solution|>": (Role.ANSWER, "thought|solution"),
    "<|end_of_solution|>": (Role.ANSWER_END, "thought|solution"),
    "<|start_thinking|>": (Role.OPEN, "thinking|response"),
    "<|end_thinking|>": (Role.CLOSE, "thinking|response"),
    "<|start_response|>": (Role.ANSWER, "thinking|response"),
    "<|end_response|>": (Role.ANSWER_END, "thinking|response"),
    "<|end|>": (Role.CLOSE, HARMONY),
    "<|call|>": (Role.CLOSE, HARMONY),
    "<|return|>": (Role.CLOSE, HARMONY),
}
_LONGEST_SPECIAL = max(map(len, _SPECIAL))

# What can start a harmony header. It runs to `<|message|>`, its last channel decides.
_HEADERS = ("<|channel|>", "<|start|>")
_IN_HEADER = ("|start|>", "|channel|>", "|constrain|>")


def tag_at(text: str, at: int) -> Tag | Unfinished | None:
    """Return the tag that starts at `text[at]`, `UNFINISHED` where only more text can tell, or None."""
    if text[at] != "<":
        return _literal(text, at)
    following = text[at + 1 : at + 2]
    if not following:
        return UNFINISHED
    return _special(text, at) if following == "|" else _angle(text, at)


def _literal(text: str, at: int) -> Tag | Unfinished | None:
    for literal, (role, family) in _LITERAL.items():
        if text.startswith(literal, at):
            return Tag(role, family, at + len(literal))
    rest = text[at : at + LOOKAHEAD]
    return UNFINISHED if any(literal.startswith(rest) for literal in _LITERAL) else None


def _angle(text: str, at: int) -> Tag | Unfinished | None:
    """Read `<name attributes>`, `</name>` or `<name/>`, in upper or lower case."""
    closing = text[at + 1] == "/"
    start = at + 2 if closing else at + 1
    stop = start
    last = min(len(text), start + _LONGEST_NAME + 1)
    while stop < last and (text[stop].isalpha() or text[stop] == ":"):
        stop += 1
    name = text[start:stop].lower()
    if stop == len(text):
        return UNFINISHED if any(known.startswith(name) for known in _NAMES) else None
    if name not in _NAMES or not _ends_name(text, stop):
        return None
    end = _end_of_attributes(text, at, stop)
    if not isinstance(end, int):
        return end
    role = Role.CLOSE if closing else Role.EMPTY if text[end - 2] == "/" else Role.OPEN
    return Tag(role, name, end)


def _ends_name(text: str, at: int) -> bool:
    # `<thought/process>` is a path, not a tag.
    return text[at] == ">" or text[at].isspace() or (text[at] == "/" and text[at + 1 : at + 2] in {"", ">"})


def _end_of_attributes(text: str, at: int, start: int) -> int | Unfinished | None:
    # A tag stays on one line and holds no other: `a <think or <b>` is prose.
    for index in range(start, min(len(text), at + LOOKAHEAD)):
        if text[index] == ">":
            return index + 1
        if text[index] in "<\n":
            return None
    return UNFINISHED if len(text) < at + LOOKAHEAD else None


def _special(text: str, at: int) -> Tag | Unfinished | None:
    """Read `<|name|>`, or a harmony header."""
    window = text[at : at + _LONGEST_SPECIAL].lower()
    close = window.find("|>", 2)
    if close < 0:
        return UNFINISHED if _may_grow(window) else None
    token = window[: close + 2]
    if token in _HEADERS:
        return _header(text, at)
    found = _SPECIAL.get(token)
    return Tag(*found, at + len(token)) if found else None


def _may_grow(window: str) -> bool:
    return any(token.startswith(window) for token in (*_SPECIAL, *_HEADERS))


def _header(text: str, at: int) -> Tag | Unfinished | None:
    """Read `<|start|>role<|channel|>name ...<|message|>`, the start of a harmony message.

    `final` is the answer, and so is a message without a channel. The other channels, `analysis` and `commentary`
    (preambles and tool calls), are not.
    """
    end = at
    for part in text[at : at + LOOKAHEAD].split("<")[1:]:
        end += 1
        token, closed, words = part.partition("|>")
        if closed and token.lower() == "|message":
            return Tag(_role_of_message(text[at : end - 1]), HARMONY, end + len("|message|>"))
        if "\n" in words or not _in_header(token.lower() + closed):
            return None
        end += len(part)
    return UNFINISHED if len(text) < at + LOOKAHEAD else None


def _in_header(token: str) -> bool:
    if token.endswith("|>"):
        return token in _IN_HEADER
    return any(known.startswith(token) for known in (*_IN_HEADER, "|message|>"))


def _role_of_message(header: str) -> Role:
    _, channel, words = header.lower().rpartition("<|channel|>")
    return Role.OPEN if channel and words.split()[:1] != ["final"] else Role.ANSWER
