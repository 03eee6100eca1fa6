"""The progress line: what it says, where it goes, how often."""

from __future__ import annotations

import sys
from decimal import Decimal
from types import ModuleType, SimpleNamespace

import pytest

from distilkit.engine.events import Event
from distilkit.progress import Alerts, Progress, RunWarning, listeners


def test_the_line_counts_what_happened(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(10, show=True)
    progress.observe(Event(kind="from_store", profile="a", count=4))
    progress.observe(Event(kind="sent", profile="a"))
    progress.observe(Event(kind="answered", profile="a", billed_usd=Decimal("0.5")))
    progress.observe(Event(kind="answered", profile="a", billed_usd=Decimal("0.25")))
    progress.observe(Event(kind="failed", profile="a"))
    progress.observe(Event(kind="retrying", profile="a"))

    progress.finish()

    line = capsys.readouterr().err
    for part in ("7 of 10 rows", "2 answered", "4 from the store", "1 failed", "1 retried", "$0.7500"):
        assert part in line


def test_an_unknown_price_is_not_shown_as_nothing() -> None:
    progress = Progress(2, show=False)
    progress.observe(Event(kind="answered", profile="a", billed_usd=Decimal(1)))
    progress.observe(Event(kind="answered", profile="a", billed_usd=None))

    assert "cost unknown" in progress.line()
    assert "$" not in progress.line()


def test_a_run_from_the_store_alone_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(1, show=True)
    progress.observe(Event(kind="from_store", profile="a"))

    progress.finish()

    assert capsys.readouterr() == ("", "")


def test_in_a_pipe_there_is_no_line_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    for show in (None, False):
        progress = Progress(1, show=show)
        progress.observe(Event(kind="sent", profile="a"))
        progress.finish()

    assert capsys.readouterr() == ("", "")


def test_a_terminal_line_replaces_itself(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    progress = Progress(1, show=None)
    progress.observe(Event(kind="sent", profile="a"))
    progress.finish("interrupted")

    written = capsys.readouterr().err
    assert written.startswith("\r")
    assert written.endswith("interrupted\n")


def test_every_listener_hears_every_event() -> None:
    heard: list[tuple[int, Event]] = []
    event = Event(kind="sent", profile="a")

    listeners(lambda said: heard.append((1, said)), None, lambda said: heard.append((2, said)))(event)

    assert heard == [(1, event), (2, event)]


def test_a_notebooks_cell_holds_one_output_that_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[tuple[str, str, bool]] = []

    def publish(data: dict[str, str], *, transient: dict[str, str], update: bool) -> None:
        published.append((data["text/plain"], transient["display_id"], update))

    shell = SimpleNamespace(kernel=object(), display_pub=SimpleNamespace(publish=publish))
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    progress = Progress(2, show=None)
    progress._written -= 60  # as if a minute had passed
    progress.observe(Event(kind="sent", profile="a"))

    progress.tick()
    progress.observe(Event(kind="answered", profile="a", billed_usd=Decimal(1)))
    progress.finish()

    assert [update for _, _, update in published] == [False, True]
    assert len({name for _, name, _ in published}) == 1
    assert "1 of 2 rows" in published[-1][0]


def test_the_line_says_who_waits_and_why() -> None:
    line = Progress(3, show=False)
    for key in ("a", "b"):
        line.observe(Event(kind="waiting", profile="p", key=key, reason="rate_limit", wait_s=9.0))
    assert "2 waiting: limits" in line.line()

    line.observe(Event(kind="sent", profile="p", key="a"))
    line.observe(Event(kind="from_store", profile="p", key="b"))

    assert "waiting" not in line.line()


def test_alerts_become_one_warning_each() -> None:
    alerts = Alerts()
    for _ in range(2):
        alerts.observe(Event(kind="alert", profile="p", reason="daily budget of $10.00: $8.00 spent (80 %)"))
    alerts.observe(Event(kind="sent", profile="p", key="a"))

    with pytest.warns(RunWarning, match="80 %") as told:
        alerts.warn()

    assert len(told) == 1


def test_an_answer_to_equal_prompts_settles_all_their_rows() -> None:
    progress = Progress(3, show=False, rows={("a", "k"): 2})
    progress.observe(Event(kind="sent", profile="a", key="k"))
    progress.observe(Event(kind="answered", profile="a", key="k", billed_usd=Decimal(0)))
    progress.observe(Event(kind="answered", profile="a", key="other", billed_usd=Decimal(0)))

    assert "3 of 3 rows · 2 answered" in progress.line()
    assert "left" not in progress.line()
