"""`transformers serve`, Hugging Face's own server, with a model that says one sentence.

Installed by `python tests/servers/install.py transformers`, 1 to 5 GB; skipped where it is not.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

pytestmark = pytest.mark.servers

MODELFILE = Path(__file__).with_name("modelfile.py")
MODEL = "sentence"
ASKED_TOKENS, SAID_TOKENS = 3, 9  # with what the template ends with, and what ends the answer

Asked = Callable[..., pd.DataFrame]


@pytest.fixture(scope="module")
def server(
    installed: Callable[[str], Path], launch: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """The server at work."""
    programs = installed("transformers") / "venv/bin"
    folder = tmp_path_factory.mktemp("models")
    subprocess.run([programs / "python", MODELFILE, "transformers", folder / MODEL], check=True)
    command = (programs / "transformers", "serve", MODEL, "--host", "127.0.0.1", "--port", "{port}", "--device", "cpu")
    variables = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hub"), "OMP_NUM_THREADS": "1"}
    return launch(*command, ready="/health", variables=variables, folder=folder)


@pytest.fixture
def asked(ask: Asked, server: Any, tmp_path: Path, *, stream: bool) -> Asked:
    """Ask the server, whole or streamed."""

    def compare(prompts: Any, *, model: str = MODEL, **asking: Any) -> pd.DataFrame:
        section = {"type": "custom", "base_url": f"{server.url}/v1", "model": model, "retry": {"max_attempts": 1}}
        file = tmp_path / "distilkit.yaml"
        file.write_text(json.dumps({"providers": {"local": section}}))
        return ask(prompts, ["local"], config=file, stream=stream, **asking)

    return compare


def test_the_sentence_comes_with_its_thinking_apart(asked: Asked, *, stream: bool) -> None:
    row = asked("hi").iloc[0]

    assert pd.isna(row["error"]), row["error"]
    assert row["thinking"].strip() == "the cat sat"
    assert row["content"].strip() == "answer is 42"
    assert (row["thinking_kind"], row["finish_reason"]) == ("raw", "stop")
    assert pd.notna(row["ttft_s"]) == stream


def test_tokens_are_those_the_server_counted(asked: Asked) -> None:
    row = asked("hi").iloc[0]

    assert (row["input_tokens"], row["output_tokens"]) == (ASKED_TOKENS, SAID_TOKENS)


def test_five_at_once_are_all_answered(asked: Asked) -> None:
    frame = asked([f"question {number}" for number in range(5)])

    assert frame["error"].isna().all(), frame["error"].tolist()
    assert set(frame["content"].str.strip()) == {"answer is 42"}


def test_thinking_cut_off_by_the_limit_is_no_answer(asked: Asked) -> None:
    row = asked("hi", params={"max_tokens": 3}).iloc[0]

    assert (row["finish_reason"], row["thinking_kind"]) == ("length", "truncated")
    assert row["thinking"].strip() == "the cat"
    assert pd.isna(row["content"]) or row["content"] == ""


def test_an_answer_cut_off_by_the_limit_says_so(asked: Asked) -> None:
    row = asked("hi", params={"max_tokens": 7}).iloc[0]

    assert row["finish_reason"] == "length"
    assert row["content"].strip() == "answer is"


def test_parameters_of_sampling_are_taken(asked: Asked) -> None:
    row = asked("hi", params={"temperature": 0.7, "top_p": 0.9, "seed": 3}).iloc[0]

    assert row["content"].strip() == "answer is 42"


def test_another_model_is_told_as_not_there(asked: Asked) -> None:
    """It serves the one model it was started with, and says `pinned`, status 400, to every other name."""
    row = asked("hi", model="nobody").iloc[0]

    assert row["error_kind"] == "model_not_found", row["error"]
