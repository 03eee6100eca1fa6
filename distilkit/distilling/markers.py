"""The markers that belong to a model's prompt format and never into an answer, and whether one stands at a place.

Thinking tags are those of `distilkit.reading.tags`. Beside them stand here: special tokens, the turn markers of chat
templates, and the wrappers of tool calls. Looks at 256 characters at most. Knows nothing of code or of rows.
"""

from __future__ import annotations

import re

from distilkit.reading.tags import Tag, tag_at

CANDIDATE = re.compile(r"<(?=/?[A-Za-z]|\|[A-Za-z]|\uff5c|</?S)|\[(?=/?[A-Z_]{3,20}\]|gMASK)|◁(?=/?t)")
"""What a marker starts with. Where it does not match, there is none."""

# `<|name|>` with one of these names, or with an underscore in it, is a token. Others may be physics: <|psi|>.
_NAMES = frozenset(
    {
        "assistant",
        "audio",
        "call",
        "channel",
        "constrain",
        "continue",
        "developer",
        "diff",
        "end",
        "endofprompt",
        "endoftext",
        "image",
        "ipython",
        "message",
        "observation",
        "pad",
        "return",
        "start",
        "startoftext",
        "system",
        "think",
        "tool",
        "user",
        "video",
    }
)

_WRAPPERS = (
    "tool_calls?|tool_responses?|tool_results?|tool_outputs?|tool_code|function_calls?|function_results?|"
    "function_response|start_of_turn|end_of_turn|start_of_image|end_of_image|end_of_utterance|start_of_role|end_of_role"
)

_MARKER = re.compile(
    rf"""
      <\|(?P<name>[A-Za-z][A-Za-z0-9_]{{1,60}})\|>
    | <\|(?:turn|channel|tool|tool_call|tool_response|image|audio)>
    | <(?:turn|channel|tool|tool_call|tool_response|image|audio)\|>
    | <\uff5c[^\uff5c<>\n]{{1,60}}\uff5c>
    | </?(?:{_WRAPPERS})>
    | <function=[^<>\s]{{1,60}}>
    | <invoke[ ]name=
    | <</?SYS>>
    | \[/?(?:INST|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|SYSTEM_PROMPT)\]
    """,
    re.VERBOSE,
)

# Words and strikethrough look like these, so they are tokens only where the text starts or ends.
_AT_START = re.compile(r"\s*(<s>|<bos>|\[BOS\]|\[gMASK\]|<sop>|<pad>|<unk>)")
_AT_END = re.compile(r"(</s>|<eos>|\[EOS\]|<pad>|<unk>)\s*\Z")
_LONGEST_END = 64


def marker_at(text: str, at: int) -> str | None:
    """Return the marker that starts at `text[at]`, or None."""
    found = _MARKER.match(text, at)
    if found and _is_token(found["name"]):
        return found[0]
    tag = tag_at(text, at)
    return text[at : tag.end] if isinstance(tag, Tag) else None


def marker_at_an_end(text: str) -> tuple[str, int] | None:
    """Return a token that counts only as the first or the last of a text, and where it starts, or None."""
    first = _AT_START.match(text)
    if first and not (first[1] == "<s>" and "</s>" in text):
        return first[1], first.start(1)
    last = _AT_END.search(text, max(0, len(text.rstrip()) - _LONGEST_END))
    if last and not (last[1] == "</s>" and "<s>" in text):
        return last[1], last.start(1)
    return None


def _is_token(name: str | None) -> bool:
    return name is None or "_" in name or name.lower() in _NAMES
