"""`discover`: which model servers run on this machine, found by asking the usual ports, with GET and without a key.

Looks at other machines only where they are named. What was found, and how it is shown, is in `found`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence

from distilkit._sync import Body, Step, awaiting, blocking
from distilkit.discovery.addresses import addresses
from distilkit.discovery.found import Discovered, discovered
from distilkit.errors import InputError
from distilkit.provider.listing import Server, look

_AT_ONCE = 32
_LONGEST_WAIT_S = 60.0


def _discover(
    *, timeout_s: float = 1.0, hosts: str | Iterable[str] | None = None, ports: Mapping[str, int] | None = None
) -> Body[Discovered]:
    """Find the model servers of this machine: Ollama, vLLM, llama.cpp, LM Studio, TGI, LiteLLM's proxy, and their like.

    Each is told by what it answers, not by its port. Asks no model a question.

    Args:
        timeout_s: seconds to wait for one reply; an address takes at most three times as long.
        hosts: `host` for all usual ports, or `host:port`; one or several. None for this machine, and the address in
            `$OLLAMA_HOST`.
        ports: where a server listens instead of at its usual port, `{"vllm": 8001}`; under any other name one port
            more.

    Returns:
        What was found: `.table`, `.profiles` for `compare(profiles=...)`, `.yaml` for a profile file.

    Raises:
        InputError: an argument is wrong.
    """
    if isinstance(timeout_s, bool) or not isinstance(timeout_s, int | float) or not 0 < timeout_s <= _LONGEST_WAIT_S:
        raise InputError(f"timeout_s= takes seconds, more than 0 and at most {_LONGEST_WAIT_S:g}, not {timeout_s!r}")
    tried = addresses(hosts, ports, os.environ.get("OLLAMA_HOST"))
    servers = yield Step(_look(tried, float(timeout_s)))
    return discovered(servers, tried)


discover = blocking(_discover)
adiscover = awaiting(_discover)


async def _look(tried: Sequence[str], timeout_s: float) -> list[Server]:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def at(root: str) -> Server | None:
        async with turns:
            return await look(root, timeout_s)

    return [server for server in await asyncio.gather(*map(at, tried)) if server is not None]
