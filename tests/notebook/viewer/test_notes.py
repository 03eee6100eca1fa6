"""The ratings of one view."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from distilkit.notebook.viewer.panel import Panel, panel_of
from distilkit.notebook.viewer.ratingfile import RatingFile
from distilkit.notebook.viewer.ratings import Rating, Slot
from distilkit.notebook.viewer.scales import preferred, scale_of


def test_a_rating_leaves_the_comment_and_a_comment_the_rating(panel: Panel, notes: Any) -> None:
    said = notes(panel)

    said.comment(0, "small", 0, "short")
    said.rate(0, {"small": 4.0}, 0)
    said.comment(0, "small", 0, "too short")

    assert said.words(0, "small", 0) == "4 (“too short”)"


def test_a_rating_taken_back_is_none(panel: Panel, notes: Any) -> None:
    said = notes(panel)
    said.rate(0, {"small": 4.0}, 0)

    said.rate(0, {"small": None}, 0)

    assert said.ratings().empty
    assert said.rated()["rating"].isna().all()
    assert said.count == 0


def test_a_rating_of_an_answer_that_changed_is_counted_apart(frames: Any, notes: Any) -> None:
    before = notes(panel_of(frames()))
    before.rate(0, {"small": 4.0, "large": 2.0}, 0)
    frame = frames()
    frame.loc[0, "content"] = "another answer"

    now = notes(panel_of(frame), kept=before._kept)

    assert (now.count, now.stale) == (1, 1)
    assert now.get(0, "small", 0) is None


def test_every_rating_is_in_the_file_at_once(panel: Panel, notes: Any, tmp_path: Path) -> None:
    file = RatingFile(tmp_path / "r.csv", scale_of("1-5"))
    said = notes(panel, file=file)

    said.rate(0, {"small": 4.0}, 0)

    assert file.read() == {Slot("0", "small", 0): said.get(0, "small", 0)}


def test_a_file_that_cannot_be_written_loses_nothing_and_is_said(panel: Panel, notes: Any, tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    said = notes(panel, file=RatingFile(folder / "r.csv", scale_of("1-5")))
    folder.rmdir()

    said.rate(0, {"small": 4.0}, 0)

    assert said.trouble.startswith("not written")
    assert said.ratings()["rating"].tolist() == [4.0]
    folder.mkdir()
    said.rate(0, {"large": 1.0}, 0)
    assert said.trouble == ""
    assert len((folder / "r.csv").read_text().splitlines()) == 3


def test_ratings_from_many_threads_are_all_kept(frames: Any, notes: Any, tmp_path: Path) -> None:
    panel = panel_of(frames(prompts=40))
    said = notes(panel, file=RatingFile(tmp_path / "r.csv", scale_of("1-5")))

    def rate(start: int) -> None:
        for prompt in range(start, 40, 4):
            said.rate(prompt, {"small": 3.0}, 0)

    threads = [threading.Thread(target=rate, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(said.ratings()) == 40
    assert len((tmp_path / "r.csv").read_text().splitlines()) == 41


@pytest.mark.parametrize(("best", "values"), [("a", [1.0, 0.0]), ("b", [0.0, 1.0]), (None, [0.5, 0.5])])
def test_the_best_wins_and_a_tie_is_half_a_win(best: str | None, values: list[float]) -> None:
    assert list(preferred(["a", "b"], best).values()) == values


def test_no_row_is_rated_that_is_not_there(panel: Panel, notes: Any) -> None:
    said = notes(panel, kept={Slot("99", "small", 0): Rating(value=1.0)})

    said.rate(0, {"nobody": 3.0}, 0)

    assert len(said.ratings()) == 1
    assert said.count == said.stale == 0


def test_turning_a_page_looks_at_no_answer_again(panel: Panel, notes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = notes(panel)
    kept.rate(0, {"small": 3.0}, 0)
    assert (kept.count, kept.stale) == (1, 0)
    monkeypatch.delattr("distilkit.notebook.viewer.notes.fits")

    assert (kept.count, kept.stale) == (1, 0)
