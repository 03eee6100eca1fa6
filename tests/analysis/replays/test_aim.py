"""What thresholds are chosen for."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.analysis.replays.aim import check_aim
from distilkit.errors import InputError


def test_nothing_asked_for_chooses_nothing() -> None:
    assert not check_aim(None, None).chooses


def test_a_quality_of_nothing_is_still_asked_for() -> None:
    assert check_aim(0, None).chooses
    assert check_aim(None, 0).chooses


@pytest.mark.parametrize(
    ("quality", "budget", "told"),
    [(0.5, 1, "give one of them"), (True, None, "quality="), (float("nan"), None, "quality="), (None, "1", "budget=")],
)
def test_what_is_no_aim_is_named(quality: Any, budget: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        check_aim(quality, budget)
