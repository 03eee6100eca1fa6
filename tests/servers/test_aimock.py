"""aimock: the formats of several providers as somebody else understood them, in TypeScript.

Installed by `python tests/servers/install.py aimock`, which needs npm; skipped where it is not.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pandas as pd
import pytest

import distilkit as dk

pytestmark = pytest.mark.servers

KEY = "canary-key-of-the-mock"
# By type: what stands after the server's address, and the names the provider gives to input and output tokens.
PROVIDERS: dict[str, tuple[str, tuple[str, str]]] = {
    "openai": ("/v1", ("prompt_tokens", "completion_tokens")),
    "anthropic": ("", ("input_tokens", "output_tokens")),
    "google": ("/v1beta", ("promptTokenCount", "candidatesTokenCount")),
    "ollama": ("", ("prompt_tokens", "completion_tokens")),
    "azure_openai": ("", ("prompt_tokens", "completion_tokens")),
    "cohere": ("", ("input_tokens", "output_tokens")),
    "openrouter": ("/api/v1", ("prompt_tokens", "completion_tokens")),
    "mistral": ("/v1", ("prompt_tokens", "completion_tokens")),
}

_open = build_opener(ProxyHandler({})).open
Asked = Callable[..., pd.DataFrame]


def fixtures() -> list[dict[str, Any]]:
    """Return what the mock answers to which question; those about usage are by model, one for each provider."""
    plain = {"content": "answer is 42"}
    said = {
        "plain": plain,
        "think": {**plain, "reasoning": "the cat sat"},
        "inline": {"content": "<think>the cat sat</think>answer is 42"},
        "cut": {**plain, "finishReason": "length"},
        "umlauts": {"content": "Grüße, 世界 🐈, and so on"},
        "full": {"error": {"message": "slow down", "type": "rate_limit_error"}, "status": 429, "retryAfter": 7},
        "broken": {"error": {"message": "no idea", "type": "server_error"}, "status": 500},
    }
    counted = [
        {"match": {"userMessage": "count", "model": name}, "response": {**plain, "usage": {asked: 12, told: 5}}}
        for name, (_, (asked, told)) in PROVIDERS.items()
    ]
    torn = {"match": {"userMessage": "torn"}, "response": plain, "chunkSize": 3, "truncateAfterChunks": 2}
    answers = [
        {"match": {"userMessage": word}, "response": response, "chunkSize": 4} for word, response in said.items()
    ]
    return [*answers, *counted, torn]


@pytest.fixture(scope="module")
def mock(installed: Callable[[str], Path], launch: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The mock at work."""
    program = installed("aimock") / "node_modules/.bin/aimock"
    node = shutil.which("node") or pytest.skip("there is no node on this machine")
    folder = tmp_path_factory.mktemp("mock")
    (folder / "fixtures.json").write_text(json.dumps({"fixtures": fixtures()}))
    config = folder / "aimock.json"
    serving = {"auth": {"apiKeys": [KEY]}, "llm": {"fixtures": str(folder / "fixtures.json")}, "strict": True}
    config.write_text(json.dumps(serving))
    return launch(node, program, "--config", config, "--port", "{port}", ready="/health")


@pytest.fixture
def asked(ask: Asked, mock: Any, tmp_path: Path, *, stream: bool) -> Asked:
    """Ask the mock as a provider, whole or streamed."""

    def compare(provider: str, prompts: Any, *, key: str = KEY, **asking: Any) -> pd.DataFrame:
        section = {"type": provider, "base_url": mock.url + PROVIDERS[provider][0], "api_key": key, "model": provider}
        file = tmp_path / "distilkit.yaml"
        file.write_text(json.dumps({"providers": {"p": section}, "defaults": {"retry": {"max_attempts": 1}}}))
        return ask(prompts, ["p"], config=file, stream=stream, **asking)

    return compare


def journal(url: str) -> list[dict[str, Any]]:
    """Return the requests that have reached the mock."""
    request = Request(f"{url}/__aimock/journal?limit=1000", headers={"Authorization": f"Bearer {KEY}"})  # noqa: S310 - our own, on loopback
    with _open(request, timeout=30) as reply:
        listed = json.load(reply)
    entries = listed if isinstance(listed, list) else listed["entries"]
    return [entry for entry in entries if entry["method"] == "POST"]


def all_but(*names: str) -> pytest.MarkDecorator:
    """Ask all providers but those in whose format the mock cannot say such a thing."""
    return pytest.mark.parametrize("provider", [name for name in PROVIDERS if name not in names])


@pytest.fixture(params=list(PROVIDERS))
def provider(request: pytest.FixtureRequest) -> str:
    """A `type` of the profile file whose format the mock speaks."""
    return str(request.param)


def test_an_answer_is_read(asked: Asked, provider: str, *, stream: bool) -> None:
    row = asked(provider, "plain").iloc[0]

    assert pd.isna(row["error"]), row["error"]
    assert (row["content"], row["finish_reason"]) == ("answer is 42", "stop")
    assert pd.isna(row["thinking"])
    assert pd.notna(row["ttft_s"]) == stream


@all_but("cohere")
def test_thinking_in_a_field_of_its_own_is_read(asked: Asked, provider: str) -> None:
    row = asked(provider, "think").iloc[0]

    assert pd.isna(row["error"]), row["error"]
    assert (row["thinking"], row["content"]) == ("the cat sat", "answer is 42")


def test_thinking_in_the_text_is_read(asked: Asked, provider: str) -> None:
    row = asked(provider, "inline").iloc[0]

    assert (row["thinking"], row["content"]) == ("the cat sat", "answer is 42")


def test_letters_of_many_bytes_come_whole(asked: Asked, provider: str) -> None:
    assert asked(provider, "umlauts")["content"].tolist() == ["Grüße, 世界 🐈, and so on"]


@all_but("ollama")
def test_an_answer_cut_off_by_the_limit_says_so(asked: Asked, provider: str) -> None:
    row = asked(provider, "cut").iloc[0]

    assert (row["content"], row["finish_reason"]) == ("answer is 42", "length")


@all_but("ollama", "cohere")
def test_tokens_are_those_the_provider_counted(asked: Asked, provider: str, *, stream: bool) -> None:
    row = asked(provider, "count").iloc[0]

    if stream and provider == "mistral":  # it counts unasked; the mock does not, and what is not told is not known
        assert pd.isna(row["input_tokens"])
        assert pd.isna(row["output_tokens"])
    else:
        assert (row["input_tokens"], row["output_tokens"]) == (12, 5)


def test_a_wrong_key_is_told_as_such(asked: Asked, provider: str) -> None:
    row = asked(provider, "plain", key="canary-key-of-nobody").iloc[0]

    assert row["error_kind"] == "authentication", row["error"]
    assert "canary" not in row["error"]


def test_an_answer_torn_off_on_its_way_is_no_answer(asked: Asked, provider: str, *, stream: bool) -> None:
    row = asked(provider, "torn").iloc[0]

    if stream:
        assert row["error_kind"] == "connection", row["error"]
    else:  # the mock tears streams alone
        assert row["content"] == "answer is 42"


def test_a_server_that_breaks_is_told_as_such(asked: Asked, provider: str) -> None:
    row = asked(provider, "broken").iloc[0]

    assert row["error_kind"] == "provider_error", row["error"]


def test_each_attempt_is_one_request(asked: Asked, provider: str, mock: Any) -> None:
    before = len(journal(mock.url))

    asked(provider, ["plain 1", "plain 2", "broken"])

    assert len(journal(mock.url)) - before == 3


@pytest.mark.parametrize("provider", ["openai", "ollama", "openrouter"])
def test_models_lists_what_the_mock_pretends_to_serve(mock: Any, tmp_path: Path, provider: str) -> None:
    section = {"type": provider, "base_url": mock.url + PROVIDERS[provider][0], "api_key": KEY, "model": provider}
    file = tmp_path / "distilkit.yaml"
    file.write_text(json.dumps({"providers": {"p": section}}))

    frame = dk.models(config=file)

    assert frame["error"].isna().all(), frame["error"].tolist()
    assert set(PROVIDERS) <= set(frame["model"])  # it serves the models that its answers name
