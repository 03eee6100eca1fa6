"""Reading an object of a training file as an example: the other direction of `shapes`. Pure functions.

Knows examples; knows no frame and no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from distilkit.distilling.formats.example import Example, Message, Unfit
from distilkit.distilling.formats.inline import Tag, parted
from distilkit.distilling.formats.shapes import FIELDS, SPEAKERS, Format

_ROLES = {speaker: role for role, speaker in SPEAKERS.items()}
_CHAT = frozenset({*FIELDS, "inline_think", "openai_chat"})


def recognised(fields: Mapping[str, Any]) -> Format:
    """Return the format of an object by its fields; `openai_chat` stands for all that have `messages`.

    Raises:
        Unfit: it has the fields of none.
    """
    if "messages" in fields:
        return "openai_chat"
    if "conversations" in fields:
        return "sharegpt"
    if {"prompt", "chosen", "rejected"} <= fields.keys():
        return "preference"
    if {"prompt", "completion"} <= fields.keys():
        return "prompt_completion"
    raise Unfit(f"has the fields of no format ({', '.join(map(str, fields)) or 'none'})")


def read_back(fields: Mapping[str, Any], format: Format | None, tag: Tag) -> list[Example]:  # noqa: A002 - as above
    """Return the example an object holds; the better and the worse of a preference.

    Args:
        fields: the object.
        format: the format it must have; None to go by its fields, and to take thinking from wherever it stands.
        tag: what stands round thinking within a text.

    Raises:
        Unfit: it is not of that format.
    """
    found = recognised(fields)
    if format is not None and found != ("openai_chat" if format in (*_CHAT,) else format):
        raise Unfit(f"is {found}, not {format}")
    if found == "prompt_completion":
        prompt = ({"role": "user", "content": _text(fields["prompt"])},)
        return [_example(prompt, {"role": "assistant", "content": fields["completion"]}, format, tag)]
    if found == "preference":
        asked = _listed(fields["prompt"])
        return [_example(asked, _listed(fields[side])[-1], format, tag) for side in ("chosen", "rejected")]
    turns = _listed(fields["messages"]) if found == "openai_chat" else _spoken(fields["conversations"])
    if len(turns) < 2:  # noqa: PLR2004 - something asked, something answered
        raise Unfit("has fewer than two messages")
    return [_example(turns[:-1], turns[-1], format, tag)]


def _example(asked: tuple[Message, ...], answer: Message, format: Format | None, tag: Tag) -> Example:  # noqa: A002 - as above
    if answer.get("role") != "assistant":
        raise Unfit(f"ends with a message of {answer.get('role')!r}, not of the assistant")
    text = _text(answer.get("content"))
    # Where no format is named, every one is looked for.
    fields = FIELDS.values() if format is None else [FIELDS[format]] if format in FIELDS else []
    known = {"role", "content", *fields}
    if extra := sorted(map(str, answer.keys() - known)):
        raise Unfit(
            f"has an answer with a field {extra[0]!r}, which is not read; read it with another format=, or as JSON"
        )
    given = [value for name in fields if (value := answer.get(name)) is not None]
    if given:
        return Example(messages=asked, answer=text, thinking=_text(given[0]) or None)
    if format is None or format == "inline_think":
        thinking, text = parted(text, tag)
        return Example(messages=asked, answer=text, thinking=thinking)
    return Example(messages=asked, answer=text)


def _listed(value: Any) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(each, Mapping) for each in value):
        raise Unfit("has no list of messages where one belongs")
    # A struct of Parquet has every field in every row.
    fields = set(FIELDS.values())
    return tuple(
        {name: each for name, each in turn.items() if each is not None or name not in fields} for turn in value
    )


def _spoken(value: Any) -> tuple[Message, ...]:
    turns = _listed(value)
    if unknown := [turn.get("from") for turn in turns if turn.get("from") not in (*_ROLES,)]:
        raise Unfit(f"has a turn from {unknown[0]!r}; known are {', '.join(_ROLES)}")
    return tuple({"role": _ROLES[turn["from"]], "content": _text(turn.get("value"))} for turn in turns)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit(f"has {type(value).__name__} where a text belongs")
    return value
