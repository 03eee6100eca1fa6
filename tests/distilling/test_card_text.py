"""What others said stands in Markdown and YAML as it is, and does nothing there."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from distilkit.distilling.card_text import dollars, quoted, said, source, table

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[here](javascript:alert(1))",
    "![x](http://evil.example/p.png)",
    "a | b\n| --- |\n# heading",
    "`code` ~~~ ```",
    "$\\alpha$ $$x$$",
    "<!-- comment",
    "\u202eright to left",
    "line\u2028separator\u0085next\x00\x1b[31m",
    "www.evil.example and a@evil.example",
    "[^1]: footnote",
    "&lt;b&gt; &#60;",
    "x" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_active_is_left(text: str) -> None:
    shown = said(text)

    assert "\n" not in shown
    assert not re.search(r"[<>]", shown)
    assert not re.search(r"(?<!\\)(\\\\)*[`*_\[\]|~$#!]", re.sub(r"&#\d+;", "", shown))
    assert "://" not in shown
    assert "www." not in shown
    assert "\u202e" not in shown
    assert len(shown) < 2_000


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_one_line_that_can_be_written(text: str) -> None:
    shown = said(text)

    shown.encode()
    assert shown.isprintable()


@given(st.text(st.characters(exclude_categories=())))
def test_yaml_reads_back_one_text(text: str) -> None:
    found = yaml.safe_load(f"name: {quoted(text)}\nother: 1")

    assert isinstance(found["name"], str)
    assert found["other"] == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://example.com/terms?x=1", "<https://example.com/terms?x=1>"),
        ("https://example.com/> <b>", "https&#58;//example.com/&gt; &lt;b&gt;"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("section 4.2 of the contract", "section 4.2 of the contract"),
    ],
)
def test_only_a_plain_address_becomes_a_link(text: str, shown: str) -> None:
    assert source(text) == shown


def test_a_table_has_a_mark_for_each_column() -> None:
    assert table(("a", "b"), [("1", "2")], numbers=[1]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"


@pytest.mark.parametrize(
    ("amount", "shown"), [(None, "unknown"), (0.0, "$0"), (1e-7, "$0.0000001"), (0.9999, "$1.00"), (2.5, "$2.50")]
)
def test_unknown_dollars_are_not_zero(amount: float | None, shown: str) -> None:
    assert dollars(amount) == shown
