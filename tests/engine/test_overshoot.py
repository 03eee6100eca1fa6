"""What is said before a run under a budget."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from distilkit.engine.overshoot import Unbounded, overshoot, unpriced
from distilkit.profiles import Price

PRICE = Price(input_per_million=Decimal(1), output_per_million=Decimal(10))


def unbounded(profile: str = "lab", **more: Any) -> Unbounded:
    fields = {"in_flight": 32, "assumed_output": 4096, "most_output": 14_096, "price": PRICE, **more}
    return Unbounded(profile=profile, **fields)


def test_nothing_is_said_where_every_call_has_an_end() -> None:
    assert overshoot([]) is None


def test_the_excess_is_what_all_calls_in_flight_may_write_beyond_what_was_assumed() -> None:
    assert overshoot([unbounded()]) == (
        "the budget may be exceeded by up to $3.20: nothing limits the answers of lab; set max_tokens to keep it"
    )


def test_several_profiles_add_up() -> None:
    text = overshoot([unbounded(), unbounded("two", in_flight=1)])

    assert text is not None
    assert "by up to $3.30: nothing limits the answers of lab, two;" in text


def test_an_unknown_end_is_an_unknown_amount() -> None:
    text = overshoot([unbounded(), unbounded("two", most_output=None)])

    assert text is not None
    assert "by an unknown amount: nothing limits the answers of lab, two;" in text


def test_a_model_that_cannot_write_more_than_was_assumed_exceeds_nothing() -> None:
    assert overshoot([unbounded(most_output=4096), unbounded("two", most_output=100)]) is None


def test_a_free_model_exceeds_nothing() -> None:
    free = Price(input_per_million=Decimal(0), output_per_million=Decimal(0))

    assert overshoot([unbounded(price=free, most_output=None)]) is None


def test_the_dearest_output_of_a_line_is_reckoned_with() -> None:
    line = {
        "input_cost_per_token": "1e-06",
        "output_cost_per_token": "1e-05",
        "input_cost_per_token_above_200k_tokens": "2e-06",
        "output_cost_per_token_above_200k_tokens": "2e-05",
    }

    assert "$6.40" in str(overshoot([unbounded(price=None, line=line)]))


def test_an_unknown_price_names_the_profiles_and_the_field() -> None:
    assert unpriced(["lab", "two"]) == (
        "a budget is set, and the price of lab, two is not known; state price: in its profile "
        "(input_per_million and output_per_million, in dollars), or leave the budget out"
    )
