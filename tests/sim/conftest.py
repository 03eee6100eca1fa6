"""Fixtures of the simulator's tests: servers that are closed, and a client that is not ours."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from distilkit.sim import Dials, Server


class Got(NamedTuple):
    """A reply as urllib saw it."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> dict[str, Any]:
        return self.json["choices"][0]["message"]


def send(url: str, body: object = None, **headers: str) -> Got:
    """Send a body as JSON (bytes as they are), or GET where there is none."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - always loopback
        url, data=data, headers={"content-type": "application/json", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:  # noqa: S310
            return Got(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return Got(error.code, error.headers, error.read())


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers of one model, `m`, with the dials given; latency 0 unless said."""
    started: list[Server] = []

    def start(**dials: Any) -> Server:
        started.append(Server.start({"m": Dials(**{"latency_s": 0.0, **dials})}))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def ask() -> Callable[..., Got]:
    """Ask model `m` of a server one question."""

    def ask_one(server: Server, prompt: str, *, sample: int = 0, model: str = "m", **fields: Any) -> Got:
        body = {"model": model, "messages": [{"role": "user", "content": prompt}], **fields}
        return send(f"{server.url}/chat/completions", body, **{"x-distilkit-sample": str(sample)})

    return ask_one


@pytest.fixture(name="send")
def send_fixture() -> Callable[..., Got]:
    return send
