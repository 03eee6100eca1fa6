"""The installer itself, with servers that are files: what is there is kept, and what fails leaves nothing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def installer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script as a module, with a cache of the test's own."""
    spec = importlib.util.spec_from_file_location("servers_install", Path(__file__).with_name("install.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "servers_install", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "CACHE", tmp_path / ".cache")
    return module


def test_a_server_is_installed_once_for_each_version(installer: ModuleType, tmp_path: Path) -> None:
    done: list[str] = []

    def put(folder: Path, requirement: str) -> None:
        done.append(requirement)
        (folder / "program").touch()

    said = [installer.install("mine", installer.Server(version, put)) for version in ("mine==1", "mine==1", "mine==2")]

    assert done == ["mine==1", "mine==2"]
    assert said[1] == "mine: mine==1 is there"
    assert (tmp_path / ".cache/servers/mine/installed").read_text() == "mine==2"


def test_what_cannot_be_installed_leaves_nothing(installer: ModuleType, tmp_path: Path) -> None:
    def fail(folder: Path, _: str) -> None:
        (folder / "half").touch()
        raise OSError("no route")

    with pytest.raises(OSError, match="no route"):
        installer.install("mine", installer.Server("mine==1", fail))

    assert not (tmp_path / ".cache/servers/mine").exists()


def test_the_cache_keeps_itself_out_of_git(installer: ModuleType, tmp_path: Path) -> None:
    installer.install("mine", installer.Server("mine==1", lambda *_: None))

    assert (tmp_path / ".cache/.gitignore").read_text() == "*\n"


def test_the_proxy_is_of_the_version_the_lock_names(installer: ModuleType) -> None:
    lock = "aiohttp==3.0 \\\n    --hash=sha256:00\nlitellm==1.2.3 \\\n    --hash=sha256:00\n"

    assert installer.locked_litellm(lock).startswith("litellm[proxy]==1.2.3 ")


def test_a_command_that_fails_says_why(installer: ModuleType) -> None:
    with pytest.raises(OSError, match="a reason"):
        installer.run(sys.executable, "-c", "raise SystemExit('a reason')")
