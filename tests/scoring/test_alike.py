"""Which texts are nearly the same as one before them: the bounds leave out nothing that comparing all would find."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from distilkit.scoring import alike
from distilkit.scoring.alike import Fields, Found, firsts_alike, most_alike, runs_of_letters

TEXT = st.text(alphabet="ab é漢\ud800", max_size=14)
ROWS = st.lists(st.tuples(TEXT, TEXT), max_size=14)


def by_comparing_all(rows: list[Fields], least: float) -> list[Found | None]:
    found: list[Found | None] = []
    for row in rows:
        best: Found | None = None
        for nth, other in enumerate(rows[: len(found)]):
            like = min(fuzz.ratio(one, two) for one, two in zip(row, other, strict=True))
            if found[nth] is None and like >= least and (best is None or like > best[1]):
                best = (nth, like)
        found.append(best)
    return found


@given(ROWS, st.one_of(st.floats(1, 100), st.sampled_from([50.0, 60.0, 75.0, 80.0, 90.0, 95.0, 100.0])))
@example([("aaaa", "b"), ("aaaaaa", "b")], 80.0)
def test_the_result_is_that_of_comparing_each_with_each(rows: list[Fields], least: float) -> None:
    assert firsts_alike(rows, least) == by_comparing_all(rows, least)


@given(st.lists(st.tuples(st.text(alphabet="abcd ", min_size=30, max_size=60)), max_size=8), st.data())
def test_so_it_is_where_most_rows_are_edits_of_others(rows: list[Fields], data: st.DataObject) -> None:
    edited = list(rows)
    for (text,) in rows:
        at = data.draw(st.integers(0, len(text) - 1))
        edited.append((text[:at] + data.draw(st.sampled_from(["", "x", "ab"])) + text[at + 1 :],))

    assert firsts_alike(edited, 95.0) == by_comparing_all(edited, 95.0)


def test_a_row_that_is_like_another_is_compared_with_none_after_it() -> None:
    """The third is like the second, which is out; the first is too far away."""
    rows: list[Fields] = [("a" * 40,), ("a" * 38 + "bb",), ("a" * 36 + "bbbb",)]

    assert fuzz.ratio(*rows[0], *rows[2]) < 95 <= fuzz.ratio(*rows[1], *rows[2])
    assert firsts_alike(rows, 95.0) == [None, (0, 95.0), None]


def test_the_least_alike_field_counts() -> None:
    rows: list[Fields] = [("a long question about trains", "3"), ("a long question about trains", "5")]

    assert firsts_alike(rows, 95.0) == [None, None]


def test_a_text_longer_than_its_letters_are_counted_is_compared_all_the_same() -> None:
    rows: list[Fields] = [("a" * 40_000,), ("a" * 39_999,), ("b" * 40_000,)]

    assert firsts_alike(rows, 95.0) == by_comparing_all(rows, 95.0)


def test_most_rows_are_never_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    ratios = alike._ratios
    monkeypatch.setattr(
        alike, "_ratios", lambda text, others, least: compared.extend(others) or ratios(text, others, least)
    )
    rows: list[Fields] = [(f"{chr(97 + nth % 26) * 20} {nth}",) for nth in range(260)]

    firsts_alike(rows, 95.0)

    assert len(compared) < 0.05 * 260 * 259 / 2


def test_of_several_the_most_alike_is_named_then_the_first() -> None:
    others: list[Fields] = [("abcdefghix",), ("abcdefghij",), ("abcdefghij",)]

    assert most_alike(("abcdefghij",), others, 80.0) == (1, 100.0)
    assert most_alike(("zzz",), others, 80.0) is None
    assert most_alike(("zzz",), [], 80.0) is None


@given(TEXT)
def test_equal_runs_of_letters_have_equal_numbers(text: str) -> None:
    runs = [f"{text}\0yz\0\0\0\0"[at : at + 3] for at in range(max(1, len(text) + 3 - 2))]
    numbers = runs_of_letters((text, "yz"), 3)

    assert len(numbers) == len(runs)
    assert len(set(numbers)) == len(set(runs))
    assert all(0 <= number < 2**32 for number in numbers)


def test_the_numbers_of_runs_are_the_same_everywhere() -> None:
    assert runs_of_letters(("abcdef",), 5) == runs_of_letters(("xabcdef",), 5)[1:]
    assert runs_of_letters(("a",), 5) == runs_of_letters(("a",), 5)
