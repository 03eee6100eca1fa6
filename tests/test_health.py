"""Is it reachable, is the key accepted, does the model exist: one tiny question each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.calls import Call, Record
from distilkit.errors import ProviderError
from distilkit.profiles import Profile
from distilkit.profiles.secrets import Secret
from distilkit.sim.spec import Dials


def failing(kind: Any, **more: Any) -> Any:
    async def send(_call: Call) -> Record:
        raise ProviderError(f"it is {kind}", kind=kind, provider="sim", **more)

    return send


def test_a_simulated_model_is_well(tmp_path: Path) -> None:
    row = dk.check("sim/small", store=tmp_path).iloc[0]

    assert (row["reachable"], row["authorised"], row["model_exists"]) == (True, True, True)
    assert row["latency_s"] > 0
    assert row["cost_usd"] > 0
    assert pd.isna(row["error"])


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("connection", (False, None, None)),
        ("authentication", (True, False, None)),
        ("model_not_found", (True, True, False)),
        ("rate_limit", (True, True, None)),
        ("timeout", (None, None, None)),
    ],
)
def test_each_error_shows_how_far_it_got(tmp_path: Path, kind: Any, shown: tuple[Any, ...]) -> None:
    row = dk.check("sim/small", store=tmp_path, send=failing(kind)).iloc[0]

    found = tuple(None if pd.isna(row[name]) else row[name] for name in ("reachable", "authorised", "model_exists"))
    assert found == shown
    assert row["error_kind"] == kind


def test_it_is_in_the_ledger_and_never_an_answer(tmp_path: Path) -> None:
    dk.check("sim/small", store=tmp_path)

    with dk.Store(tmp_path) as store:
        assert len(store) == 0
        assert [row.answers for row in store.spend_rows()] == [1]


def test_a_missing_key_is_a_row_and_nothing_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    profile = Profile(
        name="keyed", provider="openai", model="m", section="s", api_key=Secret(variables=("DISTILKIT_TEST_NO_KEY",))
    )

    row = dk.check([profile, "sim/small"], store=tmp_path).iloc[0]

    assert row["error_kind"] == "authentication"
    assert "DISTILKIT_TEST_NO_KEY" in row["error"]
    assert pd.isna(row["reachable"])


def test_every_member_of_a_strategy_is_checked_once(tmp_path: Path) -> None:
    team = dk.Strategy(name="team", policy="failover", profiles=["sim/small", "sim/large"])

    frame = dk.check([team, "sim/small"], store=tmp_path)

    assert frame["profile"].tolist() == ["sim/small", "sim/large"]


def test_what_it_shows_opens_and_closes_the_breaker(tmp_path: Path) -> None:
    dk.check("sim/small", store=tmp_path, send=failing("authentication"))
    opened = dk.status("sim/small", store=tmp_path)["breaker"][0]

    dk.check("sim/small", store=tmp_path)

    assert (opened, dk.status("sim/small", store=tmp_path)["breaker"][0]) == ("open", "closed")


def test_an_odd_reply_hides_nobody_elses_health(tmp_path: Path) -> None:
    async def send(call: Call) -> Record:
        if call.profile.name == "sim/small":
            raise ZeroDivisionError("odd")
        return Record(provider="sim", raw={"choices": []}, latency_s=0.1)

    frame = dk.check(["sim/small", "sim/large"], store=tmp_path, send=send)

    assert frame["error_kind"].fillna("").tolist() == ["unknown", ""]


def test_a_run_checks_beside_its_calls_where_a_strategy_asks_for_it(tmp_path: Path) -> None:
    dials = Dials(latency_s=0.2, jitter=0)
    slow = Profile(name="slow", provider="sim", model="slow", section="s", max_concurrency=1, sim=dials)
    team = dk.Strategy(name="team", policy="failover", profiles=[slow], health_check_interval_s=0.1)

    dk.compare(list("abcdefghijkl"), [team], store=tmp_path, progress=False)

    with dk.Store(tmp_path) as store:
        assert store.spend_rows()[0].answers > 12
