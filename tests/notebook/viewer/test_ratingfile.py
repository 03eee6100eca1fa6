"""Ratings in a file."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from distilkit.errors import InputError
from distilkit.notebook.viewer.ratingfile import RatingFile
from distilkit.notebook.viewer.ratings import Rating, Slot
from distilkit.notebook.viewer.scales import scale_of

FIVE = scale_of("1-5")
ONE, TWO = Slot("1", "large", 0), Slot("2", "large", 0)


def at(second: int) -> datetime:
    return datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ratings.csv"


@pytest.mark.parametrize(
    "said", ["", "plain", "=1+1", "'=1+1", "'", "'quoted'", 'a "b", c\nd', "-", "'' =", "é \u202e"]
)
def test_what_is_written_is_read_again(path: Path, said: str) -> None:
    rating = Rating(value=4.0, comment=said, rated_at=at(1), answer="0" * 16)
    RatingFile(path, FIVE).write({Slot(said or "1", "=large", 2): rating})

    assert RatingFile(path, FIVE).read() == {Slot(said or "1", "=large", 2): rating}


def test_no_cell_is_a_formula_to_a_spreadsheet(path: Path) -> None:
    slot = Slot("=cmd|' /C calc'!A0", "@sum", 0)
    RatingFile(path, FIVE).write({slot: Rating(value=1.0, comment="+1\n-2")})

    with path.open(newline="", encoding="utf-8") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_file_that_is_not_there_yet_is_empty(path: Path) -> None:
    assert RatingFile(path, FIVE).read() == {}
    assert not path.exists()


def test_a_write_that_fails_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = RatingFile(path, FIVE)
    file.write({ONE: Rating(value=1.0)})
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        file.write({ONE: Rating(value=2.0)})

    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_another_view_wrote_meanwhile_is_kept_the_later_of_two(path: Path) -> None:
    mine, theirs = RatingFile(path, FIVE), RatingFile(path, FIVE)
    mine.read()
    theirs.write({ONE: Rating(value=5.0, rated_at=at(5)), TWO: Rating(value=2.0, rated_at=at(5))})

    now = mine.write({ONE: Rating(value=1.0, rated_at=at(1))})

    assert {slot: rating.value for slot, rating in now.items()} == {ONE: 5.0, TWO: 2.0}
    assert RatingFile(path, FIVE).read() == now


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a,b\n1,2\n", "it needs prompt_id, profile and rating"),
        ("prompt_id,profile,rating\n1,large,9\n", ":2: 9 is not on the scale '1-5'"),
        ("prompt_id,profile,rating\n1,large,good\n", ":2: could not convert"),
        ("prompt_id,profile,sample,rating\n1,large,x,1\n", ":2: invalid literal"),
    ],
)
def test_a_file_of_something_else_is_an_error_that_names_the_line(path: Path, text: str, fault: str) -> None:
    path.write_text(text)

    with pytest.raises(InputError, match=fault):
        RatingFile(path, FIVE).read()


def test_a_file_made_by_hand_needs_three_columns_and_may_have_a_mark_of_byte_order(path: Path) -> None:
    path.write_text("prompt_id,profile,rating\n1,large,3\n", encoding="utf-8-sig")

    assert RatingFile(path, FIVE).read() == {ONE: Rating(value=3.0)}


def test_bytes_that_are_no_text_are_an_error(path: Path) -> None:
    path.write_bytes(b"prompt_id,profile,rating\n\xff\xfe")

    with pytest.raises(InputError, match="cannot be read"):
        RatingFile(path, FIVE).read()


def test_another_ending_or_folder_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.csv"):
        RatingFile(tmp_path / "ratings.xlsx", FIVE)
    with pytest.raises(InputError, match="no folder"):
        RatingFile(tmp_path / "nowhere" / "ratings.csv", FIVE)


def one(comment: str = "") -> dict[Slot, Rating]:
    return {Slot("0", "a", 0): Rating(value=3.0, comment=comment)}


def test_a_read_only_file_is_not_replaced(path: Path) -> None:
    file = RatingFile(path, scale_of("1-5"))
    file.write(one())
    before = path.read_bytes()
    path.chmod(0o444)

    with pytest.raises(OSError, match="read-only"):
        file.write(one("later"))

    assert path.read_bytes() == before


def test_a_file_stays_as_readable_as_it_was_made(path: Path) -> None:
    file = RatingFile(path, scale_of("1-5"))
    file.write(one())
    path.chmod(0o664)

    file.write(one("later"))

    assert path.stat().st_mode & 0o777 == 0o664


def test_a_new_file_is_as_readable_as_other_new_files(path: Path) -> None:
    other = path.with_name("other.txt")
    other.touch()

    RatingFile(path, scale_of("1-5")).write(one())

    assert path.stat().st_mode == other.stat().st_mode


def test_a_link_stays_a_link(path: Path) -> None:
    link = path.with_name("link.csv")
    link.symlink_to(path)

    RatingFile(link, scale_of("1-5")).write(one())

    assert link.is_symlink()
    assert path.is_file()


def test_a_comment_of_any_length_can_be_read_again(path: Path) -> None:
    said = one("x" * 200_000)
    RatingFile(path, scale_of("1-5")).write(said)

    assert RatingFile(path, scale_of("1-5")).read() == said


def test_what_another_view_writes_right_after_is_seen(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = RatingFile(path, scale_of("1-5")), RatingFile(path, scale_of("1-5"))
    replace = Path.replace

    def followed(new: Path, target: Path) -> Path:
        done = replace(new, target)
        monkeypatch.setattr(Path, "replace", replace)
        theirs.write({Slot("1", "b", 0): Rating(value=5.0)})
        return done

    monkeypatch.setattr(Path, "replace", followed)
    ours.write(one())

    assert Slot("1", "b", 0) in ours.write(one())


@pytest.mark.parametrize("name", ["a\0.csv", "a" * 300 + ".csv"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="ratings: "):
        RatingFile(tmp_path / name, scale_of("1-5")).read()


def test_the_home_folder_may_be_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert RatingFile("~/ratings.csv", scale_of("1-5")).path == tmp_path.resolve() / "ratings.csv"
