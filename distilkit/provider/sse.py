"""Puts an event stream that came where one reply was asked for together into that reply.

OpenAI's chunks only. The usage is the wire's or none. Knows nothing of connections or of what a reply means.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_DONE = "[DONE]"
# What grows from chunk to chunk; everything else is said once.
_GROWING = ("content", "reasoning_content", "reasoning", "refusal")


# NaN and Infinity are not JSON, but some servers send them; nothing downstream could store them.
_JSON = json.JSONDecoder(parse_constant=lambda _: None)
# More choices are asked of nobody.
_MOST_CHOICES = 1_000


class CutStreamError(ValueError):
    """The stream ended in the middle, or is none of OpenAI's."""


def assemble(text: str) -> dict[str, Any]:
    """Return the one body the chunks of a stream make.

    A chunk that is an error is returned in place of the body, as it came.

    Raises:
        CutStreamError: neither `[DONE]` nor a finish reason came, or an event is not JSON.
    """
    body: dict[str, Any] = {}
    choices: dict[int, dict[str, Any]] = {}
    done = False
    for event in events(text):
        if event == _DONE:
            done = True
            break
        chunk = _parsed(event)
        if chunk.get("error"):
            return chunk
        _merge(body, choices, chunk)
    ordered = [choices[index] for index in sorted(choices)]
    if not ordered or not (done or all(choice["finish_reason"] for choice in ordered)):
        raise CutStreamError("the stream ended before the answer did")
    return {**body, "object": "chat.completion", "choices": ordered}


def events(text: str) -> Iterator[str]:
    r"""Yield the data of each event; comments, names and ids are passed over.

    >>> list(events(": hello\n\ndata: 1\n\ndata: 2\ndata: 3\n\n"))
    ['1', '2\n3']
    """
    data: list[str] = []
    # Not splitlines: it also splits at characters that stand unescaped within JSON strings.
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            yield "\n".join(data)
            data = []
    if data:
        yield "\n".join(data)


def _parsed(event: str) -> dict[str, Any]:
    try:
        chunk = _JSON.decode(event)
    except (ValueError, RecursionError):
        raise CutStreamError("an event of the stream is not whole") from None
    if not isinstance(chunk, dict):
        raise CutStreamError("an event of the stream is no chunk of a chat completion")
    return chunk


def _merge(body: dict[str, Any], choices: dict[int, dict[str, Any]], chunk: dict[str, Any]) -> None:
    for name, value in chunk.items():
        if name != "choices" and value is not None and (name == "usage" or name not in body):
            body[name] = value
    parts = chunk.get("choices")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict) and (index := _index(part)) is not None:
            _grow(choices.setdefault(index, _empty(index)), part)


def _index(part: dict[str, Any]) -> int | None:
    """Return which choice a part belongs to: the first where it does not say, None where it cannot be one."""
    index = part.get("index")
    if index is None:
        return 0
    return index if type(index) is int and 0 <= index < _MOST_CHOICES else None  # `true` is an int too


def _empty(index: int) -> dict[str, Any]:
    return {"index": index, "message": {"role": "assistant", "content": None}, "finish_reason": None}


def _grow(choice: dict[str, Any], part: dict[str, Any]) -> None:
    reason = part.get("finish_reason")
    if isinstance(reason, str) and reason:
        choice["finish_reason"] = reason
    delta, message = part.get("delta"), choice["message"]
    for name, value in delta.items() if isinstance(delta, dict) else ():
        if value is None:
            continue
        if name == "tool_calls":
            if isinstance(value, list):
                _grow_calls(message.setdefault(name, []), value)
        elif name in _GROWING or isinstance(value, list):
            message[name] = _joined(message.get(name), value)
        else:
            message[name] = value


def _joined(before: Any, value: Any) -> Any:
    """Return what came and what comes as one: texts as a text, and a text among parts as one of them."""
    if before is None or before == "":
        return value
    if isinstance(before, str) and isinstance(value, str):
        return before + value
    if isinstance(before, list) or isinstance(value, list):
        return [*_parts(before), *_parts(value)]
    return value


def _parts(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [{"type": "text", "text": value}] if isinstance(value, str) else [value]


def _grow_calls(calls: list[dict[str, Any]], parts: list[Any]) -> None:
    for part in parts:
        if not isinstance(part, dict):
            continue
        known = _known(calls, part)
        if known is None:
            calls.append(part)
            continue
        function, more = known.get("function"), part.get("function")
        if not isinstance(more, dict):
            continue
        if not isinstance(function, dict):
            known["function"] = more
        elif isinstance(arguments := more.get("arguments"), str):
            before = function.get("arguments")
            function["arguments"] = (before if isinstance(before, str) else "") + arguments


def _known(calls: list[dict[str, Any]], part: dict[str, Any]) -> dict[str, Any] | None:
    """Return the call that a part goes on with, or None where it begins one."""
    index, name = part.get("index"), part.get("id")
    if index is not None:
        return next((call for call in calls if call.get("index") == index), None)
    if name:
        return next((call for call in calls if call.get("id") == name), None)
    return calls[-1] if calls else None
