"""One call is one request, and every way it can fail is one `ProviderError`."""

from __future__ import annotations

import asyncio
import pickle
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from distilkit.calls import Call
from distilkit.errors import ConfigError, ProviderError
from distilkit.profiles.profile import Connection
from distilkit.profiles.secrets import Secret
from distilkit.provider import Transport
from distilkit.sim.spec import Dials

STATUSES = [
    (400, "invalid_request", False),
    (401, "authentication", False),
    (402, "rate_limit", False),
    (403, "authentication", False),
    (404, "model_not_found", False),
    (408, "timeout", True),
    (413, "invalid_request", False),
    (422, "invalid_request", False),
    (429, "rate_limit", True),
    (500, "provider_error", True),
    (502, "provider_error", True),
    (503, "provider_error", True),
    (504, "timeout", True),
    (529, "provider_error", True),
]


@pytest.mark.parametrize(("status", "kind", "retryable"), STATUSES)
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_refusal_is_one_request_and_one_error(
    provider: str, status: int, kind: str, wire: Any, fails: Any, profile: Any, *, retryable: bool
) -> None:
    server = wire({"error": {"message": "the model says no"}}, status=status, retry_after="7")

    error = fails(profile(provider, "claude-sonnet-4-5", base_url=server.url))

    assert len(server.seen) == 1
    assert (error.kind, error.retryable, error.status) == (kind, retryable, status)
    assert error.retry_after_s == 7
    assert error.provider == provider
    assert "the model says no" in error.message
    assert "the model says no" in error.body


def test_a_success_is_one_request_and_a_whole_record(wire: Any, ask: Any, profile: Any, chat: Any) -> None:
    server = wire(chat, x_ratelimit_remaining_requests="9", x_request_id="r1", set_cookie="a=b", x_other="no")

    record = ask(profile("openai", "gpt-4o-mini", base_url=server.url), temperature=0.5)

    assert len(server.seen) == 1
    assert record.raw == chat
    assert record.sent == {"model": "gpt-4o-mini", "temperature": 0.5}
    assert record.headers.keys() == {"x-ratelimit-remaining-requests", "x-request-id", "date"}
    assert record.latency_s is not None
    assert record.latency_s > 0
    assert record.created_at is not None
    assert record.attempts == 1
    assert record.price is not None
    assert record.price["input_cost_per_token"] == "1.5E-7"


def test_a_dropped_connection_is_one_request_even_on_a_used_connection(wire: Any, profile: Any, call: Any) -> None:
    async def answer_then_drop(request: web.Request) -> web.StreamResponse:
        if len(server.seen) == 1:
            return web.json_response({"choices": []})
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    server = wire(answer_then_drop)

    async def main() -> ProviderError:
        async with Transport() as send:
            await send(call(profile(base_url=server.url)))
            with pytest.raises(ProviderError) as caught:
                await send(call(profile(base_url=server.url)))
        return caught.value

    error = asyncio.run(main())
    assert len(server.seen) == 2
    assert (error.kind, error.retryable, error.status) == ("connection", True, None)


def test_nobody_listening_is_a_connection_error(wire: Any, fails: Any, profile: Any) -> None:
    server = wire()
    server.close()
    server.close = lambda: None

    error = fails(profile(base_url=server.url))

    assert (error.kind, error.retryable) == ("connection", True)
    assert "refused" in error.message


def test_a_redirect_is_refused_and_nothing_follows_it(wire: Any, fails: Any, profile: Any) -> None:
    other = wire()
    for status in (301, 302, 303, 307, 308):
        server = wire({}, status=status, location=f"{other.url}/secret/path?q=1")
        error = fails(profile("anthropic", "claude-sonnet-4-5", base_url=server.url))

        assert (error.kind, error.retryable, error.status) == ("invalid_request", False, status)
        assert "127.0.0.1" in error.message
        assert "base_url" in error.message
        assert "secret" not in error.message
        assert len(server.seen) == 1

    assert other.seen == []


def test_empty_choices_are_a_record_to_be_judged_later(wire: Any, ask: Any, profile: Any) -> None:
    server = wire({"choices": [], "usage": None})

    record = ask(profile(base_url=server.url))

    assert record.raw == {"choices": [], "usage": None}


def test_a_body_in_no_known_shape_is_kept_as_it_came(wire: Any, ask: Any, profile: Any) -> None:
    server = wire({"answer": "4"})

    record = ask(profile("anthropic", "claude-sonnet-4-5", base_url=server.url))

    assert record.raw == {"answer": "4"}
    assert record.reading is None


def test_a_late_answer_is_a_timeout(wire: Any, fails: Any, profile: Any) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    error = fails(profile(base_url=wire(never).url, timeout_s=0.2))

    assert (error.kind, error.retryable) == ("timeout", True)
    assert "0.2 s (timeout_s)" in error.message


async def _until(happened: Callable[[], Any]) -> None:
    for _ in range(500):
        if happened():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen within 5 s")


def test_cancelling_closes_the_connection(wire: Any, profile: Any, call: Any) -> None:
    stopped: list[str] = []

    async def never(_: web.Request) -> web.StreamResponse:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            stopped.append("by the client")
            raise
        return web.Response()

    server = wire(never)

    async def main() -> None:
        async with Transport() as send:
            task = asyncio.create_task(send(call(profile(base_url=server.url))))
            await _until(lambda: server.seen)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await _until(lambda: stopped)

    asyncio.run(main())
    assert stopped == ["by the client"]


def test_waiting_for_a_free_connection_is_not_part_of_the_latency(wire: Any, profile: Any, call: Any) -> None:
    async def slow(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.1)
        return web.json_response({"choices": []})

    narrow = profile(base_url=wire(slow).url, connection=Connection(max_connections=1))

    async def main() -> tuple[list[Any], float]:
        async with Transport() as send:
            await send(call(narrow))
            started = time.perf_counter()
            records = await asyncio.gather(*(send(call(narrow, sample=n)) for n in range(5)))
            return records, time.perf_counter() - started

    records, elapsed = asyncio.run(main())
    assert min(record.latency_s for record in records) >= 0.1
    # One after the other, they cannot take longer than all together; with their waiting they would, by far.
    assert sum(record.latency_s for record in records) <= elapsed


@pytest.mark.parametrize("connection", [Connection(max_connections=2), Connection(pool_size=2)])
def test_no_more_connections_than_the_section_allows(
    connection: Connection, wire: Any, profile: Any, call: Any
) -> None:
    open_now, most = 0, 0

    async def count(_: web.Request) -> web.StreamResponse:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.02)
        open_now -= 1
        return web.json_response({"choices": []})

    narrow = profile(base_url=wire(count).url, connection=connection)

    async def main() -> None:
        async with Transport() as send:
            await asyncio.gather(*(send(call(narrow, sample=n)) for n in range(10)))

    asyncio.run(main())
    assert most == 2


def test_a_transport_stays_in_its_loop(wire: Any, profile: Any, call: Any) -> None:
    transport = Transport()
    asked = call(profile(base_url=wire().url))

    async def main() -> None:
        await transport(asked)
        await transport.aclose()

    asyncio.run(main())
    with pytest.raises(RuntimeError, match="one for each loop"):
        asyncio.run(main())


def test_a_missing_key_is_found_before_anything_is_sent(wire: Any, ask: Any, profile: Any) -> None:
    server = wire()
    missing = Secret(variables=("NO_SUCH_VARIABLE_KEY",), hint="file.yaml:3: p")

    with pytest.raises(ConfigError, match="NO_SUCH_VARIABLE_KEY"):
        ask(profile(base_url=server.url, api_key=missing))

    assert server.seen == []


def test_a_key_that_vanishes_in_the_middle_shows_no_other(
    wire: Any, profile: Any, call: Any, monkeypatch: pytest.MonkeyPatch, canary: str
) -> None:
    monkeypatch.setenv("VANISHING_HEADER", "some value")
    server = wire()
    asked = call(profile(base_url=server.url, headers={"x-a": Secret(variables=("VANISHING_HEADER",))}))

    async def main() -> ConfigError:
        async with Transport() as send:
            await send(asked)
            monkeypatch.delenv("VANISHING_HEADER")
            with pytest.raises(ConfigError, match="VANISHING_HEADER") as caught:
                await send(asked)
        return caught.value

    error = asyncio.run(main())
    assert len(server.seen) == 1
    assert canary not in "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def test_without_an_address_of_its_own_nothing_goes_to_openai(ask: Any, profile: Any) -> None:
    for provider in ("hosted_vllm", "custom_openai", "xinference"):
        with pytest.raises(ConfigError, match="add base_url"):
            ask(profile(provider))


AMBIENT = [
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "OPENROUTER_API_KEY",
    "MISTRAL_API_KEY",
    "GROQ_API_KEY",
    "DEEPSEEK_API_KEY",
    "COHERE_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "HF_TOKEN",
    "HUGGINGFACE_API_KEY",
    "AZURE_API_KEY",
    "OLLAMA_API_KEY",
    "HOSTED_VLLM_API_KEY",
    "XAI_API_KEY",
    "TOGETHERAI_API_KEY",
]
PROVIDERS = [
    "openai",
    "azure",
    "anthropic",
    "gemini",
    "cohere_chat",
    "huggingface",
    "ollama",
    "ollama_chat",
    "openrouter",
    "deepseek",
    "mistral",
    "hosted_vllm",
    "groq",
    "custom_openai",
    "openai_like",
    "xai",
    "together_ai",
    "lm_studio",
    "llamafile",
]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_key_of_the_environment_is_sent(
    provider: str, wire: Any, ask: Any, profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in AMBIENT:
        monkeypatch.setenv(name, f"ambient-canary-{name}")
    server = wire()

    ask(profile(provider, base_url=server.url, api_key=None))

    [seen] = server.seen
    everything = f"{seen.target} {seen.headers} {seen.body!r}"
    assert "ambient-canary" not in everything
    assert "distilkit-puts" not in everything


def test_no_address_of_the_environment_is_asked(
    wire: Any, ask: Any, profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = wire()
    monkeypatch.setenv("LM_STUDIO_API_BASE", server.url)

    with pytest.raises(ConfigError, match=r"\$LM_STUDIO_API_BASE; write base_url"):
        ask(profile("lm_studio"))

    assert server.seen == []


@pytest.mark.parametrize("status", [401, 500])
def test_an_echoed_key_is_nowhere_in_the_error(status: int, wire: Any, fails: Any, profile: Any, canary: str) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        said = f"Incorrect API key provided: {canary}; {dict(request.headers)}"
        return web.json_response({"error": {"message": said}}, status=status)

    own = {"x-token": Secret("another-canary-secret")}

    error = fails(profile("openai", base_url=wire(echo).url, headers=own))

    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    for text in (str(error), repr(error), error.body, shown, repr(pickle.dumps(error))):
        assert canary not in text
        assert "another-canary" not in text
    assert "[hidden]" in error.message


def test_a_key_echoed_in_a_good_answer_is_not_kept(wire: Any, ask: Any, profile: Any, canary: str) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        said = f"You sent {request.headers['Authorization']}"
        choice = {"message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
        return web.json_response({"choices": [choice]})

    record = ask(profile("openai", base_url=wire(echo).url))

    assert canary not in repr(record)
    assert record.raw["choices"][0]["message"]["content"] == "You sent Bearer [hidden]"


@pytest.mark.parametrize(("status", "body"), [(429, b"{}"), (200, b"{torn"), (200, b'{"error": {"code": 429}}')])
def test_an_error_keeps_the_headers_that_tell_of_limits(
    status: int, body: bytes, wire: Any, fails: Any, profile: Any
) -> None:
    server = wire(body, status=status, x_ratelimit_remaining_tokens="0", set_cookie="a=b")

    headers = fails(profile("openai", base_url=server.url)).headers

    assert headers.keys() == {"x-ratelimit-remaining-tokens", "date"}


def test_without_a_reply_there_are_no_headers(wire: Any, fails: Any, profile: Any) -> None:
    server = wire()
    server.close()
    server.close = lambda: None

    assert fails(profile(base_url=server.url)).headers == {}


def test_a_placeholder_key_does_not_punch_holes_into_answers(wire: Any, ask: Any, profile: Any) -> None:
    choice = {"message": {"role": "assistant", "content": "I run on ollama."}, "finish_reason": "stop"}

    record = ask(profile("openai", base_url=wire({"choices": [choice]}).url, api_key=Secret("ollama")))

    assert record.raw["choices"][0]["message"]["content"] == "I run on ollama."


def test_no_key_is_in_the_frames_of_any_failure(wire: Any, profile: Any, call: Any, canary: str) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    closed = wire()
    closed.close()
    closed.close = lambda: None

    calls = [
        call(profile(base_url=closed.url)),
        call(profile(base_url=wire(never).url, timeout_s=0.1)),
        call(profile(base_url=wire(b"<html>").url)),
        call(profile("anthropic", "claude-sonnet-4-5", base_url=closed.url), seed=3),
        call(profile(base_url=wire(never).url)),
    ]

    async def main() -> list[BaseException]:
        async with Transport() as send:

            async def caught(one: Call) -> BaseException:
                # Here, because a task that ends cancelled shows nothing of where.
                with pytest.raises((ProviderError, asyncio.CancelledError)) as error:
                    await send(one)
                return error.value

            tasks = [asyncio.create_task(caught(one)) for one in calls]
            await asyncio.wait(tasks[:-1])
            tasks[-1].cancel()
            return await asyncio.gather(*tasks)

    errors = asyncio.run(main())
    assert len(errors) == 5
    for error in errors:
        assert canary not in "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        assert error.__cause__ is None
        assert not isinstance(error.__context__, Exception)


def test_an_error_survives_pickling(wire: Any, fails: Any, profile: Any) -> None:
    error = fails(profile(base_url=wire({"error": {"message": "no"}}, status=429, retry_after="2").url))

    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - ours

    assert str(again) == str(error)
    assert (again.kind, again.status, again.retry_after_s, again.body) == ("rate_limit", 429, 2, error.body)


def test_a_transport_shows_no_key(wire: Any, profile: Any, call: Any, canary: str) -> None:
    async def main() -> str:
        async with Transport() as send:
            await send(call(profile(base_url=wire().url)))
            return repr(send)

    assert canary not in asyncio.run(main())


def test_nothing_is_logged_or_printed(
    wire: Any,
    ask: Any,
    fails: Any,
    profile: Any,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    canary: str,
) -> None:
    caplog.set_level(0)

    ask(profile("anthropic", "claude-sonnet-4-5", base_url=wire().url))
    fails(profile("gemini", "gemini-3-pro-preview", base_url=wire({"error": canary}, status=401).url), temperature=0.1)

    shown = caplog.text + "".join(capfd.readouterr())
    assert canary not in shown
    assert "LiteLLM" not in shown


def test_a_simulated_profile_starts_its_simulator_and_names_its_sample(ask: Any, profile: Any) -> None:
    simulated = profile("sim", "small", api_key=None, sim=Dials(latency_s=0.0))

    record = ask(simulated, sample=3)

    assert record.provider == "sim"
    assert record.raw["choices"][0]["message"]["content"]
    assert record.price is None


def test_the_sample_goes_to_simulators_only(wire: Any, ask: Any, profile: Any) -> None:
    server = wire()

    ask(profile("sim", base_url=f"{server.url}/v1", api_key=None), sample=3)
    ask(profile("custom_openai", base_url=f"{server.url}/v1"), sample=3)

    simulated, real = ({name.lower(): value for name, value in seen.headers.items()} for seen in server.seen)
    assert simulated["x-distilkit-sample"] == "3"
    assert server.seen[0].target == "/v1/chat/completions"
    assert "x-distilkit-sample" not in real
