"""What a profile file says of certificates, proxies and bounds is what happens, and redirects lead nowhere."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import trustme

import distilkit as dk
from distilkit.profiles import ConfigWarning

from .case import CANARY, PROMPT
from .cases import BY_NAME
from .running import crowded_environment, run
from .server import Reply, Server

CASE = BY_NAME["openai"]
UNVERIFIED = "verify_ssl is off"


@dataclass(frozen=True)
class Private:
    """A server with a certificate of an authority that nobody knows, and the authority's file."""

    server: Server
    authority: bytes


@pytest.fixture(scope="module")
def private() -> Iterator[Private]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Server(context) as server:
        yield Private(server, authority.cert_pem.bytes())


def ask(folder: Path, url: str, more: str, prompts: Any = PROMPT, **environment: str) -> pd.DataFrame:
    """Ask the case's model at an address, with more lines in its section."""
    file = folder / "profiles.yaml"
    file.write_text(CASE.file(url, more=more), "utf-8")
    with crowded_environment(**environment):
        return dk.compare(prompts, [CASE.name], config=file, store=folder / "store", progress=False)


def test_a_private_certificate_is_trusted_where_the_file_names_its_authority(private: Private, tmp_path: Path) -> None:
    (tmp_path / "authority.pem").write_bytes(private.authority)
    url = private.server.at("trusted", Reply(CASE.reply))

    frame = ask(tmp_path, url, "ssl_cert_path: authority.pem")

    assert frame["content"].tolist() == ["4"]
    assert len(private.server.seen["trusted"]) == 1


def test_without_its_authority_nothing_is_sent_to_it(private: Private, tmp_path: Path) -> None:
    url = private.server.at("untrusted", Reply(CASE.reply))

    frame = ask(tmp_path, url, "")

    assert frame["error_kind"].tolist() == ["connection"]
    assert "ssl_cert_path" in frame["error"][0]
    assert private.server.seen["untrusted"] == []


def test_whoever_turns_verification_off_is_warned_at_loading_and_in_each_run(private: Private, tmp_path: Path) -> None:
    url = private.server.at("unverified", Reply(CASE.reply))

    for nth in range(2):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            frame = ask(tmp_path, url, "verify_ssl: false", [f"{PROMPT} {nth}"])
        assert frame["content"].tolist() == ["4"]
        assert [one.category for one in told if "ssl_cert_path is the safe way" in str(one.message)] == [ConfigWarning]
        assert sum(UNVERIFIED in str(one.message) for one in told) == 1


def test_a_proxy_named_by_a_variable_gets_the_request_and_the_host_none(tmp_path: Path) -> None:
    with Server() as host, Server() as proxy:
        url = host.at("through", Reply(CASE.reply))
        proxy.at("through", Reply(CASE.reply))
        frame = ask(
            tmp_path, url, 'proxy: {http: "${THE_PROXY}"}', THE_PROXY=f"http://me:{CANARY}@127.0.0.1:{proxy.port}"
        )

        assert frame["content"].tolist() == ["4"]
        assert host.seen["through"] == []
        [seen] = proxy.seen["through"]
        assert seen.headers["host"] == f"127.0.0.1:{host.port}"
        assert seen.headers["proxy-authorization"].startswith("Basic ")


@pytest.mark.parametrize("bound", ["max_connections", "pool_size"])
def test_there_are_never_more_connections_than_the_file_allows(bound: str, server: Server, tmp_path: Path) -> None:
    url = server.at(f"pool-{bound}", Reply(CASE.reply, delay_s=0.02))

    frame = ask(tmp_path, url, f"connection: {{{bound}: 3}}", [f"{PROMPT} {nth}" for nth in range(12)])

    assert frame["content"].tolist() == ["4"] * 12
    assert 1 <= len(server.callers[f"pool-{bound}"]) <= 3


def test_without_a_bound_there_are_more(server: Server, tmp_path: Path) -> None:
    url = server.at("no-bound", Reply(CASE.reply, delay_s=0.2))

    ask(tmp_path, url, "", [f"{PROMPT} {nth}" for nth in range(12)])

    assert len(server.callers["no-bound"]) > 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_opens_no_connection_to_where_it_leads(status: int, server: Server, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        port = elsewhere.getsockname()[1]
        reply = Reply(b"", status, {"location": f"http://127.0.0.1:{port}/v1/chat/completions"})

        got = run(CASE, server, tmp_path / f"redirect-{status}", reply)

        elsewhere.settimeout(0)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    assert got.row["error_kind"] == "invalid_request"
    assert "redirects to 127.0.0.1" in got.row["error"]
    assert len(got.seen) == 1
