"""The LiteLLM proxy, of the version whose library is used, in front of mocks, the simulator and a server that listens.

Installed by `python tests/servers/install.py litellm`; skipped where it is not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.calls import Record

pytestmark = pytest.mark.servers

MASTER = "canary-key-of-the-proxy"
UPSTREAM = "canary-key-of-the-upstream"
# One for each way of asking: the second would find the first one's minute used up.
LIMITED = ("limited-whole", "limited-streamed")
QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_MODE": "PRODUCTION",
}


Asked = Callable[..., pd.DataFrame]
EachOnce = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def upstream(launch: Callable[..., Any]) -> Any:
    """A server behind the proxy that prints the headers it is sent."""
    return launch(sys.executable, Path(__file__).with_name("listening.py"), "{port}", ready="/")


@pytest.fixture(scope="module")
def simulator(launch: Callable[..., Any]) -> str:
    """The address of distilkit's own simulator, started by its command."""
    command = (sys.executable, "-m", "distilkit.cli", "sim", "--port", "{port}", "--model", "bench:skill=0.7,seed=3")
    return str(launch(*command, ready="/stats").url) + "/v1"


def proxy_config(simulator: str, upstream: str) -> dict[str, Any]:
    def model(name: str, **params: Any) -> dict[str, Any]:
        return {"model_name": name, "litellm_params": {"model": f"openai/{name}", "api_key": UPSTREAM, **params}}

    errors = {"full": "RateLimitError", "narrow": "ContextWindowExceededError", "broken": "InternalServerError"}
    return {
        "model_list": [
            model("mocked", mock_response="<think>the cat sat</think>answer is 42"),
            model("bench", api_base=simulator),
            model("listening", api_base=upstream),
            *(model(name, mock_response="let in", rpm=2) for name in LIMITED),
            model("slow", mock_timeout=True, timeout=0.1),
            model("unreachable", api_base="http://127.0.0.1:9/v1"),
            *(model(name, mock_response=f"litellm.{error}") for name, error in errors.items()),
        ],
        "router_settings": {"num_retries": 0, "optional_pre_call_checks": ["enforce_model_rate_limits"]},
        "general_settings": {"master_key": MASTER},
    }


@pytest.fixture(scope="module")
def proxy(
    installed: Callable[[str], Path],
    launch: Callable[..., Any],
    simulator: str,
    upstream: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    """The proxy at work."""
    program = installed("litellm") / "venv/bin/litellm"
    config = tmp_path_factory.mktemp("proxy") / "config.yaml"
    config.write_text(json.dumps(proxy_config(simulator, f"{upstream.url}/v1")))
    command = (program, "--config", config, "--host", "127.0.0.1", "--port", "{port}", "--telemetry", "False")
    return launch(*command, ready="/health/liveliness", variables=QUIET)


@pytest.fixture
def config(proxy: Any, simulator: str, tmp_path: Path) -> Path:
    """A profile file: the proxy, the proxy with a wrong key and without one, and the simulator behind it."""
    address = {"type": "custom", "base_url": f"{proxy.url}/v1"}
    providers = {
        "proxy": {**address, "api_key": MASTER, "models": ["mocked", "bench", "listening", "full", *LIMITED]},
        "stranger": {**address, "api_key": "canary-key-of-nobody", "model": "mocked"},
        "keyless": {**address, "model": "mocked"},
        "direct": {"type": "custom", "base_url": simulator, "model": "bench"},
    }
    file = tmp_path / "distilkit.yaml"
    file.write_text(json.dumps({"providers": providers, "defaults": {"retry": {"max_attempts": 1}}}))
    return file


@pytest.fixture
def asked(ask: Asked, config: Path, *, stream: bool) -> Asked:
    """Ask the profiles of the file, whole or streamed."""

    def compare(prompts: Any, *profiles: str, **asking: Any) -> pd.DataFrame:
        return ask(prompts, list(profiles), config=config, stream=stream, **asking)

    return compare


def test_an_answer_comes_through_with_its_thinking_apart(asked: Asked, *, stream: bool) -> None:
    row = asked("hi", "proxy/mocked").iloc[0]

    assert pd.isna(row["error"])
    assert row["content"] == "answer is 42"
    assert row["thinking"] == "the cat sat"
    assert row["finish_reason"] == "stop"
    assert row["input_tokens"] > 0
    assert row["output_tokens"] > 0
    assert pd.notna(row["ttft_s"]) == stream


def test_a_model_behind_the_proxy_answers_as_it_does_without(asked: Asked) -> None:
    questions = dk.sample_task(5)

    frame = asked(questions, "proxy/bench", "direct")

    assert frame["error"].isna().all()
    shown = ["content", "thinking", "finish_reason", "input_tokens", "output_tokens"]
    through, direct = (
        frame[frame["profile"] == name][shown].reset_index(drop=True) for name in ("proxy/bench", "direct")
    )
    pd.testing.assert_frame_equal(through, direct)


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("nobody", "model_not_found"),
        ("narrow", "context_length"),
        ("broken", "provider_error"),
        ("slow", "timeout"),
        ("unreachable", "provider_error"),
    ],
)
def test_what_the_proxy_refuses_is_a_row_that_says_why(asked: Asked, model: str, kind: str) -> None:
    row = asked("hi", f"proxy/{model}").iloc[0]

    assert row["error_kind"] == kind, row["error"]
    assert pd.isna(row["content"])


def test_a_wrong_key_is_told_as_such(asked: Asked) -> None:
    """Without a database the proxy says `no_db_connection`, status 400, to every key that is not its own."""
    row = asked("hi", "stranger").iloc[0]

    assert row["error_kind"] == "authentication", row["error"]
    assert "canary" not in row["error"]


def test_no_key_is_told_as_such(asked: Asked) -> None:
    row = asked("hi", "keyless").iloc[0]

    assert row["error_kind"] == "authentication", row["error"]


def test_a_provider_that_is_full_is_told_as_such(each_once: EachOnce, config: Path) -> None:
    (error,) = each_once(dk.load_profiles(config)["proxy/full"], "hi")

    assert (error.kind, error.status, error.retryable) == ("rate_limit", 429, True)


def test_a_limit_of_the_proxy_lets_in_what_it_says(each_once: EachOnce, config: Path, *, stream: bool) -> None:
    """Two requests in a minute of the proxy's clock, so at most four where a new minute begins in between."""
    profile = dk.load_profiles(config)[f"proxy/{LIMITED[stream]}"]

    came = each_once(profile, [f"question {number}" for number in range(6)])

    let_in = [each for each in came if isinstance(each, Record)]
    refused = [each for each in came if not isinstance(each, Record)]
    assert 2 <= len(let_in) <= 4
    assert {each.headers["x-ratelimit-limit-requests"] for each in let_in} == {"2"}
    # The proxy hands on how long to wait under a name of its own.
    assert {(each.kind, each.retry_after_s) for each in refused} == {("rate_limit", 60.0)}


def test_each_key_goes_to_its_own_server_and_nowhere_else(
    asked: Asked, upstream: Any, proxy: Any, tmp_path: Path
) -> None:
    before = len(upstream.said())

    frame = asked("hi", "proxy/listening")

    assert frame["content"].tolist() == ["4"]
    reached = upstream.said()[before:]
    assert reached.count("request\n") == reached.count(UPSTREAM) == 1
    assert MASTER not in reached
    kept = b"".join(file.read_bytes() for file in (tmp_path / "store").rglob("*") if file.is_file())
    assert kept
    assert b"canary-key" not in kept
    assert MASTER not in proxy.said()
    assert "canary-key" not in frame.to_csv()


def test_every_attempt_is_one_request(asked: Asked, proxy: Any) -> None:
    before = proxy.said().count("POST /v1/chat/completions")

    asked([f"once {number}" for number in range(4)], "proxy/mocked", "proxy/broken")

    assert proxy.said().count("POST /v1/chat/completions") - before == 8


def test_the_command_asks_once_and_then_answers_from_the_store(config: Path, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.csv"
    pd.DataFrame({"question": ["one", "two"]}).to_csv(prompts, index=False)
    environment = {**os.environ, "DISTILKIT_STORE": str(tmp_path / "store")}
    command = [
        sys.executable,
        "-m",
        "distilkit.cli",
        "compare",
        prompts,
        "--template",
        "{question}",
        "--config",
        config,
    ]
    command += ["-p", "proxy/mocked", "--quiet", "--out", "rows.csv"]

    for extra in ([], ["--cache", "only"]):
        done = subprocess.run(
            [*command, *extra], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

        assert done.returncode == 0, done.stderr
        assert pd.read_csv(tmp_path / "rows.csv")["content"].tolist() == ["answer is 42"] * 2
    assert pd.read_csv(tmp_path / "rows.csv")["from_store"].all()


def test_check_tells_which_profiles_of_the_proxy_work(config: Path, tmp_path: Path) -> None:
    frame = dk.check(["proxy/mocked", "proxy/nobody"], config=config, store=tmp_path / "store").set_index("profile")

    assert frame["reachable"].tolist() == [True, True]
    assert frame["model_exists"].tolist() == [True, False]


def test_models_lists_what_the_proxy_serves(config: Path) -> None:
    frame = dk.models("proxy", config=config)

    assert frame["error"].isna().all()
    assert {"mocked", "bench", "listening", *LIMITED} <= set(frame["model"])


def test_the_proxy_is_found_and_said_to_want_a_key(proxy: Any) -> None:
    found = dk.discover(hosts=proxy.url.removeprefix("http://"), timeout_s=20)

    assert found.table["server"].tolist() == ["litellm"]
    assert "key" in found.table["note"][0]
