"""What the runs on this machine are doing, as a table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import distilkit as dk
from distilkit.profiles import Profile
from distilkit.profiles.profile import RateLimit
from distilkit.sim.spec import Dials

LIMITED = Profile(
    name="limited",
    provider="sim",
    model="limited",
    section="s",
    limits=RateLimit(requests_per_minute=6_000, tokens_per_minute=1_000_000),
    sim=Dials(latency_s=0.01),
)


def test_limits_in_use_stand_beside_the_limits(tmp_path: Path) -> None:
    frame = dk.compare(["a", "b", "c"], [LIMITED], store=tmp_path, progress=False)

    row = dk.status([LIMITED], store=tmp_path).iloc[0]

    assert (row["requests"], row["request_limit"]) == (3, 6_000)
    assert row["tokens"] == frame["input_tokens"].sum() + frame["output_tokens"].sum()
    assert (row["answered"], row["failed"], row["in_flight"], row["waiting"]) == (3, 0, 0, 0)
    assert row["latency_s"] > 0
    assert row["breaker"] == "closed"


def test_a_store_nobody_used_shows_the_files_profiles(tmp_path: Path) -> None:
    (tmp_path / "distilkit.yaml").write_text("providers: {mine: {type: sim, model: m, rate_limit: {rpm: 60}}}\n")

    frame = dk.status(config=tmp_path / "distilkit.yaml", store=tmp_path / "store")

    assert frame["profile"].tolist() == ["mine"]
    assert frame["request_limit"].tolist() == [60]
    assert frame["latency_s"].isna().all()


def test_built_in_profiles_are_shown_once_they_were_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(dk.status(store=tmp_path / "store")) == 0

    dk.compare(["a"], ["sim/small"], store=tmp_path / "store", progress=False)

    assert dk.status(store=tmp_path / "store")["profile"].tolist() == ["sim/small"]


def test_an_unlimited_profile_has_no_limit(tmp_path: Path) -> None:
    row = dk.status("sim/small", store=tmp_path).iloc[0]

    assert pd.isna(row["request_limit"])
    assert pd.isna(row["tokens"])
