"""A comparison becomes a strategy: of a frame, and over the simulator from the comparison to the routed answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.analysis.choosing.routers import to_strategy
from distilkit.errors import ConfigError, InputError
from distilkit.profiles import Evidence, Profile, Strategy, load_profiles, save_strategy

MakeFrame = Callable[..., pd.DataFrame]
LAB = """\
# The lab.
providers:
  lab:
    type: sim
    retry: {max_attempts: 1}
    models:
      - {name: weak, simulation: {skill: 0, latency_s: 0}, price: {input_per_million: 1, output_per_million: 1}}
      - {name: best, simulation: {skill: 1, latency_s: 0}, price: {input_per_million: 9, output_per_million: 9}}
      - {name: fair, simulation: {skill: 1, latency_s: 0}, price: {input_per_million: 3, output_per_million: 3}}
"""
FAIR_IS_DOWN = ("name: fair, simulation: {", "name: fair, simulation: {outage_from_s: 0, ")


def lab(tmp_path: Path) -> Path:
    path = tmp_path / "distilkit.yaml"
    path.write_text(LAB, encoding="utf-8")
    return path


@pytest.fixture
def compared(frame_of: MakeFrame) -> pd.DataFrame:
    """`good` right in 3 of 4 at 2 dollars, `bad` in 1 of 4 at 1, `dear` in all at an unknown cost."""
    rows = [{"prompt_id": i, "profile": name} for name in ("bad", "dear", "good") for i in range(4)]
    cost = {"bad": 1.0, "dear": None, "good": 2.0}
    right = [True, False, False, False, *[True] * 4, True, True, True, False]
    return frame_of([{**row, "cost_usd": cost[row["profile"]]} for row in rows], right=right)


def test_the_evidence_is_what_summarize_says_in_six_digits(compared: pd.DataFrame) -> None:
    summary = dk.summarize(compared).set_index("profile")
    low = {name: float(f"{value:.6g}") for name, value in summary["right_low"].items()}

    strategy = to_strategy(compared, "router", quality=0.7)

    assert strategy == Strategy(
        name="router",
        policy="cheapest_good_enough",
        profiles=("bad", "dear", "good"),
        quality=0.7,
        evidence={
            "bad": Evidence(quality=0.25, quality_low=low["bad"], cost_per_item_usd=1, n=4),
            "dear": Evidence(quality=1.0, quality_low=low["dear"], n=4),
            "good": Evidence(quality=0.75, quality_low=low["good"], cost_per_item_usd=2, n=4),
        },
    )
    assert strategy.asked == ("good", "dear")


def test_missing_answers_can_count_as_wrong(compared: pd.DataFrame) -> None:
    failed = compared.assign(right=compared["right"].mask(compared.index == 11))
    failed.loc[11, ["content", "error_kind"]] = [pd.NA, "timeout"]

    assert to_strategy(failed, "r", quality=0.7).evidence["good"].quality == 1.0
    assert to_strategy(failed, "r", quality=0.7, missing="fail").evidence["good"].quality == 0.75


def test_those_that_are_named_are_asked_alone(compared: pd.DataFrame) -> None:
    good = Profile(name="good", provider="sim", model="m", section="good")

    assert to_strategy(compared, "r", quality=0.2, profiles=["bad", good]).profiles == ("bad", good)


def test_a_profile_without_a_score_is_left_out(compared: pd.DataFrame) -> None:
    ungraded = compared.assign(right=compared["right"].mask(compared["profile"] == "good"))

    assert to_strategy(ungraded, "r", quality=0.7).profiles == ("bad", "dear")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"quality": 1.1}, "no profile reaches quality 1.1; the best, 'dear', has 1; lower it to 1, or add a profile"),
        ({"quality": "high"}, "quality= must be the least mean score"),
        ({"quality": 0.5, "profiles": ["godo"]}, "'godo' has no score in the frame; scored are: bad, dear, good"),
        ({"quality": 0.5, "profiles": [7]}, "profiles= takes names and Profile objects, not int"),
        ({"quality": 0.5, "profiles": []}, "nobody to choose from"),
        ({"quality": 0.5, "score": "wrong"}, "no column 'wrong'"),
        ({"quality": 0.5, "name": " r"}, "name= must be"),
        ({"quality": 0.5, "name": "bad"}, "one of its profiles has this name too"),
    ],
)
def test_what_makes_no_router_is_refused(compared: pd.DataFrame, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        to_strategy(compared, **{"name": "r", **arguments})


def test_names_are_looked_up_where_a_file_is_given(compared: pd.DataFrame, tmp_path: Path) -> None:
    to_strategy(compared, "r", quality=0.5)

    with pytest.raises(ConfigError, match="'good': no such profile"):
        to_strategy(compared, "r", quality=0.5, config=lab(tmp_path))


def test_a_comparison_routes_and_fails_over(tmp_path: Path) -> None:
    """The simulator over HTTP: compare, make a strategy, write it, load it, route by it, and again in an outage."""
    config, tasks = lab(tmp_path), dk.sample_task(6)
    names = ["lab/weak", "lab/best", "lab/fair"]
    frame = dk.compare(
        tasks, names, score={"correct": dk.score.number_or_text("answer")}, config=config, store=tmp_path / "first"
    )

    router = to_strategy(frame, "router", quality=0.8, config=config)
    save_strategy(router, config)
    assert load_profiles(config).strategies == {"router": router}
    assert config.read_text(encoding="utf-8").startswith(LAB)

    kept = dk.compare(tasks, "router", config=config, store=tmp_path / "first")
    routed = dk.compare(tasks, "router", config=config, store=tmp_path / "second")
    config.write_text(config.read_text(encoding="utf-8").replace(*FAIR_IS_DOWN), encoding="utf-8")
    failed_over = dk.compare(tasks, "router", config=config, store=tmp_path / "third")

    assert set(kept["served_by"]) == {"lab/fair"}, "an answer of one that is not good enough is never served"
    assert kept["from_store"].all()
    assert (set(routed["profile"]), set(routed["served_by"])) == ({"router"}, {"lab/fair"})
    assert routed["content"].tolist() == frame.loc[frame["profile"] == "lab/fair", "content"].tolist()
    assert set(failed_over["served_by"]) == {"lab/best"}
    assert failed_over["error_kind"].isna().all()
    assert failed_over["tried"].str.contains("lab/fair: provider_error 503; lab/best: answered").any()
