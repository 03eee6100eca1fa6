"""A frame as prompts down and profiles across."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.notebook.viewer.panel import panel_of


def test_each_answer_stands_at_its_prompt_profile_and_sample(frames: Any) -> None:
    frame = frames(prompts=3, samples=2).sample(frac=1, random_state=1)

    panel = panel_of(frame)

    place = panel.place(panel.ids.index(2), "large", 1)
    assert place is not None
    assert panel.answer(place, "large", 1).content == "answer 2 of large, 1"
    assert panel.samples == [0, 1]


def test_a_row_that_is_not_there_is_none(frames: Any) -> None:
    panel = panel_of(frames().iloc[:-1])

    assert panel.answers(2, ["small", "large"], 0)[1] is None


def test_rows_that_no_sample_tells_apart_become_samples(frames: Any) -> None:
    """Nothing is hidden behind another row of a frame from elsewhere."""
    frame = pd.concat([frames(prompts=1, profiles=("a",))] * 3, ignore_index=True).drop(columns="sample")

    panel = panel_of(frame)

    assert panel.samples == [0, 1, 2]
    assert sorted(panel.places[0].values()) == [0, 1, 2]


def test_ids_are_those_of_the_frame_as_plain_values(frames: Any) -> None:
    assert [type(each) for each in panel_of(frames()).ids] == [int, int, int]
    assert panel_of(frames().assign(prompt_id=list("aabbcc"))).ids == ["a", "b", "c"]


def test_what_is_missing_is_none_not_zero(frames: Any) -> None:
    frame = frames(prompts=1, profiles=("a",), cost_usd=pd.array([None], dtype="Float64"))

    answer = panel_of(frame).answer(0, "a", 0)

    assert answer.cost_usd is None
    assert answer.finish_reason is None


def test_scores_are_those_that_compare_adds_without_the_ratings(frames: Any) -> None:
    scores = pd.array([True] * 6, dtype="boolean")

    panel = panel_of(frames(correct=scores, rating=pd.array([1.0] * 6, dtype="Float64")))

    assert panel.scores == ["correct"]
    assert panel.answer(0, "small", 0).scores == {"correct": True}
    assert isinstance(panel.answer(0, "small", 0).scores["correct"], bool)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda frame: frame.drop(columns="content"), "content"),
        (lambda frame: frame.drop(columns="profile"), "profile"),
        (lambda frame: frame.assign(word="x"), "word"),
        (lambda frame: frame.assign(prompt_id=[1, "1", 2, 2, 3, 3]), "written alike"),
        (lambda _: [1, 2], "DataFrame"),
    ],
)
def test_a_frame_that_cannot_be_shown_is_an_error_that_says_why(frames: Any, change: Any, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        panel_of(change(frames()), "word" if fault == "word" else None)


def test_an_empty_frame_has_no_prompts(frames: Any) -> None:
    panel = panel_of(frames().iloc[:0])

    assert (len(panel), panel.profiles, panel.samples) == (0, [], [])


def test_text_that_is_no_text_is_shown_as_it_is_written(frames: Any) -> None:
    frame = frames(prompts=1, profiles=("a",)).assign(content=pd.Series([42], dtype=object))

    assert panel_of(frame).answer(0, "a", 0).content == "42"


@pytest.mark.parametrize("told", [["a"] * 6, [0.25, 0.75] * 3, [float("inf")] * 6, [[1]] * 6])
def test_samples_that_are_no_whole_numbers_are_counted(frames: Any, told: list[Any]) -> None:
    frame = frames().assign(sample=told)

    assert panel_of(frame).samples == [0]


def test_samples_written_as_text_are_samples(frames: Any) -> None:
    frame = frames(samples=2)

    assert panel_of(frame.assign(sample=frame["sample"].astype(str))).samples == [0, 1]


@pytest.mark.parametrize("name", ["cost_usd", "latency_s", "output_tokens"])
def test_a_cost_time_or_count_that_is_text_is_refused(frames: Any, name: str) -> None:
    with pytest.raises(InputError, match=f"column '{name}' must hold numbers"):
        panel_of(frames().assign(**{name: "much"}))


def test_an_index_may_be_named_as_a_column_is(frames: Any) -> None:
    frame = frames().set_index("prompt_id", drop=False)

    assert len(panel_of(frame)) == 3
