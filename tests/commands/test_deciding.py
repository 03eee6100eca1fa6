"""summarize, pairwise, frontier and recommend in a terminal, over a file of rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from distilkit.cli import main


@pytest.fixture
def rows(tmp_path: Path) -> str:
    """Two models on forty prompts: one is right on 30 for little, the other on 38 for ten times as much."""
    right = [[place >= 40 - count for place in range(40)] for count in (30, 38)]
    frame = pd.DataFrame(
        {
            "prompt_id": [f"p{place}" for place in range(40)] * 2,
            "profile": ["cheap"] * 40 + ["dear"] * 40,
            "cost_usd": [0.001] * 40 + [0.01] * 40,
            "latency_s": 1.0,
            "right": right[0] + right[1],
        }
    )
    file = tmp_path / "rows.csv"
    frame.to_csv(file, index=False)
    return str(file)


def test_a_summary_shows_scores_and_dollars(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summarize", rows]) == 0

    out = capsys.readouterr().out
    assert all(words in out for words in ("cheap", "dear", "0.75", "0.95", "0.001", "right_low"))


def test_a_pair_shows_the_difference(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pairwise", rows, "--reference", "dear"]) == 0

    out = capsys.readouterr().out
    assert "-0.2" in out
    assert "0.1" in out


def test_a_frontier_shows_who_is_on_it(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["frontier", rows, "--score", "right"]) == 0

    assert capsys.readouterr().out.count("True") == 2


def test_a_recommendation_is_a_sentence(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", rows, "--quality", "0.5", "--budget", "20", "--items", "1000"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("verdict: accept\nreason: cheap: 0.75")


def test_nobody_fits_with_status_1(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", rows, "--quality", "0.99"]) == 1

    assert "verdict: none" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["summarize", "pairwise", "frontier", "recommend"])
def test_a_score_that_is_not_there_is_one_line(command: str, rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, rows, "--score", "rihgt"]) == 2

    assert capsys.readouterr().err.startswith("distilkit: score: no column 'rihgt'")


def test_notes_stand_under_the_table(rows: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    few = pd.read_csv(rows).groupby("profile").head(5)
    few.to_csv(tmp_path / "few.csv", index=False)

    assert main(["summarize", str(tmp_path / "few.csv")]) == 0

    assert "cheap: right: under 30 items" in capsys.readouterr().out
