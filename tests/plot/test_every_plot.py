"""What every plot keeps to: it can be read, in any figure, on any background, whatever the names are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import combinations
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from distilkit import plot
from distilkit.errors import InputError

NAMES = ["openai/gpt-4o-mini", "anthropic/claude-sonnet-4", "local-llama"]
HOSTILE = [
    "$x^{2$",
    "_hidden",
    "\\frac{",
    "",
    "a" * 200,
    "\u202egnp\x00",
    "<b>\ud800",
    "🦙 lama",
    "שלום",
    "a" * 200 + "b",
]
COLUMN = (3.3, 3.4)


def answers(names: Sequence[str]) -> pd.DataFrame:
    """Return 40 answers of each profile, the later the dearer, better and slower."""
    rng, count = np.random.default_rng(0), 40
    parts = [
        pd.DataFrame(
            {
                "prompt_id": range(count),
                "profile": pd.array([name] * count, dtype=pd.StringDtype("python")),
                "cost_usd": 0.001 * 3**index * rng.lognormal(0, 0.5, count),
                "latency_s": rng.lognormal(index, 0.6, count),
                "ttft_s": rng.lognormal(index - 1, 0.4, count),
                "input_tokens": pd.array(rng.integers(50, 90, count), dtype="Int64"),
                "cached_tokens": pd.array(rng.integers(0, 40, count), dtype="Int64"),
                "output_tokens": pd.array(rng.integers(200, 900, count), dtype="Int64"),
                "reasoning_tokens": pd.array(rng.integers(50, 150, count), dtype="Int64"),
                "finish_reason": "stop",
                "created_at": pd.to_datetime(range(count), unit="s", utc=True),
                "correct": pd.array(rng.random(count) < 0.3 + 0.5 * index / len(names), dtype="boolean"),
            }
        )
        for index, name in enumerate(names)
    ]
    return pd.concat(parts)


def pairs(names: Sequence[str]) -> pd.DataFrame:
    found = [
        {"profile_a": a, "profile_b": b, "score": "correct", "n": 40, "p_holm": 0.02}
        | {"difference": 0.1 * index - 0.2, "low": 0.1 * index - 0.3, "high": 0.1 * index - 0.05}
        for index, (a, b) in enumerate(list(combinations(names, 2))[:12])
    ]
    return pd.DataFrame(found, dtype=object).astype(dict.fromkeys(("difference", "low", "high"), "Float64"))


def steps(names: Sequence[str]) -> pd.DataFrame:
    counts = [1000 - 37 * index for index in range(len(names))]
    return pd.DataFrame({"step": pd.Series(names, dtype=object), "rows": counts, "cost_usd": [n / 70 for n in counts]})


PLOTS: dict[str, Callable[..., Axes]] = {
    "costs": lambda names, ax=None: plot.costs(answers(names), ax=ax),
    "forest": lambda names, ax=None: plot.forest(pairs(names), margin=0.03, ax=ax),
    "frontier": lambda names, ax=None: plot.frontier(answers(names), ax=ax),
    "funnel": lambda names, ax=None: plot.funnel(steps(names), ax=ax),
    "latency": lambda names, ax=None: plot.latency(answers(names), ax=ax),
    "limits": lambda names, ax=None: plot.limits(answers(names), limit_tokens=90_000, ax=ax),
    "tokens": lambda names, ax=None: plot.tokens(answers(names), ax=ax),
}


def test_every_plot_is_here() -> None:
    assert sorted(PLOTS) == plot.__all__


def texts(figure: Figure) -> list[Text]:
    """Return what is written and seen."""
    figure.draw_without_rendering()
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    ticks = {id(tick.label2) for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_major_ticks()}
    return [text for text in found if id(text) not in ticks and _in_limits(text, figure)]


def _in_limits(text: Text, figure: Figure) -> bool:
    """A tick beyond the axis's end has a label that is not drawn."""
    for ax in figure.axes:
        for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if tick.label1 is text:
                    return bool(min(limits) <= tick.get_loc() <= max(limits))
    return True


def check_readable(figure: Figure) -> None:
    """See that every text is large enough, whole, and clear of every other."""
    shown = texts(figure)
    boxes = [Text.get_window_extent(text) for text in shown]
    whole = figure.bbox.padded(0.5)
    cut = [text.get_text() for text, box in zip(shown, boxes, strict=True) if not _within(box, whole)]
    assert cut == []
    # A hair's breadth of shared box is empty: letters have room around them.
    inner = [box.padded(-0.75) for box in boxes]
    found = combinations(zip(shown, inner, strict=True), 2)
    assert [(a.get_text(), b.get_text()) for (a, one), (b, other) in found if one.overlaps(other)] == []
    assert min(text.get_fontsize() for text in shown) >= 6


def _within(box: Any, outer: Any) -> bool:
    return bool(outer.x0 <= box.x0 and box.x1 <= outer.x1 and outer.y0 <= box.y0 and box.y1 <= outer.y1)


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize(("size", "layout"), [(COLUMN, "constrained"), (COLUMN, None)])
def test_all_that_is_written_can_be_read(name: str, size: tuple[float, float], layout: Any) -> None:
    ax = plt.figure(figsize=size, layout=layout).subplots()

    assert PLOTS[name](NAMES, ax=ax) is ax
    check_readable(ax.figure)


@pytest.mark.parametrize("name", PLOTS)
def test_a_new_figure_can_be_read_with_twenty_profiles(name: str) -> None:
    ax = PLOTS[name]([f"provider/model-number-{n:02}" for n in range(20)])

    check_readable(ax.figure)
    assert plt.gcf() is ax.figure


@pytest.mark.parametrize("name", PLOTS)
def test_twenty_profiles_in_a_column_are_shown_or_counted(name: str) -> None:
    ax = plt.figure(figsize=(3.3, 5.0)).subplots()

    PLOTS[name]([f"provider/model-number-{n:02}" for n in range(20)], ax=ax)

    check_readable(ax.figure)
    said = " ".join(text.get_text() for text in texts(ax.figure))
    last = "12" if name == "forest" else "19"
    assert f"number-{last}" in said or " more" in said


@pytest.mark.parametrize("name", PLOTS)
def test_a_figure_without_any_room_is_drawn_without_a_warning(name: str) -> None:
    """A layout engine would warn at each drawing, also those of the reader; here warnings are errors."""
    ax = plt.figure(figsize=(1.3, 0.9), layout="constrained").subplots()

    PLOTS[name](NAMES, ax=ax)

    ax.figure.savefig(BytesIO())


@pytest.mark.parametrize("name", PLOTS)
def test_names_that_are_hostile_are_drawn_as_they_are(name: str) -> None:
    """Mathtext would raise while drawing, TeX would need an installation; a leading underscore would vanish."""
    with mpl.rc_context({"axes.unicode_minus": False}):
        ax = PLOTS[name](HOSTILE[:10], ax=plt.figure(figsize=(7.0, 6.0)).subplots())
        ax.figure.savefig(BytesIO())

    check_readable(ax.figure)
    said = {text.get_text() for text in texts(ax.figure)}
    if name not in {"limits", "forest"}:  # which show some of many names, and two names at once
        assert any("$x^{2$" in text for text in said)
        assert any("_hidden" in text for text in said)
        assert any("(no name)" in text for text in said)
    foreign = [text for text in texts(ax.figure) if set(text.get_text()) & set("${\\_<")]
    ticks = [text for text in foreign if text.get_text().startswith("\\$")]
    assert not any(text.get_parse_math() or text.get_usetex() for text in foreign if text not in ticks)


@pytest.mark.parametrize("name", PLOTS)
def test_beside_other_axes_nothing_is_written_over_them(name: str) -> None:
    """No layout engine looks after these."""
    figure = plt.figure(figsize=(7.0, 4.0))
    left, right = figure.subplots(1, 2)
    left.set_ylabel("the reader's own")

    PLOTS[name](NAMES, ax=right)

    figure.draw_without_rendering()
    assert right.get_tightbbox().x0 >= left.get_tightbbox().x1
    check_readable(figure)


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize(("style", "bright"), [("default", False), ("dark_background", True)])
def test_what_is_written_stands_out_from_the_background(name: str, style: str, bright: bool) -> None:  # noqa: FBT001
    with plt.style.context(style):
        ax = PLOTS[name](NAMES, ax=plt.figure(figsize=(4.0, 3.0)).subplots())
        shown = texts(ax.figure)

    lightness = [to_rgb(text.get_color())[1] for text in shown]
    # The muted grey of what stands between and above is of middle lightness, and reads on both.
    assert all(light > 0.5 if bright else light < 0.56 for light in lightness)


@pytest.mark.parametrize("name", PLOTS)
def test_settings_and_other_figures_are_left_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("a plot must not show itself"))
    ax = plt.figure().subplots()
    before = dict(mpl.rcParams)

    PLOTS[name](NAMES[:1] if name != "forest" else NAMES, ax=ax)

    assert len(plt.get_fignums()) == 1
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", PLOTS)
def test_the_table_is_not_changed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"forest": pairs(NAMES), "funnel": steps(NAMES)}.get(name, answers(NAMES))
    before = made.copy(deep=True)
    monkeypatch.setattr(plt, "show", lambda *_, **__: None)

    getattr(plot, name)(made, ax=plt.figure(figsize=(2.0, 2.0)).subplots())

    pd.testing.assert_frame_equal(made, before)


@pytest.mark.parametrize("name", [name for name in PLOTS if name not in {"forest", "funnel", "limits"}])
def test_columns_that_are_all_unknown_are_said_to_be(name: str) -> None:
    frame = answers(NAMES)
    for column in ("cost_usd", "latency_s", "ttft_s", "input_tokens", "output_tokens", "reasoning_tokens"):
        frame[column] = pd.array([None] * len(frame), dtype="Float64")

    ax = getattr(plot, name)(frame, ax=plt.figure(figsize=(7.0, 3.0)).subplots())

    check_readable(ax.figure)
    assert any("unknown" in text.get_text() for text in texts(ax.figure))


@pytest.mark.parametrize("name", [name for name in PLOTS if name != "limits"])
def test_an_empty_table_is_refused_or_drawn_empty(name: str) -> None:
    made = {"forest": pairs(NAMES), "funnel": steps(NAMES)}.get(name, answers(NAMES)).head(0)

    with pytest.raises(InputError, match=r"no rows|no pairs|no steps"):
        getattr(plot, name)(made)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", PLOTS)
def test_what_is_no_table_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="DataFrame"):
        getattr(plot, name)([1, 2])
    assert plt.get_fignums() == []
