"""A real JupyterLab on a copy of the notebooks, and a real browser that may not leave this machine.

`lab` is the newest, as locked; `old_lab` the oldest that is supported, where `make labs` has installed it. Both run
notebooks on the Python of the tests.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.labs import OLDEST, is_installed, python_of
from tests.browser.notebooks import Notebook
from tests.browser.serving import Lab, Server, serving

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


@pytest.fixture(scope="session")
def servers() -> list[Server]:
    """The servers that run."""
    return []


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, servers: list[Server]) -> Iterator[Server]:
    with serving(sys.executable, tmp_path_factory.mktemp("jupyter")) as running:
        servers.append(running)
        yield running


@pytest.fixture(scope="session")
def old_server(tmp_path_factory: pytest.TempPathFactory, servers: list[Server]) -> Iterator[Server]:
    if not is_installed(OLDEST):
        pytest.skip(f"JupyterLab {OLDEST} is not installed: make labs")
    with serving(str(python_of(OLDEST)), tmp_path_factory.mktemp("old_jupyter")) as running:
        servers.append(running)
        yield running


@pytest.fixture(scope="module")
def lab(repository: Path, server: Server, request: pytest.FixtureRequest) -> Lab:
    return server.lab(request.path.stem, repository)


@pytest.fixture(scope="module")
def old_lab(repository: Path, old_server: Server, request: pytest.FixtureRequest) -> Lab:
    return old_server.lab(request.path.stem, repository)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """A browser. Not for the whole session: while it is open, no other test of this process can run a loop."""
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
def page(profile: Any, visits: Visits, servers: list[Server]) -> Iterator[Any]:
    """A tab. Afterwards: nothing it asked for was outside this machine."""
    tab = profile.new_page()
    tab.on("request", lambda request: visits.all.append(request.url))
    tab.on("websocket", lambda opened: visits.all.append(opened.url))
    yield tab
    tab.close()
    for each in servers:
        each.rest()
    assert visits.outside == []


@pytest.fixture
def notebook(page: Any, lab: Lab) -> Notebook:
    """Notebooks of the newest JupyterLab, in this tab."""
    return Notebook(page, lab)


@pytest.fixture
def old_notebook(page: Any, old_lab: Lab) -> Notebook:
    """Notebooks of the oldest JupyterLab, in this tab."""
    return Notebook(page, old_lab)
