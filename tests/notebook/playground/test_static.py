"""What a saved notebook shows."""

from __future__ import annotations

from typing import Any

import distilkit as dk
from distilkit.notebook.playground.rounds import Round, frame_of_rounds
from distilkit.notebook.playground.static import static_html
from distilkit.notebook.viewer.page import STATIC_BYTES
from distilkit.streaming import Piece


def test_rounds_are_rows_the_newest_first(wish: Any, store: Any) -> None:
    row = dk.complete("Hello", "sim/small", store=store)
    rounds = []
    for nth in (1, 2):
        one = Round.of(nth, wish("sim/small", "<b>"), 0.0)
        one.columns["sim/small"].take(Piece("end", row=row))
        one.end("<b>", None, None, 0.0)
        rounds.append(one)

    html = static_html(frame_of_rounds(rounds), "Playground: 2 rounds")

    assert html.index("prompt 2") < html.index("prompt 1")
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert "stopped before the end" in html
    assert len(html.encode()) < STATIC_BYTES


def test_without_rounds_it_says_so() -> None:
    assert "Playground: nothing was asked yet" in static_html(frame_of_rounds([]), "Playground")
