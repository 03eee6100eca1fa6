"""What streams are made of: a piece of text, texts that grow in their places, and the error for one that broke off.

Knows no protocol.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

Channel = Literal["thinking", "content"]


class Delta(NamedTuple):
    """A piece of an answer, as it arrived.

    Attributes:
        channel: `thinking` where the provider has a field or part of its own for it, else `content`; tags in the text
            are not looked at.
        text: never empty.
    """

    channel: Channel
    text: str


class CutStreamError(ValueError):
    """The stream ended in the middle, says so, or is none of its protocol's.

    Attributes:
        kind: `connection` where it ended too early, else `provider_error`.
        event: the error the provider sent in the middle, as a body; None where it sent none.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: Literal["connection", "provider_error"] = "provider_error",
        event: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.kind: Literal["connection", "provider_error"] = kind
        self.event = event


class Texts:
    """Texts that grow piece by piece, each at its name in a dict; they stand there after `settle`.

    Joining them at each piece would take time that grows with the square of their length.
    """

    def __init__(self) -> None:
        # The dict is kept beside its pieces, so that its id is not given to another.
        self._growing: dict[tuple[int, str], tuple[dict[str, Any], list[str]]] = {}

    def add(self, holder: dict[str, Any], name: str, piece: str) -> None:
        """Let the text at a name grow; what is there and is no text is replaced."""
        found = self._growing.get((id(holder), name))
        if found is None:
            before = holder.get(name)
            found = holder, [before] if isinstance(before, str) else []
            self._growing[id(holder), name] = found
            holder[name] = ""
        found[1].append(piece)

    def end(self, holder: dict[str, Any], name: str) -> Any:
        """Return what stands at a name; it grows no further."""
        found = self._growing.pop((id(holder), name), None)
        if found is not None:
            holder[name] = joined(found[1])
        return holder.get(name)

    def settle(self) -> None:
        """Write every text into its place. They can go on growing."""
        for (_, name), (holder, pieces) in self._growing.items():
            pieces[:] = [joined(pieces)]
            holder[name] = pieces[0]


# JSON may write a character beyond the first 65,536 as two halves, and some servers send one half in each event.
_HALVES = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")


def joined(pieces: Iterable[str]) -> str:
    """Return the text that pieces make; a character that came in two halves is one again."""
    text = "".join(pieces)
    return (
        text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") if _HALVES.search(text) else text
    )


def said(channel: Channel, text: Any) -> list[Delta]:
    """Return a text as a piece; nothing where it is empty or none."""
    return [Delta(channel, text)] if isinstance(text, str) and text else []


def dict_at(holder: Any, name: str) -> dict[str, Any]:
    """Return the dict at a name, or an empty one."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, dict) else {}


def list_at(holder: Any, name: str) -> list[Any]:
    """Return the list at a name, or an empty one."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []


# More choices, blocks or calls are asked of nobody.
_MOST = 1_000


def place_of(part: Mapping[str, Any]) -> int | None:
    """Return the index a part has: 0 where it does not say, None where it cannot be one."""
    index = part.get("index")
    if index is None:
        return 0
    return index if type(index) is int and 0 <= index < _MOST else None  # `true` is an int too
