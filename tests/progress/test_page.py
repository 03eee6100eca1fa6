"""A run as HTML: readable without colours, by a screen reader, and harmless whatever the names are."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from distilkit.engine.events import Event
from distilkit.progress import Tally, html

from .playing import answered, planned, sent, tally

EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</div></div><style>*{display:none}</style>",
    "$x^2$ \\(y\\)",
    "\u202egnp.exe\u2066",
    "\x1b[31mred\x00\x9b",
    "\ud800",
    "{{constructor}}",
]


class Page(HTMLParser):
    """The tags and attributes of a page, and whether every tag is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.said = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data

    def bars(self) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.tags if attributes.get("role") == "progressbar"]


def run_of(*names: str) -> Tally:
    found = tally(10 * len(names), *[planned(name, 10) for name in names])
    for name in names:
        found.observe(Event(kind="from_store", profile=name, count=2))
        found.observe(sent(name, "1"))
        found.observe(answered(name, "1"))
        found.observe(sent(name, "2"))
        found.observe(Event(kind="waiting", profile=name, key="3", reason=f"nobody to ask: {name}", wait_s=4.0))
    return found


@pytest.mark.parametrize("name", EVIL)
def test_a_name_is_text_and_nothing_else(name: str) -> None:
    page = Page(html(run_of(name)))

    assert {tag for tag, _ in page.tags} <= {"div", "span", "strong"}
    assert {key for _, attributes in page.tags for key in attributes} <= {
        "class",
        "style",
        "title",
        "dir",
        "role",
        "aria-hidden",
        "aria-label",
        "aria-valuemin",
        "aria-valuemax",
        "aria-valuenow",
        "aria-valuetext",
    }
    assert page.open == []
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page.said)
    assert len(page.bars()) == 1


def test_a_screen_reader_hears_each_bar() -> None:
    bars = Page(html(run_of("gpt", "claude"))).bars()

    assert [bar["aria-label"] for bar in bars] == ["gpt", "claude"]
    assert [bar["aria-valuenow"] for bar in bars] == ["3", "3"]
    assert [bar["aria-valuemax"] for bar in bars] == ["10", "10"]
    assert bars[0]["aria-valuetext"] == "3 of 10 rows"


def test_everything_that_is_coloured_is_said_too() -> None:
    found = run_of("a")
    found.observe(Event(kind="failed", profile="a", key="2"))

    said = Page(html(found)).said.replace("\xa0", " ")

    for part in ("1 answered", "2 from the store", "1 failed", "6 waiting: nobody to ask: a, next in 4 s", "$0.50"):
        assert part in said


def test_nothing_is_typeset_and_colours_are_the_pages_own() -> None:
    page = html(run_of("a", "b"))

    assert 'class="distilkit-progress mathjax_ignore tex2jax_ignore"' in page
    assert not re.search(r"#[0-9a-f]{3}|(?<!back)ground:\s*(white|black)|[^-]color:", page)
    assert "url(" not in page


def test_one_failed_row_of_many_can_be_seen() -> None:
    found = tally(10**6, planned("a", 10**6), Event(kind="failed", profile="a", key="1"))

    assert "width:0.000%;min-width:2px" in html(found)


def test_many_profiles_are_bounded_and_those_at_work_come_first() -> None:
    found = tally(2_000, *[planned(f"p{nth}", 20) for nth in range(100)])
    found.observe(answered("p0", "all", count=20))

    page = Page(html(found))

    assert len(page.bars()) == 24
    assert page.bars()[0]["aria-label"] == "p1"
    assert "and 76 more: 20 of 1,520 rows" in page.said
    assert len(html(found)) < 40_000
