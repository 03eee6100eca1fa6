"""Parts of a message that grow: Mistral's content, OpenRouter's reasoning details, tool calls of everyone.

Knows parts; knows nothing of the message round them.
"""

from __future__ import annotations

from typing import Any

from distilkit.provider.streams.pieces import Delta, Texts, said

_TEXTS = ("text", "thinking", "summary")
_THINKING = frozenset({"thinking", "reasoning", "reasoning.text", "reasoning.summary", "summary_text"})


def grow_parts(texts: Texts, have: list[Any], more: list[Any]) -> None:
    """Add parts to those that are there; one that goes on with the last one's text becomes a piece of it."""
    for part in more:
        if not (have and _goes_on(texts, have[-1], part)):
            have.append(part)


def _goes_on(texts: Texts, last: Any, part: Any) -> bool:
    """Say whether a part goes on with the last one, and if so let that grow."""
    if not (isinstance(last, dict) and isinstance(part, dict)) or last.get("signature"):
        return False
    if (last.get("type"), last.get("index")) != (part.get("type"), part.get("index")):
        return False
    name = next((name for name in _TEXTS if name in part), None)
    if name is None or type(last.get(name)) is not type(part[name]):
        return False
    if isinstance(part[name], str):
        texts.add(last, name, part[name])
    elif isinstance(part[name], list):
        grow_parts(texts, last[name], part[name])
    else:
        return False
    last.update({other: value for other, value in part.items() if other != name and value is not None})
    return True


def spoken(parts: list[Any]) -> list[Delta]:
    """Return the texts in parts."""
    return [piece for part in parts for piece in _spoken_in(part)]


def _spoken_in(part: Any) -> list[Delta]:
    if isinstance(part, str):
        return said("content", part)
    if not isinstance(part, dict):
        return []
    kind = part.get("type")
    if not (isinstance(kind, str) and kind in _THINKING):
        return said("content", part.get("text"))
    found = next((part[name] for name in ("thinking", "text", "summary") if part.get(name)), None)
    if isinstance(found, list):
        found = "".join(item["text"] for item in found if isinstance(item, dict) and isinstance(item.get("text"), str))
    return said("thinking", found)


def grow_calls(texts: Texts, calls: list[dict[str, Any]], parts: list[Any]) -> None:
    """Add parts of tool calls to the calls they go on with."""
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
            texts.add(function, "arguments", arguments)


def _known(calls: list[dict[str, Any]], part: dict[str, Any]) -> dict[str, Any] | None:
    """Return the call that a part goes on with, or None where it begins one."""
    index, name = part.get("index"), part.get("id")
    if index is not None:
        return next((call for call in calls if call.get("index") == index), None)
    if name:
        return next((call for call in calls if call.get("id") == name), None)
    return calls[-1] if calls else None
