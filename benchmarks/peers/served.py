"""The simulator in a process of its own, with limits, and what it has counted.

Knows the simulator's command line and its `/stats`; knows no contestant.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from peers import workload

# A second is what a short answer takes; it varies, as it does everywhere.
LATENCY_S = 1.0
JITTER = 0.3
# A proxy of the machine has no business with loopback.
_open = build_opener(ProxyHandler({})).open
REQUESTS_PER_MINUTE = 600
TOKENS_PER_MINUTE = 60_000


@dataclass(frozen=True)
class Limits:
    """What the server allows a minute, and further dials of the simulator as `name=value,...`."""

    requests_per_minute: int
    tokens_per_minute: int
    dials: str = ""

    @classmethod
    def scaled(cls, scale: float, dials: str) -> Limits:
        """Return the benchmark's limits, `scale` times."""
        return cls(round(REQUESTS_PER_MINUTE * scale), round(TOKENS_PER_MINUTE * scale), dials)

    def least_s(self, requests: int, tokens: int) -> float:
        """Return the seconds that so much takes at the rate of the scarcer limit."""
        return 60 * max(requests / self.requests_per_minute, tokens / self.tokens_per_minute)

    def told(self, url: str, warm_url: str, prompts: int) -> workload.Told:
        """Return what a client of a server with these limits is told."""
        return workload.Told(url, warm_url, prompts, self.requests_per_minute, self.tokens_per_minute)


@contextmanager
def simulator(limits: Limits | None) -> Iterator[str]:
    """Serve the benchmark's model and yield its base URL; without `limits`, unlimited and at once."""
    server = subprocess.Popen(_command(limits), stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        yield next(word for word in line.split() if word.startswith("http"))
    finally:
        server.terminate()
        server.wait()


def stats(url: str) -> dict[str, Any]:
    """Return what the server has counted."""
    with _open(url.removesuffix("/v1") + "/stats") as reply:
        counted: dict[str, Any] = json.load(reply)
    return counted


def refused(counted: dict[str, Any]) -> int:
    """Return how many requests got a 429."""
    return int(counted["statuses"].get("429", 0))


def tokens_of(prompts: list[str], url: str) -> int:
    """Return the tokens of all prompts and their answers, as the usage says, asked once of an unlimited server."""
    return sum(_usage(url, prompt) for prompt in prompts)


def _usage(url: str, prompt: str) -> int:
    message = {"role": "user", "content": prompt}
    body = {"model": workload.MODEL, "messages": [message], "max_tokens": workload.MAX_TOKENS}
    headers = {"content-type": "application/json"}
    request = Request(f"{url}/chat/completions", json.dumps(body).encode(), headers)  # noqa: S310 - loopback
    with _open(request) as reply:
        return int(json.load(reply)["usage"]["total_tokens"])


def _command(limits: Limits | None) -> list[str]:
    dials = ["latency_s=0"]
    if limits is not None:
        dials = [f"latency_s={LATENCY_S}", f"jitter={JITTER}"]
        dials += [f"requests_per_minute={limits.requests_per_minute}", f"tokens_per_minute={limits.tokens_per_minute}"]
        dials += [limits.dials] if limits.dials else []
    return [sys.executable, "-m", "distilkit.sim", "--port", "0", "--model", f"{workload.MODEL}:{','.join(dials)}"]
