"""Fixtures of the provider's tests: a server that records what reaches it, and one call sent for real."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from distilkit.calls import Call, Record, Request
from distilkit.errors import ProviderError
from distilkit.profiles.profile import Profile
from distilkit.profiles.secrets import Secret
from distilkit.provider import Delta, Transport

CANARY = "canary-key-123456"
MESSAGES = ({"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is 2 + 2?"})

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Wire:
    """A server in a thread of its own, on this machine only."""

    answer: Answer
    tls: ssl.SSLContext | None = None
    seen: list[Seen] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    async def _start(self) -> web.AppRunner:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self.tls)
        await site.start()
        self.port = runner.addresses[0][1]
        return runner

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.seen.append(Seen(request.method, request.raw_path, dict(request.headers), body))
        return await self.answer(request)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


CHAT = {
    "id": "c1",
    "object": "chat.completion",
    "model": "m-served",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "4"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 13},
}


def replying(body: Any, *, status: int = 200, **headers: str) -> Answer:
    """Answer every request alike: bytes as they are, anything else as JSON."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=payload, status=status, headers={"content-type": "application/json", **named})

    return answer


@pytest.fixture
def wire() -> Iterator[Callable[..., Wire]]:
    """Start servers; each answers a body (JSON, or bytes), or as a handler of its own says."""
    started: list[Wire] = []

    def start(answer: Any = CHAT, *, tls: ssl.SSLContext | None = None, status: int = 200, **headers: str) -> Wire:
        handler = answer if callable(answer) else replying(answer, status=status, **headers)
        started.append(Wire(handler, tls))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def chat() -> dict[str, Any]:
    """A good reply in OpenAI's shape."""
    return json.loads(json.dumps(CHAT))


def profile_of(provider: str = "custom_openai", model: str = "m", **fields: Any) -> Profile:
    base = {"name": "p", "section": "p", "api_key": Secret(CANARY), "timeout_s": 20.0}
    return Profile(**{**base, "provider": provider, "model": model, **fields})


def call_of(profile: Profile, *, messages: Any = MESSAGES, sample: int = 0, **params: Any) -> Call:
    base_url, version = profile.endpoint
    request = Request(
        model=profile.litellm_model,
        base_url=base_url,
        api_version=version,
        messages=messages,
        params={**profile.params, **params},
        sample=sample,
    )
    return Call(prompt_id=0, prompt="", profile=profile, request=request, key=request.key())


@pytest.fixture
def profile() -> Callable[..., Profile]:
    """Make a profile: an OpenAI-like server with a canary key unless said otherwise."""
    return profile_of


@pytest.fixture
def call() -> Callable[..., Call]:
    """Make a call of a profile; keywords are parameters."""
    return call_of


@pytest.fixture
def ask() -> Callable[..., Record]:
    """Send one call to a profile, in an event loop of its own."""

    def send(profile: Profile, **call: Any) -> Record:
        async def main() -> Record:
            async with Transport() as transport:
                return await transport(call_of(profile, **call))

        return asyncio.run(main())

    return send


@pytest.fixture
def fails(ask: Callable[..., Record]) -> Callable[..., ProviderError]:
    """Send one call that must fail, and return why."""

    def send(profile: Profile, **call: Any) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            ask(profile, **call)
        return caught.value

    return send


@pytest.fixture
def stream() -> Callable[..., Record]:
    """Ask for a stream of one call, to which nobody listens."""

    def send(profile: Profile, **call: Any) -> Record:
        return _streamed(profile, None, call)

    return send


@pytest.fixture
def listen() -> Callable[..., tuple[Record, list[Delta]]]:
    """Ask for a stream of one call, and return what was told on the way too."""

    def send(profile: Profile, **call: Any) -> tuple[Record, list[Delta]]:
        told: list[Delta] = []
        return _streamed(profile, told, call), told

    return send


@pytest.fixture
def stream_fails(stream: Callable[..., Record]) -> Callable[..., ProviderError]:
    """Ask for a stream of one call that must fail, and return why."""

    def send(profile: Profile, **call: Any) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            stream(profile, **call)
        return caught.value

    return send


@pytest.fixture
def listen_fails() -> Callable[..., tuple[ProviderError, list[Delta]]]:
    """Listen to a stream that must fail, and return why, and what was told before."""

    def send(profile: Profile, **call: Any) -> tuple[ProviderError, list[Delta]]:
        told: list[Delta] = []
        with pytest.raises(ProviderError) as caught:
            _streamed(profile, told, call)
        return caught.value, told

    return send


def _streamed(profile: Profile, told: list[Delta] | None, call: dict[str, Any]) -> Record:
    async def main() -> Record:
        listen = None if told is None else lambda _, delta: told.append(delta)
        async with Transport(stream=True, listen=listen) as transport:
            return await transport(call_of(profile, **call))

    return asyncio.run(main())


@pytest.fixture
def canary() -> str:
    """The key of every profile here."""
    return CANARY
