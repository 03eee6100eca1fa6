"""What a caller names: the file's budget and the caller's own, side by side."""

from __future__ import annotations

from decimal import Decimal

import pytest

from distilkit.errors import InputError
from distilkit.profiles import Budget
from distilkit.targets import Chosen, combined


def chosen(budget: object) -> Chosen:
    return Chosen([], Budget.of(budget), frozenset({"a", "b"}))


def test_a_callers_limit_stands_beside_the_files() -> None:
    found = combined(
        chosen({"daily": 10, "providers": {"a": {"daily": 2}}}), Budget.of({"providers": {"a": {"run": 1}}})
    )

    assert found.daily == 10
    assert (found.providers["a"].run, found.providers["a"].daily) == (1, 2)


def test_a_callers_limit_goes_before_the_files() -> None:
    found = combined(chosen({"run": 10, "alert_at": 0.5}), Budget.of("2.50"))

    assert (found.run, found.alert_at) == (Decimal("2.50"), Decimal("0.5"))


def test_a_limit_for_a_section_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="no such provider section"):
        combined(chosen(None), Budget.of({"providers": {"c": {"run": 1}}}))
