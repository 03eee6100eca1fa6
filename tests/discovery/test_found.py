"""What was found, shown: names of servers, hostile names, and the text of a profile file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from distilkit.discovery.found import Discovered, discovered
from distilkit.profiles import load_profiles
from distilkit.provider.listing import Listed, Server

HOSTILE = "<script>alert(1)</script>"


def found(*servers: Server) -> Discovered:
    return discovered(servers, ["http://127.0.0.1:1"])


def server(kind: Any = "vllm", port: int = 8000, *models: str, **more: Any) -> Server:
    return Server(kind, f"http://127.0.0.1:{port}", [Listed(model=model) for model in models], **more)


EVERY_KIND = [
    server("ollama", 11434, "llama3.2:3b", "q:1"),
    server("vllm", 8000, "Qwen/Qwen3-8B"),
    server("llama.cpp", 8080, "m.gguf"),
    server("lm_studio", 1234, "a@q4"),
    server("tgi", 3000, "b/x"),
    server("litellm", 4000, "gpt-4o"),
    server("simulator", 5000, "s"),
    server("openai-like", 6000, 'odd "name" \\ #: {x}', "\N{SNOWMAN}"),
]


def test_the_text_is_a_profile_file_with_the_very_same_profiles(tmp_path: Path) -> None:
    path = tmp_path / "found.yaml"
    all_of_them = found(*EVERY_KIND)
    path.write_text(all_of_them.yaml, encoding="utf-8")

    loaded = load_profiles(path)

    assert len(all_of_them.profiles) == 10
    for profile in all_of_them.profiles:
        assert loaded[profile.name] == profile


def test_several_of_a_kind_go_by_their_ports() -> None:
    names = [one.name for one in found(server("vllm", 8000, "a"), server("vllm", 8001, "a")).profiles]

    assert names == ["vllm_8000/a", "vllm_8001/a"]


def test_the_same_port_on_two_machines_has_two_names() -> None:
    there = Server("vllm", "http://gpu-box:8000", [Listed(model="a")])

    names = [one.name for one in found(server("vllm", 8000, "a"), there).profiles]

    assert names == ["vllm_8000/a", "vllm_8000_2/a"]


def test_a_server_that_wants_a_key_is_a_row_and_a_section(tmp_path: Path) -> None:
    path = tmp_path / "found.yaml"
    locked = found(server("litellm", 4000, needs_key=True))
    path.write_text(locked.yaml, encoding="utf-8")

    assert locked.profiles == []
    assert "LITELLM_API_KEY" in locked.table["note"][0]
    assert "api_key: ${LITELLM_API_KEY}" in locked.yaml
    assert "litellm" in load_profiles(path).catalog.sections


def test_a_server_without_models_is_a_row_only() -> None:
    empty = found(server("ollama", 11434))

    assert (empty.table["server"].tolist(), empty.yaml, empty.profiles) == (["ollama"], "", [])
    assert "can be asked yet" in repr(empty)


@pytest.mark.parametrize("name", ["${OPENAI_API_KEY}", "a\nb: c", "\x1b[2J", " padded ", "x" * 300, "a\u202eb"])
def test_a_name_that_would_mean_something_else_in_a_file_stays_out(name: str) -> None:
    odd = found(server("vllm", 8000, name, "good"))

    assert [one.model for one in odd.profiles] == ["good"]
    assert name not in odd.yaml
    assert odd.table["note"].notna().tolist() == [True, False]


def test_hostile_names_are_escaped() -> None:
    shown = found(server("vllm", 8000, HOSTILE, "\x1b[2Jx"))

    assert HOSTILE not in shown._repr_html_()
    assert "&lt;script&gt;" in shown._repr_html_()
    assert "\x1b" not in repr(shown)
    assert "\x1b" not in shown._repr_html_()


def test_it_says_how_to_go_on() -> None:
    shown = found(server("vllm", 8000, "a"))

    assert "profiles=found.profiles" in repr(shown)
    assert "found.yaml" in shown._repr_html_()


def test_a_model_that_is_answered_elsewhere_says_so() -> None:
    cloud = Server("ollama", "http://127.0.0.1:11434", [Listed(model="g:cloud", note="answered by https://h")])

    assert found(cloud).table["note"].tolist() == ["answered by https://h"]
