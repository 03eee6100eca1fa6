"""Streams over real HTTP that go wrong, or are listened to: what is told, kept, and never shown."""

from __future__ import annotations

import asyncio
import json
import threading
import traceback
from typing import Any

import pytest
from aiohttp import web

from distilkit.errors import ProviderError
from distilkit.provider import Delta, Transport, session


def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    whole = {"id": "c", "model": "m-served", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return f"data: {json.dumps(whole)}\n\n".encode()


HALF = [event({"reasoning_content": "Hm"}), event({"content": "It is "}), event({"content": "4"})]
WHOLE = [*HALF, event({}, "stop"), b"data: [DONE]\n\n"]
MESSAGE = {"role": "assistant", "content": "It is 4", "reasoning_content": "Hm"}


def streaming(*pieces: bytes, then: str = "end", hold: asyncio.Event | None = None, **headers: str) -> Any:
    """Answer with a stream, and then end it, drop it or say nothing more."""

    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = web.StreamResponse(headers={"content-type": "text/event-stream", **named})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
        if then == "drop":
            await asyncio.sleep(0.05)  # what was written goes out before the connection does
            assert request.transport is not None
            request.transport.abort()
        if then == "hang":
            await (hold or asyncio.Event()).wait()
        return response

    return answer


def test_the_record_says_when_the_first_text_came(wire: Any, listen: Any, profile: Any) -> None:
    record, told = listen(profile(base_url=wire(streaming(*WHOLE)).url))

    assert record.raw["choices"][0]["message"] == MESSAGE
    assert 0 < record.ttft_s <= record.latency_s
    assert told == [Delta("thinking", "Hm"), Delta("content", "It is "), Delta("content", "4")]


def test_nobody_needs_to_listen(wire: Any, stream: Any, profile: Any) -> None:
    record = stream(profile(base_url=wire(streaming(*WHOLE)).url))

    assert record.raw["choices"][0]["message"] == MESSAGE
    assert record.ttft_s is not None


def test_what_is_asked_is_one_request_that_says_so(wire: Any, stream: Any, profile: Any, canary: str) -> None:
    server = wire(streaming(*WHOLE))

    record = stream(profile("openai", "gpt-4o-mini", base_url=server.url), temperature=0.5)

    [seen] = server.seen
    assert record.sent == {
        "model": "gpt-4o-mini",
        "temperature": 0.5,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert {name: value for name, value in seen.json.items() if name != "messages"} == record.sent
    assert seen.headers["Authorization"] == f"Bearer {canary}"
    assert record.price is not None


@pytest.mark.parametrize("where", ["params", "extra_body"])
def test_options_of_the_users_own_stand(where: str, wire: Any, stream: Any, profile: Any) -> None:
    mine = {"include_usage": False}
    given: dict[str, Any] = {"stream_options": mine}
    server = wire(streaming(*WHOLE))

    stream(profile(base_url=server.url), **(given if where == "params" else {"extra_body": given}))

    assert server.seen[0].json["stream_options"] == mine


def test_a_dropped_connection_keeps_what_had_come(wire: Any, stream_fails: Any, profile: Any) -> None:
    limits = {"x_ratelimit_remaining_requests": "7"}
    server = wire(streaming(*HALF, then="drop", **limits))

    error = stream_fails(profile("openai", "gpt-4o-mini", base_url=server.url))

    assert (error.kind, error.retryable) == ("connection", True)
    assert error.headers["x-ratelimit-remaining-requests"] == "7"
    partial = error.partial
    assert partial.cut
    [choice] = partial.raw["choices"]
    assert (choice["message"], choice["finish_reason"]) == (MESSAGE, None)
    assert partial.sent["stream"] is True
    assert partial.price is not None
    assert partial.headers["x-ratelimit-remaining-requests"] == "7"
    assert 0 < partial.ttft_s <= partial.latency_s
    assert partial.created_at is not None
    assert len(server.seen) == 1


def test_an_end_without_an_end_is_a_cut(wire: Any, stream_fails: Any, profile: Any) -> None:
    error = stream_fails(profile(base_url=wire(streaming(*HALF)).url))

    assert (error.kind, error.retryable) == ("connection", True)
    assert error.partial.raw["choices"][0]["message"] == MESSAGE


def test_a_timeout_in_the_middle_keeps_what_had_come(wire: Any, stream_fails: Any, profile: Any) -> None:
    error = stream_fails(profile(base_url=wire(streaming(*HALF, then="hang")).url, timeout_s=0.5))

    assert (error.kind, error.retryable) == ("timeout", True)
    assert error.partial.raw["choices"][0]["message"] == MESSAGE


@pytest.mark.parametrize("then", ["drop", "end"])
def test_where_nothing_had_come_nothing_is_kept(then: str, wire: Any, stream_fails: Any, profile: Any) -> None:
    error = stream_fails(profile(base_url=wire(streaming(b": wait\n\n", event({"role": "assistant"}), then=then)).url))

    assert (error.kind, error.partial) == ("connection", None)


def test_a_whole_answer_stays_one_where_only_the_end_is_lost(wire: Any, stream: Any, profile: Any) -> None:
    record = stream(profile(base_url=wire(streaming(*WHOLE[:-1], then="drop")).url))

    assert record.raw["choices"][0]["finish_reason"] == "stop"
    assert not record.cut


def test_a_garbled_event_is_the_providers_error(wire: Any, stream_fails: Any, profile: Any) -> None:
    error = stream_fails(profile(base_url=wire(streaming(*HALF, b'data: {"cho\n\n', *WHOLE)).url))

    assert (error.kind, error.retryable) == ("provider_error", True)
    assert error.partial.raw["choices"][0]["message"] == MESSAGE


ERRORS = [
    ({"error": {"type": "overloaded_error", "message": "Overloaded"}, "type": "error"}, "provider_error", True, None),
    ({"error": {"code": 502, "message": "Upstream"}, "choices": [{"delta": {}}]}, "provider_error", True, None),
    ({"error": {"code": 429, "message": "Please retry in 3s."}}, "rate_limit", True, 3),
    ({"error": {"code": "insufficient_quota", "message": "no"}}, "rate_limit", False, None),
    ({"error": {"code": "content_filter", "message": "no"}}, "content_filter", False, None),
    ({"object": "error", "message": "CUDA out of memory", "code": 500}, "provider_error", True, None),
]


@pytest.mark.parametrize(("body", "kind", "retryable", "wait_s"), ERRORS)
def test_an_error_in_the_middle_is_judged_by_what_it_says(
    body: Any, kind: str, wait_s: float | None, wire: Any, stream_fails: Any, profile: Any, *, retryable: bool
) -> None:
    server = wire(streaming(*HALF, f"data: {json.dumps(body)}\n\n".encode(), b"data: [DONE]\n\n"))

    error = stream_fails(profile("openrouter", base_url=server.url))

    assert (error.kind, error.retryable, error.retry_after_s) == (kind, retryable, wait_s)
    assert "the stream broke off" in error.message
    assert error.partial.raw["choices"][0]["message"] == MESSAGE


def test_an_error_as_the_first_event_has_no_partial(wire: Any, stream_fails: Any, profile: Any) -> None:
    server = wire(streaming(b'data: {"error": {"code": 429, "message": "busy"}}\n\n', retry_after="5"))

    error = stream_fails(profile(base_url=server.url))

    assert (error.kind, error.retry_after_s, error.partial) == ("rate_limit", 5, None)
    assert error.message.endswith("status 200: busy")


@pytest.mark.parametrize("then", ["drop", "end"])
def test_what_somebody_has_read_is_not_begun_again(then: str, wire: Any, listen_fails: Any, profile: Any) -> None:
    error, told = listen_fails(profile(base_url=wire(streaming(*HALF, then=then)).url))

    assert (error.kind, error.retryable) == ("connection", False)
    assert [delta.text for delta in told] == ["Hm", "It is ", "4"]


def test_what_nobody_has_read_may_be_tried_again(wire: Any, listen_fails: Any, profile: Any) -> None:
    error, told = listen_fails(profile(base_url=wire(streaming(then="drop")).url))

    assert (error.kind, error.retryable, told) == ("connection", True, [])


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, "invalid_request", False),
        (401, "authentication", False),
        (429, "rate_limit", True),
        (503, "provider_error", True),
    ],
)
def test_a_refusal_is_judged_as_without_a_stream(
    status: int, kind: str, wire: Any, listen_fails: Any, profile: Any, *, retryable: bool
) -> None:
    server = wire({"error": {"message": "no"}}, status=status, retry_after="7", x_request_id="r1")

    error, told = listen_fails(profile(base_url=server.url))

    assert (error.kind, error.retryable, error.status, told) == (kind, retryable, status, [])
    assert error.retry_after_s == 7
    assert error.headers["x-request-id"] == "r1"
    assert len(server.seen) == 1


def test_no_redirect_is_followed(wire: Any, stream_fails: Any, profile: Any) -> None:
    other = wire(streaming(*WHOLE))
    server = wire(b"", status=307, location=other.url)

    error = stream_fails(profile(base_url=server.url))

    assert (error.kind, error.retryable) == ("invalid_request", False)
    assert other.seen == []


def test_a_stream_without_end_is_cut_off(
    wire: Any, stream_fails: Any, profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "MAX_BODY_BYTES", 2**16)
    server = wire(streaming(*HALF, *[event({"content": "x" * 1000})] * 100, then="hang"))

    error = stream_fails(profile(base_url=server.url))

    assert (error.kind, error.retryable) == ("provider_error", False)
    assert "longer than" in error.message
    assert error.partial.raw["choices"][0]["message"]["content"].startswith("It is 4xx")


def test_a_key_that_comes_back_is_nowhere(wire: Any, listen_fails: Any, profile: Any, canary: str) -> None:
    pieces = [event({"content": part}) for part in ("key: ", canary[:5], canary[5:11], canary[11:], " ", canary[:7])]
    last = f'data: {{"error": {{"message": "bad {canary}"}}}}\n\n'.encode()

    error, told = listen_fails(profile(base_url=wire(streaming(*pieces, last, x_request_id=canary)).url))

    shown = "".join(delta.text for delta in told)
    assert shown == f"key: [hidden] {canary[:7]}"
    assert error.partial.raw["choices"][0]["message"]["content"] == shown
    assert canary not in f"{error} {error.body} {error.headers} {error.partial}"


def test_a_key_in_a_good_stream_is_hidden(wire: Any, listen: Any, profile: Any, canary: str) -> None:
    server = wire(streaming(event({"content": f"{canary}!"}), *WHOLE[-2:]))

    record, told = listen(profile(base_url=server.url))

    assert record.raw["choices"][0]["message"]["content"] == "[hidden]!"
    assert [delta.text for delta in told] == ["[hidden]!"]


class OddError(Exception):
    """Of the listener's own."""


def test_what_a_listener_raises_reaches_the_caller_and_ends_the_stream(
    wire: Any, profile: Any, call: Any, canary: str
) -> None:
    gone = threading.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await streaming(*HALF, then="hang")(request)
        finally:
            gone.set()

    heard: list[str] = []

    def odd(_: Any, delta: Delta) -> None:
        heard.append(delta.text)
        raise OddError

    url = wire(answer).url

    async def main() -> str:
        async with Transport(stream=True, listen=odd) as send:
            with pytest.raises(OddError) as caught:
                await send(call(profile(base_url=url)))
            shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
            assert await asyncio.to_thread(gone.wait, 20)  # the server is told that nobody listens any more
        return shown

    shown = asyncio.run(main())

    assert heard == ["Hm"]
    assert canary not in shown


def test_no_traceback_holds_the_key(wire: Any, stream_fails: Any, profile: Any, canary: str) -> None:
    error = stream_fails(profile(base_url=wire(streaming(*HALF, then="drop")).url))

    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert canary not in "".join(told.format())


def test_a_cancelled_call_closes_its_connection(wire: Any, profile: Any, call: Any) -> None:
    gone = threading.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await streaming(*HALF, then="hang")(request)
        finally:
            gone.set()

    async def main() -> None:
        server, begun = wire(answer), asyncio.Event()
        async with Transport(stream=True, listen=lambda *_: begun.set()) as send:
            task = asyncio.create_task(send(call(profile(base_url=server.url))))
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(gone.wait, 20)

    asyncio.run(main())


def test_a_connection_is_used_again_after_a_stream(
    wire: Any, profile: Any, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_LINGER_S", 20)
    ports: list[int] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.append(request.transport.get_extra_info("peername")[1])
        response = await streaming(*WHOLE)(request)
        await asyncio.sleep(0.05)  # the end of the reply comes after the end of the answer
        return response

    async def main() -> None:
        server = wire(answer)
        async with Transport(stream=True) as send:
            for _ in range(3):
                await send(call(profile(base_url=server.url)))

    asyncio.run(main())
    assert len(ports) == 3
    assert len(set(ports)) == 1


def test_a_server_that_holds_on_after_the_end_is_left(wire: Any, stream: Any, profile: Any) -> None:
    server = wire(streaming(*WHOLE, then="hang"))

    assert stream(profile(base_url=server.url, timeout_s=60)).raw["choices"][0]["finish_reason"] == "stop"


def test_a_server_that_knows_no_options_is_asked_once(wire: Any, profile: Any, call: Any) -> None:
    async def strict(request: web.Request) -> web.StreamResponse:
        if "stream_options" in await request.json():
            return web.json_response({"error": {"message": "Unknown parameter: stream_options"}}, status=400)
        return await streaming(*WHOLE)(request)

    async def main() -> tuple[ProviderError, Any]:
        server = wire(strict)
        async with Transport(stream=True) as send:
            with pytest.raises(ProviderError) as caught:
                await send(call(profile(base_url=server.url)))
            return caught.value, await send(call(profile(base_url=server.url)))

    error, record = asyncio.run(main())
    assert (error.kind, error.retryable) == ("invalid_request", True)
    assert "stream_options" not in record.sent


def test_options_that_the_user_wants_and_a_server_refuses_stay_refused(
    wire: Any, stream_fails: Any, profile: Any
) -> None:
    server = wire({"error": {"message": "Unknown parameter: stream_options"}}, status=400)

    error = stream_fails(profile(base_url=server.url), stream_options={"include_usage": True})

    assert (error.kind, error.retryable) == ("invalid_request", False)


def test_a_format_that_is_not_known_here_comes_whole(wire: Any, listen: Any, profile: Any) -> None:
    whole = {"model": "m", "response": "4", "done": True, "done_reason": "stop", "eval_count": 1}
    server = wire(whole)

    record, told = listen(profile("ollama", base_url=server.url))

    [seen] = server.seen
    assert (seen.target, seen.json["stream"]) == ("/api/generate", False)
    assert (record.raw, record.ttft_s, told) == (whole, None, [])


def test_without_streaming_ollama_is_told_so(wire: Any, ask: Any, profile: Any) -> None:
    server = wire({"model": "m", "message": {"role": "assistant", "content": "4"}, "done": True})

    ask(profile("ollama_chat", base_url=server.url))

    assert server.seen[0].json["stream"] is False


def test_the_simulator_streams(listen: Any, profile: Any) -> None:
    record, told = listen(profile("sim", "careful", api_key=None))

    message = record.raw["choices"][0]["message"]
    assert "".join(delta.text for delta in told if delta.channel == "content") == message["content"]
    assert record.raw["usage"]["completion_tokens"] > 0
    assert 0 < record.ttft_s <= record.latency_s
