"""A real JupyterLab on a copy of the notebooks, and a real browser that may not leave this machine.

`lab` is the newest, as locked; `old_lab` the oldest that is supported, where `make labs` has installed it. Both run
notebooks on the Python of the tests.
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
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.labs import OLDEST, is_installed, python_of
from tests.browser.notebooks import Notebook

CHROMIUM = "/usr/bin/chromium"
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Not even a name is looked up: what would leave this machine fails at once, and is written down by `visits`.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
SERVER_FLAGS = [
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
START_S = 180


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab.

    Attributes:
        url: its address, without a slash at the end.
        token: what lets one in.
        folder: the folder it shows.
    """

    url: str
    token: str
    folder: Path

    def address(self, notebook: str) -> str:
        return f"{self.url}/doc/tree/{notebook}?token={self.token}&reset"


@dataclass
class Visits:
    """What a page asked for."""

    all: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        return [url for url in self.all if urlsplit(url).hostname not in {None, "127.0.0.1"}]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. Without one the test is skipped; under CI it fails, or nobody would see that it never ran."""
    if not Path(CHROMIUM).exists():
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say(f"{CHROMIUM} is missing: apt-get install chromium fonts-dejavu-core, or run .ci/run")
    return CHROMIUM


@pytest.fixture(scope="session")
def artifacts(repository: Path) -> Path:
    """Where pictures are left for people to look at."""
    folder = repository / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def lab(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with _serving(sys.executable, repository, tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture(scope="module")
def old_lab(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    if not is_installed(OLDEST):
        pytest.skip(f"JupyterLab {OLDEST} is not installed: make labs")
    with _serving(str(python_of(OLDEST)), repository, tmp_path_factory.mktemp("old_jupyter")) as running:
        yield running


@contextmanager
def _serving(python: str, repository: Path, home: Path) -> Iterator[Lab]:
    """Run a JupyterLab by this Python on copies of the notebooks and their configurations."""
    shown = home / "notebooks"
    ignored = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(repository / "notebooks", shown, ignore=ignored)
    if (repository / "configs").is_dir():
        shutil.copytree(repository / "configs", home / "configs", ignore=ignored)
    running = Lab(url=f"http://127.0.0.1:{_free_port()}", token=secrets.token_hex(16), folder=shown)
    log = home / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [python, *_command(running)],
            cwd=shown,
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


def _command(running: Lab) -> list[str]:
    own = [f"--ServerApp.port={urlsplit(running.url).port}", f"--IdentityProvider.token={running.token}"]
    return ["-m", "jupyterlab", f"--ServerApp.root_dir={running.folder}", *own, *SERVER_FLAGS]


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


def _wait_until_up(running: Lab, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{running.url}/api?token={running.token}", timeout=5):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-4000:]}", pytrace=False)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, headless=True, args=BROWSER_FLAGS)
        yield started
        started.close()


@pytest.fixture
def visits() -> Visits:
    return Visits()


@pytest.fixture(scope="module")
def profile(browser: Any) -> Iterator[Any]:
    """A fresh profile of the browser, which keeps JupyterLab's scripts from one test to the next."""
    context = browser.new_context(viewport={"width": 1400, "height": 1400})
    yield context
    context.close()


@pytest.fixture
def page(profile: Any, visits: Visits) -> Iterator[Any]:
    """A tab. Afterwards: nothing it asked for was outside this machine."""
    tab = profile.new_page()
    tab.on("request", lambda request: visits.all.append(request.url))
    tab.on("websocket", lambda opened: visits.all.append(opened.url))
    yield tab
    tab.close()
    assert visits.outside == []


@pytest.fixture
def notebook(page: Any, lab: Lab) -> Notebook:
    """Notebooks of the newest JupyterLab, in this tab."""
    return Notebook(page, lab)


@pytest.fixture
def old_notebook(page: Any, old_lab: Lab) -> Notebook:
    """Notebooks of the oldest JupyterLab, in this tab."""
    return Notebook(page, old_lab)
