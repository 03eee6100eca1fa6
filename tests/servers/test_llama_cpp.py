"""llama.cpp's two servers, one in C++ and one in Python, with a model that says one sentence.

Installed by `python tests/servers/install.py llama_cpp`, which builds them; skipped where they are not.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk

pytestmark = pytest.mark.servers

KEY = "canary-key-of-the-server"
SLOTS, CONTEXT = 5, 256
ASKED_TOKENS = 3  # "h", "i", and what the template ends with
# The server in C++ counts the token that ends the answer, the one in Python does not.
SAID_TOKENS = {"apart": 9, "inline": 9, "python": 8}

MODELFILE = Path(__file__).with_name("modelfile.py")


@pytest.fixture(scope="module")
def folder(installed: Callable[[str], Path]) -> Path:
    return installed("llama_cpp")


@pytest.fixture(scope="module")
def model(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model's file, 2 MB, just written."""
    file = tmp_path_factory.mktemp("model") / "sentence.gguf"
    subprocess.run([folder / "venv/bin/python", MODELFILE, "gguf", file], check=True)
    return file


def in_c(folder: Path, model: Path, reasoning: str, *key: str) -> list[Any]:
    program = [folder / "build/bin/llama-server", "--offline", "--host", "127.0.0.1", "--port", "{port}"]
    serving = ["--model", model, "--alias", "sentence", *key, "--reasoning-format", reasoning]
    return [*program, *serving, "--parallel", SLOTS, "--ctx-size", SLOTS * CONTEXT]


def in_python(folder: Path, model: Path, interrupt: str) -> list[Any]:
    program = [folder / "venv/bin/python", "-m", "llama_cpp.server", "--host", "127.0.0.1", "--port", "{port}"]
    serving = ["--model", model, "--model_alias", "sentence", "--api_key", KEY, "--n_ctx", CONTEXT]
    return [*program, *serving, "--interrupt_requests", interrupt]


@pytest.fixture(scope="module")
def start(folder: Path, model: Path, launch: Callable[..., Any]) -> Callable[[str], str]:
    """Start a server and return its address: `apart`, `inline` and `open` are in C++, the others in Python."""
    commands = {
        "apart": in_c(folder, model, "deepseek", "--api-key", KEY),
        "inline": in_c(folder, model, "none", "--api-key", KEY),
        "open": in_c(folder, model, "deepseek"),
        "python": in_python(folder, model, "false"),
        "interrupting": in_python(folder, model, "true"),
    }
    # The package from its sources, with the library that was built for the server in C++.
    path = os.pathsep.join([os.environ["PYTHONPATH"], str(folder / "source")])
    variables = {"LLAMA_CPP_LIB_PATH": str(folder / "build/bin"), "PYTHONPATH": path}
    started: dict[str, str] = {}

    def url(name: str) -> str:
        if name not in started:
            asking = {"Authorization": f"Bearer {KEY}"}
            started[name] = launch(*commands[name], ready="/v1/models", variables=variables, **asking).url
        return started[name]

    return url


@pytest.fixture(params=["apart", "inline", "python"])
def server(request: pytest.FixtureRequest) -> str:
    """Which server: thinking split off by the server, left in the text, and the server in Python."""
    return str(request.param)


Asked = Callable[..., pd.DataFrame]


@pytest.fixture
def asked(ask: Asked, start: Callable[[str], str], tmp_path: Path) -> Asked:
    """Ask a server by its name."""

    def compare(
        server: str, prompts: Any, *, key: str = KEY, provider: str = "custom", attempts: int = 1, **asking: Any
    ) -> pd.DataFrame:
        base_url = start(server) + ("" if provider == "anthropic" else "/v1")
        section = {"type": provider, "base_url": base_url, "api_key": key, "model": "sentence"}
        limits = {"max_concurrency": SLOTS, "retry": {"max_attempts": attempts}}
        file = tmp_path / "distilkit.yaml"
        file.write_text(json.dumps({"providers": {"local": section}, "defaults": limits}))
        return ask(prompts, ["local"], config=file, **asking)

    return compare


def test_the_sentence_comes_with_its_thinking_apart(asked: Asked, server: str, *, stream: bool) -> None:
    row = asked(server, "hi", stream=stream).iloc[0]

    assert pd.isna(row["error"])
    assert row["thinking"].strip() == "the cat sat"
    assert row["content"].strip() == "answer is 42"
    assert (row["thinking_kind"], row["finish_reason"]) == ("raw", "stop")
    assert pd.notna(row["ttft_s"]) == stream
    assert not stream or 0 < row["ttft_s"] <= row["latency_s"]


def test_tokens_are_those_the_server_counted(asked: Asked, server: str, *, stream: bool) -> None:
    row = asked(server, "hi", stream=stream).iloc[0]

    if stream and server == "python":  # it sends no usage with a stream: unknown, not zero
        assert pd.isna(row["input_tokens"])
        assert pd.isna(row["output_tokens"])
    else:
        assert (row["input_tokens"], row["output_tokens"]) == (ASKED_TOKENS, SAID_TOKENS[server])


def test_five_at_once_are_all_answered(asked: Asked, server: str, *, stream: bool) -> None:
    # On a busy machine the server may hang up on a connection that has waited, so trying again is allowed.
    frame = asked(server, [f"question {number}" for number in range(SLOTS)], stream=stream, attempts=3)

    assert frame["error"].isna().all(), frame["error"].tolist()
    assert set(frame["content"].str.strip()) == {"answer is 42"}


def test_a_prompt_that_is_too_long_is_told_as_such(asked: Asked, server: str, *, stream: bool) -> None:
    row = asked(server, "a" * (CONTEXT + 100), stream=stream).iloc[0]

    # In a stream the server in Python says nothing at all: status 200, and the end.
    silent = stream and server == "python"
    assert row["error_kind"] == ("connection" if silent else "context_length"), row["error"]


def test_thinking_cut_off_by_the_limit_is_no_answer(asked: Asked, server: str, *, stream: bool) -> None:
    row = asked(server, "hi", params={"max_tokens": 3}, stream=stream).iloc[0]

    assert row["finish_reason"] == "length"
    assert row["thinking"].strip() == "the cat"
    assert row["thinking_kind"] == "truncated"
    assert pd.isna(row["content"]) or row["content"] == ""


def test_an_answer_cut_off_by_the_limit_says_so(asked: Asked, server: str, *, stream: bool) -> None:
    row = asked(server, "hi", params={"max_tokens": 7}, stream=stream).iloc[0]

    assert row["finish_reason"] == "length"
    assert row["content"].strip() == "answer is"


def test_json_mode_lets_only_json_through(asked: Asked, server: str, *, stream: bool) -> None:
    params = {"response_format": {"type": "json_object"}}

    row = asked(server, "hi", params=params, stream=stream).iloc[0]

    assert json.loads(row["content"]) == {"answer": 42}


def test_a_wrong_key_is_told_as_such(asked: Asked, server: str, *, stream: bool) -> None:
    row = asked(server, "hi", key="canary-key-of-nobody", stream=stream).iloc[0]

    assert row["error_kind"] == "authentication", row["error"]


def test_the_same_server_speaks_anthropic(asked: Asked, *, stream: bool) -> None:
    """Its stream begins the block of text before it has ended the one of thinking."""
    row = asked("apart", "hi", provider="anthropic", params={"max_tokens": 50}, stream=stream).iloc[0]

    assert pd.isna(row["error"]), row["error"]
    assert (row["thinking"].strip(), row["content"].strip()) == ("the cat sat", "answer is 42")
    assert (row["input_tokens"], row["output_tokens"]) == (ASKED_TOKENS, SAID_TOKENS["apart"])
    assert row["finish_reason"] == "stop"


def test_a_server_that_drops_requests_for_newer_ones_never_passes_for_one_that_answers(
    asked: Asked, *, stream: bool
) -> None:
    """By its default the server in Python ends what it is doing when the next request comes, as if it were done."""
    frame = asked("interrupting", [f"question {number}" for number in range(6)], stream=stream)

    answered = frame["error_kind"].isna()
    assert set(frame.loc[answered, "content"].str.strip()) <= {"answer is 42"}


def test_the_server_is_found_and_can_be_asked_as_found(ask: Asked, start: Callable[[str], str]) -> None:
    found = dk.discover(hosts=start("open").removeprefix("http://"), timeout_s=20)

    assert found.table["server"].tolist() == ["llama.cpp"]
    assert found.table["context_length"].tolist() == [CONTEXT]
    assert ask("hi", found.profiles)["content"].str.strip().tolist() == ["answer is 42"]


def test_models_tells_what_the_server_tells_of_its_model(start: Callable[[str], str], tmp_path: Path) -> None:
    section = {"type": "custom", "base_url": f"{start('apart')}/v1", "api_key": KEY, "model": "sentence"}
    file = tmp_path / "distilkit.yaml"
    file.write_text(json.dumps({"providers": {"local": section}}))

    frame = dk.models(config=file)

    assert frame["error"].isna().all()
    assert frame[["model", "profile"]].to_numpy().tolist() == [["sentence", "local"]]
    assert (frame["context_length"][0], frame["context_source"][0]) == (CONTEXT, "provider")
