"""Frames to report on, and a page as a reader's browser would take it apart."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from distilkit.frame import COLUMNS

EMPTY = frozenset({"meta", "img", "source", "br"})
# A browser leaves one of these open without saying so; this page closes each.
ALLOWED = frozenset(
    (
        *("html", "head", "title", "style", "body", "header", "nav", "main", "section", "footer"),
        *("h1", "h2", "h3", "h4", "p", "ul", "li", "a", "b", "small", "span", "div", "dl", "dt", "dd", "pre", "code"),
        *("table", "caption", "thead", "tbody", "tr", "th", "td"),
        *("figure", "figcaption", "picture", "details", "summary"),
    )
)


class Page(HTMLParser):
    """A page's tags, ids, addresses and texts; what is not well-formed fails."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED | EMPTY, tag
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), attrs
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def addresses(self) -> Iterator[str]:
        for _, attrs in self.tags:
            for name in ("src", "href", "srcset", "action", "data", "poster", "background"):
                if attrs.get(name) is not None:
                    yield str(attrs[name])


def answers(names: list[str], prompts: int = 12, **own: Any) -> pd.DataFrame:
    """Return answers as compare does, two samples each; the later profile is dearer and more often right."""
    rows = [
        {
            "prompt_id": prompt,
            "profile": name,
            "model": f"lab/{index}",
            "provider": "lab",
            "sample": sample,
            "prompt": f"What is {prompt} plus 1?",
            "content": f"It is {prompt + 1}.",
            "thinking": "Let me add." if index else None,
            "thinking_kind": "raw" if index else "absent",
            "finish_reason": "stop",
            "input_tokens": 20 + prompt,
            "output_tokens": 10 * (index + 1) + prompt % 3,
            "reasoning_tokens": 4 if index else 0,
            "cost_usd": 0.0001 * 5**index * (1 + prompt % 3 / 10),
            "billed_usd": 0.0001 * 5**index * (1 + prompt % 3 / 10),
            "latency_s": 0.5 + index + prompt % 4 / 10,
            "attempts": 1,
            "from_store": False,
            "created_at": pd.Timestamp("2026-01-05", tz="UTC"),
            **own,
        }
        for prompt in range(prompts)
        for index, name in enumerate(names)
        for sample in range(2)
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    text = pd.StringDtype("python")
    dtypes = {name: text if dtype == "string" else dtype or "Int64" for name, dtype in COLUMNS.items()}
    right = [
        (prompt * 7 + sample) % 10 < 4 + 3 * index
        for prompt in range(prompts)
        for index in range(len(names))
        for sample in range(2)
    ]
    return frame.astype(dtypes).assign(correct=pd.array(right, dtype="boolean"))


@pytest.fixture(autouse=True)
def screenless() -> Iterator[None]:
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    with mpl.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


@pytest.fixture(scope="session")
def answers_of() -> Any:
    return answers


@pytest.fixture(scope="session")
def page_of() -> Any:
    """Take a page apart, given as a file or as HTML."""
    return lambda page: Page(page.read_text("utf-8") if isinstance(page, Path) else page)
