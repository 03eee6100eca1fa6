"""The formats: what an example looks like in each. Pure functions.

Knows examples; knows no frame and no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from distilkit.distilling.formats.example import Example, Message, Unfit
from distilkit.distilling.formats.inline import Tag, joined
from distilkit.errors import InputError
from distilkit.files.objects import Shape

Format = Literal[
    "openai_chat",
    "reasoning_content",
    "thinking",
    "prompt_completion",
    "inline_think",
    "sharegpt",
    "preference",
]
"""What `format=` takes."""

Carry = Literal["field", "inline", "drop", "none"]
"""How thinking is carried: in a field of its own, within the text, not at all; `none`, it may not be there."""

FORMATS: tuple[Format, ...] = (
    "openai_chat",
    "reasoning_content",
    "thinking",
    "prompt_completion",
    "inline_think",
    "sharegpt",
    "preference",
)
"""Every format, by name."""

FIELDS = {"reasoning_content": "reasoning_content", "thinking": "thinking"}
"""The formats that carry thinking in a field of the message, and its name."""

SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt"}
"""ShareGPT's names of the roles."""

_MESSAGE: dict[str, Shape] = {"role": "text", "content": "text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How examples are written.

    Attributes:
        format: one of `FORMATS`.
        carry: what becomes of thinking.
        tag: what stands round thinking within a text.
        metadata: whether provenance goes with each example.
        whole: whether the file is Parquet: fixed fields, texts only, whole letters only.
    """

    format: Format
    carry: Carry
    tag: Tag
    metadata: bool = False
    whole: bool = False


def carry_of(format: Format, thinking: str | None) -> Carry:  # noqa: A002 - the word of the public argument
    """Return how a format carries thinking, as it was wished.

    Raises:
        InputError: the format is unknown, or cannot do what is wished.
    """
    if format not in FORMATS:
        raise InputError(f"format={format!r} is unknown; there are: {', '.join(FORMATS)}")
    if thinking not in (None, "drop", "inline"):
        raise InputError(f'thinking={thinking!r}: take None, "drop" or "inline"')
    if thinking == "drop":
        return "drop"
    if thinking == "inline" or format == "inline_think":
        if format in FIELDS:
            raise InputError(f'format={format!r} has a field for thinking; for thinking="inline" use "inline_think"')
        return "inline"
    return "field" if format in FIELDS else "none"


def columns_of(manner: Manner) -> dict[str, Shape]:
    """Return the columns of a Parquet file in this format."""
    answer = {**_MESSAGE, FIELDS[manner.format]: "text"} if manner.carry == "field" else _MESSAGE
    by_format: dict[str, dict[str, Shape]] = {
        "prompt_completion": {"prompt": "text", "completion": "text"},
        "sharegpt": {"conversations": [{"from": "text", "value": "text"}]},
        "preference": {"prompt": [_MESSAGE], "chosen": [_MESSAGE], "rejected": [_MESSAGE]},
    }
    columns = by_format.get(manner.format, {"messages": [answer]})
    return {**columns, "metadata": "text"} if manner.metadata else columns


def written(example: Example, manner: Manner) -> dict[str, Any]:
    """Return an example in a format for one answer (any but `preference`).

    Raises:
        Unfit: it cannot be carried as it is.
    """
    answer = _answer(example, manner)
    if manner.format == "prompt_completion":
        return {"prompt": _only_prompt(example), "completion": answer["content"]}
    if manner.format == "sharegpt":
        return {"conversations": [_turn(message) for message in (*example.messages, answer)]}
    return {"messages": [*_messages(example, manner), answer]}


def written_pair(better: Example, worse: Example, manner: Manner) -> dict[str, Any]:
    """Return two answers to one prompt as a preference; raises as `written` does."""
    answers = {"chosen": [_answer(better, manner)], "rejected": [_answer(worse, manner)]}
    return {"prompt": list(_messages(better, manner)), **answers}


def _answer(example: Example, manner: Manner) -> dict[str, Any]:
    thinking = example.thinking
    if thinking is not None and manner.carry == "none":
        raise Unfit(f'has thinking, which {manner.format} cannot carry; say thinking="drop" or thinking="inline"')
    if manner.carry == "inline":
        return {"role": "assistant", "content": joined(thinking, example.answer, manner.tag)}
    told: dict[str, Any] = {"role": "assistant", "content": example.answer}
    if manner.carry == "field" and thinking is not None:
        told[FIELDS[manner.format]] = thinking
    return told


def _messages(example: Example, manner: Manner) -> tuple[Message, ...]:
    """Return the messages before the answer; a Parquet file has texts only, in the fields of the answer."""
    if manner.whole:
        fields = {"role", "content", *([FIELDS[manner.format]] if manner.carry == "field" else ())}
        for message in example.messages:
            texts = all(isinstance(value, str) for value in message.values())
            if not {"role", "content"} <= message.keys() <= fields or not texts:
                raise Unfit(
                    "has a message with more than a role and a text, which Parquet has no fields for; write .jsonl"
                )
    return example.messages


def _only_prompt(example: Example) -> str:
    (*before, last) = example.messages
    if before or last.get("role") != "user" or set(last) != {"role", "content"} or not isinstance(last["content"], str):
        raise Unfit("has more than one user message of text, which prompt_completion cannot carry; use openai_chat")
    return str(last["content"])


def _turn(message: Message) -> dict[str, str]:
    speaker, text = SPEAKERS.get(message.get("role", "")), message.get("content")
    if speaker is None or set(message) != {"role", "content"} or not isinstance(text, str):
        raise Unfit(
            "has a message that sharegpt cannot carry: only texts of system, user and assistant; use openai_chat"
        )
    return {"from": speaker, "value": text}
