"""Which steps a funnel draws: of a table, of a comparison, of a training set; and never several funnels as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from distilkit import plot
from distilkit.distilling.funnel import funnel as steps_to_training
from distilkit.distilling.pipeline import judge_rows, wishes
from distilkit.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def judged() -> pd.DataFrame:
    """Return four judged rows of two profiles at a dollar each; one was wrong."""
    columns: dict[str, Any] = {
        "prompt_id": [1, 1, 2, 2],
        "prompt": ["one?", "one?", "two?", "two?"],
        "profile": ["a", "b", "a", "b"],
        "content": ["1", "1", "2", "3"],
        "cost_usd": pd.array([1.0] * 4, dtype="Float64"),
        "correct": pd.array([True, True, True, False], dtype="boolean"),
    }
    return judge_rows(pd.DataFrame(columns), wishes(verify="correct"))


def steps(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def test_a_training_set_is_drawn_by_its_own_steps_without_asking_which_score() -> None:
    ax = plot.funnel(judged())

    assert steps(ax) == ["asked", "answered", "not truncated", "verified", "valid", "chosen"]
    assert steps(ax) == steps(plot.funnel(steps_to_training(judged())))


def test_a_named_score_draws_a_training_set_as_a_comparison() -> None:
    assert steps(plot.funnel(judged(), score="correct"))[-1] == "right"


def test_several_funnels_are_never_drawn_as_one() -> None:
    table = steps_to_training(judged(), by="profile")

    with pytest.raises(InputError, match="'asked' twice"):
        plot.funnel(table)
    assert steps(plot.funnel(table[table["profile"] == "a"]))[0] == "asked"


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(InputError, match="takes a DataFrame"):
        plot.funnel(None)  # type: ignore[arg-type] # what this test is about
