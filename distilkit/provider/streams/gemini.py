"""Gemini's event streams: each event is a whole reply of its own, with the next piece of each candidate.

Knows nothing of bytes. There is no event that ends them; the last has the reason to finish.
"""

from __future__ import annotations

from typing import Any

from distilkit.provider.streams.pieces import Delta, Texts, dict_at, list_at, place_of, said

_TEXT_PART = frozenset({"text", "thought", "thoughtSignature"})


class GeminiAssembler:
    """Replies of `streamGenerateContent`."""

    over = False  # nothing says so

    def __init__(self) -> None:
        self.began = False
        self._body: dict[str, Any] = {}
        self._candidates: dict[int, dict[str, Any]] = {}
        self._texts = Texts()

    @property
    def complete(self) -> bool:
        """Whether every candidate has its reason to finish, or the prompt was blocked."""
        if not self._candidates:
            return bool(dict_at(self._body, "promptFeedback").get("blockReason"))
        return all(candidate.get("finishReason") for candidate in self._candidates.values())

    def error_in(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Return the event where it is an error."""
        return event if event.get("error") else None

    def take(self, event: dict[str, Any]) -> list[Delta]:
        """Take one reply in; only pieces of the first candidate are returned."""
        self._body.update({name: value for name, value in event.items() if name != "candidates" and value is not None})
        deltas: list[Delta] = []
        for part in list_at(event, "candidates"):
            if isinstance(part, dict) and (index := place_of(part)) is not None:
                found = self._grow(self._candidates.setdefault(index, {}), part)
                deltas += found if index == 0 else []
        return deltas

    def body(self) -> dict[str, Any]:
        """Return the reply."""
        self._texts.settle()
        if not self._candidates:
            return dict(self._body)
        return {"candidates": [self._candidates[index] for index in sorted(self._candidates)], **self._body}

    def _grow(self, candidate: dict[str, Any], more: dict[str, Any]) -> list[Delta]:
        content = dict_at(more, "content")
        candidate.update({name: value for name, value in more.items() if name != "content" and value is not None})
        if not content:
            return []
        have = candidate.setdefault("content", {"parts": []})
        have.update({name: value for name, value in content.items() if name != "parts" and value is not None})
        parts = [part for part in list_at(content, "parts") if isinstance(part, dict)]
        self.began = self.began or any(part.get("text") or part.keys() - _TEXT_PART for part in parts)
        return [piece for part in parts for piece in self._grow_parts(have["parts"], part)]

    def _grow_parts(self, have: list[dict[str, Any]], part: dict[str, Any]) -> list[Delta]:
        last = have[-1] if have else None
        if last is not None and _goes_on(last, part):
            self._texts.add(last, "text", part["text"])
            last.update({name: value for name, value in part.items() if name != "text"})
        else:
            have.append(part)
        return said("thinking" if part.get("thought") is True else "content", part.get("text"))


def _goes_on(last: dict[str, Any], part: dict[str, Any]) -> bool:
    """Say whether a part goes on with the text of the last one; a signature ends it."""
    return (
        last.keys() <= _TEXT_PART
        and part.keys() <= _TEXT_PART
        and isinstance(last.get("text"), str)
        and isinstance(part.get("text"), str)
        and last.get("thought") == part.get("thought")
        and "thoughtSignature" not in last
    )
