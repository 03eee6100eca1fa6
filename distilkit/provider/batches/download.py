"""Results fetched to a file without a name, and read from it line by line: they may be larger than the memory.

The same guards as for any reply: no redirects, errors as values. Knows nothing of what a line says.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from distilkit.provider.exchange import Outgoing, Reply, Take
from distilkit.provider.faults import Trouble
from distilkit.provider.session import MAX_BODY_BYTES, Session

# Of several thousand answers; what is longer is no file of results.
MOST_BYTES = 8 * 2**30
_GOOD = 200

_JSON = json.JSONDecoder(parse_constant=lambda _: None)


async def download(session: Session, request: Outgoing, file: IO[bytes]) -> Reply | Trouble | None:
    """Write what an address holds to a file; return None when all of it is there, else the refusal, or what went wrong.

    Only a cancellation is raised; it closes the connection.
    """
    unwritten: list[OSError] = []

    def begin(head: Reply) -> Take | None:
        return write if head.status == _GOOD else None

    def write(chunk: bytes, _since_s: float) -> bool:
        try:
            file.write(chunk)
            file.flush()
        except OSError as error:  # else it would be taken for the connection's, and tried again
            unwritten.append(error)
        return bool(unwritten)

    came = await session.stream(request, begin)
    if unwritten:
        reason = unwritten[0].strerror or type(unwritten[0]).__name__
        message = f"the results cannot be written to {tempfile.gettempdir()}: {reason}; make room, or set TMPDIR"
        return Trouble(kind="unknown", message=message, retryable=False)
    return None if isinstance(came, Reply) and came.status == _GOOD else came


@contextlib.contextmanager
def scratch() -> Iterator[IO[bytes]]:
    """Open a file that nobody else sees and that is gone when it is closed."""
    with tempfile.TemporaryFile() as file:
        yield file


def lines(file: IO[bytes]) -> Iterator[dict[str, Any] | None]:
    """Read a file's lines from its beginning: each an object, or None where it is torn; empty ones are passed over."""
    file.seek(0)
    while line := file.readline(MAX_BODY_BYTES):
        if not line.strip():
            continue
        try:
            parsed = _JSON.decode(line.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            parsed = None
        yield parsed if isinstance(parsed, dict) else None
