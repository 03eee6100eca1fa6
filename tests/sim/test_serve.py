"""`python -m distilkit.sim`: one line when ready, and a clean end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from distilkit.sim import Server
from distilkit.sim.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Start the command; give the process, the line it printed, and its URL."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "distilkit.sim", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        try:
            line = process.stdout.readline()
            yield process, line, line.split()[3]
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=20)
    return process.returncode, output, errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_serves_and_ends_cleanly(number: signal.Signals, send: Callable[..., Any]) -> None:
    with started() as (process, line, url):
        assert re.fullmatch(
            r"simulated models on http://127\.0\.0\.1:\d+/v1 \(a simulation: no real model answers\)\n", line
        )
        assert [entry["id"] for entry in send(f"{url}/models").json["data"]] == ["small", "medium", "large"]
        process.send_signal(number)
        assert ended(process) == (0, "", "")


def test_models_and_their_dials_are_chosen(send: Callable[..., Any]) -> None:
    with started("--model", "a:error_rate=1,latency_s=0", "--model", "b/c:7b") as (process, _, url):
        body = {"model": "a", "messages": [{"role": "user", "content": "?"}]}
        assert [entry["id"] for entry in send(f"{url}/models").json["data"]] == ["a", "b/c:7b"]
        assert send(f"{url}/chat/completions", body).status == 500
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == 0


def test_it_ends_cleanly_with_answers_in_flight() -> None:
    import http.client
    import json

    with started("--model", "slow:latency_s=500") as (process, _, url):
        client = http.client.HTTPConnection(url.split("/")[2], timeout=20)
        client.request(
            "POST",
            "/v1/chat/completions",
            json.dumps({"model": "slow", "messages": [{"role": "user", "content": "?"}]}),
        )
        process.send_signal(signal.SIGTERM)
        assert ended(process) == (0, "", "")
        client.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "a:skil=1"], "error: model a: unknown dial 'skil'; did you mean skill?\n"),
        (["--port", "99999"], "error: cannot serve on 127.0.0.1:99999"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(arguments)
    printed = capsys.readouterr()

    assert (status, printed.out) == (2, "")
    assert printed.err.startswith(said)
    assert printed.err.count("\n") == 1


def test_a_taken_port_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with Server.start() as server:
        assert main(["--port", str(server.port)]) == 2

    assert "choose another port" in capsys.readouterr().err


def test_no_other_host_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--host", "0.0.0.0"])  # noqa: S104 - refused

    assert "--host" in capsys.readouterr().err
