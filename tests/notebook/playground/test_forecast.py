"""The estimate beside the button."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import distilkit as dk
from distilkit.notebook.playground.forecast import Forecast, forecast_html, forecasts, told


def test_what_is_stored_costs_nothing_and_the_rest_is_estimated(wish: Any, store: Path) -> None:
    asked = wish("sim/small", "sim/large", params={"max_tokens": 50})
    dk.compare(asked.prompt, "sim/small", params=asked.params, store=store, progress=False)

    small, large = forecasts(asked, None, store)

    assert (small.stored, large.stored) == (True, False)
    assert (large.tokens_low, large.tokens_high) == (1, 50)
    assert "1 request, 1 more from the store" in told([small, large])


def test_what_is_asked_anew_is_estimated_although_it_is_stored(wish: Any, store: Path) -> None:
    dk.compare("What is 3 + 4?", "sim/small", store=store, progress=False)

    (small,) = forecasts(wish("sim/small", fresh=True), None, store)

    assert not small.stored


def test_one_that_cannot_be_asked_hides_no_other(wish: Any, store: Path) -> None:
    wrong, keyless, good = forecasts(wish("nope", "gpt-4o-mini", "sim/small"), None, store)

    assert "no such profile" in (wrong.problem or "")
    assert "OPENAI_API_KEY" in (keyless.problem or "")
    assert good.problem is None


def test_a_store_that_cannot_be_opened_is_said(wish: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    (only,) = forecasts(wish(), None, tmp_path / "file")

    assert only.problem


def test_an_unknown_price_is_not_zero() -> None:
    priced = Forecast(name="a", tokens_in=1, tokens_low=1, tokens_high=2, usd_low=0.5, usd_high=1.0)
    unknown = Forecast(name="b<", tokens_in=1, tokens_low=1, tokens_high=2, usd_low=None, usd_high=None)

    assert told([unknown]).endswith("cost unknown")
    assert told([priced, unknown]).endswith("$0.5 to $1.00, and cost unknown for b<")


def test_without_an_upper_limit_the_way_to_one_is_said() -> None:
    endless = Forecast(name="a", tokens_in=1, tokens_low=1, tokens_high=None, usd_low=0.5, usd_high=None)

    assert "no upper limit known for what comes out, $0.5 or more: set Max tokens" in told([endless])


def test_the_page_shows_a_line_for_all_and_one_for_each_escaped() -> None:
    html = forecast_html(
        [Forecast(name="a<b", tokens_in=3), Forecast(name="c", stored=True), Forecast(name="d", problem="<no>")]
    )

    assert "a&lt;b: 1 request" in html
    assert "c: nothing to send" in html
    assert "d cannot be asked: &lt;no&gt;" in html
    assert forecast_html([]) == ""
