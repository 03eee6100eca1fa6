"""What holds for every test: no network, no key, and nothing of the user's own is read or written."""

from __future__ import annotations

import gc
import os
import runpy
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parents[1]
OFFLINE = REPOSITORY / "tests" / "offline"

# Python runs it by itself, it is no test.
collect_ignore = ["offline"]

# A machine that is busy with something else makes an example slow, not wrong.
settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")

HOME = pytest.StashKey[Path]()
# What would make a test depend on whose machine it runs on: keys, own settings, proxies.
FOREIGN_ENDINGS = ("_API_KEY", "_AUTH_TOKEN", "_ACCESS_KEY", "_PROXY", "_API_BASE", "_BASE_URL")
FOREIGN_STARTS = ("DISTILKIT_", "LITELLM_", "OPENAI_", "ANTHROPIC_", "AZURE_", "AWS_", "GOOGLE_")
FOREIGN_NAMES = frozenset({"HF_TOKEN", "TIKTOKEN_CACHE_DIR"})


def pytest_configure(config: pytest.Config) -> None:
    home = Path(tempfile.mkdtemp(prefix="distilkit-tests-"))
    config.stash[HOME] = home
    _forget_the_user(home)
    _stay_here(home / "network.log")
    _hear_interrupts()


def pytest_collection_finish() -> None:
    # What is imported by now stays. A library that collects garbage at each call need not look through all of it.
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[HOME], ignore_errors=True)


@pytest.fixture(autouse=True)
def _nothing_left_this_machine(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    log = request.config.stash[HOME] / "network.log"
    attempts = log.read_text(encoding="utf-8")
    log.write_text("", encoding="utf-8")
    if attempts:
        pytest.fail(f"the network was asked for, which tests never do:\n{attempts}", pytrace=False)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds `distilkit/` and `tests/`."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The recorded data beside the repository; the test is skipped where there is none."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the recorded data is not here: {folder}")
    return folder


def _forget_the_user(home: Path) -> None:
    for name in list(os.environ):
        upper = name.upper()
        if upper.endswith(FOREIGN_ENDINGS) or upper.startswith(FOREIGN_STARTS) or upper in FOREIGN_NAMES:
            del os.environ[name]
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        folder = home / name.lower()
        folder.mkdir(mode=0o700)
        os.environ[name] = str(folder)


def _stay_here(log: Path) -> None:
    log.touch()
    os.environ["DISTILKIT_TEST_NETWORK"] = str(log)
    earlier = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([str(OFFLINE), *earlier]))
    present = getattr(sys.modules.get("sitecustomize"), "__file__", None)
    if present is None or Path(present).parent != OFFLINE:
        runpy.run_path(str(OFFLINE / "sitecustomize.py"))


def _hear_interrupts() -> None:
    """A shell lets what it starts in the background ignore Ctrl-C; a test that sends one would then wait for ever."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
