"""Real answers of two models to 1,319 problems, judged by their recorded verdicts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from distilkit.distilling.funnel import funnel
from distilkit.teaching import distill


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> pd.DataFrame:
    """One row an answer, Mixtral's first, with the recorded verdict."""
    table = pd.read_csv(shared_data / "gsm8k_mixtral_gpt4.csv")
    models = list(table.columns[1:3])
    parts = [
        pd.DataFrame(
            {"prompt": table["prompt"], "profile": name, "content": table[f"{name}_response"], "right": table[name]}
        )
        for name in models
    ]
    return pd.concat(parts, ignore_index=True)


def test_every_row_stays_and_the_right_ones_are_valid(rows: pd.DataFrame) -> None:
    """747 that both have right, 383 and 95 that one has; 94 that neither has: see the counts of the paired test."""
    frame = distill(rows, verify=["right"], choose="shortest", near=None)

    assert len(frame) == 2 * 1_319
    assert frame["valid"].tolist() == rows["right"].tolist()
    assert frame["chosen"].sum() == 747 + 383 + 95
    assert set(frame["reasons"]) == {"", "verifier_failed"}
    assert frame.loc[frame["chosen"], "prompt"].is_unique


def test_the_funnel_counts_them(rows: pd.DataFrame) -> None:
    table = funnel(distill(rows, verify=["right"], choose="shortest", near=None), by="profile")
    left = table.loc[table["step"] == "valid"].set_index("profile")["rows"]

    assert left.tolist() == [747 + 95, 747 + 383]
    assert table["cost_usd"].isna().sum() > 0


def test_the_one_answer_that_both_gave_in_the_same_words_is_learnt_once(rows: pd.DataFrame) -> None:
    frame = distill(rows, verify=["right"], choose=None, near=None)

    assert frame["reasons"].value_counts()["duplicate_of"] == 1
    assert frame["chosen"].sum() == 2 * 747 + 383 + 95 - 1
