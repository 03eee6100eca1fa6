"""Where the file is looked for, and what the mapping of profiles promises."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from distilkit.errors import ConfigError
from distilkit.profiles import load_profiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLACES = ["distilkit.yaml", "configs/distilkit.yaml", "no-config/distilkit/distilkit.yaml"]


def section(name: str) -> str:
    return f"providers: {{{name}: {{type: ollama, model: m}}}}"


@pytest.mark.parametrize("first", range(len(PLACES)))
def test_the_first_place_with_a_file_wins(first: int, write: Callable[..., Path]) -> None:
    for number, place in enumerate(PLACES[first:], first):
        write(section(f"at-{number}"), place)
    assert f"at-{first}" in load_profiles()


def test_the_variable_comes_before_every_place_and_a_path_before_the_variable(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(section("here"), "distilkit.yaml")
    monkeypatch.setenv("DISTILKIT_CONFIG", str(write(section("named"), "named.yaml")))
    given = write(section("given"), "given.yaml")

    assert "named" in load_profiles()
    assert "given" in load_profiles(given)
    assert "given" in load_profiles(str(given))


def test_a_variable_that_names_no_file_is_an_error_not_the_next_place(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(section("here"), "distilkit.yaml")
    monkeypatch.setenv("DISTILKIT_CONFIG", "nowhere.yaml")
    with pytest.raises(ConfigError, match=r"\$DISTILKIT_CONFIG: no such file: nowhere.yaml"):
        load_profiles()


def test_without_any_file_the_built_in_profiles_remain() -> None:
    profiles = load_profiles()
    assert list(profiles) == ["sim/small", "sim/medium", "sim/large"]
    assert (profiles.path, profiles.default, dict(profiles.strategies)) == (None, None, {})


def test_profiles_are_a_read_only_mapping_built_one_by_one(write: Callable[..., Path]) -> None:
    path = write("providers: {good: {type: ollama, model: m}, bad: {type: ollama, model: m, base_url: '${NOWHERE}'}}")
    profiles = load_profiles(path)

    assert "bad" in profiles
    assert len(profiles) == 5
    assert profiles["good"].name == "good"
    assert profiles.get("missing") is None
    assert profiles.path == path
    assert "good, bad" in repr(profiles)
    with pytest.raises(ConfigError):
        profiles["bad"]
    with pytest.raises(KeyError):
        profiles["missing"]
    with pytest.raises(TypeError):
        profiles["good"] = profiles["good"]  # type: ignore[index]  # the point


def test_a_named_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """In a process of its own: what waits for a pipe cannot be stopped from within."""
    os.mkfifo(tmp_path / "pipe")
    code = "import sys; from distilkit.profiles import load_profiles; load_profiles(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "pipe")], capture_output=True, text=True, check=False, timeout=30
    )
    assert "no such file" in done.stderr


def test_an_endless_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.yaml"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ConfigError, match="larger than"):
        load_profiles(path)


@pytest.mark.parametrize("module", ["distilkit.profiles", "distilkit.profiles.profile", "distilkit.profiles.secrets"])
def test_values_are_imported_without_the_readers_of_files(module: str) -> None:
    code = f"import sys, {module}; print(sorted({{'pydantic', 'yaml', 'litellm'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_loading_a_file_does_not_import_litellm(write: Callable[..., Path]) -> None:
    path = write(section("a"))
    code = (
        "import sys; from distilkit.profiles import load_profiles, resolve; "
        f"resolve(['a', 'gpt-4o-mini'], load_profiles({str(path)!r})); print('litellm' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
