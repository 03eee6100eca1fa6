"""List prices read off a frame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.dollars.unit_prices import PRICES, unit_prices
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
RUNS = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "aatm_slice.csv.gz"


def priced(seed: int = 0, rows: int = 40, prices: tuple[float, float, float] = (2.5, 1.25, 10.0)) -> pd.DataFrame:
    """Answers of one profile at dollars a million fresh input, cached input and output tokens."""
    rng = np.random.default_rng(seed)
    inputs, output = rng.integers(5, 4000, rows), rng.integers(1, 3000, rows)
    cached = rng.integers(0, inputs + 1)
    cost = ((inputs - cached) * prices[0] + cached * prices[1] + output * prices[2]) / 1e6
    columns = {"input_tokens": inputs, "cached_tokens": cached, "output_tokens": output, "cost_usd": cost}
    return pd.DataFrame({"profile": "one", "prompt_id": range(rows), **columns})


@pytest.mark.parametrize("seed", range(5))
def test_prices_agree_with_statsmodels(seed: int) -> None:
    from statsmodels.api import OLS

    frame = priced(seed, prices=tuple(np.random.default_rng(seed).uniform(0.01, 60, 3)))
    fresh = frame["input_tokens"] - frame["cached_tokens"]
    fit = OLS(frame["cost_usd"], np.column_stack([fresh, frame["cached_tokens"], frame["output_tokens"]])).fit()

    assert unit_prices(frame).loc["one"].tolist() == pytest.approx((fit.params * 1e6).tolist(), rel=1e-9)


def test_one_row_a_profile_in_order_of_appearance() -> None:
    both = pd.concat([priced(prices=(3, 0.3, 15)).assign(profile="zebra"), priced().assign(profile="ant")])

    prices = unit_prices(both)

    assert prices.index.tolist() == ["zebra", "ant"]
    assert prices.index.name == "profile"
    assert prices.to_numpy(dtype=float).ravel().tolist() == pytest.approx([3, 0.3, 15, 2.5, 1.25, 10])
    assert set(prices.dtypes.map(str)) == {"Float64"}


def test_an_empty_frame_has_the_columns(frame_of: MakeFrame) -> None:
    assert unit_prices(frame_of([])).columns.tolist() == list(PRICES)


def test_a_price_that_nothing_was_charged_at_is_unknown_alone() -> None:
    frame = priced(prices=(2.5, 2.5, 10)).assign(cached_tokens=pd.NA)

    row = unit_prices(frame).loc["one"]

    assert row.isna().tolist() == [False, True, False]
    assert row[["input_per_million", "output_per_million"]].tolist() == pytest.approx([2.5, 10])


def test_prices_that_one_prompt_cannot_tell_apart_are_unknown() -> None:
    assert unit_prices(priced(rows=1)).isna().to_numpy().all()


def test_a_price_beside_two_that_go_together_is_known() -> None:
    """Cached input is always twice the output: those two cannot be told apart, fresh input can."""
    frame = priced().assign(input_tokens=lambda f: f["cached_tokens"] + 7 * f["prompt_id"] + 1)
    frame["output_tokens"] = 2 * frame["cached_tokens"]
    frame["cost_usd"] = ((7 * frame["prompt_id"] + 1) * 2 + frame["cached_tokens"] * 5) / 1e6

    row = unit_prices(frame).loc["one"]

    assert row.isna().tolist() == [False, True, True]
    assert row["input_per_million"] == pytest.approx(2)


@pytest.mark.parametrize("rise", [1.01, 1.00001])
def test_a_price_that_changed_is_unknown(rise: float) -> None:
    frame = priced()
    frame.loc[20:, "cost_usd"] *= rise

    assert unit_prices(frame).isna().to_numpy().all()


def test_a_long_prompt_at_a_price_of_its_own_makes_prices_unknown() -> None:
    frame = priced()
    frame.loc[frame["input_tokens"] > 3000, "cost_usd"] *= 2

    assert unit_prices(frame).isna().to_numpy().all()


def test_a_negative_price_is_none() -> None:
    assert unit_prices(priced(prices=(2.5, -1.0, 10))).isna().to_numpy().all()


def test_free_is_zero_and_not_unknown() -> None:
    assert unit_prices(priced(prices=(0, 0, 0))).loc["one"].tolist() == [0.0, 0.0, 0.0]


def test_rows_with_an_unknown_figure_are_left_out() -> None:
    frame = priced().astype({"cost_usd": "Float64", "output_tokens": "Int64"})
    frame.loc[3, "cost_usd"] = pd.NA
    frame.loc[4, "output_tokens"] = pd.NA
    frame.loc[5, "cost_usd"] = np.inf

    assert unit_prices(frame).loc["one"].tolist() == pytest.approx([2.5, 1.25, 10])


def test_without_costs_or_tokens_all_is_unknown() -> None:
    frame = pd.DataFrame({"profile": ["a", "b"], "prompt_id": [1, 1]})

    assert unit_prices(frame).isna().to_numpy().all()


def test_many_rows_take_little_memory() -> None:
    assert unit_prices(priced(rows=50_000)).loc["one"].tolist() == pytest.approx([2.5, 1.25, 10])


@pytest.mark.parametrize("name", ["a\ud800", "$x$", "_x", " ", 7])
def test_any_name_has_its_row(name: Any) -> None:
    frame = priced().assign(profile=pd.Series([name] * 40, dtype=object)).set_axis([0] * 40)

    assert unit_prices(frame)["input_per_million"].tolist() == pytest.approx([2.5])


def test_categories_that_do_not_occur_have_no_row() -> None:
    frame = priced().assign(profile=pd.Categorical(["one"] * 40, categories=["none", "one"]))

    assert unit_prices(frame).index.tolist() == ["one"]


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (pd.DataFrame({"cost_usd": [1.0]}), "needs a column 'profile'"),
        (priced().assign(cost_usd="much"), "'cost_usd' must hold numbers"),
    ],
)
def test_a_frame_that_cannot_be_read_is_refused(frame: pd.DataFrame, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        unit_prices(frame)


def test_the_frame_is_left_as_it_was() -> None:
    frame = priced()
    before = frame.copy()

    unit_prices(frame)

    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.skipif(not RUNS.exists(), reason="the recorded runs are not part of the repository")
def test_real_runs_give_the_published_prices() -> None:
    """GPT-3.5 at 0.5 and 1.5 dollars, GPT-4 at 10 and 30; a mixture of models has no one price."""
    names = {"strategy": "profile", "pt": "input_tokens", "ct": "output_tokens", "cost": "cost_usd"}
    runs = pd.read_csv(RUNS)
    prices = unit_prices(runs.rename(columns=names).assign(profile=runs["strategy"] + " " + runs["model"]))

    known = prices.drop(columns="cached_input_per_million").filter(regex="^simple gpt", axis=0)
    assert known.to_numpy(dtype=float).ravel().tolist() == pytest.approx([0.5, 1.5, 10, 30])
    assert prices.filter(regex="boosting", axis=0).isna().to_numpy().all()
