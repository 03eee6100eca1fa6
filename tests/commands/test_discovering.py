"""models and discover in a terminal."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from distilkit.commands import discovering
from distilkit.discovery.found import discovered
from distilkit.errors import ConfigError
from distilkit.profiles import load_profiles
from distilkit.provider.listing import Listed, Server


@pytest.fixture(autouse=True)
def _no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)


def run(add: Callable[[argparse.ArgumentParser], None], *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add(parser)
    options = parser.parse_args(arguments)
    return int(options.run(options) or 0)


def finding(monkeypatch: pytest.MonkeyPatch, *servers: Server) -> list[Any]:
    asked: list[Any] = []

    def discover(**arguments: Any) -> Any:
        asked.append(arguments)
        return discovered(servers, ["http://127.0.0.1:11434"])

    monkeypatch.setattr("distilkit.discovery.discover", discover)
    return asked


SERVER = Server("ollama", "http://127.0.0.1:11434", [Listed(model="llama3:8b", context_length=8192)])


def test_models_are_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(discovering.add_models, "sim") == 0

    out = capsys.readouterr().out
    assert "sim/small" in out
    assert "0.15" in out


def test_without_names_all_of_the_file_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.yaml").write_text("providers: {a: {type: sim, models: [m, n]}, b: {type: sim, model: o}}\n")

    assert run(discovering.add_models, "--config", "own.yaml") == 0

    out = capsys.readouterr().out
    assert all(name in out for name in ("a/m", "a/n", " b"))


def test_an_endpoint_that_fails_is_a_line_and_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(discovering.add_models, "sim", "openrouter") == 1

    out = capsys.readouterr().out
    assert "sim/small" in out
    assert "openrouter: authentication:" in out
    assert "OPENROUTER_API_KEY" in out


def test_a_name_nobody_knows_is_an_error() -> None:
    with pytest.raises(ConfigError):
        run(discovering.add_models, "no-such-thing")


def test_servers_are_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked = finding(monkeypatch, SERVER)

    assert run(discovering.add_discover) == 0

    assert "llama3:8b" in capsys.readouterr().out
    assert asked == [{"hosts": None}]


def test_other_hosts_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = finding(monkeypatch, SERVER)

    run(discovering.add_discover, "gpu-box", "other:9000")

    assert asked == [{"hosts": ["gpu-box", "other:9000"]}]


def test_the_yaml_alone_is_printed_so_that_it_can_be_written_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finding(monkeypatch, SERVER)

    assert run(discovering.add_discover, "--yaml") == 0

    (tmp_path / "distilkit.yaml").write_text(capsys.readouterr().out)
    assert "ollama/llama3:8b" in load_profiles()


@pytest.mark.parametrize("arguments", [[], ["--yaml"]])
def test_nothing_found_is_status_1_and_no_half_file(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finding(monkeypatch)

    assert run(discovering.add_discover, *arguments) == 1

    shown = capsys.readouterr()
    assert "ollama serve" in (shown.err if arguments else shown.out)
    assert not (arguments and shown.out)


def test_hostile_names_do_nothing_to_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finding(monkeypatch, Server("vllm", "http://127.0.0.1:1", [Listed(model="\x1b[2Jx")]))

    run(discovering.add_discover)

    assert "\x1b" not in capsys.readouterr().out
