"""What `view` refuses."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.errors import InputError
from distilkit.notebook.viewer import view


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"rows_per_page": 0}, "rows_per_page= must be a whole number from 1 to 200, not 0"),
        ({"rows_per_page": True}, "rows_per_page="),
        ({"height": "300px"}, "height= .* not '300px'"),
        ({"rate": "stars"}, "rate= must be one of '1-5', 'thumbs', 'best', not 'stars'"),
        ({"score": "grade"}, "no column 'grade'"),
        ({"ratings": 5}, "ratings= takes what view.ratings returned, or a path, not int"),
        ({"ratings": "ratings.txt"}, r"kept in a \.csv file"),
    ],
)
def test_a_wrong_argument_is_an_error_that_names_it(frames: Any, options: dict[str, Any], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        view(frames(), **options)


def test_a_column_rating_that_is_on_no_scale_is_an_error_with_a_way_out(frames: Any) -> None:
    with pytest.raises(InputError, match="rename the frame's column 'rating'"):
        view(frames(rating=["good"] * 6))
