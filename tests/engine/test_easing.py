"""How far a scope holds back after 429s, and how it dares more again."""

from __future__ import annotations

import pytest

from distilkit.engine.easing import Easing


def test_a_429_halves_the_burst() -> None:
    eased = Easing().cut(sent_at=9, now=10, floor=0.1)

    assert (eased.burst, eased.rate) == (0.5, 1.0)


def test_429s_of_one_round_count_once() -> None:
    eased = Easing()
    for sent_at in (8, 9, 10):
        eased = eased.cut(sent_at, now=10, floor=0.1)

    assert eased.burst == 0.5
    assert eased.cut(sent_at=10.1, now=10.1, floor=0.1).burst == pytest.approx(0.25, rel=1e-3)


def test_once_single_requests_are_spaced_the_rate_goes_down() -> None:
    eased = Easing(burst=0.1, cut_at=9).cut(sent_at=9.5, now=10, floor=0.12)

    assert eased.burst == pytest.approx(0.1, rel=0.01)
    assert eased.rate == pytest.approx(0.9)


def test_the_burst_doubles_in_five_quiet_minutes() -> None:
    assert Easing(burst=0.25, cut_at=100).at(400).burst == pytest.approx(0.5)
    assert Easing(burst=0.25, cut_at=100).at(1e9).burst == 1


def test_the_rate_comes_back_a_hundredth_in_ten_quiet_seconds() -> None:
    assert Easing(rate=0.9, cut_at=100).at(150).rate == pytest.approx(0.95)
    assert Easing(rate=0.9, cut_at=100).at(1e9).rate == 1


def test_a_rate_remains_however_many_429s() -> None:
    eased = Easing()
    for n in range(200):
        eased = eased.cut(n + 0.5, n + 1, floor=1)

    assert eased.rate >= 0.1
