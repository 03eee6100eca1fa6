"""What a student's template is shown: the conversations of a frame or a training file, and what must come through.

Knows frames, formats and files; renders nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.distilling.formats.asked import Asked
from distilkit.distilling.formats.example import Example, Unfit
from distilkit.distilling.formats.inline import Tag
from distilkit.distilling.formats.reading_back import read_back
from distilkit.distilling.formats.rows import Rows, check_frame, examples, selected
from distilkit.distilling.formats.shapes import FIELDS, Format, Manner, carry_of, written
from distilkit.errors import InputError
from distilkit.files.objects import read_objects
from distilkit.files.paths import as_path
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd

# So that no template finds them by chance; without spaces at their ends, which a template may trim.
REASONING, ANSWER = "\ue000distilkit-reasoning\ue000", "\ue000distilkit-answer\ue000"
_CHAT = (*FIELDS, "inline_think", "openai_chat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One row as a template sees it.

    Attributes:
        number: the place in the frame, or the line of the file.
        messages: the conversation.
        probe: the same, with marks in place of reasoning and answer.
        answer: what must come through.
        thinking: what must come through too, or None where there is none.
        earlier: reasoning that stands with earlier messages.
        tools: what the row says of tools, or None.
        unfit: why the row is no conversation, or None.
    """

    number: int
    messages: list[Mapping[str, Any]]
    probe: list[Mapping[str, Any]]
    answer: str
    thinking: str | None
    earlier: tuple[str, ...] = ()
    tools: Any = None
    unfit: str | None = None


def of_frame(
    df: pd.DataFrame,
    *,
    format: Format,  # noqa: A002 - the word of every such function
    tag: Tag,
    rows: Rows,
    system: str | None,
    store: Store | str | Path | None,
) -> Iterator[Turn]:
    """Yield the turns of a frame's rows, as a file in `format` would show them to the template.

    Raises:
        InputError: the frame cannot be written, or the format has no messages.
    """
    check_frame(df)
    if format not in _CHAT:
        raise InputError(
            f"format={format!r}: a frame is rendered as one of {', '.join(_CHAT)}; or pass a training file"
        )
    carry = carry_of(format, None)
    manner = Manner(format=format, carry="drop" if carry == "none" else carry, tag=tag)
    places = selected(df, rows)
    with Asked(store, system) as asked:
        for place, example in zip(places, examples(df, places, asked), strict=True):
            yield _turn(place, example, manner)
        asked.warn(stacklevel=5)


def _turn(number: int, example: Example | Unfit, manner: Manner) -> Turn:
    try:
        if isinstance(example, Unfit):
            raise example
        messages = written(example, manner)["messages"]
    except Unfit as unfit:
        return Turn(number=number, messages=[], probe=[], answer="", thinking=None, unfit=str(unfit))
    return _of_messages(number, messages, example)


def of_file(
    path: str | os.PathLike[str],
    *,
    format: Format | None,  # noqa: A002 - as above
    tag: Tag,
) -> Iterator[Turn]:
    """Yield the turns of a training file; of a preference, the better answer's.

    Raises:
        InputError: the file cannot be read, or an object is of no known format; says where.
    """
    for number, fields in read_objects(as_path(path)):
        try:
            example = read_back(fields, format, tag)[0]
        except Unfit as unfit:
            raise InputError(f"{path}:{number}: {unfit}") from None
        yield _of_messages(number, [*example.messages, _last(fields)], example, fields.get("tools"))


def _last(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the answer's message as the file has it, whatever the format."""
    if "messages" in fields:
        told = fields["messages"][-1]
    elif "chosen" in fields:
        told = fields["chosen"][-1]
    else:
        text = fields["completion"] if "completion" in fields else fields["conversations"][-1]["value"]
        return {"role": "assistant", "content": text}
    return {name: value for name, value in told.items() if value is not None or name not in FIELDS.values()}


def _of_messages(number: int, messages: list[Mapping[str, Any]], example: Example, tools: Any = None) -> Turn:
    *before, last = messages
    marked = {**last, "content": _marked(last.get("content"), example)}
    marked |= {name: REASONING for name in FIELDS.values() if last.get(name)}
    earlier = tuple(
        text for message in before for name in FIELDS.values() if isinstance(text := message.get(name), str) and text
    )
    return Turn(
        number=number,
        messages=messages,
        probe=[*before, marked],
        answer=example.answer,
        thinking=example.thinking,
        earlier=earlier,
        tools=tools,
    )


def _marked(content: Any, example: Example) -> Any:
    """Put the marks in the place of the texts, also where the content holds both."""
    if not isinstance(content, str) or not content.endswith(example.answer):
        return content
    head = content[: len(content) - len(example.answer)]
    return (head if example.thinking is None else head.replace(example.thinking, REASONING, 1)) + ANSWER
