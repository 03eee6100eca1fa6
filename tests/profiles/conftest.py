"""Profile files in a temporary folder, and an environment without keys or settings of the machine."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from distilkit.errors import ConfigError
from distilkit.profiles import load_profiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from distilkit.profiles import Profiles

_SETTINGS = ("_KEY", "_TOKEN", "_BASE", "_URL", "_ENDPOINT", "_VERSION", "_TIMEOUT", "_RETRIES", "_MODEL", "SITE_NAME")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.endswith(_SETTINGS) or name == "DISTILKIT_CONFIG":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a profile file and returns its path."""

    def _write(text: str | bytes, name: str = "profiles.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return _write


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[[str | bytes], Profiles]:
    """Return a function from a file's text to its profiles; a warning is an error."""
    return lambda text: load_profiles(write(text))


@pytest.fixture
def refusal(write: Callable[..., Path]) -> Callable[[str | bytes], list[str]]:
    """Return a function from a file's text to the lines of its refusal, the folder left out."""

    def _refusal(text: str | bytes) -> list[str]:
        path = write(text)
        with warnings.catch_warnings(action="ignore"), pytest.raises(ConfigError) as caught:
            load_profiles(path)
        return str(caught.value).replace(f"{path.parent}/", "").splitlines()

    return _refusal
