"""What leaves for each provider: one request, with exactly these headers and this body, and no key but its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import distilkit as dk

from .attempts import Attempts
from .case import CANARY, PROMPT, Case
from .cases import BY_NAME, CASES
from .cases_clouds import AZURE
from .cases_own import OLLAMA
from .checks import expected_headers, own_headers, wrong_in_request
from .running import AMBIENT, Ran, crowded_environment, run
from .server import Reply, Server

EVERY = [pytest.param(case, id=case.name) for case in CASES]


@pytest.mark.parametrize("case", EVERY)
def test_one_request_leaves_as_the_provider_documents_it(case: Case, ran: Callable[[str], Ran]) -> None:
    got = ran(case.name)

    [seen] = got.seen
    assert (seen.method, seen.target) == ("POST", case.path)
    assert seen.json == case.expected_body
    assert own_headers(seen) == expected_headers(case)
    assert wrong_in_request(got) == []


@pytest.mark.parametrize("case", EVERY)
def test_no_other_key_of_the_machine_is_in_a_request(case: Case, ran: Callable[[str], Ran]) -> None:
    [seen] = ran(case.name).seen

    assert AMBIENT not in seen.everything()
    assert seen.everything().count(CANARY) == (1 if case.key or CANARY in case.headers.values() else 0)


@pytest.mark.parametrize("case", EVERY)
def test_no_key_is_in_what_is_kept(case: Case, ran: Callable[[str], Ran]) -> None:
    got = ran(case.name)

    files = [file for file in got.folder.rglob("*") if file.is_file()]
    assert files
    assert [file.name for file in files if CANARY.encode() in file.read_bytes()] == []
    assert CANARY not in repr(got.record)


DEFAULTS = [case for case in CASES if case.address]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in DEFAULTS])
def test_without_an_address_the_providers_own_is_asked(case: Case, attempts: Attempts) -> None:
    assert attempts.address(case) == case.address


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES if case.variables])
def test_the_usual_variables_hold_the_key(case: Case, attempts: Attempts) -> None:
    for name in case.variables:
        assert attempts.key_from(case, name) == f"canary-key-from-{name}"


def test_the_check_of_requests_sees_what_is_wrong(server: Server, tmp_path: Path) -> None:
    """A case that expects something else than what leaves is found out: address, header and body alike."""
    got = run(BY_NAME["openai"], server, tmp_path / "wrong-request")
    other = replace(got, case=BY_NAME["anthropic"])

    assert len(wrong_in_request(other)) == 3


REGIONS = """
providers:
  east:
    type: azure_openai
    endpoint: {east}
    api_key: ${{EAST_KEY}}
    deployment_name: my-gpt
  west:
    type: azure_openai
    endpoint: {west}
    api_key: ${{WEST_KEY}}
    deployment_name: your-gpt
    api_version: 2025-04-01-preview
"""


def test_each_azure_region_gets_its_own_deployment_version_and_key(server: Server, tmp_path: Path) -> None:
    reply = Reply(AZURE.reply)
    file = tmp_path / "regions.yaml"
    file.write_text(REGIONS.format(east=server.at("east", reply), west=server.at("west", reply)), "utf-8")

    with crowded_environment(EAST_KEY="canary-key-east-1", WEST_KEY="canary-key-west-1"):
        frame = dk.compare([PROMPT], ["east", "west"], config=file, store=tmp_path / "store", progress=False)

    assert frame["content"].tolist() == ["4", "4"]
    [east], [west] = server.seen["east"], server.seen["west"]
    assert east.target == "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"
    assert west.target == "/openai/deployments/your-gpt/chat/completions?api-version=2025-04-01-preview"
    assert (east.headers["api-key"], west.headers["api-key"]) == ("canary-key-east-1", "canary-key-west-1")


MACHINES = """
providers:
  near: {{type: ollama, base_url: "{near}", model: "qwen3:8b"}}
  far: {{type: ollama, base_url: "{far}", model: "qwen3:8b", api_key: "${{FAR_KEY}}"}}
  same: {{type: ollama, base_url: "{same}/v1", model: "qwen3:8b"}}
"""


def test_each_ollama_is_asked_at_its_own_address_with_a_key_only_where_one_is_named(
    server: Server, tmp_path: Path
) -> None:
    reply = Reply(OLLAMA.reply)
    addresses = {name: server.at(name, reply) for name in ("near", "far", "same")}
    file = tmp_path / "machines.yaml"
    file.write_text(MACHINES.format(**addresses), "utf-8")

    with crowded_environment(FAR_KEY=CANARY):
        frame = dk.compare([PROMPT], list(addresses), config=file, store=tmp_path / "store", progress=False)

    assert frame["content"].tolist() == ["4", "4", "4"]
    seen = {name: server.seen[name][0] for name in addresses}
    assert {one.target for one in seen.values()} == {"/api/chat"}
    assert seen["far"].headers["authorization"] == f"Bearer {CANARY}"
    assert "authorization" not in seen["near"].headers
    assert "authorization" not in seen["same"].headers


def test_mistrals_usual_key_is_not_sent_to_another_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "profiles.yaml"
    case = BY_NAME["mistral"]
    file.write_text(case.file("https://elsewhere.example", key=False), "utf-8")
    monkeypatch.setenv("MISTRAL_API_KEY", CANARY)

    with pytest.raises(dk.ConfigError, match="no key for elsewhere"):
        dk.compare([PROMPT], [case.name], config=file, store=tmp_path / "store", progress=False)
