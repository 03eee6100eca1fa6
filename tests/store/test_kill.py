"""What was acknowledged is there, whenever and however the process ended."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from distilkit.store import Entry, Store

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

_PUTS_FOR_EVER = """
import asyncio, itertools

async def main() -> None:
    async with Writer(Store(sys.argv[1])) as writer:
        numbers = itertools.count()

        async def work() -> None:
            for number in numbers:
                entry = make_entry(number, "x" * (number % 3000))
                await writer.put(entry)
                print(number, flush=True)

        await asyncio.gather(*(work() for _ in range(50)))

asyncio.run(main())
"""


@pytest.mark.parametrize("lines", [1, 37, 400, 2_000])
def test_a_killed_process_loses_no_acknowledged_answer(
    tmp_path: Path, make_entry: Callable[..., Entry], child: Callable[..., subprocess.Popen[str]], lines: int
) -> None:
    process = child(_PUTS_FOR_EVER, tmp_path / "store")
    printed = [process.stdout.readline() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    printed += process.stdout.readlines()
    numbers = [int(line) for line in printed if line.endswith("\n")]
    process.wait(30)

    with Store(tmp_path / "store") as store:
        found = store.get_many([make_entry(number).key for number in numbers])
        assert len(found) == len(numbers) >= lines
        for number in numbers:
            assert found[make_entry(number).key] == make_entry(number, "x" * (number % 3000)).record
        assert store.verify() == []
        # Each transaction has its answers and their spend, or neither.
        assert sum(row.answers for row in store.spend_rows()) == len(store)


def test_a_killed_process_does_not_lock_the_next_one_out(
    tmp_path: Path, make_entry: Callable[..., Entry], child: Callable[..., subprocess.Popen[str]]
) -> None:
    process = child(_PUTS_FOR_EVER, tmp_path / "store")
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait(30)

    with Store(tmp_path / "store", patience_s=1) as store:
        store.put_many([make_entry("after")])
        assert make_entry("after").key in store


def test_a_process_that_just_ends_leaves_whole_answers(
    tmp_path: Path, make_entry: Callable[..., Entry], child: Callable[..., subprocess.Popen[str]]
) -> None:
    process = child("Store(sys.argv[1]).put_many([make_entry(1)])", tmp_path / "store")
    assert process.wait(30) == 0, process.stderr.read()
    assert process.stderr.read() == ""

    with Store(tmp_path / "store", readonly=True) as store:
        assert store.get(make_entry(1).key) == make_entry(1).record
