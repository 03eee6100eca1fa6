"""Dollars, seconds and tokens, read back from the axes: what is known is drawn, what is not is said."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from matplotlib.axes import Axes

from distilkit import plot
from distilkit.analysis.summary import summarize
from distilkit.errors import InputError


def answers(**columns: list[Any]) -> pd.DataFrame:
    """Return two prompts of each of two profiles, two samples each of the first."""
    base: dict[str, Any] = {"profile": ["a", "a", "a", "a", "b", "b"], "prompt_id": [0, 0, 1, 1, 0, 1]}
    return pd.DataFrame({**base, **columns})


def names(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_yticklabels()]


def rights(ax: Axes) -> list[str]:
    """Return what stands to the right of the rows; the heading is last."""
    return [text.get_text() for text in ax.texts][:-1]


def marks(ax: Axes, marker: str) -> list[tuple[float, float]]:
    lines = [line for line in ax.lines if line.get_marker() == marker and line.get_zorder() == 4]
    return [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in lines]


def test_the_mean_cost_is_that_of_the_summary_and_the_cheapest_is_on_top() -> None:
    frame = answers(cost_usd=[1.0, 3.0, 6.0, 2.0, 1.0, 2.0])

    ax = plot.costs(frame)

    assert names(ax) == ["b", "a"]
    assert marks(ax, "D") == [(1.5, 0.0), (3.0, 1.0)]
    assert rights(ax) == ["$1.50", "$3.00"]
    assert summarize(frame)["cost_per_item_usd"].tolist() == [3.0, 1.5]


def test_an_unknown_cost_makes_the_mean_unknown_and_is_counted() -> None:
    ax = plot.costs(answers(cost_usd=[1.0, None, 6.0, 2.0, None, None]))

    assert marks(ax, "D") == []
    assert rights(ax) == ["1 of 2\nunknown", "unknown"]


def test_a_failure_that_cost_nothing_is_no_cost_of_0() -> None:
    frame = answers(cost_usd=[1.0, 3.0, None, None, None, None], error_kind=[None, None, *["timeout"] * 4])

    assert rights(plot.costs(frame)) == ["$2.00", "nothing paid"]


def test_both_percentiles_of_the_answers_are_marked_the_fastest_on_top() -> None:
    ax = plot.latency(answers(latency_s=[2.0, 4.0, 6.0, 8.0, 1.0, 3.0], error_kind=[*[None] * 5, "timeout"]))

    assert names(ax) == ["b", "a"]
    assert marks(ax, "o") == [(1.0, 0.0), (5.0, 1.0)]
    assert marks(ax, "^") == [(1.0, 0.0), (pytest.approx(7.7), 1.0)]
    assert rights(ax) == ["1.00, 1.00 s", "5.00, 7.70 s"]


def test_unknown_times_are_counted() -> None:
    ax = plot.latency(answers(latency_s=[2.0, None, 2.0, 2.0, None, None]))

    assert rights(ax) == ["2.00, 2.00 s\n1 unknown", "unknown"]


def bars(ax: Axes) -> list[tuple[int, float, float]]:
    """Return row, start and length of each piece."""
    return [(round(p.get_y() + p.get_height() / 2), p.get_x(), p.get_width()) for p in ax.patches]


def tokens(**columns: list[Any]) -> pd.DataFrame:
    base = {"input_tokens": [10] * 6, "output_tokens": [8] * 6, "cached_tokens": [4] * 6, "reasoning_tokens": [6] * 6}
    return answers(**{**base, **columns})


def test_the_parts_of_an_answer_add_up() -> None:
    ax = plot.tokens(tokens())

    assert bars(ax)[:4] == [(0, 0.0, 6.0), (0, 6.0, 4.0), (0, 10.0, 6.0), (0, 16.0, 2.0)]
    assert rights(ax) == ["18.0", "18.0"]


@pytest.mark.parametrize(
    "columns",
    [
        {"reasoning_tokens": [None, 6, 6, 6, None, 6]},
        {"reasoning_tokens": [0] * 6, "thinking": ["so it is"] * 6},
        {"reasoning_tokens": [9] * 6},
    ],
)
def test_a_part_that_is_not_known_to_divide_is_one_hatched_piece(columns: dict[str, list[Any]]) -> None:
    """Not said, a count of 0 beside a text, or more than the whole."""
    ax = plot.tokens(tokens(**columns))

    assert bars(ax)[2] == (0, 10.0, 8.0)
    assert ax.patches[2].get_hatch()


def test_a_mean_of_unknown_counts_is_said_and_is_not_0() -> None:
    ax = plot.tokens(tokens(output_tokens=[8, 8, 8, 8, None, 8]))

    assert rights(ax) == ["18.0", "output unknown"]
    assert [row for row, _, _ in bars(ax)] == [0, 0, 0, 0, 1, 1]


def test_what_was_lost_stands_between_the_steps() -> None:
    table = pd.DataFrame({"step": ["a", "b"], "rows": [30, 20], "cost_usd": [3.0, 2.0]})

    ax = plot.funnel(table)

    assert [text.get_text() for text in ax.texts] == ["30, $3.00", "20, $2.00", "rows, US dollars", "−10, $1.00"]
    assert bars(ax) == [(0, 0.0, 30), (1, 0.0, 20), (1, 20.0, 10)]


@pytest.mark.parametrize("draw", [plot.costs, plot.latency, plot.tokens])
def test_a_frame_without_the_column_is_refused_by_name(draw: Any) -> None:
    with pytest.raises(InputError, match="lacks the column"):
        draw(answers())
