"""Keeps a Python process on this machine: Python runs this file at its start when this folder is on PYTHONPATH.

`tests/conftest.py` puts it there, so it holds for pytest, for every Python the tests start and for every kernel. What
would leave 127.0.0.1 fails as it does without a network, and is written down in the file `$DISTILKIT_TEST_NETWORK`
names, which fails the test. Knows nothing of distilkit.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from typing import Any

# Names and addresses that are reserved for tests: they fail too, but asking for them is no mistake.
RESERVED_NAMES = (".invalid", ".test", ".example", "example.com", "example.org", "example.net")
RESERVED_ADDRESSES = ("192.0.2.", "198.51.100.", "203.0.113.")
LOCAL = frozenset({"", "localhost", "0.0.0.0", "::", "::1", os.uname().nodename})  # noqa: S104 - nothing is bound

_DATAGRAM = 2


def _watch(event: str, args: tuple[Any, ...]) -> None:
    """Audit hook: raise where a socket would leave this machine."""
    guard = _GUARDS.get(event)
    if guard is not None:
        guard(args)


def _connecting(args: tuple[Any, ...]) -> None:
    sock, address = args
    # A datagram socket that connects sends nothing: it is how programs ask for their own address.
    if isinstance(address, tuple) and sock.type != _DATAGRAM and not _local(address[0]):
        _note(address[0])
        raise OSError(errno.ENETUNREACH, f"tests stay on this machine, this would connect to {address[0]}")


def _sending(args: tuple[Any, ...]) -> None:
    address = args[1]
    if isinstance(address, tuple) and not _local(address[0]):
        _note(address[0])
        raise OSError(errno.ENETUNREACH, f"tests stay on this machine, this would send to {address[0]}")


def _resolving(args: tuple[Any, ...]) -> None:
    if args[0] is not None and not _local(args[0]):
        import socket

        _note(args[0])
        raise socket.gaierror(socket.EAI_NONAME, f"tests stay on this machine, this would look up {args[0]}")


_GUARDS: dict[str, Callable[[tuple[Any, ...]], None]] = {
    "socket.connect": _connecting,
    "socket.sendto": _sending,
    "socket.sendmsg": _sending,
    "socket.getaddrinfo": _resolving,
    "socket.gethostbyname": _resolving,
}


def _local(host: str | bytes) -> bool:
    name = _text(host)
    return name in LOCAL or name.startswith("127.") or name.endswith(".localhost")


def _text(host: str | bytes) -> str:
    return (host.decode("ascii", "replace") if isinstance(host, bytes) else host).rstrip(".").lower()


def _note(host: str | bytes) -> None:
    name = _text(host)
    log = os.environ.get("DISTILKIT_TEST_NETWORK")
    if log and not name.endswith(RESERVED_NAMES) and not name.startswith(RESERVED_ADDRESSES):
        with open(log, "a", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would slow every start of Python
            file.write(f"{name} by {' '.join(sys.argv) or 'python'}\n")


sys.addaudithook(_watch)
