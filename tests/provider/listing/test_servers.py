"""Which server answers, told by what it answers: each kind, imitators, locked ones, and what is none."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from distilkit.provider.listing import Server, look, servers


def answering(routes: dict[str, Any]) -> Callable[[web.Request], Any]:
    """Answer by path: JSON, bytes, or a status; 404 for the rest."""

    async def answer(request: web.Request) -> web.StreamResponse:
        said = routes.get(request.path, 404)
        if isinstance(said, int):
            return web.json_response({"detail": "no"}, status=said)
        return web.Response(body=said) if isinstance(said, bytes) else web.json_response(said)

    return answer


def looked(url: str, timeout_s: float = 5.0) -> Server | None:
    return asyncio.run(look(url, timeout_s))


VLLM = {"data": [{"id": "Qwen/Qwen3-8B", "owned_by": "vllm", "max_model_len": 40960}]}
LLAMA = {"data": [{"id": "m.gguf", "owned_by": "llamacpp", "meta": {"n_ctx_train": 131072}}], "models": [{"name": "m"}]}
TAGS = {"models": [{"name": "llama3:latest", "model": "llama3:latest"}, {"name": "q:1", "model": "q:1"}]}
PLAIN = {"data": [{"id": "a"}]}
LM_STUDIO = {
    "data": [
        {"id": "q", "type": "llm", "state": "loaded", "max_context_length": 32768},
        {"id": "e", "type": "embeddings", "state": "not-loaded", "max_context_length": 2048},
    ]
}


@pytest.mark.parametrize(
    ("routes", "kind", "models"),
    [
        ({"/v1/models": VLLM}, "vllm", [("Qwen/Qwen3-8B", 40960)]),
        (
            {"/v1/models": LLAMA, "/props": {"default_generation_settings": {"n_ctx": 4096}}},
            "llama.cpp",
            [("m.gguf", 4096)],
        ),
        ({"/v1/models": LLAMA}, "llama.cpp", [("m.gguf", 131072)]),
        (
            {
                "/": b"Ollama is running",
                "/v1/models": {"data": [{"id": "llama3:latest", "owned_by": "library"}]},
                "/api/tags": TAGS,
                "/api/ps": {"models": [{"model": "q:1", "context_length": 8192}]},
            },
            "ollama",
            [("llama3:latest", None), ("q:1", 8192)],
        ),
        ({"/api/tags": TAGS}, "ollama", [("llama3:latest", None), ("q:1", None)]),
        ({"/": b"Ollama is running", "/v1/models": {"data": None}, "/api/tags": {"models": []}}, "ollama", []),
        ({"/v1/models": PLAIN, "/api/v0/models": LM_STUDIO}, "lm_studio", [("q", 32768)]),
        (
            {"/v1/models": PLAIN, "/api/v1/models": {"models": [{"type": "llm", "key": "q", "loaded_instances": []}]}},
            "lm_studio",
            [("q", None)],
        ),
        ({"/v1/models": PLAIN, "/info": {"model_id": "b/x", "max_total_tokens": 8192}}, "tgi", [("b/x", 8192)]),
        ({"/info": {"model_id": "b/x", "max_input_length": 4096}}, "tgi", [("b/x", 4096)]),
        ({"/v1/models": PLAIN, "/health/liveliness": b'"I\'m alive!"'}, "litellm", [("a", None)]),
        ({"/v1/models": {"data": [{"id": "sim-a", "owned_by": "simulated"}]}}, "simulator", [("sim-a", None)]),
        ({"/v1/models": PLAIN}, "openai-like", [("a", None)]),
    ],
)
def test_each_server_is_known_by_what_it_answers(wire: Any, routes: dict[str, Any], kind: str, models: Any) -> None:
    found = looked(wire(answering(routes)).url)

    assert found is not None
    assert (found.kind, found.needs_key) == (kind, False)
    assert [(one.model, one.context_length) for one in found.models] == models


@pytest.mark.parametrize(
    ("routes", "kind"),
    [
        ({"/v1/models": 401, "/health/liveliness": b'"I\'m alive!"'}, "litellm"),
        ({"/v1/models": 401, "/metrics": b"# HELP\nvllm:num_requests_running 0\n"}, "vllm"),
        ({"/v1/models": 403, "/props": {"default_generation_settings": {"n_ctx": 512}}}, "llama.cpp"),
    ],
)
def test_a_server_that_wants_a_key_says_so_and_no_more(wire: Any, routes: dict[str, Any], kind: str) -> None:
    found = looked(wire(answering(routes)).url)

    assert found is not None
    assert (found.kind, found.needs_key, list(found.models)) == (kind, True, [])


@pytest.mark.parametrize(
    "routes",
    [
        {},
        {"/": b"<html>It works!</html>", "/info": b"<html>about us</html>"},
        {"/v1/models": 401},
        {"/v1/models": [], "/info": {"name": "my service", "version": "2"}},
        {"/v1/models": {"models": "none"}, "/api/version": {"version": "1.2"}},
        {"/api/tags": {"tags": ["red", "blue"]}},
        {"/api/v0/models": {"data": [{"id": "car", "type": "sedan"}]}},
        {"/health/liveliness": {"status": "ok"}},
        {"/v1/models": b"[" * 10**5, "/": b"\xff\xfe", "/props": [1], "/info": [2], "/api/tags": 200},
    ],
)
def test_another_service_at_the_port_is_none(wire: Any, routes: dict[str, Any]) -> None:
    assert looked(wire(answering(routes)).url) is None


def test_only_get_is_used_and_nothing_that_costs(wire: Any) -> None:
    """LiteLLM's own /health asks every model a question."""
    server = wire(answering({"/v1/models": PLAIN, "/api/tags": TAGS}))

    looked(server.url)

    assert {seen.method for seen in server.seen} == {"GET"}
    assert {seen.body for seen in server.seen} == {b""}
    assert "/health" not in {seen.target for seen in server.seen}
    assert not any("Authorization" in seen.headers for seen in server.seen)


def test_nobody_there_is_none() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))

        assert looked(f"http://127.0.0.1:{taken.getsockname()[1]}") is None


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"\x00\x01\x02\x03"])
def test_what_speaks_no_http_is_none(greeting: bytes) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def greet() -> None:
            peer, _ = listening.accept()
            peer.sendall(greeting)
            peer.close()

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        found = looked(f"http://127.0.0.1:{listening.getsockname()[1]}")
        thread.join(10)

    assert found is None


def test_what_never_answers_is_none() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        assert looked(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=0.1) is None


def test_a_redirect_leads_nowhere(wire: Any) -> None:
    elsewhere = wire(answering({"/v1/models": VLLM}))
    server = wire(b"", status=302, location=f"{elsewhere.url}/v1/models")

    assert looked(server.url) is None
    assert elsewhere.seen == []


def test_a_flood_is_not_read(wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_MOST_BYTES", 1000)

    assert looked(wire({"data": [{"id": "m" * 100_000, "owned_by": "vllm"}]}).url) is None


def test_an_odd_answer_within_is_none(wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(servers, "_kind_by_owner", odd)

    assert looked(wire(answering({"/v1/models": VLLM})).url) is None
