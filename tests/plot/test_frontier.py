"""What the picture shows, read back from the axes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from distilkit import plot
from distilkit.errors import InputError

MakeTable = Callable[..., pd.DataFrame]
HOSTILE = [
    "$x^{2$",
    "_hidden",
    "two\nlines $a$ $b$",
    "\\frac{",
    "a" * 300,
    "\u202egnp.exe\x00",
    "",
    "100% $",
    "<b>\ud800",
]


def draw(ax: Axes) -> bytes:
    buffer = BytesIO()
    ax.figure.savefig(buffer)
    return buffer.getvalue()


def points(ax: Axes) -> set[tuple[float, float]]:
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    return {(float(x), float(y)) for line in dots for x, y in zip(*line.get_data(), strict=True)}


def bars(ax: Axes, cap: str) -> list[list[list[float]]]:
    return [line.get_xydata().tolist() for line in ax.lines if line.get_marker() == cap]


def names(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def legend(ax: Axes) -> list[str]:
    found = ax.get_legend()
    return [text.get_text() for text in found.get_texts()] if found else []


def test_every_profile_is_a_point_with_its_name(bare: Axes, table_of: MakeTable) -> None:
    ax = plot.frontier(table_of(["small", "large"], [0.001, 0.002], [0.5, 0.75]), ax=bare)

    assert points(ax) == {(0.001, 0.5), (0.002, 0.75)}
    assert sorted(names(ax)) == ["large", "small"]
    assert "US dollars" in ax.get_xlabel()
    assert "correct" in ax.get_ylabel()
    assert "200 prompts" in ax.get_title(loc="left")


def test_the_stepped_line_goes_through_the_undominated_only(bare: Axes, table_of: MakeTable) -> None:
    ax = plot.frontier(table_of(["a", "beaten", "b"], [1.0, 2.0, 1.5], [0.5, 0.6, 0.7]), ax=bare)

    (line,) = [line for line in ax.lines if line.get_drawstyle() == "steps-post"]
    assert list(line.get_ydata()) == [0.5, 0.7, 0.7]
    assert list(line.get_xdata())[:2] == [1.0, 1.5]
    assert legend(ax) == ["on the frontier", "beaten on cost and score", "mix of two models"]


def test_bars_are_the_intervals_of_score_and_of_cost(bare: Axes, table_of: MakeTable) -> None:
    table = table_of(["a"], [1.0], [0.5]).assign(
        correct_low=0.375, correct_high=0.75, cost_low_usd=0.5, cost_high_usd=2.0
    )

    ax = plot.frontier(table, ax=bare)

    assert bars(ax, "_") == [[[1.0, 0.375], [1.0, 0.75]]]
    assert bars(ax, "|") == [[[0.5, 0.5], [2.0, 0.5]]]


def test_what_a_mix_gives_is_straight_in_dollars_and_bent_on_a_logarithm(bare: Axes, table_of: MakeTable) -> None:
    ax = plot.frontier(table_of(["a", "under", "b"], [1.0, 20.0, 101.0], [0.0, 0.1, 1.0]), ax=bare)

    (line,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    x, y = line.get_data()
    assert ax.get_xscale() == "log"
    assert len(x) > 50
    assert y == pytest.approx((x - 1.0) / 100)


def test_the_chance_to_be_on_the_frontier_stands_behind_the_name(bare: Axes) -> None:
    table = pd.DataFrame(
        {
            "profile": ["small", "large"],
            "score": "correct",
            "n": 120,
            "quality": [0.5, 0.75],
            "quality_low": [0.4, 0.65],
            "quality_high": [0.6, 0.85],
            "cost_per_item_usd": [1.0, 2.0],
            "on_frontier": True,
            "p_frontier": pd.array([0.9731, None], dtype="Float64"),
        }
    )

    ax = plot.frontier(table, ax=bare)

    assert sorted(names(ax)) == ["large", "small, 97 %"]
    assert ax.get_title(loc="left") == "correct against cost, 120 prompts"
    with pytest.raises(InputError, match="no score 'brief'; the table is of 'correct'"):
        plot.frontier(table, score="brief")


def test_published_means_are_points_without_bars(bare: Axes) -> None:
    table = pd.DataFrame({"profile": ["a", "b"], "accuracy": [0.5, 0.75], "cost_per_item_usd": [1.0, 2.0]})

    ax = plot.frontier(table, score="accuracy", ax=bare)

    assert points(ax) == {(1.0, 0.5), (2.0, 0.75)}
    assert ax.get_ylabel() == "accuracy, mean"


def test_names_that_have_no_room_are_numbers_with_a_key(table_of: MakeTable) -> None:
    ax = plt.figure(figsize=(3.3, 3.3), layout="constrained").subplots()
    long = ["provider/a-model-with-a-long-name", "provider/another-model-with-such"]

    plot.frontier(table_of(long, [1.0, 1.1], [0.5, 0.6]), ax=ax)

    assert sorted(names(ax)) == ["1", "2"]
    assert legend(ax)[:2] == [f"1: {long[0]}", f"2: {long[1]}"]


def test_of_a_crowd_the_frontier_and_the_nearest_to_it_are_named(bare: Axes, table_of: MakeTable) -> None:
    """Two on the frontier, forty beaten at one price, each by more than the one before."""
    beaten = [f"m{n:02}" for n in range(40)]
    table = table_of(
        ["cheap", "good", *beaten], [1.0, 2.0, *[4.0] * 40], [0.5, 0.9, *(0.88 - n / 50 for n in range(40))]
    )

    ax = plot.frontier(table, ax=bare)

    assert sorted(names(ax)) == ["cheap", "good", *beaten[:4]]
    assert legend(ax)[:2] == ["on the frontier (2)", "beaten on cost and score (40)"]
    assert len(points(ax)) == 42
    assert len(bars(ax, "_")) == 2


def test_of_a_crowd_one_that_is_often_on_the_frontier_counts_as_near(bare: Axes) -> None:
    table = pd.DataFrame(
        {
            "profile": ["best", *(f"m{n:02}" for n in range(20))],
            "score": "correct",
            "quality": [0.9, *(0.8 - n / 50 for n in range(20))],
            "cost_per_item_usd": [1.0, *[2.0 + n for n in range(20)]],
            "on_frontier": [True, *[False] * 20],
            "p_frontier": [0.9, *[0.0] * 19, 0.4],
        }
    )

    assert "m19, 40 %" in names(plot.frontier(table, ax=bare))


def test_a_crowd_on_the_frontier_is_counted_and_some_of_it_named(bare: Axes, table_of: MakeTable) -> None:
    table = table_of([f"m{n:02}" for n in range(60)], [1.0 + n for n in range(60)], [0.1 + 0.01 * n for n in range(60)])

    ax = plot.frontier(table, ax=bare)

    assert len(names(ax)) == 14
    assert {"m00", "m59"} <= set(names(ax))
    assert "on the frontier (60)" in legend(ax)


def test_a_key_takes_no_more_than_its_share_and_says_how_many_are_not_in_it(table_of: MakeTable) -> None:
    ax = plt.figure(figsize=(3.3, 2.6), layout="constrained").subplots()
    long = [f"provider/a-model-with-a-long-name-{n:02}" for n in range(60)]

    plot.frontier(table_of(long, [1.0 + n for n in range(60)], [0.1 + 0.01 * n for n in range(60)]), ax=ax)

    count = len(names(ax))
    assert names(ax) == [str(n + 1) for n in range(count)]
    assert legend(ax)[-1] == f"no room for the names of {60 - count} more on it"
    assert ax.bbox.height > 0.2 * ax.figure.bbox.height


def test_a_frame_of_answers_is_summarised_first() -> None:
    frame = pd.DataFrame(
        {
            "profile": ["a", "a", "b", "b"],
            "prompt_id": [0, 1, 0, 1],
            "cost_usd": [1.0, 3.0, 1.0, 1.0],
            "ok": [1, 0, 1, 1],
        }
    )

    ax = plot.frontier(frame, score="ok")

    assert points(ax) == {(2.0, 0.5), (1.0, 1.0)}
    assert "95 % region of both" in legend(ax)
    assert bars(ax, "_") == []


@pytest.mark.parametrize(
    ("costs", "scale"),
    [
        ((1.0, 9.0), "linear"),
        ((1.0, 11.0), "log"),
        ((0.0, 1.0), "linear"),
        ((0.0, 1.0, 20.0), "symlog"),
        ((0.0,), "linear"),
    ],
)
def test_dollars_are_logarithmic_beyond_a_factor_of_ten(
    bare: Axes, table_of: MakeTable, costs: tuple[float, ...], scale: str
) -> None:
    table = table_of([f"m{i}" for i in range(len(costs))], costs, [0.1 * (i + 1) for i in range(len(costs))])

    ax = plot.frontier(table, ax=bare)

    low, high = ax.get_xlim()
    assert ax.get_xscale() == scale
    assert all(low < cost < high for cost in costs)
    assert draw(ax)


def test_unknown_costs_and_scores_are_named_not_drawn(bare: Axes, table_of: MakeTable) -> None:
    ax = plot.frontier(table_of(["known", "dear?", "good?"], [1.0, None, 2.0], [0.5, 0.9, None]), ax=bare)

    assert points(ax) == {(1.0, 0.5)}
    assert legend(ax) == ["not shown, cost unknown: dear?", "not shown, no score: good?"]


def test_many_unknown_are_counted(bare: Axes, table_of: MakeTable) -> None:
    ax = plot.frontier(table_of([f"m{i}" for i in range(9)], [None] * 9, [0.5] * 9), ax=bare)

    assert legend(ax)[-1] == "not shown, cost unknown: 6 more"
    assert draw(ax)


def test_hostile_names_are_drawn_as_they_are(table_of: MakeTable) -> None:
    """Mathtext would raise while drawing; a leading underscore would vanish."""
    count = len(HOSTILE)
    table = table_of(
        HOSTILE, [0.001 * (i + 1) for i in range(count)], [0.05 * (i + 1) for i in range(count)], "$s$core_"
    )

    ax = plot.frontier(table)

    assert draw(ax)
    assert "$x^{2$" in names(ax)
    assert "_hidden" in names(ax)
    assert "two lines $a$ $b$" in names(ax)
    assert not any(text.get_parse_math() for text in ax.texts)
    assert max(map(len, names(ax))) <= 34


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_safe_in_the_legend_too(bare: Axes, table_of: MakeTable, name: str) -> None:
    ax = plot.frontier(table_of([name, "known"], [None, 1.0], [0.5, 0.5]), ax=bare)

    assert draw(ax)
    assert legend(ax)[0].startswith("not shown, cost unknown: ")


def test_the_given_axes_are_drawn_on_and_returned(table_of: MakeTable) -> None:
    ax = plt.figure().subplots()
    before = plt.get_fignums()

    assert plot.frontier(table_of(["a"], [1.0], [0.5]), ax=ax) is ax
    assert plt.get_fignums() == before


def test_axes_of_a_subfigure_will_do(table_of: MakeTable) -> None:
    ax = plt.figure(layout="constrained").subfigures(1, 2)[0].subplots()

    assert names(plot.frontier(table_of(["a"], [1.0], [0.5]), ax=ax)) == ["a"]


def test_a_new_figure_is_pyplots_and_nothing_is_shown(table_of: MakeTable, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook shows pyplot's figures at the end of a cell, and no others."""
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("a plot must not show itself"))

    ax = plot.frontier(table_of(["a"], [1.0], [0.5]))

    assert plt.gcf() is ax.figure


def test_settings_are_left_alone(table_of: MakeTable) -> None:
    before = dict(mpl.rcParams)

    plot.frontier(table_of(["a", "b"], [1.0, 100.0], [0.5, 0.6]))

    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(("style", "bright"), [("default", False), ("dark_background", True)])
def test_names_stand_out_from_the_background(table_of: MakeTable, style: str, bright: bool) -> None:  # noqa: FBT001
    with plt.style.context(style):
        ax = plot.frontier(table_of(["a"], [1.0], [0.5]))

    red = mpl.colors.to_rgb(ax.texts[0].get_color())[0]
    assert (red > 0.8) is bright
    assert (red < 0.2) is not bright


def test_names_are_dark_on_light_axes_of_a_transparent_figure_and_light_on_dark(table_of: MakeTable) -> None:
    inks = []
    for face in ("white", "#111111"):
        ax = plt.figure(facecolor="none").subplots()
        ax.set_facecolor(face)
        inks.append(plot.frontier(table_of(["a"], [1.0], [0.5]), ax=ax).texts[0].get_color())

    assert mpl.colors.to_rgb(inks[0]) < mpl.colors.to_rgb(inks[1])


def test_the_first_score_is_drawn_unless_one_is_named(table_of: MakeTable) -> None:
    table = table_of(["a"], [1.0], [0.5]).merge(table_of(["a"], [1.0], [0.25], "brief"))

    assert points(plot.frontier(table)) == {(1.0, 0.5)}
    assert points(plot.frontier(table, score="brief")) == {(1.0, 0.25)}


def test_without_a_score_the_way_out_is_said(table_of: MakeTable) -> None:
    frame = pd.DataFrame({"profile": ["a"], "prompt_id": [0]})

    with pytest.raises(InputError, match=r"a score is needed.*compare\(\.\.\., score="):
        plot.frontier(frame)
    with pytest.raises(InputError, match="no score 'godo'; scores there are: 'correct'"):
        plot.frontier(table_of(["a"], [1.0], [0.5]), score="godo")
    assert plt.get_fignums() == []


def test_nothing_to_draw_is_an_empty_picture(bare: Axes, table_of: MakeTable) -> None:
    ax = plot.frontier(table_of([], [], []), ax=bare)

    assert draw(ax)
    assert names(ax) == []


def test_bars_without_an_interval_are_left_out(bare: Axes, table_of: MakeTable) -> None:
    table: Any = table_of(["a"], [1.0], [0.5]).assign(correct_low=pd.NA, correct_high=pd.NA)

    assert points(plot.frontier(table, ax=bare)) == {(1.0, 0.5)}


def test_the_room_is_imported_without_matplotlib_and_pandas() -> None:
    code = "import sys, distilkit.plot; raise SystemExit(bool({'pandas', 'matplotlib'} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_half_a_surrogate_pair_in_a_name_or_an_answer_is_drawn_around(bare: Axes) -> None:
    texts = pd.array(["a\ud800", "b"], dtype=pd.StringDtype("python"))
    frame = pd.DataFrame({"profile": texts, "prompt_id": [1, 1], "content": texts, "cost_usd": [0.1, 0.2]})

    ax = plot.frontier(frame.assign(good=pd.array([True, False], dtype="boolean")), ax=bare)

    ax.figure.canvas.draw()
    assert {"a, >99 %", "b, <1 %"} <= {text.get_text() for text in ax.texts}
