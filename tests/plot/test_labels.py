"""Names can be read: apart from each other, from the points, and within the axes."""

from __future__ import annotations

from itertools import combinations

import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from distilkit.plot.labels import write_labels

CROWD = [(0.5, 0.5), (0.51, 0.51), (0.52, 0.49), (0.9, 0.9), (0.99, 0.5), (0.01, 0.01), (0.5, 0.99)]


@pytest.fixture
def ax() -> Axes:
    return plt.figure(figsize=(7, 4.4)).subplots()


def extents(texts: list[Annotation]) -> list[Bbox]:
    return [Text.get_window_extent(text) for text in texts]


def test_names_do_not_cover_each_other_or_leave_the_axes(ax: Axes) -> None:
    boxes = extents(write_labels(ax, CROWD, [f"provider/model-{i}" for i in range(len(CROWD))]))

    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert all(ax.bbox.containsx(box.x0) and ax.bbox.containsx(box.x1) for box in boxes)
    assert all(ax.bbox.containsy(box.y0) and ax.bbox.containsy(box.y1) for box in boxes)


def test_names_do_not_cover_points_or_lines(ax: Axes) -> None:
    line = ((0.2, 0.5), (0.8, 0.5))

    boxes = extents(write_labels(ax, CROWD, [f"m{i}" for i in range(len(CROWD))], lines=[line]))

    pixels = ax.transData.transform([*CROWD, *((0.2 + i / 100, 0.5) for i in range(60))])
    assert not any(box.contains(x, y) for box in boxes for x, y in pixels)


def test_a_name_keeps_clear_of_the_legend(ax: Axes) -> None:
    ax.plot([], [], label="explained")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    legend = ax.legend(loc="center")

    (box,) = extents(write_labels(ax, [(0.45, 0.5)], ["beside it"], avoid=[legend]))

    assert not box.overlaps(legend.get_window_extent())


def test_a_name_far_from_its_point_has_a_line_to_it(ax: Axes) -> None:
    alone = write_labels(ax, [(0.5, 0.5)], ["alone"])[0]
    crowded = write_labels(ax, [(0.5, 0.5)] * 3, ["one", "two", "three"])

    assert alone.arrow_patch is not None
    assert not alone.arrow_patch.get_visible()
    assert all(text.arrow_patch is not None and text.arrow_patch.get_visible() for text in crowded)


def test_names_are_shorter_in_narrow_axes() -> None:
    lengths = []
    for width in (2, 7):
        ax = plt.figure(figsize=(width, 3)).subplots()
        lengths.append(len(write_labels(ax, [(0.5, 0.5)], ["x" * 100])[0].get_text()))

    assert lengths == [20, 34]
