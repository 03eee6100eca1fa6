"""An answer as it grows: live, split, kept, and the same as the whole one."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

import distilkit as dk
from distilkit import _background
from distilkit._background import background_loop
from distilkit.profiles.profile import Connection, Profile, Retry, ThinkingRules
from distilkit.profiles.secrets import Secret
from distilkit.sim import Dials
from distilkit.streaming import Piece

CANARY = "canary-key-123456"
Write = Callable[[web.StreamResponse, int], Any]


def simulated(**dials: Any) -> Profile:
    made = Dials(**{"latency_s": 0.0, "jitter": 0.0, "skill": 1.0, **dials})
    return Profile(name="fast", provider="sim", model="fast", section="sim", sim=made)


class Server:
    """An OpenAI-like server whose stream a test writes piece by piece; given a text, it answers that, and no stream."""

    def __init__(self, write: Write | str) -> None:
        self.write = write
        self.count = 0
        self.bodies: list[Any] = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.runner = asyncio.run_coroutine_threadsafe(self._start(), self.loop).result(10)

    async def _start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/chat/completions", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.count += 1
        nth = self.count
        self.bodies.append(await request.json())
        if isinstance(self.write, str):
            message = {"role": "assistant", "content": self.write}
            return web.json_response({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        try:
            await self.write(response, nth)
        except ConnectionResetError:
            return response
        return response

    def profile(self, name: str = "p", **more: Any) -> Profile:
        fields: dict[str, Any] = {
            "name": name,
            "provider": "custom_openai",
            "model": "m",
            "section": name,
            "base_url": self.url,
            "api_key": Secret(CANARY),
            "retry": Retry(max_attempts=2, backoff_s=0.0),
            "connection": Connection(),
            **more,
        }
        return Profile(**fields)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.runner.cleanup(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


async def say(response: web.StreamResponse, **delta: Any) -> None:
    chunk = {"model": "m-1", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")


async def end(response: web.StreamResponse) -> None:
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    usage = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}}
    for each in (last, usage):
        await response.write(b"data: " + json.dumps(each).encode() + b"\n\n")
    await response.write(b"data: [DONE]\n\n")


def cut(response: web.StreamResponse) -> None:
    transport = response._req.transport if response._req else None
    assert transport is not None
    transport.abort()


@pytest.fixture
def serve() -> Iterator[Callable[[Write | str], Server]]:
    started: list[Server] = []

    def start(write: Write | str) -> Server:
        started.append(Server(write))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Collect no garbage but where a test says so."""
    gc.disable()
    yield
    gc.enable()


def texts(pieces: list[Piece], kind: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind == kind)


def test_the_pieces_joined_are_the_row(store: Path) -> None:
    pieces = list(dk.stream("What is 3 + 4?", simulated(thinking="reasoning_content", thinking_tokens=40), store=store))

    row = pieces[-1].row
    assert row is not None
    assert [piece.kind for piece in pieces[-2:]] == ["usage", "end"]
    assert texts(pieces, "content") == row["content"]
    assert texts(pieces, "thinking") == row["thinking"]
    assert sum(piece.kind == "thinking" for piece in pieces) > 1
    assert pieces[-2].usage is not None
    assert pieces[-2].usage["output_tokens"] == row["output_tokens"]
    assert row["ttft_s"] <= row["latency_s"]


def test_thinking_in_tags_is_split_as_it_comes(store: Path) -> None:
    pieces = list(dk.stream("What is 3 + 4?", simulated(thinking="tags", thinking_tokens=40), store=store))

    row = pieces[-1].row
    assert row is not None
    assert texts(pieces, "thinking").strip() == row["thinking"]
    assert texts(pieces, "content") == row["content"]
    assert "<think>" not in texts(pieces, "thinking") + texts(pieces, "content")


def test_text_arrives_before_the_answer_is_finished(serve: Any, store: Path) -> None:
    seen_first = threading.Event()

    async def write(response: web.StreamResponse, _nth: int) -> None:
        await say(response, content="one ")
        await asyncio.to_thread(seen_first.wait, 10)
        await say(response, content="two")
        await end(response)

    stream = dk.stream("q", serve(write).profile(), store=store)
    first = next(iter(stream))
    assert first == Piece("content", "one ")
    assert stream.row is None
    seen_first.set()

    assert texts([first, *stream], "content") == "one two"
    assert stream.row is not None
    assert stream.content == stream.row["content"] == "one two"


def test_a_streamed_answer_is_kept_and_paid_once(serve: Any, store: Path) -> None:
    async def write(response: web.StreamResponse, _nth: int) -> None:
        await say(response, reasoning_content="Hm.")
        await say(response, content="yes")
        await end(response)

    server = serve(write)
    list(dk.stream("q", server.profile(), store=store))

    again = list(dk.stream("q", server.profile(), store=store))
    plain = dk.compare(["q"], [server.profile()], store=store)

    assert server.count == 1
    assert [(piece.kind, piece.text) for piece in again[:-2]] == [("thinking", "Hm."), ("content", "yes")]
    assert again[-1].row is not None
    assert bool(again[-1].row["from_store"])
    assert plain["from_store"].tolist() == [True]
    assert plain["input_tokens"].tolist() == [7]


def test_a_streamed_comparison_fills_the_time_to_the_first_token(store: Path) -> None:
    frame = dk.compare(["one", "two"], [simulated(latency_s=0.05)], store=store, stream=True)

    assert frame["error"].isna().all()
    assert (frame["ttft_s"] > 0).all()
    assert (frame["ttft_s"] <= frame["latency_s"]).all()
    again = dk.compare(["one", "two"], [simulated(latency_s=0.05)], store=store, cache="only")
    assert again["ttft_s"].tolist() == frame["ttft_s"].tolist()


def test_streamed_or_not_the_rows_say_the_same(tmp_path: Path) -> None:
    tasks = dk.sample_task(12)
    profile = simulated(thinking="tags")

    whole = dk.compare(tasks, [profile], store=tmp_path / "a")
    streamed = dk.compare(tasks, [profile], store=tmp_path / "b", stream=True)

    same = ["content", "thinking", "thinking_kind", "finish_reason", "input_tokens", "output_tokens", "cost_usd", "key"]
    assert whole[same].equals(streamed[same])


def test_a_cut_stream_is_asked_again_and_only_the_whole_answer_is_kept(serve: Any, store: Path) -> None:
    async def write(response: web.StreamResponse, nth: int) -> None:
        await say(response, content="half of ")
        if nth == 1:
            await asyncio.sleep(0.05)
            cut(response)
            return
        await say(response, content="it")
        await end(response)

    server = serve(write)
    frame = dk.compare(["q"], [server.profile()], store=store, stream=True)

    assert server.count == 2
    assert frame["content"].tolist() == ["half of it"]
    assert frame["attempts"].tolist() == [2]
    assert "connection" in frame["tried"][0]
    assert frame["billed_usd"].isna().all()  # nobody says what the first half cost


def test_a_stream_that_is_always_cut_is_a_failure_with_its_partial_text(serve: Any, store: Path) -> None:
    async def write(response: web.StreamResponse, _nth: int) -> None:
        await say(response, reasoning_content="Let me see")
        await say(response, content="half of ")
        await asyncio.sleep(0.05)
        cut(response)

    server = serve(write)
    frame = dk.compare(["q"], [server.profile()], store=store, stream=True)

    assert server.count == 2
    assert frame["error_kind"].tolist() == ["connection"]
    assert frame["content"].tolist() == ["half of "]
    assert frame["thinking"].tolist() == ["Let me see"]
    assert frame["output_tokens"].isna().all()
    assert frame["cost_usd"].isna().all()
    with dk.Store(store) as kept:
        assert kept.stats().entries == 0
    spent = dk.spend(store=store)
    assert len(spent) == 1


def test_once_text_was_handed_out_the_same_profile_is_not_asked_again(serve: Any, store: Path) -> None:
    async def write(response: web.StreamResponse, _nth: int) -> None:
        await say(response, content="half of ")
        await asyncio.sleep(0.05)
        cut(response)

    server = serve(write)
    got: list[Piece] = []

    with pytest.raises(dk.ProviderError) as caught:
        got.extend(dk.stream("q", server.profile(), store=store))

    assert caught.value.kind == "connection"
    assert server.count == 1


def test_another_member_of_a_strategy_begins_anew(serve: Any, store: Path) -> None:
    async def broken(response: web.StreamResponse, _nth: int) -> None:
        await say(response, content="half of ")
        await asyncio.sleep(0.05)
        cut(response)

    async def good(response: web.StreamResponse, _nth: int) -> None:
        await say(response, content="all")
        await end(response)

    members = [serve(broken).profile("first"), serve(good).profile("second")]
    stream = dk.stream("q", dk.Strategy(name="both", policy="failover", profiles=members), store=store)

    kinds = [(piece.kind, piece.text) for piece in stream]

    assert kinds[:3] == [("content", "half of "), ("restart", ""), ("content", "all")]
    assert stream.content == "all"
    assert stream.row is not None
    assert stream.row["served_by"] == "second"


def test_closing_a_stream_ends_its_request(serve: Any, store: Path) -> None:
    gone = threading.Event()

    async def write(response: web.StreamResponse, _nth: int) -> None:
        try:
            while True:
                await say(response, content="and ")
                await asyncio.sleep(0.01)
        except (ConnectionResetError, asyncio.CancelledError):
            gone.set()
            raise

    stream = dk.stream("q", serve(write).profile(), store=store)
    next(iter(stream))
    stream.close()

    assert gone.wait(10)
    assert stream.row is None
    with dk.Store(store) as kept:
        assert kept.stats().entries == 0


@pytest.fixture
def endless(serve: Any) -> tuple[Server, threading.Event]:
    """A server that never ends an answer, and what is set when its request has gone."""
    gone = threading.Event()

    async def write(response: web.StreamResponse, _nth: int) -> None:
        try:
            while True:
                await say(response, content="and ")
                await asyncio.sleep(0.01)
        except (ConnectionResetError, asyncio.CancelledError):
            gone.set()
            raise

    return serve(write), gone


@pytest.mark.usefixtures("without_collector")
def test_leaving_the_loop_over_a_stream_ends_its_request(endless: tuple[Server, threading.Event], store: Path) -> None:
    server, gone = endless
    for _ in dk.stream("q", server.profile(), store=store):
        break

    assert gone.wait(10)


@pytest.mark.usefixtures("without_collector")
def test_a_forgotten_stream_that_is_collected_on_our_own_loop_does_not_stop_it(
    endless: tuple[Server, threading.Event], store: Path
) -> None:
    server, gone = endless
    stream = dk.stream("q", server.profile(), store=store)
    next(iter(stream))
    circle: list[Any] = [stream]
    circle.append(circle)
    del stream, circle
    started = time.monotonic()
    background_loop().call_soon_threadsafe(gc.collect)
    answered = asyncio.run_coroutine_threadsafe(asyncio.sleep(0, "alive"), background_loop())

    assert answered.result(30) == "alive"
    # A step that waits for itself gives up after so long.
    assert time.monotonic() - started < _background._CANCEL_PATIENCE_S
    assert gone.wait(10)


def test_closing_from_another_thread_ends_the_loop_and_the_request(
    endless: tuple[Server, threading.Event], store: Path
) -> None:
    server, gone = endless
    stream = dk.stream("q", server.profile(), store=store)
    closing = threading.Timer(0.0, stream.close)

    for nth, _ in enumerate(stream):
        if nth == 0:
            closing.start()

    assert gone.wait(10)
    assert stream.row is None
    closing.join(10)


def test_a_successor_that_answers_in_one_piece_begins_anew_too(serve: Any, store: Path) -> None:
    async def broken(response: web.StreamResponse, _nth: int) -> None:
        await say(response, content="half of ")
        await asyncio.sleep(0.05)
        cut(response)

    members = [serve(broken).profile("first"), serve("all").profile("second")]
    stream = dk.stream("q", dk.Strategy(name="both", policy="failover", profiles=members), store=store)

    kinds = [(piece.kind, piece.text) for piece in stream]

    assert kinds[:3] == [("content", "half of "), ("restart", ""), ("content", "all")]
    assert stream.row is not None
    assert stream.content == stream.row["content"] == "all"


def test_a_character_in_two_halves_is_whole_in_the_pieces_and_in_the_row(serve: Any, store: Path) -> None:
    async def write(response: web.StreamResponse, _nth: int) -> None:
        for part in ("so \ud83d", "\ude00", "."):
            await say(response, content=part)
        await end(response)

    pieces = list(dk.stream("q", serve(write).profile(), store=store))

    assert [piece.text for piece in pieces[:-2]] == ["so ", "\N{GRINNING FACE}", "."]
    assert pieces[-1].row is not None
    assert pieces[-1].row["content"] == "so \N{GRINNING FACE}."


def test_in_async_code_the_pieces_are_the_same(store: Path) -> None:
    async def main() -> list[Piece]:
        profile = simulated(thinking="reasoning_content")
        return [piece async for piece in dk.astream("What is 3 + 4?", profile, store=store)]

    pieces = asyncio.run(main())

    row = pieces[-1].row
    assert row is not None
    assert texts(pieces, "content") == row["content"]
    assert texts(pieces, "thinking") == row["thinking"]


def test_leaving_an_async_stream_ends_its_request(serve: Any, store: Path) -> None:
    gone = threading.Event()

    async def write(response: web.StreamResponse, _nth: int) -> None:
        try:
            while True:
                await say(response, content="and ")
                await asyncio.sleep(0.01)
        except (ConnectionResetError, asyncio.CancelledError):
            gone.set()
            raise

    async def main() -> None:
        pieces = dk.astream("q", serve(write).profile(), store=store)
        async for _ in pieces:
            break
        await pieces.aclose()

    asyncio.run(main())

    assert gone.wait(10)


def test_a_tag_that_the_profile_says_is_open_is_split_in_the_stream(serve: Any, store: Path) -> None:
    async def write(response: web.StreamResponse, _nth: int) -> None:
        for part in ("I thi", "nk so.</th", "ink>", "Yes"):
            await say(response, content=part)
        await end(response)

    profile = serve(write).profile(thinking=ThinkingRules(missing_opening_tag=True))
    pieces = list(dk.stream("q", profile, store=store))

    assert texts(pieces, "thinking") == "I think so."
    assert texts(pieces, "content") == "Yes"


def test_a_budget_and_a_wrong_profile_are_said_as_by_compare(store: Path) -> None:
    with pytest.raises(dk.ProviderError, match="budget"):
        list(dk.stream("q", "sim/large", store=store, params={"max_tokens": 9}, budget=0))
    with pytest.raises(dk.ConfigError, match="sim/large"):
        list(dk.stream("q", "sim/larg", store=store))
