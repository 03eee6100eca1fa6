"""Fixtures of the tests at the wire: everything is run once in a session, whichever tests look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .attempts import Attempts
from .cases import BY_NAME
from .matrix import Matrix, run_matrix
from .running import Ran
from .server import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server() as started:
        yield started


@pytest.fixture(scope="session")
def attempts(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Attempts:
    """Everything that is tried of each case, each thing once."""
    return Attempts(server, tmp_path_factory.mktemp("wire"))


@pytest.fixture(scope="session")
def ran(attempts: Attempts) -> Callable[[str], Ran]:
    """Run a case by its name, once."""
    return lambda name: attempts.answered(BY_NAME[name])


@pytest.fixture(scope="session")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    """Every fault of every provider, run once."""
    return run_matrix(tmp_path_factory.mktemp("matrix"))
