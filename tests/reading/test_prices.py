from __future__ import annotations

from decimal import Context, Decimal, getcontext, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.profiles.profile import Price
from distilkit.reading import Completion, Dearest, cost_usd, dearest

LINE = {"input_cost_per_token": "2.5e-06", "output_cost_per_token": "1e-05"}


def used(
    inputs: int | None = 1000,
    output: int | None = 100,
    *,
    cached: int | None = None,
    written: int | None = None,
    reasoning: int | None = None,
) -> Completion:
    return Completion(
        input_tokens=inputs,
        output_tokens=output,
        cached_tokens=cached,
        cache_written_tokens=written,
        reasoning_tokens=reasoning,
    )


def price(inputs: str, output: str, cached: str | None = None) -> Price:
    return Price(
        input_per_million=Decimal(inputs),
        output_per_million=Decimal(output),
        cached_input_per_million=None if cached is None else Decimal(cached),
    )


def test_a_line_prices_each_token() -> None:
    assert cost_usd(used(), None, LINE) == Decimal("0.0035")


def test_a_profile_prices_a_million_tokens_and_wins_over_the_line() -> None:
    assert cost_usd(used(), price("3", "15"), LINE) == Decimal("0.0045")


def test_no_price_at_all_is_unknown() -> None:
    assert cost_usd(used(), None, None) is None
    assert cost_usd(used(), None, {}) is None


def test_unknown_tokens_make_the_cost_unknown() -> None:
    for tokens in (used(inputs=None), used(output=None), Completion()):
        assert cost_usd(tokens, None, LINE) is None
        assert cost_usd(tokens, price("3", "15"), None) is None


def test_a_line_that_lacks_a_figure_makes_the_cost_unknown() -> None:
    for name in LINE:
        assert cost_usd(used(), None, {key: value for key, value in LINE.items() if key != name}) is None


@pytest.mark.parametrize("figure", ["", "free", "nan", "inf", "-1e-6", "1e999999"])
def test_a_figure_that_is_none_is_unknown(figure: str) -> None:
    assert cost_usd(used(), None, {**LINE, "output_cost_per_token": figure}) is None


def test_a_price_of_zero_is_free_however_many_tokens() -> None:
    free = {"input_cost_per_token": "0.0", "output_cost_per_token": "0.0"}

    assert cost_usd(used(), None, free) == Decimal(0)
    assert cost_usd(Completion(), None, free) == Decimal(0)
    assert cost_usd(Completion(), price("0", "0"), None) == Decimal(0)
    assert cost_usd(Completion(), price("0", "1"), None) is None


def test_cached_input_has_its_own_price() -> None:
    line = {**LINE, "cache_read_input_token_cost": "1e-06"}

    assert cost_usd(used(cached=400), None, line) == Decimal("0.0029")
    assert cost_usd(used(cached=400), price("3", "15", "0.3"), None) == Decimal("0.00342")


def test_cached_input_without_a_price_is_unknown_not_cheaper() -> None:
    assert cost_usd(used(cached=400), None, LINE) is None
    assert cost_usd(used(cached=400), price("3", "15"), None) is None


def test_input_nothing_is_said_about_is_charged_in_full() -> None:
    for cached in (None, 0):
        assert cost_usd(used(cached=cached), None, LINE) == Decimal("0.0035")


def test_input_written_to_the_cache_has_its_own_price() -> None:
    line = {**LINE, "cache_creation_input_token_cost": "3e-06"}

    assert cost_usd(used(written=400), None, line) == Decimal("0.0037")
    assert cost_usd(used(written=400), None, LINE) is None


def test_reasoning_has_its_own_price_where_the_line_gives_one() -> None:
    line = {**LINE, "output_cost_per_reasoning_token": "4e-05"}

    assert cost_usd(used(reasoning=50), None, line) == Decimal("0.005")
    assert cost_usd(used(reasoning=None), None, line) is None
    assert cost_usd(used(reasoning=50), None, LINE) == Decimal("0.0035")


def test_reasoning_at_the_output_price_need_not_be_counted() -> None:
    line = {**LINE, "output_cost_per_reasoning_token": "0.00001"}

    assert cost_usd(used(reasoning=None), None, line) == Decimal("0.0035")


TIERS = {
    **LINE,
    "input_cost_per_token_above_128k_tokens": "5e-06",
    "output_cost_per_token_above_128k_tokens": "2e-05",
    "input_cost_per_token_above_200k_tokens": "1e-05",
    "output_cost_per_token_above_200k_tokens": "4e-05",
    "input_cost_per_token_above_200k_tokens_batches": "9e-06",
    "input_cost_per_token_above_1hr": "9e-06",
    "input_cost_per_token_above_manyk_tokens": "9e-06",
}


@pytest.mark.parametrize(
    ("inputs", "cost"),
    [(128_000, "0.321"), (128_001, "0.642005"), (200_000, "1.002"), (200_001, "2.00401")],
)
def test_a_long_prompt_prices_every_token_higher(inputs: int, cost: str) -> None:
    assert cost_usd(used(inputs), None, TIERS) == Decimal(cost)


def test_a_tier_that_lacks_a_figure_makes_the_cost_unknown() -> None:
    line = {name: value for name, value in TIERS.items() if name != "output_cost_per_token_above_200k_tokens"}

    assert cost_usd(used(128_001), None, line) is not None
    assert cost_usd(used(200_001), None, line) is None


def test_a_line_of_other_products_is_unknown() -> None:
    assert cost_usd(used(), None, {"output_cost_per_image": "0.04", "input_cost_per_second": "1"}) is None


def test_the_callers_precision_does_not_matter() -> None:
    with localcontext(Context(prec=2)):
        assert cost_usd(used(1234, 567), price("1.2345", "9.8765"), None) == Decimal("0.0071233485")
    assert getcontext().prec > 2


dollars = st.decimals(min_value=0, max_value=10_000, places=8)
tokens = st.integers(min_value=0, max_value=10**11)


@given(inputs=tokens, output=tokens, share=st.fractions(0, 1), figures=st.tuples(dollars, dollars, dollars))
def test_a_profiles_cost_is_exact(inputs: int, output: int, share: Fraction, figures: tuple[Decimal, ...]) -> None:
    cached = int(inputs * share)
    a, b, c = (Fraction(figure) / 10**6 for figure in figures)
    own = Price(input_per_million=figures[0], output_per_million=figures[1], cached_input_per_million=figures[2])

    cost = cost_usd(used(inputs, output, cached=cached), own, None)

    assert cost is not None
    assert Fraction(cost) == (inputs - cached) * a + cached * c + output * b


@given(inputs=tokens, output=tokens, share=st.fractions(0, 1), figures=st.tuples(dollars, dollars, dollars, dollars))
def test_a_lines_cost_is_exact(inputs: int, output: int, share: Fraction, figures: tuple[Decimal, ...]) -> None:
    cached, reasoning = int(inputs * share), int(output * share)
    names = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")
    line = {name: str(figure) for name, figure in zip(names, figures, strict=False)}
    line["output_cost_per_reasoning_token"] = str(figures[3])
    a, b, c, d = map(Fraction, figures)

    cost = cost_usd(used(inputs, output, cached=cached, reasoning=reasoning), None, line)

    assert cost is not None
    assert Fraction(cost) == (inputs - cached) * a + cached * c + (output - reasoning) * b + reasoning * d


def test_an_answer_recorded_with_its_cost_costs_that() -> None:
    assert cost_usd(Completion(), None, {"cost_usd": "0.0123"}) == Decimal("0.0123")
    assert cost_usd(Completion(), None, {"cost_usd": "nonsense"}) is None


def test_the_dearest_rates_are_those_of_any_input_and_any_output() -> None:
    line = {
        **LINE,
        "cache_read_input_token_cost": "1e-06",
        "cache_creation_input_token_cost": "3e-06",
        "output_cost_per_reasoning_token": "2e-05",
    }

    assert dearest(None, LINE, 0) == Dearest(Decimal("2.5e-06"), Decimal("1e-05"))
    assert dearest(None, line, 0) == Dearest(Decimal("3e-06"), Decimal("2e-05"))
    assert dearest(price("3", "15", "4"), line, 0) == Dearest(Decimal("4e-06"), Decimal("1.5e-05"))


def test_the_rates_of_a_long_request_are_the_dearest_only_where_it_can_be_that_long() -> None:
    line = {
        **LINE,
        "input_cost_per_token_above_200k_tokens": "5e-06",
        "output_cost_per_token_above_200k_tokens": "1.5e-05",
    }

    assert dearest(None, line, 200_000) == dearest(None, LINE, 200_000)
    assert dearest(None, line, 200_001) == Dearest(Decimal("5e-06"), Decimal("1.5e-05"))


def test_a_long_request_that_costs_less_a_token_lowers_no_bound() -> None:
    line = {
        **LINE,
        "input_cost_per_token_above_200k_tokens": "1e-06",
        "output_cost_per_token_above_200k_tokens": "1e-06",
    }

    assert dearest(None, line, 300_000) == dearest(None, LINE, 0)


def test_a_rate_that_may_be_needed_and_is_not_known_has_no_dearest() -> None:
    assert dearest(None, None, 0) is None
    assert dearest(None, {"input_cost_per_token": "1e-06"}, 0) is None
    line = {**LINE, "input_cost_per_token_above_200k_tokens": "5e-06"}
    assert dearest(None, line, 200_000) is not None
    assert dearest(None, line, 200_001) is None
