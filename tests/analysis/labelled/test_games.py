"""Games from pairs and from scores."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.labelled.games import Games, games_of
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]


def of(frame: pd.DataFrame, score: str | None = None, cluster: str | None = None) -> Games:
    return games_of(frame, score, cluster=cluster, missing="drop")


def pairs(*rows: tuple[object, str, str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["prompt_id", "profile_a", "profile_b", "winner"])


def test_a_higher_mean_score_wins_and_equals_tie(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name} for i in range(3) for name in "abc"]
    games = of(frame_of(rows, good=[1.0, 0.5, 0.5, 0.0, 1.0, None, 0.0, 0.0, 0.0]))

    assert games.wins.sum(axis=-1).tolist() == [[0, 1.5, 1.5], [1.5, 0, 1.0], [0.5, 1.0, 0]]
    assert games.ties.tolist() == [[0, 1, 1], [1, 0, 2], [1, 2, 0]]
    assert (games.prompts.tolist(), games.absent.tolist()) == ([3, 3, 2], [0, 0, 1])


def test_means_that_differ_by_rounding_tie(frame_of: MakeFrame) -> None:
    rows = [{"profile": name, "prompt_id": 0, "sample": sample} for name in "ab" for sample in range(3)]

    games = of(frame_of(rows, good=[0.1, 0.2, 0.3, 0.3, 0.2, 0.1]))

    assert games.ties[0, 1] == 1


def test_pairs_count_each_game_whoever_is_named_first() -> None:
    games = of(pairs((1, "x", "y", "a"), (2, "y", "x", "a"), (2, "y", "x", "b"), (3, "x", "y", "tie")))

    assert games.profiles == ("x", "y")
    assert games.wins.tolist() == [[[0, 0, 0], [1, 1, 0.5]], [[0, 1, 0.5], [0, 0, 0]]]
    assert games.ties.tolist() == [[0, 1], [1, 0]]
    assert games.prompts.tolist() == [3, 3]


def test_a_pair_without_a_winner_is_no_game() -> None:
    games = of(pairs((1, "x", "y", "a"), (2, "x", "z", None)))

    assert games.wins.sum() == 1
    assert (games.prompts.tolist(), games.absent.tolist()) == ([1, 1, 0], [1, 0, 1])


def test_pairs_without_prompts_are_each_on_their_own() -> None:
    assert of(pairs((1, "x", "y", "a"), (1, "x", "y", "b")).drop(columns="prompt_id")).wins.shape == (2, 2, 2)


def test_clusters_of_pairs_are_those_of_their_prompts() -> None:
    frame = pairs((1, "x", "y", "a"), (2, "x", "y", "b"), (3, "x", "y", "b")).assign(page=["p", "q", "p"])

    assert np.array_equal(of(frame, cluster="page").clusters, [0, 1, 0])


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ((1, "x", "y", "A"), "must hold 'a', 'b', 'tie' or nothing, not 'A' in row 1"),
        ((1, "x", "x", "a"), "row 1 pairs 'x' with itself"),
        ((1, None, "x", "a"), "'profile_a' is empty in row 1"),
        ((None, "x", "y", "a"), "'prompt_id' is empty in row 1"),
    ],
)
def test_a_wrong_pair_is_named(row: tuple[object, str, str, str], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        of(pairs((0, "x", "y", "a"), row))


def test_pairs_need_a_winner() -> None:
    with pytest.raises(InputError, match="no column 'won'"):
        of(pairs((0, "x", "y", "a")), "won")


def test_failing_is_for_scores() -> None:
    with pytest.raises(InputError, match="missing='fail' is for scores"):
        games_of(pairs((0, "x", "y", "a")), None, cluster=None, missing="fail")
