"""What a person said, as columns."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.notebook.viewer.panel import panel_of
from distilkit.notebook.viewer.ratings import (
    Rating,
    Slot,
    digest,
    rated_frame,
    ratings_frame,
    ratings_from,
    ratings_within,
)
from distilkit.notebook.viewer.scales import scale_of

FIVE = scale_of("1-5")


def test_a_rating_stands_in_the_row_of_its_answer(frames: Any) -> None:
    frame = frames().set_axis(range(10, 16))

    rated = rated_frame(panel_of(frame), {Slot("1", "large", 0): Rating(value=4.0)})

    assert rated["rating"].dtype == "Float64"
    assert rated["rating"].dropna().to_dict() == {13: 4.0}
    assert "rating" not in frame


def test_a_rating_of_another_answer_does_not_count_and_is_not_lost(frames: Any) -> None:
    panel = panel_of(frames())
    ratings = {
        Slot("1", "large", 0): Rating(value=4.0, answer=digest("what it said before")),
        Slot("2", "large", 0): Rating(value=2.0, answer=digest("answer 2 of large, 0")),
        Slot("99", "large", 0): Rating(value=1.0),
    }

    assert rated_frame(panel, ratings)["rating"].dropna().tolist() == [2.0]
    assert ratings_frame(panel, ratings)["rating"].tolist() == [4.0, 2.0, 1.0]


def test_ratings_have_plain_types_when_there_are_none_too(frames: Any) -> None:
    table = ratings_frame(panel_of(frames()), {})

    assert table.dtypes.astype(str).to_dict() == {
        "prompt_id": "Int64",
        "profile": "string",
        "sample": "Int64",
        "rating": "Float64",
        "comment": "string",
        "rated_at": "datetime64[us, UTC]",
        "answer": "string",
    }


def test_ratings_go_out_and_come_in_again(frames: Any, notes: Any) -> None:
    panel = panel_of(frames(samples=2))
    said = notes(panel)
    said.rate(1, {"small": 5.0}, 1)
    said.comment(0, "large", 0, "no \ud800 units")

    back = ratings_from(said.ratings(), FIVE)

    pd.testing.assert_frame_equal(ratings_frame(panel, back), said.ratings())


def test_a_frame_of_ratings_made_by_hand_needs_three_columns(frames: Any) -> None:
    by_hand = pd.DataFrame({"prompt_id": [1], "profile": ["large"], "rating": [3]})

    rated = rated_frame(panel_of(frames()), ratings_from(by_hand, FIVE))

    assert rated["rating"].dropna().tolist() == [3.0]
    with pytest.raises(InputError, match="'profile'"):
        ratings_from(by_hand.drop(columns="profile"), FIVE)


@pytest.mark.parametrize("value", [0.0, 7, "good", 2.5])
def test_a_rating_off_the_scale_is_an_error_that_names_the_scale(value: Any) -> None:
    frame = pd.DataFrame({"prompt_id": [1], "profile": ["large"], "rating": [value]})

    with pytest.raises(InputError, match=r"row 0 holds .* scale '1-5'"):
        ratings_from(frame, FIVE)


def test_a_frame_that_was_rated_goes_on_from_its_ratings(frames: Any) -> None:
    frame = frames(rating=pd.array([None, 4, None, None, 1, None], dtype="Float64"))
    panel = panel_of(frame)

    again = rated_frame(panel, ratings_within(panel, FIVE))

    pd.testing.assert_series_equal(again["rating"], frame["rating"])


@pytest.mark.parametrize("own", [{"sample": "x"}, {"rated_at": "then"}, {"rated_at": "0001-01-01T00:00:00+23:00"}])
def test_a_sample_or_time_that_is_none_is_an_error_that_names_the_row(own: dict[str, Any]) -> None:
    frame = pd.DataFrame([{"prompt_id": 0, "profile": "a", "rating": 3, **own}])

    with pytest.raises(InputError, match="ratings: row 0"):
        ratings_from(frame, scale_of("1-5"))
