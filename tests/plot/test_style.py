"""Colours and foreign text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from distilkit.plot.style import MUTED, STRONG, label


@given(st.text(), st.integers(5, 40))
def test_a_label_is_one_short_line_of_drawable_letters(text: str, width: int) -> None:
    shown = label(text, width)

    assert 0 < len(shown) <= max(width, len("(no name)"))
    assert not any(unicodedata.category(letter)[0] == "C" for letter in shown)


@pytest.mark.parametrize("background", ["#ffffff", "#111111"])
@pytest.mark.parametrize("color", [STRONG, MUTED])
def test_colours_can_be_seen_on_light_and_dark(color: str, background: str) -> None:
    """At least 3:1, which WCAG 2.1 asks of graphics."""
    bright, dim = sorted((_luminance(color), _luminance(background)), reverse=True)

    assert (bright + 0.05) / (dim + 0.05) >= 3


def _luminance(color: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(color)]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
