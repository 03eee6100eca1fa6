"""A plot as pictures: the same each time, without a window, light and dark."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from distilkit.plot import pictures as module
from distilkit.plot.pictures import pictures


def lines() -> Axes:
    ax = plt.figure(figsize=(5, 2)).subplots()
    ax.plot([0, 1], [1, 0])
    ax.set_title("a title")
    return ax


def test_the_same_plot_gives_the_same_bytes_whatever_the_readers_settings() -> None:
    first = pictures(lines)
    with plt.style.context("dark_background"), mpl.rc_context({"font.size": 30, "svg.hashsalt": None}):
        again = pictures(lines)

    assert first == again
    assert b"<dc:date>" not in first.light.content


def test_light_and_dark_differ_in_their_colours_only() -> None:
    light, dark = pictures(lines)

    assert (light.media_type, light.width, light.height) == ("image/svg+xml", 480, 192)
    assert b"#222222" in light.content
    assert b"#222222" not in dark.content
    assert b"#ffffff" not in dark.content
    assert len(light.content) == len(dark.content)


def test_no_figure_stays_open_and_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("a picture must not be shown"))
    mine = plt.figure()

    pictures(lines)

    assert plt.get_fignums() == [mine.number]


def test_a_plot_that_fails_while_it_is_saved_leaves_no_figure_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(module, "_picture_of", fail)

    with pytest.raises(RuntimeError):
        pictures(lines)

    assert plt.get_fignums() == []


def test_ten_thousand_dots_become_pixels() -> None:
    def dots() -> Axes:
        ax = plt.figure(figsize=(5, 2)).subplots()
        ax.plot(np.arange(10_000), np.arange(10_000) % 97, "o")
        return ax

    light, dark = pictures(dots)

    assert light.media_type == dark.media_type == "image/png"
    assert light.content != dark.content
    assert len(light.content) < 300_000
