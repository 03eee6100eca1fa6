"""A prompt on its way to several profiles."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

import distilkit as dk
from distilkit.notebook.playground.sending import Errand

WAIT_S = 60.0


class Heard:
    """What an errand told."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.ended: dict[str, list[Exception | None]] = {}
        self.answered: set[str] = set()
        self.done = 0
        self.some = threading.Event()

    def piece(self, name: str, piece: Any) -> None:
        self.texts[name] = self.texts.get(name, "") + (piece.text if piece.kind == "content" else "")
        if piece.kind == "end":
            self.answered.add(name)
        self.some.set()

    def end(self, name: str, error: Exception | None) -> None:
        if name not in self.answered:
            self.ended.setdefault(name, []).append(error)

    def all_done(self) -> None:
        self.done += 1


@pytest.fixture
def heard() -> Heard:
    return Heard()


def errand(wish: Any, store: Any, heard: Heard) -> Errand:
    return Errand(wish, None, store, heard=heard.piece, ended=heard.end, tick=lambda: None, done=heard.all_done)


def test_one_that_fails_costs_no_other_its_answer(
    wish: Any, store: Path, heard: Heard, growing: Any, fast: Any
) -> None:
    bad = growing(status=401).profile("bad")
    asked = wish(targets={"bad": bad, "good": fast("good"), "nope": "nope"})

    going = errand(asked, store, heard)
    going.start()

    assert going.join(WAIT_S)
    assert heard.answered == {"good"}
    assert getattr(heard.ended["bad"][0], "kind", None) == "authentication"
    assert isinstance(heard.ended["nope"][0], dk.ConfigError)
    assert heard.done == 1


def test_stopping_cancels_what_is_under_way_and_keeps_the_store_clean(
    wish: Any, store: Path, heard: Heard, growing: Any
) -> None:
    server = growing(first="half an ")
    going = errand(wish(targets={"p": server.profile()}), store, heard)
    going.start()
    assert heard.some.wait(WAIT_S)

    going.stop()

    assert going.join(WAIT_S)
    assert heard.texts == {"p": "half an "}
    assert heard.ended["p"][0] is None
    with dk.Store(store) as kept:
        assert kept.spend_rows() == [] or all(row.cost_usd in {None, 0} for row in kept.spend_rows())


def test_stopped_before_it_began_it_tells_so(wish: Any, store: Path, heard: Heard, growing: Any) -> None:
    server = growing(first="x")
    going = errand(wish(targets={"p": server.profile(), "q": server.profile("q")}), store, heard)

    going.stop()
    going.start()

    assert going.join(WAIT_S)
    assert set(heard.ended) == {"p", "q"}


def test_a_store_that_cannot_be_opened_ends_all_of_them(wish: Any, tmp_path: Path, heard: Heard) -> None:
    (tmp_path / "file").write_text("x")
    going = errand(wish("sim/small", "sim/large"), tmp_path / "file", heard)

    going.start()

    assert going.join(WAIT_S)
    assert {type(each[0]) for each in heard.ended.values()} == {dk.StoreError}
    assert set(heard.ended) == {"sim/small", "sim/large"}


def test_whatever_goes_wrong_before_anything_is_sent_ends_every_profile(
    wish: Any, heard: Heard, fast: Any, tmp_path: Path
) -> None:
    going = errand(wish(targets={"a": fast("a"), "b": fast("b")}), tmp_path / "no\0folder", heard)

    going.start()

    assert going.join(WAIT_S)
    assert {name: len(errors) for name, errors in heard.ended.items()} == {"a": 1, "b": 1}
    assert all(errors[0] is not None for errors in heard.ended.values())
    assert heard.done == 1
