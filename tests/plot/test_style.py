"""Colours and foreign text."""

from __future__ import annotations

import unicodedata
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from distilkit.plot.style import ALARM, MUTED, PALETTE, distinct_labels, label

# What is seen without red or green receptors, on linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
VISIONS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.119192, 0.9503041]]
)


@given(st.text(), st.integers(5, 40))
def test_a_label_is_one_short_line_of_drawable_letters(text: str, width: int) -> None:
    shown = label(text, width)

    assert 0 < len(shown) <= max(width, len("(no name)"))
    assert not any(unicodedata.category(letter)[0] == "C" for letter in shown)


def test_a_letter_that_no_font_has_is_an_empty_box() -> None:
    assert label("🦙 lama é") == "□ lama é"


@given(st.lists(st.text(max_size=30), max_size=8, unique=True), st.integers(8, 20))
def test_names_stay_different_when_they_are_short(names: list[str], width: int) -> None:
    shown = distinct_labels(names, width)

    assert len(set(shown)) == len(names)
    assert max(map(len, shown), default=0) <= max(width, len("(no name) (8)"))


@pytest.mark.parametrize("background", ["#ffffff", "#111111"])
@pytest.mark.parametrize("color", [*PALETTE, MUTED, ALARM])
def test_colours_can_be_seen_on_light_and_dark(color: str, background: str) -> None:
    """At least 3:1, which WCAG 2.1 asks of graphics."""
    bright, dim = sorted((_linear(color) @ TO_XYZ[1], _linear(background) @ TO_XYZ[1]), reverse=True)

    assert (bright + 0.05) / (dim + 0.05) >= 3


@pytest.mark.parametrize("vision", VISIONS)
def test_colours_are_told_apart_by_every_eye(vision: str) -> None:
    """Thirty units of CIELAB are more than ten times what is just seen."""
    seen = [_lab(VISIONS[vision] @ _linear(color)) for color in (*PALETTE, MUTED)]

    assert min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2)) > 30


def _linear(color: str) -> NDArray[np.float64]:
    parts = np.array(to_rgb(color))
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def _lab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, z = np.cbrt(TO_XYZ @ linear.clip(0, 1) / (TO_XYZ @ np.ones(3)))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
