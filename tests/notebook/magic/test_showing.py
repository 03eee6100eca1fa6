"""Answers side by side, whatever is in them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.notebook.magic.showing import bundle

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> $x$ \u202e\x1b[31m\ud800"


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.fixture
def frame(tmp_path: Any) -> pd.DataFrame:
    """Two prompts, two profiles, three samples."""
    return dk.compare(["one", "two"], ["sim/small", "sim/large"], samples=3, store=tmp_path, progress=False)


def test_what_a_model_said_becomes_no_part_of_the_page(frame: pd.DataFrame) -> None:
    for name in ("prompt", "content", "thinking", "profile"):
        frame[name] = pd.array([HOSTILE] * len(frame), dtype=pd.StringDtype("python"))
    frame.loc[0, "error_kind"], frame.loc[0, "error"] = "timeout", HOSTILE

    html = bundle(frame, None)["text/html"]

    tags = Tags(html).seen
    assert {tag for tag, _ in tags} <= {"div", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "b"}
    assert {name for _, attrs in tags for name in attrs} <= {"class", "style", "scope", "dir"}
    assert not {"\u202e", "\x1b", "\ud800"} & {*html}
    assert "mathjax_ignore" in html


def test_a_terminal_gets_no_control_characters(frame: pd.DataFrame) -> None:
    frame["content"] = pd.array([HOSTILE] * len(frame), dtype=pd.StringDtype("python"))

    assert "\x1b" not in bundle(frame, None)["text/plain"]


def test_further_samples_are_folded(frame: pd.DataFrame) -> None:
    html = bundle(frame, "df")["text/html"].replace("\xa0", " ")

    assert html.count("sample 2<") == html.count("sample 3<") == 4
    assert "the frame is in _ and in df" in html


def test_a_failure_stands_in_its_place(frame: pd.DataFrame) -> None:
    frame.loc[0, ["error_kind", "error", "content"]] = ["timeout", "too slow", pd.NA]

    html = bundle(frame, None)["text/html"]

    assert "<b>Failed</b>, timeout" in html
    assert "too slow" in html
    assert "1\xa0failed" in html


def test_an_unknown_cost_is_said(frame: pd.DataFrame) -> None:
    frame.loc[0, "cost_usd"] = pd.NA

    assert "cost\xa0unknown" in bundle(frame, None)["text/html"].split("<table")[0]


def test_no_number_is_parted_from_its_unit(frame: pd.DataFrame) -> None:
    html = bundle(frame.assign(latency_s=pd.array([1.5] * len(frame), dtype="Float64")), None)["text/html"]

    assert "1.5\xa0s<" in html
    assert "1.5 s" not in html


def test_dollars_of_the_answers_are_not_taken_for_what_was_paid_now(frame: pd.DataFrame) -> None:
    stored = frame.assign(from_store=pd.array([True] * 12, dtype="boolean"))

    assert "at\xa0list\xa0price" in bundle(stored, None)["text/html"].split("<table")[0]


def test_scores_and_the_store_are_told(frame: pd.DataFrame) -> None:
    told = frame.assign(right=pd.array([True, None] * 6, dtype="boolean"), grade=pd.array([0.5] * 12, dtype="Float64"))

    html = bundle(told.assign(from_store=pd.array([True] * 12, dtype="boolean")), None)["text/html"].replace(
        "\xa0", " "
    )

    assert "right: yes · grade: 0.5 ·" in html
    assert "right: unknown" in html
    assert "from the store" in html


def test_what_is_long_is_cut_and_counted(frame: pd.DataFrame) -> None:
    frame.loc[0, "content"] = "word " * 100_000
    many = pd.concat([frame.assign(prompt_id=number) for number in range(30)], ignore_index=True)

    html = bundle(many, None)["text/html"]

    assert "496,000 more characters in the frame" in html
    assert "10 more prompts in the frame" in html
    assert len(html) < 500_000


def test_a_profile_that_was_not_asked_a_prompt_has_its_place(frame: pd.DataFrame) -> None:
    partly = frame[~((frame["profile"] == "sim/large") & (frame["prompt"] == "two"))]

    assert "not asked" in bundle(partly, None)["text/html"]


def test_an_interrupted_run_without_rows_is_shown(frame: pd.DataFrame) -> None:
    assert "0\xa0answers" in bundle(frame.head(0), None)["text/html"]
