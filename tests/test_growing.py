"""A text that grows in a cell: replaced in place, escaped, and finished with what it cost."""

from __future__ import annotations

import sys
import types
from typing import Any

import pandas as pd
import pytest

from distilkit.growing import Growing, SoFar


class Publisher:
    """Remembers what a notebook would show."""

    def __init__(self) -> None:
        self.shown: list[tuple[dict[str, str], dict[str, Any], bool]] = []

    def publish(self, data: dict[str, str], *, transient: dict[str, Any], update: bool) -> None:
        self.shown.append((data, transient, update))


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Publisher:
    """Make this process look like a notebook's kernel."""
    found = Publisher()
    shell = types.SimpleNamespace(kernel=object(), display_pub=found)
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    return found


def row(**more: Any) -> pd.Series[Any]:
    fields = {
        "served_by": "p",
        "input_tokens": 1200,
        "output_tokens": 30,
        "cost_usd": 0.0123,
        "from_store": False,
        "latency_s": 2.0,
        "ttft_s": 0.5,
        **more,
    }
    return pd.Series(fields, dtype="object")


def test_one_output_is_replaced_and_ends_with_the_facts(publisher: Publisher) -> None:
    growing = Growing()
    growing.show("hm", "")
    growing.finish("hm", "four", row())

    places = {transient["display_id"] for _, transient, _ in publisher.shown}
    assert len(places) == 1
    assert [update for _, _, update in publisher.shown] == [False, True]
    last = publisher.shown[-1][0]
    assert "four" in last["text/html"]
    assert "1,200 tokens in, 30 out · $0.0123 · 2.00 s, first token after 0.50 s" in last["text/plain"]


def test_it_is_shown_at_most_ten_times_a_second_and_always_at_the_end(publisher: Publisher) -> None:
    growing = Growing()
    for end in range(500):
        growing.show("", "x" * end)
    growing.finish("", "x" * 500, row())

    assert 2 <= len(publisher.shown) < 250
    assert "x" * 500 in publisher.shown[-1][0]["text/html"]


def test_what_a_model_says_is_never_a_tag(publisher: Publisher) -> None:
    hostile = "</div><img src=x onerror=alert(1)>$x$"

    Growing().finish(hostile, hostile, row(served_by="<b>p"))

    page = publisher.shown[-1][0]["text/html"]
    assert "<img" not in page
    assert "<b>" not in page
    assert "tex2jax_ignore" in page


def test_thinking_is_open_only_while_it_is_all_there_is(publisher: Publisher) -> None:
    Growing().finish("hm", "", None)
    Growing().finish("hm", "four", row())

    assert "<details open" in publisher.shown[0][0]["text/html"]
    assert "<details open" not in publisher.shown[1][0]["text/html"]
    assert "not finished" in publisher.shown[0][0]["text/plain"]


def test_what_is_unknown_is_said_to_be(publisher: Publisher) -> None:
    Growing().finish("", "x", row(input_tokens=pd.NA, output_tokens=pd.NA, cost_usd=pd.NA, ttft_s=pd.NA))

    assert "unknown tokens in, unknown out · cost unknown · 2.00 s" in publisher.shown[-1][0]["text/plain"]


def test_outside_a_notebook_the_whole_is_written_once(capsys: pytest.CaptureFixture[str]) -> None:
    growing = Growing()
    growing.show("", "x")
    growing.finish("hm", "x", row())

    assert capsys.readouterr().out.startswith("[thinking]\nhm\n[answer]\nx\n[")


def test_what_came_before_a_new_beginning_is_dropped() -> None:
    so_far = SoFar()
    for kind, text in (
        ("content", "half"),
        ("thinking", "hm"),
        ("restart", ""),
        ("content", "all of "),
        ("content", "it"),
    ):
        so_far.take(kind, text, None)

    assert (so_far.text("thinking"), so_far.text("content")) == ("", "all of it")
