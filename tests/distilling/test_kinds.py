"""Kinds of thinking among the chosen rows: counted by teacher, and warned of where they are mixed or unreadable."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from distilkit.distilling.kinds import kinds, warn_of_kinds
from distilkit.distilling.notices import DataWarning


def rows(*pairs: tuple[str | None, str], chosen: bool = True) -> pd.DataFrame:
    said, names = zip(*pairs, strict=True)
    return pd.DataFrame({"thinking_kind": said, "served_by": names, "chosen": chosen})


def test_chosen_rows_are_counted_by_kind_and_teacher() -> None:
    chosen = rows(("absent", "b"), ("raw", "b"), ("raw", "a"), ("raw", "a"))
    frame = pd.concat([chosen, rows(("raw", "a"), chosen=False)])

    assert kinds(frame) == {"raw": {"a": 2, "b": 1}, "absent": {"b": 1}}


def test_a_mixture_is_warned_of_with_its_counts() -> None:
    with pytest.warns(DataWarning, match=r"mix kinds of thinking: 2 raw \(a 1, b 1\), 1 summary \(b 1\)"):
        warn_of_kinds(rows(("raw", "a"), ("summary", "b"), ("raw", "b")))


def test_encrypted_thinking_is_no_reasoning_even_where_all_is_encrypted() -> None:
    with pytest.warns(DataWarning, match="2 chosen rows have encrypted thinking"):
        warn_of_kinds(rows(("encrypted", "a"), ("encrypted", "a")))


def test_rows_without_reasoning_beside_others_are_warned_of_and_are_no_kind_of_thinking() -> None:
    with pytest.warns(
        DataWarning, match=r"some chosen rows have no reasoning, others have: 1 absent .*2 raw"
    ) as caught:
        warn_of_kinds(rows(("raw", "a"), ("absent", "b"), ("raw", "a")))

    assert len(caught) == 1


def test_a_mixture_with_rows_without_reasoning_is_warned_of_as_both() -> None:
    with pytest.warns(DataWarning) as caught:
        warn_of_kinds(rows(("raw", "a"), ("absent", "b"), ("summary", "a")))

    assert [str(each.message).split(":")[0] for each in caught] == [
        "the chosen rows mix kinds of thinking",
        "some chosen rows have no reasoning, others have",
    ]


@pytest.mark.parametrize("kind", ["raw", "summary", "absent", None])
def test_one_kind_is_no_mixture(kind: str | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_kinds(rows((kind, "a"), (kind, "b")))


def test_rows_that_are_not_chosen_mix_nothing() -> None:
    frame = pd.concat([rows(("raw", "a")), rows(("summary", "a"), chosen=False)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_kinds(frame)


def test_a_frame_that_does_not_say_is_unknown() -> None:
    assert kinds(pd.DataFrame({"prompt": ["a"], "content": ["b"]})) == {"unknown": {"unknown": 1}}
