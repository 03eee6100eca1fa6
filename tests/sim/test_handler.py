"""The simulator over real HTTP, asked by clients that are not ours: urllib and aiohttp."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from distilkit.sim import Dials, Server, items

TASK = items(40)
Ask = Callable[..., Any]
Serve = Callable[..., Server]

ROOT = Path(__file__).resolve().parents[2]


def test_a_reply_is_shaped_as_openai_shapes_it_and_says_it_is_simulated(serve: Serve, ask: Ask) -> None:
    got = ask(serve(skill=1, verbosity=0, thinking="reasoning_content"), TASK[0].prompt)

    assert (got.status, got.headers["content-type"]) == (200, "application/json")
    assert got.headers["server"] == "simulated models"
    assert got.json["object"] == "chat.completion"
    assert got.json["system_fingerprint"] == "simulated"
    assert got.json["model"] == "m"
    assert got.message["role"] == "assistant"
    assert got.message["content"] == str(TASK[0].answer)
    assert got.message["reasoning_content"].endswith(f"So the answer is {TASK[0].answer}.")
    usage = got.json["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert 0 < usage["completion_tokens_details"]["reasoning_tokens"] < usage["completion_tokens"]


def test_models_are_listed_as_simulated(serve: Serve, send: Ask) -> None:
    listed = send(f"{serve().url}/models").json["data"]

    assert [(entry["id"], entry["owned_by"]) for entry in listed] == [("m", "simulated")]


def test_the_sample_header_chooses_among_answers(serve: Serve, ask: Ask) -> None:
    server = serve(skill=0.5, thinking="tags")
    contents = [ask(server, TASK[1].prompt, sample=sample).message["content"] for sample in range(6)]

    assert len(set(contents)) > 1
    assert ask(server, TASK[1].prompt).message["content"] == contents[0]


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/chat/completions", b"{", 400),
        ("/chat/completions", b"[" * 100_000, 400),
        ("/chat/completions", b'{"model": "m", "messages": []}', 400),
        ("/chat/completions", b'{"model": "other", "messages": [{"role": "user"}]}', 404),
        ("/chat/completions", None, 405),
        ("/models", b"{}", 405),
        ("/embeddings", b"{}", 404),
        ("/chat/completions", b" " * (9 * 2**20), 413),
    ],
    ids=["torn", "deep", "no-messages", "no-model", "get", "post", "elsewhere", "huge"],
)
def test_a_bad_request_gets_an_error_as_openai_words_it(
    serve: Serve, send: Ask, ask: Ask, path: str, data: bytes | None, status: int
) -> None:
    server = serve()
    got = send(server.url + path, data)

    assert got.status == status
    assert set(got.json["error"]) == {"message", "type", "param", "code"}
    assert got.json["error"]["type"] == "invalid_request_error"
    assert ask(server, "still there?").status == 200


def test_a_long_prompt_is_no_flood(serve: Serve, ask: Ask) -> None:
    got = ask(serve(skill=1, verbosity=0), "lorem ipsum " * 300_000 + TASK[0].prompt)

    assert got.message["content"] == str(TASK[0].answer)


def test_a_bad_sample_header_is_refused(serve: Serve, send: Ask) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "?"}]}

    assert send(f"{serve().url}/chat/completions", body, **{"x-distilkit-sample": "-1"}).status == 400


def test_bytes_that_are_no_http_do_no_harm(serve: Serve, ask: Ask) -> None:
    server = serve()
    for noise in (b"\x00" * 5000, b"GET " + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n", b""):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
            client.sendall(noise)
            client.shutdown(socket.SHUT_WR)
            client.settimeout(5)
            try:
                while client.recv(65536):
                    pass
            except ConnectionError:
                pass

    assert ask(server, "still there?").status == 200


def test_limits_are_told_in_headers_and_enforced(serve: Serve, ask: Ask) -> None:
    got = [ask(serve_once, TASK[0].prompt) for serve_once in [serve(requests_per_minute=2)] for _ in range(3)]

    assert [one.status for one in got] == [200, 200, 429]
    assert [one.headers["x-ratelimit-remaining-requests"] for one in got] == ["1", "0", "0"]
    assert 55 <= int(got[2].headers["retry-after"]) <= 60
    assert got[2].json["error"]["code"] == "rate_limit_exceeded"


def test_an_error_rate_of_one_is_always_an_error(serve: Serve, ask: Ask) -> None:
    got = ask(serve(error_rate=1), TASK[0].prompt)

    assert (got.status, got.json["error"]["type"]) == (500, "server_error")


def test_a_dropped_request_gets_no_reply(serve: Serve, ask: Ask) -> None:
    server = serve(drop_rate=1)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(server, TASK[0].prompt)

    assert (server.stats()["dropped"], server.stats()["answers"]) == (1, 0)


@pytest.mark.parametrize("stream", [False, True])
def test_a_malformed_reply_is_torn(serve: Serve, ask: Ask, stream: bool) -> None:  # noqa: FBT001 - a parameter of the test
    got = ask(serve(malformed_rate=1), TASK[0].prompt, stream=stream)

    assert got.status == 200
    assert b"[DONE]" not in got.body
    with pytest.raises(ValueError, match=r"."):
        json.loads(got.body.split(b"data: ")[-1])


def test_empty_choices_and_missing_usage(serve: Serve, ask: Ask) -> None:
    empty = serve(empty_choices_rate=1)
    assert ask(empty, TASK[0].prompt).json["choices"] == []
    assert empty.stats()["answers"] == 0
    got = ask(serve(missing_usage_rate=1), TASK[0].prompt)
    assert "usage" not in got.json
    assert got.message["content"]


def events(body: bytes) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in body.decode().split("\n\n") if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


@pytest.mark.parametrize("thinking", ["none", "tags", "missing_opening_tag", "reasoning_content", "truncated"])
def test_a_stream_says_what_the_whole_reply_says(serve: Serve, ask: Ask, thinking: str) -> None:
    server = serve(thinking=thinking)
    whole = ask(server, TASK[5].prompt)
    got = ask(server, TASK[5].prompt, stream=True, stream_options={"include_usage": True})
    told = events(got.body)
    deltas = [chunk["choices"][0]["delta"] for chunk in told if chunk["choices"]]

    assert got.headers["content-type"].startswith("text/event-stream")
    assert "".join(delta.get("content", "") for delta in deltas) == whole.message["content"]
    reasoning = "".join(delta.get("reasoning_content", "") for delta in deltas)
    assert reasoning == whole.message.get("reasoning_content", "")
    assert told[-2]["choices"][0]["finish_reason"] == whole.json["choices"][0]["finish_reason"]
    assert told[-1]["usage"] == whole.json["usage"]
    assert len(deltas) > 3


def test_a_stream_has_usage_only_when_asked_for(serve: Serve, ask: Ask) -> None:
    told = events(ask(serve(), TASK[0].prompt, stream=True).body)

    assert all("usage" not in chunk for chunk in told)


def test_a_stream_comes_while_it_is_made(serve: Serve) -> None:
    """The first piece is there while the server is still busy with the rest."""
    server = serve(latency_s=2.0, jitter=0, verbosity=3)
    body = json.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": TASK[0].prompt}]})
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    client.request("POST", "/v1/chat/completions", body)
    with client.getresponse() as reply:
        first = reply.readline()

        assert first.startswith(b"data: {")
        assert server.stats()["in_flight"] == 1
    client.close()


def test_the_latency_is_waited_for(serve: Serve, ask: Ask) -> None:
    server = serve(latency_s=0.3, jitter=0)
    before = time.monotonic()
    ask(server, TASK[0].prompt)

    assert time.monotonic() - before >= 0.3


def test_what_was_asked_and_answered_twice_is_counted(serve: Serve, ask: Ask, send: Ask) -> None:
    server = serve()
    for prompt, times in ((TASK[0].prompt, 1), (TASK[1].prompt, 3)):
        for _ in range(times):
            ask(server, prompt)
    ask(server, "x", model="other")
    stats = send(f"http://127.0.0.1:{server.port}/stats").json

    assert (stats["requests"], stats["answers"], stats["distinct_requests"]) == (5, 4, 2)
    assert sorted(stats["answered"].values()) == [1, 3]
    assert stats["answered_more_than_once"] == 1
    assert stats["statuses"] == {"200": 4, "404": 1}
    assert stats == server.stats()


def test_reset_starts_the_counts_again(serve: Serve, ask: Ask, send: Ask) -> None:
    server = serve()
    ask(server, TASK[0].prompt)
    send(f"http://127.0.0.1:{server.port}/reset", b"")

    assert (server.stats()["requests"], server.stats()["answered"]) == (0, {})
    assert ask(server, TASK[0].prompt).status == 200


def settled(server: Server) -> dict[str, Any]:
    """Return the counts once something has come and nothing is in flight."""
    for _ in range(250):
        stats = server.stats()
        if stats["requests"] and not stats["in_flight"]:
            break
        time.sleep(0.02)
    return stats


def test_a_client_that_is_gone_was_not_answered(serve: Serve) -> None:
    """What a killed run did not receive may be sent again: it is not paid for twice."""
    server = serve(latency_s=0.3, jitter=0)
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "?"}]})
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    client.request("POST", "/v1/chat/completions", body)
    client.close()

    stats = settled(server)
    assert (stats["abandoned"], stats["answers"], stats["in_flight"]) == (1, 0, 0)


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_stops_in_the_middle_leaves_no_traceback(
    serve: Serve,
    caplog: pytest.LogCaptureFixture,
    stream: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    server = serve(latency_s=0.2, drop_rate=0.5)
    for number in range(6):
        body = json.dumps({"model": "m", "stream": stream, "messages": [{"role": "user", "content": f"{number}?"}]})
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
            client.sendall(f"{head}{body if number % 2 else body[:20]}".encode())
            time.sleep(0.08)

    stats = settled(server)
    assert stats["requests"] == 6
    assert stats["dropped"] + stats["abandoned"] == 6
    assert caplog.records == []


def test_five_hundred_at_once_are_all_answered(serve: Serve) -> None:
    server = serve(latency_s=0.3, skill=1, verbosity=0)
    item = TASK[0]

    async def ask_all() -> list[str]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def one(number: int) -> str:
                body = {"model": "m", "messages": [{"role": "user", "content": f"{number}. {item.prompt}"}]}
                async with session.post(f"{server.url}/chat/completions", json=body) as reply:
                    return str((await reply.json())["choices"][0]["message"]["content"])

            return await asyncio.gather(*map(one, range(500)))

    assert set(asyncio.run(ask_all())) == {str(item.answer)}
    stats = server.stats()
    assert (stats["answers"], stats["distinct_requests"]) == (500, 500)
    assert stats["most_in_flight"] > 100


SAY = """
import json, sys, urllib.request
from distilkit.sim import Dials, items, local_server
server = local_server()
model = server.register("m", Dials(skill=0.5, thinking="tags", latency_s=0, error_rate=0.2))
said = []
for item in items(30):
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": item.prompt}]}).encode()
    try:
        reply = json.load(urllib.request.urlopen(server.url + "/chat/completions", body))
        said.append([reply["id"], reply["choices"], reply["usage"]])
    except urllib.error.HTTPError as error:
        said.append(error.code)
print(json.dumps(said))
"""


def test_another_process_with_another_hash_seed_says_the_same() -> None:
    def said(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            [sys.executable, "-c", SAY], env=environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout

    first = said("1")

    assert "500" in first
    assert first == said("2")


def test_it_listens_on_loopback_only(serve: Serve) -> None:
    import psutil

    port = serve().port
    listening = [
        connection.laddr.ip
        for connection in psutil.Process().net_connections("inet")
        if connection.status == "LISTEN" and connection.laddr.port == port
    ]

    assert listening == ["127.0.0.1"]


def test_models_with_dials_of_their_own_live_on_one_server(ask: Ask) -> None:
    with Server.start({"good": Dials(skill=1, latency_s=0), "bad": Dials(skill=0, latency_s=0)}) as server:
        good, bad = (ask(server, TASK[0].prompt, model=model).message["content"] for model in ("good", "bad"))

    assert good.endswith(f"\n{TASK[0].answer}")
    assert not bad.endswith(f"\n{TASK[0].answer}")
