"""Which addresses are tried: usual ports, named hosts, and what `$OLLAMA_HOST` means."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.discovery.addresses import USUAL_PORTS, addresses, of_ollama
from distilkit.errors import InputError


def test_nothing_named_means_the_usual_ports_of_this_machine() -> None:
    found = addresses(None, None, None)

    assert found == [f"http://127.0.0.1:{port}" for ports in USUAL_PORTS.values() for port in ports]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("gpu-box:9000", "http://gpu-box:9000"),
        ("[::1]:9000", "http://[::1]:9000"),
        ("http://gpu-box:9000/", "http://gpu-box:9000"),
        ("https://gpu-box", "https://gpu-box:443"),
        ("0.0.0.0:9000", "http://127.0.0.1:9000"),
    ],
)
def test_a_host_with_a_port_is_one_address(host: str, expected: str) -> None:
    assert addresses(host, None, None) == addresses([host], None, "ignored") == [expected]


@pytest.mark.parametrize("host", ["gpu-box", "::1", "[::1]"])
def test_a_host_without_a_port_is_asked_at_every_usual_one(host: str) -> None:
    assert len(addresses([host], None, None)) == len(USUAL_PORTS)


def test_a_port_for_a_known_server_takes_the_place_of_its_usual_one() -> None:
    found = addresses(None, {"vllm": 8001, "mine": 9000}, None)

    assert "http://127.0.0.1:8001" in found
    assert "http://127.0.0.1:9000" in found
    assert "http://127.0.0.1:8000" not in found


def test_an_address_named_twice_is_asked_once() -> None:
    assert addresses(["a:1", "http://a:1"], None, None) == ["http://a:1"]


@pytest.mark.parametrize(
    "host", ["", " ", "a b", "h:", "h:0", "h:99999", "h:x", "ftp://h:1", "http://h/x", "http://h?q", "http://", 7, None]
)
def test_what_is_no_host_is_refused(host: Any) -> None:
    with pytest.raises(InputError, match="hosts="):
        addresses([host], None, None)


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    with pytest.raises(InputError) as caught:
        addresses(["http://me:canary-key-123456@h:1"], None, None)

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("port", [0, -1, 70000, True, "8000", None])
def test_what_is_no_port_is_refused(port: Any) -> None:
    with pytest.raises(InputError, match="ports="):
        addresses(None, {"vllm": port}, None)


@pytest.mark.parametrize(
    ("hosts", "ports"), [(8000, None), (object(), None), (None, [8000]), (None, "vllm"), (None, 8000)]
)
def test_an_argument_of_another_kind_is_named(hosts: Any, ports: Any) -> None:
    with pytest.raises(InputError, match="hosts=" if ports is None else "ports="):
        addresses(hosts, ports, None)


def test_a_whole_network_is_refused() -> None:
    with pytest.raises(InputError, match="at most"):
        addresses([f"10.0.0.{n}" for n in range(200)], None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.0.0.0", "http://127.0.0.1:11434"),  # noqa: S104 - nothing is bound
        ("localhost", "http://127.0.0.1:11434"),
        ("127.0.0.1:11500", "http://127.0.0.1:11500"),
        (":11500", "http://127.0.0.1:11500"),
        ("http://gpu-box", "http://gpu-box:80"),
        ("https://gpu-box/", "https://gpu-box:443"),
        ("http://gpu-box:81/ollama", "http://gpu-box:81"),
        ("[::]:11500", "http://[::1]:11500"),
        ("::1", "http://[::1]:11434"),
        (" '10.0.0.1' ", "http://10.0.0.1:11434"),
        ("", None),
        ("ftp://x", None),
        ("not a host", None),
        ("h:99999", None),
        ("http://me:secret@h:1", None),
    ],
)
def test_the_variable_of_ollama_is_read_as_ollama_reads_it(text: str, expected: str | None) -> None:
    assert of_ollama(text) == expected


def test_ollamas_variable_counts_where_no_host_is_named() -> None:
    assert addresses(None, None, "gpu-box:1")[-1] == "http://gpu-box:1"
    assert addresses(["a:1"], None, "gpu-box:1") == ["http://a:1"]
