"""The budget as a caller gives it: an amount, a mapping, a `Budget`; and what is none."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from distilkit.errors import InputError
from distilkit.profiles import Allowance, Budget


def test_none_is_no_limit() -> None:
    assert Budget.of(None) == Budget()
    assert not Budget.of(None)


@pytest.mark.parametrize("amount", [2.5, "2.50", " 2.5 ", Decimal("2.5"), np.float64(2.5), np.float32(2.5)], ids=repr)
def test_an_amount_is_for_this_run(amount: object) -> None:
    assert Budget.of(amount) == Budget(run=Decimal("2.5"))


@pytest.mark.parametrize("amount", [3, np.int64(3), "3"], ids=repr)
def test_a_whole_amount_is_for_this_run(amount: object) -> None:
    assert Budget.of(amount) == Budget(run=Decimal(3))


@pytest.mark.parametrize("amount", [0.1, np.float32(0.1), "0.1"], ids=repr)
def test_a_float_is_taken_as_it_is_written(amount: object) -> None:
    assert Budget.of(amount).run == Decimal("0.1")


def test_a_mapping_has_the_fields_of_a_profile_file() -> None:
    value = {"run": 5, "daily": "10.10", "monthly": 300.5, "alert_at": 0.9, "providers": {"openai": {"daily": 3}}}

    assert Budget.of(value) == Budget(
        run=Decimal(5),
        daily=Decimal("10.10"),
        monthly=Decimal("300.5"),
        alert_at=Decimal("0.9"),
        providers={"openai": Allowance(daily=Decimal(3))},
    )


def test_a_mapping_may_use_the_other_spellings() -> None:
    value = {"daily_budget": 10, "monthly_budget": 300, "alert_threshold": 0.5, "providers": {"a": {"daily_budget": 1}}}

    assert Budget.of(value) == Budget(
        daily=Decimal(10),
        monthly=Decimal(300),
        alert_at=Decimal("0.5"),
        providers={"a": Allowance(daily=Decimal(1))},
    )


def test_none_in_a_mapping_is_no_limit() -> None:
    assert Budget.of({"run": None, "daily": 0, "alert_at": None, "providers": None}) == Budget(daily=Decimal(0))


def test_a_budget_stands_for_itself() -> None:
    budget = Budget(run=Decimal("2.50"), providers={"a": Allowance(monthly=Decimal(9))})

    assert Budget.of(budget) == budget


def test_numbers_in_a_budget_become_exact() -> None:
    careless: Any = Budget(run=2.5, providers={"a": Allowance(daily=0.1)})  # type: ignore[arg-type] # what people write

    assert Budget.of(careless) == Budget(run=Decimal("2.5"), providers={"a": Allowance(daily=Decimal("0.1"))})


@pytest.mark.parametrize(
    "wrong",
    [
        True,
        np.True_,
        math.nan,
        math.inf,
        -1,
        "-0.01",
        Decimal("NaN"),
        "1e999",
        "free",
        "$2",
        "",
        2j,
        Fraction(1, 3),
        [5],
    ],
    ids=repr,
)
def test_what_is_no_amount_is_refused(wrong: object) -> None:
    with pytest.raises(InputError, match=r"budget= must be an amount of US dollars, such as 2\.50, not "):
        Budget.of(wrong)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"daily": -1}, "budget=: daily must be an amount"),
        ({"daily": True}, "budget=: daily must be an amount"),
        ({"dayly": 1}, r"budget=: dayly: unknown field; did you mean daily\?"),
        ({1: 1}, "budget=: 1: unknown field"),
        ({"daily": 1, "daily_budget": 2}, "budget=: two names for one field"),
        ({"alert_at": 80}, "budget=: alert_at must be a share from 0 to 1"),
        ({"providers": 3}, "budget=: providers must be a mapping"),
        ({"providers": {"openai": 3}}, r"budget=: providers\.openai must be a mapping, such as \{'daily': 3\}"),
        ({"providers": {"openai": {"daily": "x"}}}, r"budget=: providers\.openai\.daily must be an amount"),
        ({"providers": {"openai": {"alert_at": 1}}}, r"budget=: providers\.openai\.alert_at: unknown field"),
    ],
)
def test_a_bad_mapping_is_refused_by_name(value: object, told: str) -> None:
    with pytest.raises(InputError, match=f"^{told}"):
        Budget.of(value)


def test_a_budget_with_any_limit_is_true() -> None:
    assert Budget(daily=Decimal(0))
    assert Budget(providers={"a": Allowance(run=Decimal(1))})
    assert not Budget(alert_at=Decimal("0.5"), providers={"a": Allowance()})


def test_a_limit_for_a_section_that_is_not_there_is_refused() -> None:
    budget = Budget.of({"providers": {"opnai": {"daily": 3}}})

    with pytest.raises(InputError, match=r"budget=: providers\.opnai: no such provider section; did you mean openai\?"):
        budget.check_sections(["openai", "anthropic"])
    budget.check_sections(["opnai"])
