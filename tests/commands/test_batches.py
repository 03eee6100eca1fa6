"""The command `batches`: a table of what is noted, and giving one up."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from distilkit.commands.batches import add_batches
from distilkit.errors import InputError
from distilkit.store import Store
from distilkit.store.batchfile import BatchFile
from distilkit.store.batchrows import Intent


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_batches(parser)
    options = parser.parse_args(words)
    return int(options.run(options) or 0)


@pytest.fixture
def store(tmp_path: Path) -> str:
    Store(tmp_path).close()
    return str(tmp_path)


def test_without_batches_it_says_so(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--store", store) == 0
    assert capsys.readouterr().out == "there are no batches yet\n"


def test_batches_are_shown_with_a_dash_where_nothing_is_known(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    intent = Intent(token="tok\x1b[31m", profile="p", section="p", provider="openai", model="m", created_at=1e9)
    with BatchFile(Path(store)) as file:
        file.begin(intent, 1)
        file.note(intent.token, state="submitted", id="batch_1", submitted_at=1.7e9, ends_by=1.7e9 + 86_400)

    assert run("list", "--store", store) == 0
    shown = capsys.readouterr().out
    assert "batch_1" in shown
    assert "2023-11-14 22:13" in shown
    assert "-" in shown
    assert "\x1b" not in shown


def test_a_batch_to_cancel_must_be_named(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("cancel", "--store", store) == 2
    assert "name the batch" in capsys.readouterr().out


def test_an_unknown_batch_is_an_error_with_the_way_out(store: str) -> None:
    with pytest.raises(InputError, match="there is no batch 'nope'"):
        run("cancel", "nope", "--store", store)
