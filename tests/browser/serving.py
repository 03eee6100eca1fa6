"""A JupyterLab that runs on copies of the notebooks, each test file in a folder of its own.

Starting one takes seconds, so all files of a process share it; what a test leaves there, such as kernels and a theme,
is taken away after it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

FLAGS = [
    "--no-browser",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--ServerApp.allow_root=True",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.extension_manager=readonly",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]
# Folders of its own, so that nobody's settings, extensions and open tabs are in the way.
PRIVATE = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
)
SETTINGS = {
    "apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false", "doNotDisturbMode": True},
    "docmanager-extension/plugin": {"autosave": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight are drawn too
}
START_S, ANSWER_S = 180, 30


@dataclass(frozen=True)
class Lab:
    """A folder in a running JupyterLab.

    Attributes:
        url: the server's address, without a slash at the end.
        token: what lets one in.
        root: what the server shows.
        folder: the folder of the notebooks, in it.
    """

    url: str
    token: str
    root: Path
    folder: Path

    def address(self, notebook: str) -> str:
        """Return where a notebook is worked in."""
        return f"{self.url}/doc/tree/{self._place(notebook)}?token={self.token}&reset"

    def served(self, file: str) -> str:
        """Return where a file is shown as it is."""
        return f"{self.url}/files/{self._place(file)}?token={self.token}"

    def _place(self, name: str) -> str:
        return (self.folder / name).relative_to(self.root).as_posix()


@dataclass(frozen=True)
class Server:
    """A running JupyterLab.

    Attributes:
        url: its address, without a slash at the end.
        token: what lets one in.
        home: its own folder.
    """

    url: str
    token: str
    home: Path

    @property
    def root(self) -> Path:
        return self.home / "root"

    def lab(self, name: str, repository: Path) -> Lab:
        """Return a folder of this name, with copies of the notebooks and their configurations."""
        ignored = shutil.ignore_patterns(".*", "__pycache__")
        for part in ("notebooks", "configs"):
            if (repository / part).is_dir():
                shutil.copytree(repository / part, self.root / name / part, ignore=ignored)
        return Lab(url=self.url, token=self.token, root=self.root, folder=self.root / name / "notebooks")

    def rest(self) -> None:
        """End all kernels, and have the first theme again."""
        for session in self._ask("GET", "sessions"):
            # A kernel that is busy is ended all the same, after a while.
            with suppress(OSError):
                self._ask("DELETE", f"sessions/{session['id']}")
        settings = self.home / "jupyterlab_settings_dir" / "@jupyterlab" / "apputils-extension"
        (settings / "themes.jupyterlab-settings").unlink(missing_ok=True)

    def is_up(self) -> bool:
        """Return whether it answers."""
        try:
            return bool(self._ask("GET", ""))
        except OSError:
            return False

    def _ask(self, method: str, what: str) -> Any:
        address = f"{self.url}/api/{what}".rstrip("/")
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(address, method=method, headers=headers)  # noqa: S310 - our own
        with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310 - our own
            return json.loads(answer.read() or "null")


@contextmanager
def serving(python: str, home: Path) -> Iterator[Server]:
    """Run a JupyterLab by this Python."""
    running = Server(url=f"http://127.0.0.1:{_free_port()}", token=secrets.token_hex(16), home=home)
    running.root.mkdir()
    log = home / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [python, *_command(running)],
            cwd=running.root,
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            _wait_until_up(running, process, log)
            yield running
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to go, and end it where it does not: a kernel that is busy can keep it for ever."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()


def _command(running: Server) -> list[str]:
    own = [f"--ServerApp.port={urlsplit(running.url).port}", f"--IdentityProvider.token={running.token}"]
    return ["-m", "jupyterlab", f"--ServerApp.root_dir={running.root}", *own, *FLAGS]


def _environment(home: Path) -> dict[str, str]:
    folders = {variable: home / variable.lower() for variable in PRIVATE}
    for folder in folders.values():
        folder.mkdir()
    for name, settings in SETTINGS.items():
        file = folders["JUPYTERLAB_SETTINGS_DIR"] / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings), encoding="utf-8")
    # The kernel is of this Python, whichever the server's is.
    kernel = home / "share" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "Python 3 (ipykernel)", "language": "python"}), "utf-8")
    own = {variable: str(folder) for variable, folder in folders.items()}
    return {**os.environ, **own, "JUPYTER_PATH": str(home / "share")}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait_until_up(running: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        if running.is_up():
            return
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-4000:]}", pytrace=False)
