"""Whatever a model, a file, a column or a reader said is text on each page of the notebook, and nothing else."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.notebook.magic.showing import bundle
from distilkit.notebook.report import images
from distilkit.notebook.viewer.controls import RATE
from distilkit.plot.pictures import Picture, Pictures

TEXT = pd.StringDtype("python")

_RUN = "alert(1)"
_BREAKS = ("", '"', "'", '">', "'>", "</div>", "</style>", "</title>", "</textarea>", "</pre>", "-->", "]]>", "\x00")
_TAGS = (
    f"<script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    f"<iframe srcdoc='&lt;script&gt;{_RUN}&lt;/script&gt;'></iframe>",
    f"<svg/onload={_RUN}>",
    f"<a href=javascript:{_RUN}>x</a>",
)
PAYLOADS = (
    *_TAGS,
    *(start + tag for start in _BREAKS for tag in _TAGS[:2]),
    *(start + _TAGS[3] for start in _BREAKS),
    f"<ScRiPt\n>{_RUN}</sCrIpT\t>",
    f"<scr\x00ipt>{_RUN}</script>",
    f"<scr<script>ipt>{_RUN}</script>",
    "<script src=//127.0.0.1/x.js>",
    '<link rel=stylesheet href="https://127.0.0.1/x.css">',
    "<style>*{background:url(https://127.0.0.1/x)}</style>",
    "<meta http-equiv=refresh content='0;url=https://127.0.0.1'>",
    "<base href=https://127.0.0.1/>",
    "<form action=https://127.0.0.1><button>x",
    "<object data=x></object><embed src=x>",
    "<math><mtext></mtext><mglyph><img src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<!--",
    "<!-- <b> -->",
    "<![CDATA[<b>]]>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE html>",
    "</td></tr></table></section></main></body></html>",
    "<",
    "&",
    "&#60;script&#62;",
    "&lt;b&gt;",
    "' onmouseover='alert(1)",
    '" onmouseover="alert(1)" x="',
    '" style="background:url(https://127.0.0.1/x)" x="',
    "`onload=alert(1)`",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](https://127.0.0.1/x.png)",
    "$\\href{javascript:alert(1)}{x}$",
    "$5 and $6",
    "$$\\frac{1}{",
    "\\(x\\) \\[y\\]",
    "\\begin{align}x\\end{align}",
    "$",
    "_hidden",
    "{{7*7}}",
    "{{constructor.constructor('alert(1)')()}}",
    "${7*7}",
    "{__class__}",
    "%s %(x)s %n",
    "{% raw %}",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://127.0.0.1\x07x\x1b]8;;\x07",
    "\x9b31mred",
    "\x90q\x9c\x85",
    "\x00",
    "a\x00b\x07\x08\x7f",
    "one\rtwo\r\nthree\x0b\x0c\x1c\x1d",
    "\u202egnp.exe",
    "\u2066x\u2067y\u2068z\u2069",
    "\u202a\u202b\u202d",
    "\u200e\u200f\u061c",
    "\u2028\u2029",
    "\ud800",
    "\udc00 half \udfff",
    "\ud83d\ude00 in two halves",
    "\ufeff\ufffe\uffff",
    "\U0010ffff\U000e0041",
    "a" + "\u0301" * 10_000,
    "👩🏽‍🚀👨‍👩‍👧‍👦🏳️‍🌈",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "'=1",
    "\uff1d1+1",
    '=HYPERLINK("https://127.0.0.1";"x")',
    '=cmd|"/C calc"!A0',
    "x" * 1_000_000,
    "<b>" * 50_000,
    "\n" * 100_000,
    "<&\"'" * 50,
    " \t ",
    "\u3164\u2800",
    "NaN",
    "None",
    "../../../etc/passwd",
    "C:\\con",
)
TAGS = frozenset(
    (
        *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "footer"),
        *(
            "h1",
            "h2",
            "h3",
            "h4",
            "p",
            "ul",
            "li",
            "a",
            "b",
            "strong",
            "small",
            "span",
            "div",
            "dl",
            "dt",
            "dd",
            "pre",
            "code",
        ),
        *("table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "mark"),
        *("figure", "figcaption", "picture", "source", "img", "details", "summary"),
    )
)
ATTRIBUTES = frozenset(
    (
        *("class", "id", "style", "scope", "dir", "role", "tabindex", "lang", "charset", "name", "content"),
        *("http-equiv", "href", "src", "srcset", "media", "width", "height", "alt"),
    )
)
EMPTY = frozenset({"meta", "img", "source", "col"})


class Page(HTMLParser):
    """A page taken apart; it fails at whatever is not of our own making."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.styles: set[str] = set()
        self.addresses: list[str] = []
        html.encode()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES or name.startswith("aria-"), (tag, name)
            if name in {"href", "src", "srcset"}:
                self.addresses.append(value or "")
                assert re.match(r"#[a-z]+\Z|data:image/(png|svg\+xml);base64,[\w+/=]+\Z", value or ""), value
            if name == "style":
                self.styles.add(value or "")
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.styles.add(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    unknown_decl = handle_pi = handle_comment

    def handle_decl(self, decl: str) -> None:
        assert decl == "DOCTYPE html"


def check(html: str) -> Page:
    page = Page(html)
    assert not any(re.search(r"url\(|@import|expression|javascript", style, re.IGNORECASE) for style in page.styles)
    return page


def frame_of(said: str, **own: Any) -> pd.DataFrame:
    """Return six rows in which everything that is a text is this one: prompts, answers, names, errors and scores."""
    rows = range(6)
    frame = pd.DataFrame(
        {
            "prompt_id": pd.array([row // 2 for row in rows], dtype="Int64"),
            "profile": pd.array([f"{said}{row % 2}" for row in rows], dtype=TEXT),
            **{
                name: pd.array([said] * 6, dtype=TEXT)
                for name in ("model", "provider", "prompt", "content", "thinking", "thinking_kind", "finish_reason")
            },
            "output_tokens": pd.array([7] * 6, dtype="Int64"),
            "cost_usd": pd.array([0.001] * 5 + [None], dtype="Float64"),
            "latency_s": pd.array([1.5] * 6, dtype="Float64"),
            "from_store": pd.array([False] * 6, dtype="boolean"),
            "error_kind": pd.array([None] * 5 + [said or "x"], dtype=TEXT),
            "error": pd.array([None] * 5 + [said], dtype=TEXT),
            # The frames of pandas take no half character in a column's name.
            f"{said.encode('utf-8', 'replace').decode()} score": pd.array(
                [True, False, True, None, False, None], dtype="boolean"
            ),
        }
    )
    return frame.assign(**own)


def sent(view: Any) -> Iterator[dict[str, Any]]:
    """Give what each widget of a view sends to the page; what cannot be sent raises."""
    waiting = [view]
    while waiting:
        widget = waiting.pop()
        state = widget.get_state()
        json.dumps({key: str(value) for key, value in state.items()}, ensure_ascii=False).encode()
        yield state
        waiting += getattr(widget, "children", ())


def pages(view: Any) -> Iterator[str]:
    for state in sent(view):
        if state["_model_name"] == "HTMLModel":
            yield str(state["value"])


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plots have tests of their own, and take long."""
    blank = Picture(media_type="image/png", content=b"x", width=1, height=1)
    monkeypatch.setattr(images, "pictures", lambda _: Pictures(blank, blank))


@pytest.mark.parametrize("said", PAYLOADS, ids=lambda said: ascii(said[:30]))
def test_a_view_shows_it_as_text_live_rating_and_saved(said: str) -> None:
    view = dk.view(frame_of(said))
    try:
        check(view._repr_mimebundle_()["text/html"])
        view._controls._reference.value = f"{said}1"
        live = [check(page) for page in pages(view)]
        view._desk.comment(0, said)
        view._controls.mode.value = RATE
        rating = [check(page) for page in pages(view)]
    finally:
        view.close()

    assert len(live) > 1
    assert len(rating) > len(live)


@pytest.mark.parametrize("said", PAYLOADS, ids=lambda said: ascii(said[:30]))
def test_a_cell_of_answers_shows_it_as_text(said: str) -> None:
    shown = bundle(frame_of(said), "df")

    check(shown["text/html"])
    assert all(character.isprintable() or character == "\n" for character in shown["text/plain"])


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("nth", range(4))
def test_a_report_shows_it_as_text(nth: int, tmp_path: Path) -> None:
    some = PAYLOADS[nth::4]
    frames = [frame_of(said) for said in some]
    for place, each in enumerate(frames):
        names = pd.array([f"{some[place % 3]}{row % 2}" for row in range(6)], dtype=TEXT)
        own = {
            "prompt_id": each["prompt_id"] + 10 * place,
            f"{some[0]} score": each[each.columns[-1]],
            "profile": names,
        }
        frames[place] = each.iloc[:, :-1].assign(**own)
    frame = pd.concat(frames, ignore_index=True)
    title = "".join(said[:20] for said in some)

    made = dk.report(frame, tmp_path / "r.html", title=title, notes="\n\n".join(some), examples=50, store=tmp_path)

    check(made.path.read_text("utf-8"))
    shown = made._repr_mimebundle_()
    check(shown["text/html"])
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", shown["text/plain"])


def test_a_drawing_of_it_is_a_picture_without_an_address(tmp_path: Path) -> None:
    some = [
        said[:1000] for said in PAYLOADS if said in {"$", "_hidden", "$$\\frac{1}{", "\ud800", "\x00", "-->" + _TAGS[0]}
    ]
    frame = pd.concat([frame_of(said).iloc[:, :-1] for said in some], ignore_index=True)

    made = dk.report(frame, tmp_path / "r.html", store=tmp_path)

    page = check(made.path.read_text("utf-8"))
    drawings = [base64.b64decode(each.partition(",")[2]).decode() for each in page.addresses if "svg" in each[:20]]
    assert len(drawings) > 1
    assert not [each for each in drawings if re.search(r"<script|<image|<foreignObject|javascript:| on\w+=", each)]


@pytest.mark.parametrize("nth", range(4))
def test_ratings_and_comments_go_to_a_file_and_back_without_a_formula(nth: int, tmp_path: Path) -> None:
    some, path = PAYLOADS[nth::4], tmp_path / "ratings.csv"
    frame = pd.concat([frame_of(said).iloc[:1, :-1] for said in some], ignore_index=True)
    frame["prompt_id"] = range(len(some))
    with_file = dk.view(frame, ratings=path)
    for prompt, said in enumerate(some):
        with_file._notes.rate(prompt, {f"{said}0": 4.0}, 0)
        with_file._notes.comment(prompt, f"{said}0", 0, said)
    with_file.close()

    again = dk.view(frame, ratings=path)
    ratings, shown = again.ratings, again.df
    again.close()

    with path.open(newline="", encoding="utf-8") as file:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    cells = [cell for row in table.to_numpy().tolist() for cell in row]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))]
    for prompt, said in enumerate(some):
        # Half a character is no text to a file; the mark of one is written.
        if not re.search("[\ud800-\udfff]", said):
            assert ratings["profile"][prompt] == f"{said}0"
            assert (ratings["comment"].fillna("")[prompt]) == said
            assert shown["rating"][prompt] == 4.0
