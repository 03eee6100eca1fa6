"""The guard that keeps every test on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def python(code: str, log: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DISTILKIT_TEST_NETWORK": str(log)}
    return subprocess.run([sys.executable, "-c", code], env=environment, text=True, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("code", "host"),
    [
        ("import socket; socket.create_connection(('api.openai.com', 443))", "api.openai.com"),
        ("import socket; socket.socket().connect(('8.8.8.8', 53))", "8.8.8.8"),
        ("import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('8.8.8.8', 53))", "8.8.8.8"),
        ("import urllib.request; urllib.request.urlopen('https://api.openai.com')", "api.openai.com"),
    ],
)
def test_every_python_the_tests_start_is_kept_from_the_network(code: str, host: str, tmp_path: Path) -> None:
    log = tmp_path / "log"

    done = python(code, log)

    assert done.returncode != 0
    assert "stay on this machine" in done.stderr
    assert log.read_text().startswith(host)


def test_pytest_itself_is_kept_from_the_network() -> None:
    with pytest.raises(OSError, match="stay on this machine"):
        socket.create_connection(("203.0.113.7", 80))


def test_reserved_names_fail_like_any_unknown_host_and_are_no_mistake(tmp_path: Path) -> None:
    log = tmp_path / "log"

    done = python("import socket; socket.getaddrinfo('nowhere.invalid', 80)", log)

    assert "socket.gaierror" in done.stderr
    assert not log.exists()


def test_this_machine_is_reached(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = """
import socket
server = socket.create_server(("127.0.0.1", 0))
for host in ("127.0.0.1", "localhost"):
    socket.create_connection((host, server.getsockname()[1])).close()
server.close()
"""

    done = python(code, log)

    assert done.returncode == 0, done.stderr
    assert not log.exists()


def test_no_key_of_the_user_is_seen() -> None:
    assert [name for name in os.environ if name.endswith("_API_KEY")] == []
