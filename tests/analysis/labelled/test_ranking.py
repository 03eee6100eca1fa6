"""Ratings from pairs and from scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.labelled.ranking import rank
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]


def pairs(*results: tuple[str, str, str], **columns: Any) -> pd.DataFrame:
    """One row a letter of the third: a and b for who won, t for a tie, - for nothing."""
    words = {"a": "a", "b": "b", "t": "tie", "-": None}
    rows = [(first, second, words[letter]) for first, second, letters in results for letter in letters]
    return pd.DataFrame(rows, columns=["profile_a", "profile_b", "winner"]).assign(**columns)


PUBLISHED = (("A", "B", "a" * 6 + "b" * 4), ("A", "C", "a" * 8 + "b" * 2), ("B", "C", "a" * 7 + "b" * 3))


def test_the_published_ratings() -> None:
    table = rank(pairs(*PUBLISHED), replicates=200)

    assert table["profile"].tolist() == ["A", "B", "C"]
    assert table["rating"].tolist() == pytest.approx([1102.748, 1025.902, 871.350], abs=5e-4)
    assert table[["wins", "losses", "ties", "games", "rank"]].to_numpy().tolist() == [
        [14, 6, 0, 20, 1],
        [11, 9, 0, 20, 2],
        [5, 15, 0, 20, 3],
    ]


def test_ratings_do_not_depend_on_who_is_named_first() -> None:
    turned = pairs(("B", "A", "b" * 6 + "a" * 4), ("C", "A", "b" * 8 + "a" * 2), ("C", "B", "b" * 7 + "a" * 3))

    straight = rank(pairs(*PUBLISHED), replicates=100).set_index("profile")["rating"]
    assert rank(turned, replicates=100).set_index("profile")["rating"][straight.index].tolist() == pytest.approx(
        straight.tolist()
    )


def test_strengths_foretell_the_games() -> None:
    table = rank(pairs(("A", "B", "a" * 30 + "b" * 10)), replicates=100)

    strengths = table["strength"].tolist()
    assert strengths[0] / sum(strengths) == pytest.approx(0.75)
    assert strengths[0] * strengths[1] == pytest.approx(1.0)
    assert table["rating"].mean() == pytest.approx(1000)


def test_a_tie_is_half_a_win_for_each() -> None:
    tied, halved = pairs(("A", "B", "aaatttt")), pairs(("A", "B", "aaaabb" + "a"))

    assert rank(tied, replicates=100)["rating"].tolist() == pytest.approx(
        rank(halved, replicates=100)["rating"].tolist()
    )
    assert rank(tied, replicates=100)[["wins", "losses", "ties"]].to_numpy().tolist() == [[3, 0, 4], [0, 3, 4]]


def test_scores_are_games_on_each_prompt(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name} for i in range(40) for name in ("weak", "strong")]
    frame = frame_of(rows, good=[value for i in range(40) for value in (i % 4 == 0, i % 3 == 0)])
    scores = pairs(
        ("weak", "strong", "".join("t" if (i % 4 == 0) == (i % 3 == 0) else "ab"[i % 4 != 0] for i in range(40)))
    )

    from_scores, from_pairs = rank(frame, replicates=500), rank(scores, replicates=500)

    same = [name for name in from_pairs if name != "score"]
    pd.testing.assert_frame_equal(from_scores[same], from_pairs[same])
    assert from_scores["score"].tolist() == ["good", "good"]


def test_intervals_hold_the_true_difference_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    truth = 200 * np.log10(0.65 / 0.35)
    held = 0
    for study in range(80):
        wins = "".join(random.choice(["a", "b"], size=150, p=[0.65, 0.35]))
        row = rank(pairs(("A", "B", wins)), replicates=300, seed=study).set_index("profile").loc["A"]
        held += row["rating_low"] <= 1000 + truth <= row["rating_high"]

    assert 0.87 <= held / 80 <= 0.99


def test_the_bootstrap_of_two_agrees_with_scipy() -> None:
    from scipy.stats import bootstrap

    wins = np.array([1.0] * 60 + [0.0] * 40)
    table = rank(pairs(("A", "B", "a" * 60 + "b" * 40)), replicates=20_000)
    edges = bootstrap((wins,), np.mean, method="percentile", n_resamples=20_000, random_state=0).confidence_interval

    expected = [1000 + 200 * np.log10(share / (1 - share)) for share in edges]
    assert table[["rating_low", "rating_high"]].iloc[0].tolist() == pytest.approx(expected, abs=8)


def test_games_on_one_prompt_are_not_independent() -> None:
    letters = "aab" * 20
    once = rank(pairs(("A", "B", letters), prompt_id=range(60)), replicates=2000)
    again = pairs(("A", "B", "".join(letter * 5 for letter in letters)), prompt_id=np.repeat(np.arange(60), 5))

    five = rank(again, replicates=2000)

    assert five[["rating_low", "rating_high"]].to_numpy() == pytest.approx(
        once[["rating_low", "rating_high"]].to_numpy()
    )
    assert five["n"].tolist() == [60, 60]


def test_clusters_widen_the_interval() -> None:
    frame = pairs(("A", "B", ("a" * 4 + "b" * 4) * 12 + "a" * 4), prompt_id=range(100), page=np.arange(100) // 4)

    plain, clustered = rank(frame, replicates=2000).iloc[0], rank(frame, cluster="page", replicates=2000).iloc[0]

    width = (clustered["rating_high"] - clustered["rating_low"]) / (plain["rating_high"] - plain["rating_low"])
    assert width == pytest.approx(2, rel=0.1)


def test_who_was_never_beaten_has_no_interval_and_a_note() -> None:
    table = rank(pairs(("A", "B", "a" * 40), ("B", "C", "a" * 20 + "b" * 20)), replicates=200)

    assert table["profile"].tolist()[0] == "A"
    assert table["rating"].notna().all()
    assert table[["rating_low", "rating_high"]].isna().all(axis=None)
    assert (
        table["note"][0]
        == "somebody was never beaten by the rest: a tie added to each pair, distances understated, no interval"
    )
    assert table["rating"][0] - table["rating"][1] == pytest.approx(400 * np.log10(81), abs=1e-6)


def test_replicates_in_which_somebody_is_never_beaten_are_said() -> None:
    table = rank(pairs(("A", "B", "a" * 38 + "b" * 2)), replicates=500)

    assert table["rating_high"].notna().all()
    assert table["note"].str.match(r"somebody was never beaten in 1\d% of the replicates: a tie added there").all()


def test_profiles_that_nothing_links_are_not_compared() -> None:
    table = rank(pairs(("A", "B", "ab" * 20), ("C", "D", "ab" * 20)), replicates=100)

    assert table[["rating", "rank", "p_best", "strength"]].isna().all(axis=None)
    assert set(table["note"]) == {"no chain of games links all profiles: no rating compares them"}
    assert table["wins"].tolist() == [20, 20, 20, 20]


def test_a_profile_without_games_is_listed_last_and_spoils_nothing() -> None:
    frame = pairs(("Z", "A", "-" * 3), ("A", "B", "ab" * 20))

    table = rank(frame, replicates=100)

    assert table["profile"].tolist() == ["A", "B", "Z"]
    assert table.iloc[2][["n", "games", "rating", "note"]].tolist() == [
        0,
        0,
        pd.NA,
        "no games; 3 without a result left out",
    ]
    assert table["rating"][0] == pytest.approx(1000)


def test_equals_share_their_rank_and_the_chance_to_be_best() -> None:
    table = rank(pairs(("A", "B", "ab" * 50), ("B", "C", "ab" * 50), ("A", "C", "ab" * 50)), replicates=4000)

    assert table["rank"].tolist() == [1, 1, 1]
    assert table["p_best"].sum() == pytest.approx(1.0)
    assert table["p_best"].tolist() == pytest.approx([1 / 3] * 3, abs=0.04)


def test_the_same_seed_gives_the_same_table() -> None:
    first, second, other = (rank(pairs(*PUBLISHED), replicates=200, seed=seed) for seed in (1, 1, 2))

    pd.testing.assert_frame_equal(first, second)
    assert other["rating_low"].tolist() != first["rating_low"].tolist()


def test_missing_answers_lose_when_they_are_to_fail(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name} for i in range(40) for name in "ab"]
    rows[0]["error_kind"] = "timeout"
    frame = frame_of(rows, good=[None] + [i % 3 == 0 for i in range(79)])

    dropped, failed = (rank(frame, missing=how, replicates=100).set_index("profile") for how in ("drop", "fail"))

    assert dropped.loc["a", ["games", "n_missing", "missing"]].tolist() == [39, 1, "drop"]
    assert failed.loc["a", ["games", "n_missing", "missing"]].tolist() == [40, 1, "fail"]
    assert failed.loc["a", "losses"] == dropped.loc["a", "losses"] + 1


def test_columns_are_always_the_same_and_nullable() -> None:
    some, none = rank(pairs(*PUBLISHED), replicates=100), rank(pairs(("A", "B", "--")), replicates=100)

    assert some.dtypes.equals(none.dtypes)
    assert set(some.dtypes.map(str)) == {"string", "Int64", "Float64"}


def test_hostile_names_and_a_doubled_index_are_taken() -> None:
    frame = pairs(("A", "B", "ab" * 20))
    for side, name in (("profile_a", "$\ud800"), ("profile_b", "_b")):
        frame[side] = pd.array([name] * 40, dtype=pd.StringDtype("python"))
    frame.index = [0] * 40
    before = frame.copy()

    assert rank(frame, replicates=100)["profile"].tolist() == ["$\ud800", "_b"]
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"confidence": 95}, "confidence="),
        ({"replicates": 5}, "replicates="),
        ({"seed": -1}, "seed="),
        ({"cluster": "page"}, "no column 'page'"),
        ({"score": "won"}, "no column 'won'"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        rank(pairs(*PUBLISHED), **arguments)


def test_one_profile_has_nobody_to_play(frame_of: MakeFrame) -> None:
    with pytest.raises(InputError, match="the frame has one: 'small'"):
        rank(frame_of([{}], good=[True]))
