"""What the picture of a run shows, read back from the axes."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from unittest.mock import patch

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from distilkit import plot
from distilkit.errors import InputError

HOSTILE = ["$x^{2$", "_hidden", "two\nlines $a$", "\\frac{", "a" * 300, "\u202egnp.exe\x00", "", "<b>\ud800"]
REFUSED = 429


def timeline(at_s: list[float], *, profile: Any = "a", tokens: Any = 100, status: Any = 200) -> pd.DataFrame:
    count = len(at_s)
    return pd.DataFrame(
        {
            "at_s": pd.array(at_s, dtype="Float64"),
            "profile": pd.Series(profile if isinstance(profile, list) else [profile] * count, dtype=object),
            "input_tokens": pd.array(tokens if isinstance(tokens, list) else [tokens] * count, dtype="Int64"),
            "output_tokens": pd.array([0] * count, dtype="Int64"),
            "status": pd.array(status if isinstance(status, list) else [status] * count, dtype="Int64"),
        }
    )


def steps(ax: Axes) -> list[list[tuple[float, float]]]:
    """Return the lines of the profiles, each as its steps."""
    found = [line for line in ax.lines if line.get_drawstyle() == "steps-post"]
    return [[(float(x), float(y)) for x, y in zip(*line.get_data(), strict=True)] for line in found]


def crosses(ax: Axes) -> list[tuple[float, float]]:
    found = [line for line in ax.lines if line.get_marker() == "x"]
    return [(float(x), float(y)) for line in found for x, y in zip(*line.get_data(), strict=True)]


def level(ax: Axes) -> list[float]:
    """Return where the dashed line of the limit is."""
    return [float(line.get_ydata()[0]) for line in ax.lines if line.get_linestyle() == "--"]


def words(ax: Axes) -> list[str]:
    found = ax.get_legend()
    return [text.get_text() for text in found.get_texts()] if found else []


def draw(ax: Axes) -> bytes:
    buffer = BytesIO()
    ax.figure.savefig(buffer)
    return buffer.getvalue()


def test_what_was_sent_counts_for_sixty_seconds() -> None:
    ax = plot.limits(timeline([0.0, 30.0, 70.0]))

    ((*moments,),) = steps(ax)
    assert [y for _, y in moments] == [100.0, 200.0, 100.0, 200.0]
    assert [x for x, _ in moments] == pytest.approx([0.0, 30.0, 60.0, 70.0], abs=1e-5)


def test_a_request_after_exactly_a_minute_is_not_beside_the_first() -> None:
    ax = plot.limits(timeline([0.1, 60.1, 120.1]))

    assert max(y for _, y in steps(ax)[0]) == 100.0


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 1000)), min_size=1, max_size=30))
def test_each_step_is_what_sixty_seconds_hold(sent: list[tuple[int, int]]) -> None:
    sent.sort()
    first = sent[0][0]

    ax = Figure(figsize=(1, 1)).subplots()
    with patch("distilkit.plot.limits.finish"):  # where the words are is not the question, and takes most of the time
        plot.limits(timeline([float(at) for at, _ in sent], tokens=[count for _, count in sent]), ax=ax)
    ((*moments,),) = steps(ax)

    for at in {at for at, _ in sent}:
        scale = 60.0 if sent[-1][0] - first > 300 else 1.0
        drawn = [y for x, y in moments if x <= (at - first) / scale][-1]
        assert drawn == sum(count for other, count in sent if at - 60 < other <= at)


def test_each_profile_has_a_line_and_its_name() -> None:
    ax = plot.limits(timeline([0.0, 1.0, 2.0], profile=["small", "large", "small"]))

    assert [[y for _, y in line] for line in steps(ax)] == [[100.0, 200.0], [100.0]]
    assert words(ax) == ["small", "large"]


def test_the_busiest_have_colours_of_their_own_and_the_rest_are_counted() -> None:
    names = [f"p{n}" for n in range(7)]

    ax = plot.limits(timeline([0.0] * 7, profile=names, tokens=[1, 2, 3, 4, 5, 6, 7]))

    assert words(ax) == ["p3", "p4", "p5", "p6", "3 more"]
    assert len(steps(ax)) == 7


def test_the_limit_is_a_line_and_is_named() -> None:
    ax = plot.limits(timeline([0.0]), limit_tokens=40_000)

    assert level(ax) == [40_000.0]
    assert "limit: 40,000 a minute" in words(ax)
    assert ax.get_ylim()[1] > 40_000


def test_requests_are_drawn_where_only_they_are_limited() -> None:
    ax = plot.limits(timeline([0.0, 1.0]), limit_requests=500)

    assert [y for _, y in steps(ax)[0]] == [1.0, 2.0]
    assert "requests" in ax.get_ylabel()
    assert level(ax) == [500.0]


@pytest.mark.parametrize(("requests", "drawn"), [(3, "requests"), (1000, "tokens")])
def test_of_two_limits_the_nearer_one_is_drawn(requests: int, drawn: str) -> None:
    ax = plot.limits(timeline([0.0, 1.0]), limit_tokens=1000, limit_requests=requests)

    assert ax.get_ylabel().startswith(drawn)
    assert len(level(ax)) == 1


def test_refused_requests_are_crosses_on_the_line_and_count_for_nothing() -> None:
    ax = plot.limits(timeline([0.0, 1.0, 2.0], status=[200, REFUSED, 200]), limit_requests=2)

    assert crosses(ax) == [(1.0, 1.0)]
    assert max(y for _, y in steps(ax)[0]) == 2.0
    assert "refused with 429: 1" in words(ax)


def test_answers_without_token_counts_are_said() -> None:
    ax = plot.limits(timeline([0.0, 1.0], tokens=[100, None]))

    assert "without token counts: 1" in words(ax)
    assert [y for _, y in steps(ax)[0]] == [100.0, 100.0]


@pytest.mark.parametrize(("last_s", "unit"), [(200.0, "seconds"), (4_000.0, "minutes"), (40_000.0, "hours")])
def test_time_is_in_a_unit_of_which_there_are_few(last_s: float, unit: str) -> None:
    ax = plot.limits(timeline([0.0, last_s]))

    assert ax.get_xlabel() == f"{unit} since the first request"
    assert max(x for x, _ in steps(ax)[0]) <= 300


def test_a_frame_of_answers_will_do() -> None:
    frame = pd.DataFrame(
        {
            "profile": ["a", "a"],
            "input_tokens": [10, 20],
            "output_tokens": [1, 2],
            "created_at": pd.to_datetime([1_000.0, 1_010.0], unit="s", utc=True),
        }
    )

    assert steps(plot.limits(frame)) == [[(0.0, 11.0), (10.0, 33.0)]]


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf"), True, "500"])
def test_a_limit_that_is_none_is_refused(limit: Any) -> None:
    with pytest.raises(InputError, match="limit_tokens= must be a number above 0"):
        plot.limits(timeline([0.0]), limit_tokens=limit)
    assert plt.get_fignums() == []


def test_hostile_names_are_drawn_as_they_are() -> None:
    """Mathtext would raise while drawing; a leading underscore would vanish."""
    for start in (0, 4):
        names = HOSTILE[start : start + 4]
        ax = plot.limits(timeline([0.0, 1.0, 2.0, 3.0], profile=names), limit_tokens=1000)

        assert draw(ax)
        assert len(words(ax)) == 5
        assert max(map(len, words(ax))) <= 26
        assert set(words(ax)) & {"$x^{2$", "_hidden", "(no name)"}


@pytest.mark.parametrize("width", [2.5, 7.0])
def test_the_legend_covers_no_line(width: float) -> None:
    ax = plt.figure(figsize=(width, 3.5), layout="constrained").subplots()

    plot.limits(timeline([0.0, 1.0], profile=["a" * 30, "b"], status=[200, REFUSED]), limit_tokens=500, ax=ax)

    ax.figure.draw_without_rendering()
    legend = ax.get_legend()
    assert legend is not None
    assert legend.get_window_extent().y1 < ax.bbox.y0


@pytest.mark.parametrize(("style", "bright"), [("default", False), ("dark_background", True)])
def test_words_and_limit_stand_out_from_the_background(style: str, bright: bool) -> None:  # noqa: FBT001 - a case
    with plt.style.context(style):
        ax = plot.limits(timeline([0.0]), limit_tokens=10)

    legend = ax.get_legend()
    assert legend is not None
    line = next(line for line in ax.lines if line.get_linestyle() == "--")
    for color in (legend.get_texts()[0].get_color(), line.get_color()):
        assert (to_rgb(color)[0] > 0.8) is bright


def test_nothing_to_draw_is_an_empty_picture() -> None:
    ax = plot.limits(timeline([]), limit_tokens=100)

    assert draw(ax)
    assert steps(ax) == []
    assert level(ax) == [100.0]


def test_the_given_axes_are_drawn_on_and_settings_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("a plot must not show itself"))
    ax, before = plt.figure().subplots(), dict(mpl.rcParams)

    assert plot.limits(timeline([0.0]), ax=ax) is ax
    assert len(plt.get_fignums()) == 1
    assert dict(mpl.rcParams) == before


def test_a_hundred_thousand_requests_are_drawn() -> None:
    """A legend in the best place would warn here, and take seconds."""
    at_s = [n / 100 for n in range(100_000)]

    assert draw(plot.limits(timeline(at_s), limit_tokens=600_000))
