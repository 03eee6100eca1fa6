from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.notebook.report import figures


@pytest.mark.parametrize("missing", [None, pd.NA, float("nan"), pd.NaT])
@pytest.mark.parametrize("write", [figures.money, figures.seconds, figures.count, figures.share, figures.score])
def test_what_is_not_known_is_said(write: Any, missing: Any) -> None:
    assert write(missing) == "unknown"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (figures.money(0), "$0"),
        (figures.money(0.0000123), "$0.000012"),
        (figures.money(1234.5), "$1,234.50"),
        (figures.money(-2), "−$2.00"),
        (figures.seconds(0.4321), "0.43 s"),
        (figures.seconds(75.2), "75 s"),
        (figures.share(0.004), "0.4 %"),
        (figures.share(0), "0 %"),
        (figures.share(0.884), "88 %"),
        (figures.chance(0.9989), "> 99 %"),
        (figures.chance(0.0), "< 1 %"),
        (figures.chance(0.5), "50 %"),
        (figures.signed(-0.125), "−0.125"),
        (figures.p_value(0.00001), "< 0.001"),
        (figures.score(0.825), "0.825"),
        (figures.score(1234.5), "1,234"),
    ],
)
def test_numbers_have_the_digits_that_count(written: str, expected: str) -> None:
    assert written == expected


def test_an_interval_without_an_end_says_so() -> None:
    assert figures.between(1, pd.NA, figures.money) == "$1.00 to no bound"
    assert figures.between(pd.NA, None, figures.money) == ""
