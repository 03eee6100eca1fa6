"""Where the dollars went: parts add up to wholes, and what is unknown stays so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.analysis.dollars.attribution import attribute_cost
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
PRICES = {"thinker": (1.0, 0.1, 8.0), "plain": (3.0, 0.3, 15.0)}


def spent(seed: int = 0, rows: int = 60) -> pd.DataFrame:
    """Answers of two profiles with tokens of every kind, some of them cached, thought, retried and judged."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "profile": rng.choice(list(PRICES), rows),
            "provider": "lab",
            "prompt_id": np.arange(rows),
            "topic": rng.choice(np.array(["law", "code", None], dtype=object), rows),
            "input_tokens": rng.integers(50, 4000, rows),
            "output_tokens": rng.integers(20, 3000, rows),
            "error_kind": None,
            "kept": pd.array(rng.choice(np.array([True, False, None], dtype=object), rows), dtype="boolean"),
        }
    )
    frame["cached_tokens"] = (frame["input_tokens"] * rng.choice([0, 0.5], rows)).astype(int)
    frame["reasoning_tokens"] = np.where(frame["profile"] == "thinker", frame["output_tokens"] // 2, 0)
    prices = np.array([PRICES[name] for name in frame["profile"]])
    tokens = frame[["input_tokens", "cached_tokens", "output_tokens"]].to_numpy(dtype=float)
    tokens[:, 0] -= tokens[:, 1]
    frame["cost_usd"] = (tokens * prices).sum(axis=1) / 1e6
    frame["billed_usd"] = frame["cost_usd"] + rng.choice([0, 0, 0.001], rows)
    return frame


@pytest.mark.parametrize("by", ["profile", "provider", "topic", "prompt_id", ["profile", "topic"], ("topic", "kept")])
def test_every_sum_over_the_groups_is_the_frames(by: Any) -> None:
    frame = spent()

    table = attribute_cost(frame, by, kept="kept" if by != ("topic", "kept") else None)

    assert table["rows"].sum() == len(frame)
    assert table["cost_share"].sum() == pytest.approx(1)
    for name in ("cost_usd", "billed_usd", "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens"):
        assert table[name].sum() == pytest.approx(frame[name].sum())
    assert table["retried_usd"].sum() == pytest.approx((frame["billed_usd"] - frame["cost_usd"]).sum())


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_add_up_in_every_group(seed: int) -> None:
    table = attribute_cost(spent(seed), ["profile", "topic"], kept="kept").set_index(["profile", "topic"])

    def total(*names: str) -> list[float]:
        return table[list(names)].sum(axis=1).tolist()

    assert total("input_usd", "cached_usd", "output_usd") == pytest.approx(table["cost_usd"].tolist())
    assert total("thinking_usd", "answer_usd") == pytest.approx(table["output_usd"].tolist())
    assert total("kept_usd", "rejected_usd", "ungraded_usd", "failed_usd") == pytest.approx(table["cost_usd"].tolist())


@pytest.mark.parametrize("seed", range(4))
def test_sums_agree_with_pandas(seed: int) -> None:
    frame = spent(seed)
    groups = frame.groupby(["topic", "profile"], dropna=False, sort=False)

    table = attribute_cost(frame, ["topic", "profile"], kept="kept")

    assert table["cost_usd"].tolist() == pytest.approx(groups["cost_usd"].sum().tolist())
    assert table["profile"].tolist() == [name for _, name in groups.groups]
    kept = frame.assign(kept_usd=frame["cost_usd"].where(frame["kept"].fillna(value=False), 0))
    by_pandas = kept.groupby(["topic", "profile"], dropna=False, sort=False)["kept_usd"].sum()
    assert table["kept_usd"].tolist() == pytest.approx(by_pandas.tolist())


def test_thinking_is_output_at_the_price_of_output() -> None:
    frame = spent()
    table = attribute_cost(frame).set_index("profile")
    thought = frame.loc[frame["profile"] == "thinker", "reasoning_tokens"].sum()

    assert table.loc["thinker", "thinking_usd"] == pytest.approx(thought * 8 / 1e6)
    assert table.loc["plain", "thinking_usd"] == 0
    assert table["note"].isna().all()


def test_groups_stand_in_order_of_appearance_and_none_is_dropped() -> None:
    frame = pd.DataFrame({"tag": ["b", None, "a", "b", np.nan], "cost_usd": [1.0, 2.0, 3.0, 4.0, 5.0]})

    table = attribute_cost(frame, "tag")

    assert table["tag"].tolist() == ["b", pd.NA, "a"]
    assert table["cost_usd"].tolist() == [5, 7, 3]
    assert table["cost_share"].tolist() == pytest.approx([1 / 3, 7 / 15, 1 / 5])


def test_an_unknown_cost_makes_its_group_and_all_shares_unknown_and_no_other_sum() -> None:
    frame = spent().astype({"cost_usd": "Float64"})
    frame.loc[frame.index[frame["topic"] == "law"][0], "cost_usd"] = pd.NA

    table = attribute_cost(frame, "topic").set_index("topic")

    assert table.loc["law", ["cost_usd", "input_usd", "output_usd", "thinking_usd"]].isna().all()
    assert table["cost_share"].isna().all()
    assert table.loc["code", "cost_usd"] == pytest.approx(frame.loc[frame["topic"] == "code", "cost_usd"].sum())
    assert table.loc["law", "note"].startswith("cost unknown: 1 of ")


def test_costs_that_no_price_explains_are_not_divided() -> None:
    frame = spent()
    frame.loc[frame.index[frame["profile"] == "plain"][0], "cost_usd"] *= 1.5

    table = attribute_cost(frame).set_index("profile")

    assert table.loc["plain", ["input_usd", "output_usd", "answer_usd"]].isna().all()
    assert table.loc["plain", "thinking_usd"] == 0, "no tokens cost nothing, whatever the price"
    assert table.loc["plain", "note"] == "input and output: no one list price explains the costs"
    assert table.loc["plain", "cost_usd"] > 0
    assert table.loc["thinker", "output_usd"] > 0


@pytest.mark.parametrize("uncounted", [None, 0, 10**6])
def test_thinking_that_is_not_counted_is_unknown(uncounted: int | None) -> None:
    frame = spent().astype({"reasoning_tokens": "Int64"}).assign(thinking="hmm")
    frame["reasoning_tokens"] = uncounted

    table = attribute_cost(frame)

    assert table[["thinking_usd", "answer_usd"]].isna().all(axis=None)
    assert table["output_usd"].notna().all()
    assert set(table["note"]) == {"thinking: not all answers say how many tokens it took"}


def test_failures_that_were_paid_for_are_failed_dollars_and_others_are_nothing(frame_of: MakeFrame) -> None:
    rows = [{}, {"error_kind": "timeout"}, {"error_kind": "content_filter", "cost_usd": 0.5, "billed_usd": 0.75}]

    row = attribute_cost(frame_of(rows, good=[True, None, None]), kept="good").iloc[0]

    assert row[["rows", "cost_usd", "kept_usd", "failed_usd"]].tolist() == [3, 0.75, 0.25, 0.5]
    assert row[["rejected_usd", "ungraded_usd", "retried_usd"]].tolist() == [0, 0, 0.25]


def test_what_came_from_the_store_is_cost_and_not_billed(frame_of: MakeFrame) -> None:
    row = attribute_cost(frame_of([{"billed_usd": 0.0}, {}])).iloc[0]

    assert row[["cost_usd", "billed_usd", "retried_usd"]].tolist() == [0.5, 0.25, 0]


def test_without_verdicts_nothing_is_kept_or_rejected() -> None:
    table = attribute_cost(spent())

    assert table[["kept_usd", "rejected_usd"]].isna().all(axis=None)
    assert table["ungraded_usd"].tolist() == pytest.approx(table["cost_usd"].tolist())


def test_verdicts_may_be_numbers_or_objects() -> None:
    frame = spent()
    expected = attribute_cost(frame, kept="kept")

    for dtype in ("Float64", "Int64", object):
        pd.testing.assert_frame_equal(attribute_cost(frame.astype({"kept": dtype}), kept="kept"), expected)


def test_nothing_spent_has_no_shares() -> None:
    table = attribute_cost(pd.DataFrame({"profile": ["a", "b"], "cost_usd": [0.0, 0.0]}))

    assert table["cost_usd"].tolist() == [0, 0]
    assert table["cost_share"].isna().all()


def test_a_frame_that_says_little_has_all_columns() -> None:
    full, bare = attribute_cost(spent(), "topic"), attribute_cost(pd.DataFrame({"topic": ["law", None]}), "topic")

    assert bare.columns.tolist() == full.columns.tolist()
    assert bare.dtypes.map(str).tolist() == full.dtypes.map(str).tolist()
    assert bare.drop(columns=["topic", "rows", "note", "failed_usd"]).isna().all(axis=None)
    assert bare["note"].tolist() == ["cost unknown: 1 of 1 rows; billed: not known of all rows"] * 2


@given(st.lists(st.sampled_from(["a\ud800", "$x$", "_x", " ", "", None]), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_any_name_makes_a_group(names: list[str | None]) -> None:
    frame = pd.DataFrame({"cost_usd": [1.0] * len(names)}, index=[0] * len(names))
    frame["tag"] = pd.Series(names, index=frame.index, dtype=object)

    table = attribute_cost(frame, "tag")

    assert [None if name is pd.NA else name for name in table["tag"]] == list(dict.fromkeys(names))
    assert table["rows"].tolist() == [names.count(name) for name in dict.fromkeys(names)]


@pytest.mark.parametrize(
    "values",
    [pd.Categorical(["a", None, "a"], categories=["z", "a"]), [1, None, 1], [1.5, np.nan, 1.5], [True, None, True]],
)
def test_groups_may_be_of_any_type(values: Any) -> None:
    table = attribute_cost(pd.DataFrame({"tag": values, "cost_usd": [1.0, 2.0, 3.0]}), "tag")

    assert table["cost_usd"].tolist() == [4, 2]
    assert table["tag"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"by": "tpoic"}, "by: no column 'tpoic'; there are: 'profile'"),
        ({"by": []}, "by= is empty"),
        ({"by": "cost_usd"}, "by: the result has a column 'cost_usd' of its own"),
        ({"by": "lists"}, "by: column 'lists' holds lists or mappings"),
        ({"kept": "kpet"}, "kept: no column 'kpet'"),
        ({"kept": "output_tokens"}, r"kept: column 'output_tokens' must hold verdicts.*make one, such as frame"),
        ({"kept": "topic"}, "kept: column 'topic' must hold verdicts"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        attribute_cost(spent().assign(lists=[[1]] * 60), **arguments)


def test_a_frame_that_cannot_be_summed_is_refused() -> None:
    with pytest.raises(InputError, match="cost_usd is negative in row 'x'"):
        attribute_cost(pd.DataFrame({"profile": ["a"], "cost_usd": [-1.0]}, index=["x"]))
    with pytest.raises(InputError, match="no rows"):
        attribute_cost(spent().iloc[:0])


def test_the_frame_is_left_as_it_was() -> None:
    frame = spent()
    before = frame.copy()

    attribute_cost(frame, ["profile", "topic"], kept="kept")

    pd.testing.assert_frame_equal(frame, before)
