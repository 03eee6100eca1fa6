"""`discover`: several servers at once, arguments, and that what was found can be asked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import distilkit as dk
from distilkit.discovery import adiscover, discover
from distilkit.errors import InputError
from distilkit.sim import Dials
from distilkit.sim.server import Server

VLLM = {"/v1/models": {"data": [{"id": "Qwen/Qwen3-8B", "owned_by": "vllm", "max_model_len": 40960}]}}
OLLAMA = {
    "/": b"Ollama is running",
    "/api/tags": {"models": [{"model": "llama3.2:3b"}, {"model": "embed:1", "details": {"family": "bert"}}]},
}


def host(server: Any) -> str:
    return f"127.0.0.1:{server.port}"


def test_every_server_is_a_row_a_model(serving: Any) -> None:
    servers = [serving(VLLM), serving(OLLAMA), serving({"/": b"<html>something else</html>"})]

    found = discover(hosts=[host(server) for server in servers], timeout_s=5)

    assert found.table[["server", "model"]].to_numpy().tolist() == [
        ["vllm", "Qwen/Qwen3-8B"],
        ["ollama", "llama3.2:3b"],
    ]
    assert found.table["context_length"].fillna(0).tolist() == [40960, 0]
    assert found.table["base_url"].tolist() == [f"{servers[0].url}/v1", servers[1].url]
    assert len(found) == 2


def test_what_is_found_can_be_compared(tmp_path: Path) -> None:
    with Server.start({"sim-model": Dials(latency_s=0.001)}) as server:
        found = discover(hosts=[f"127.0.0.1:{server.port}"], timeout_s=5)

        frame = dk.compare(["What is 2 plus 2?"], profiles=found.profiles, store=tmp_path, progress=False)

    assert found.table["server"].tolist() == ["simulator"]
    assert frame["error"].isna().all()
    assert frame["profile"].tolist() == ["simulated/sim-model"]


def test_a_port_can_be_named(serving: Any) -> None:
    server = serving(VLLM)

    found = discover(hosts="127.0.0.1", ports={"vllm": server.port}, timeout_s=5)

    assert f"{server.url}/v1" in found.table["base_url"].tolist()
    assert server.url in found.tried


def test_ollamas_own_variable_is_followed(serving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serving(OLLAMA)
    monkeypatch.setenv("OLLAMA_HOST", host(server))

    assert server.url in discover(timeout_s=5).table["base_url"].tolist()


def test_nothing_found_says_where_it_looked_and_what_to_start(serving: Any) -> None:
    other = serving({})

    found = discover(hosts=host(other), timeout_s=5)

    assert (len(found), found.profiles, found.yaml, list(found.table.columns)[:2]) == (
        0,
        [],
        "",
        ["server", "base_url"],
    )
    assert other.url in repr(found)
    assert "ollama serve" in repr(found)
    assert "<pre>" in found._repr_html_()


@pytest.mark.parametrize("timeout_s", [0, -1, 61, "1", None, True, float("nan")])
def test_what_is_no_time_is_refused(timeout_s: Any) -> None:
    with pytest.raises(InputError, match="timeout_s="):
        discover(timeout_s=timeout_s)


def test_it_can_be_awaited(serving: Any) -> None:
    server = serving(VLLM)

    async def main() -> Any:
        return await adiscover(hosts=host(server), timeout_s=5)

    assert len(asyncio.run(main())) == 1


def test_both_faces_have_their_names() -> None:
    assert (discover.__name__, adiscover.__name__) == ("discover", "adiscover")
