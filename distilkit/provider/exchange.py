"""A request ready to be sent, and a reply read to its end: the values that pass through `session`.

Knows nothing of how they travel, or of what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request, ready to be sent. Its repr shows no header and no body.

    Attributes:
        url: the whole address.
        headers: with the key in them, and the body's content type.
        body: of any format; b"" sends none.
        timeout_s: seconds until the reply must be complete.
        method: of HTTP.
        most_bytes: the longest reply that is read; None is what no answer is longer than.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    timeout_s: float
    method: str = "POST"
    most_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, read to its end.

    Attributes:
        status: of HTTP.
        headers: by lower-case name; where a name occurs twice, the first.
        body: decompressed.
        latency_s: seconds from sending to the last byte; waiting for a free connection is not counted.
        created_at: Unix time in seconds when it was complete.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    latency_s: float
    created_at: float


Take = Callable[[bytes, float], bool]
"""Is given bytes as they arrive, and the seconds since sending; says whether it has had enough."""

Begin = Callable[[Reply], Take | None]
"""Is given a reply without its body; says who takes that, or None where it is read as a whole."""
