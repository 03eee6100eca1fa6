"""What a run's events mean for its caller."""

from __future__ import annotations

import pytest

from distilkit.engine.events import Event
from distilkit.progress import Alerts, RunWarning, listeners


def test_every_listener_hears_every_event() -> None:
    heard: list[tuple[int, Event]] = []
    event = Event(kind="sent", profile="a")

    listeners(lambda said: heard.append((1, said)), None, lambda said: heard.append((2, said)))(event)

    assert heard == [(1, event), (2, event)]


def test_alerts_become_one_warning_each() -> None:
    alerts = Alerts()
    for _ in range(2):
        alerts.observe(Event(kind="alert", profile="p", reason="daily budget of $10.00: $8.00 spent (80 %)"))
    alerts.observe(Event(kind="sent", profile="p", key="a"))

    with pytest.warns(RunWarning, match="80 %") as told:
        alerts.warn()

    assert len(told) == 1
