"""Entries as a run would store them, and children that can be killed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from distilkit.calls import Record, Request
from distilkit.profiles.profile import Profile
from distilkit.store import Entry, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAKE_ENTRY = """
from decimal import Decimal
from distilkit.calls import Record, Request
from distilkit.store import Entry, Store, Writer

def make_entry(number, content="yes", *, cost="0.001", profile="fast", section="openai", answer=True, **fields):
    asked = {"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": f"question {number}"}]}
    request = Request(**{**asked, **fields})
    message = {"role": "assistant", "content": content}
    record = Record(
        provider="openai",
        raw={"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]},
        created_at=1_760_000_000.0,
        latency_s=0.5,
    )
    paid = None if cost is None else Decimal(cost)
    return Entry(key=request.key(), request=request, record=record, profile=profile, section=section, cost_usd=paid,
                 answer=answer)
"""


@pytest.fixture(scope="session")
def make_entry() -> Callable[..., Entry]:
    names: dict[str, object] = {"Decimal": Decimal, "Record": Record, "Request": Request, "Entry": Entry}
    exec(MAKE_ENTRY, names)  # noqa: S102 - the same text that the children run
    return names["make_entry"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def profile() -> Profile:
    return Profile(name="fast", provider="openai", model="gpt-4o-mini", section="openai", params={"temperature": 0.1})


@pytest.fixture
def tamper() -> Callable[..., None]:
    """Change the database behind the store's back."""

    def change(folder: Path, statement: str, values: tuple[object, ...] = ()) -> None:
        with closing(sqlite3.connect(folder / "cache.db")) as db, db:
            assert db.execute(statement, values).rowcount > 0

    return change


@pytest.fixture
def child() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a process of our own that knows `make_entry` and is gone when the test is."""
    running: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", f"import sys\n{MAKE_ENTRY}\n{code}", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()
