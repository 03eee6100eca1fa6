"""`models`: rows from real endpoints, where context and price come from, and errors as rows."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from distilkit import Providers
from distilkit.discovery import amodels, catalogue, models
from distilkit.profiles import Price, Profile, Secret

COLUMNS = list(catalogue.COLUMNS)
RICH = {
    "id": "a/b",
    "created": 1721172741,
    "owned_by": "a",
    "context_length": 65536,
    "top_provider": {"max_completion_tokens": 8192},
    "pricing": {"prompt": "0.00000015", "completion": "0.0000006"},
}


def at(server: Any, provider: str = "openai", **fields: Any) -> Profile:
    base = {"name": "p", "section": "p", "model": "m", "api_key": Secret("canary-key-123456"), "timeout_s": 20.0}
    return Profile(**{**base, "provider": provider, "base_url": f"{server.url}/v1", **fields})


def test_a_row_a_model_with_what_the_endpoint_says(serving: Any) -> None:
    server = serving({"/v1/models": {"data": [RICH]}})

    frame = models(at(server, "openrouter", model="a/b", name="mine"))

    assert list(frame.columns) == COLUMNS
    row = frame.iloc[0]
    assert (row["provider"], row["model"], row["profile"], row["owned_by"]) == ("p", "a/b", "mine", "a")
    assert (row["context_length"], row["max_output_tokens"], row["context_source"]) == (65536, 8192, "provider")
    assert row["input_usd_per_million"] == pytest.approx(0.15)
    assert row["output_usd_per_million"] == pytest.approx(0.6)
    assert row["price_source"] == "provider"
    assert row["created_at"] == pd.Timestamp("2024-07-16T23:32:21Z")
    assert pd.isna(row["error"])


def test_the_kinds_of_column_are_the_same_for_one_row_and_none(serving: Any) -> None:
    server = serving({"/v1/models": {"data": [RICH]}})

    frame = models(at(server, "openrouter"))

    assert frame.dtypes.astype(str).to_dict() == catalogue.COLUMNS


def test_what_the_endpoint_keeps_silent_about_is_in_litellms_table(serving: Any) -> None:
    server = serving({"/v1/models": {"data": [{"id": "gpt-4o-mini"}, {"id": "nobody-knows-me"}]}})

    frame = models(at(server)).set_index("model")

    known = frame.loc["gpt-4o-mini"]
    assert (known["context_length"], known["context_source"], known["price_source"]) == (128000, "litellm", "litellm")
    assert known["input_usd_per_million"] == pytest.approx(0.15)
    unknown = frame.loc["nobody-knows-me"]
    assert unknown[["context_length", "input_usd_per_million", "context_source", "price_source"]].isna().all()


def test_context_and_price_may_come_from_two_places(serving: Any) -> None:
    server = serving({"/v1/models": {"data": [{"id": "gpt-4o-mini", "context_window": 99}]}})

    row = models(at(server)).iloc[0]

    assert (row["context_length"], row["context_source"], row["price_source"]) == (99, "provider", "litellm")
    assert row["max_output_tokens"] == 16384


def test_the_price_of_the_profile_counts_before_litellms(serving: Any) -> None:
    server = serving({"/v1/models": {"data": [{"id": "gpt-4o-mini"}]}})
    price = Price(input_per_million=Decimal("7.5"), output_per_million=Decimal(0))

    row = models(at(server, model="gpt-4o-mini", price=price)).iloc[0]

    assert (row["input_usd_per_million"], row["output_usd_per_million"], row["price_source"]) == (7.5, 0.0, "profile")


def test_two_profiles_with_two_prices_leave_a_model_without_one(serving: Any) -> None:
    server = serving({"/v1/models": {"data": [{"id": "m"}]}})
    prices = [Price(input_per_million=Decimal(n), output_per_million=Decimal(n)) for n in (1, 2)]

    row = models([at(server, name=f"p{price.input_per_million}", price=price) for price in prices]).iloc[0]

    assert row["profile"] == "p1, p2"
    assert pd.isna(row["input_usd_per_million"])


def test_the_sections_of_a_file_are_asked_once_each(serving: Any, config: Any) -> None:
    one, two = (serving({"/v1/models": {"data": [{"id": name}]}}) for name in ("m", "n"))
    text = "providers:\n"
    for name, server in (("one", one), ("two", two)):
        text += f"  {name}:\n    type: custom\n    base_url: {server.url}/v1\n    models: [m, n, x]\n"

    frame = models(config=config(text))

    assert [server.seen[0][1] for server in (one, two)] == ["/v1/models", "/v1/models"]
    assert sum(path == "/v1/models" for _, path, _ in one.seen) == 1
    assert frame[["provider", "model", "profile"]].to_numpy().tolist() == [["one", "m", "one/m"], ["two", "n", "two/n"]]


def test_sections_that_were_added_at_run_time_are_asked(serving: Any) -> None:
    server = serving({"/v1/models": {"data": [{"id": "m"}]}})
    providers = Providers()
    providers.add_model("lab", "m", base_url=f"{server.url}/v1")

    frames = [models(config=providers), models("lab", config=providers.config)]  # type: ignore[arg-type] # as everywhere

    assert [frame["profile"].tolist() for frame in frames] == [["lab/m"], ["lab/m"]]


def test_an_endpoint_that_fails_is_one_row_and_hides_no_other(serving: Any) -> None:
    good, bad = serving({"/v1/models": {"data": [{"id": "m"}]}}), serving({"/v1/models": 401})

    frame = models([at(bad, section="bad", name="b"), at(good, section="good", name="g")])

    assert frame["provider"].tolist() == ["bad", "good"]
    assert frame["error_kind"].fillna("").tolist() == ["authentication", ""]
    assert "status 401" in frame["error"][0]
    assert (pd.isna(frame["model"][0]), frame["profile"][0]) == (True, "b")


def test_a_section_that_cannot_be_built_is_one_row(config: Any) -> None:
    path = config("providers: {a: {type: custom, base_url: '${DISTILKIT_TEST_UNSET}', model: m}, s: {type: sim}}\n")

    frame = models(config=path)

    assert frame["provider"].tolist() == ["a", "s"]
    assert "DISTILKIT_TEST_UNSET" in frame["error"][0]
    assert pd.isna(frame["error"][1])


def test_a_key_that_is_not_set_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)

    frame = models("openrouter")

    assert frame["error_kind"].tolist() == ["authentication"]
    assert "OPENROUTER_API_KEY" in frame["error"][0]
    assert "any" not in frame["error"][0]


def test_an_endpoint_without_models_is_one_row_that_says_so(serving: Any) -> None:
    frame = models(at(serving({"/v1/models": {"data": []}})))

    assert frame["error_kind"].tolist() == ["model_not_found"]


def test_what_came_before_a_list_broke_off_stays(serving: Any) -> None:
    server = serving({"/v1/models": {"data": [{"id": "c"}], "has_more": True, "last_id": "c"}})

    frame = models(at(server, "anthropic"))

    assert frame["model"].fillna("").tolist() == ["c", ""]
    assert frame["error"].notna().tolist() == [False, True]


def test_the_simulator_is_listed_without_being_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def start() -> None:
        raise AssertionError("the simulator was started")

    monkeypatch.setattr("distilkit.sim.local_server", start)

    frame = models("sim")

    assert frame["model"].tolist() == ["small", "medium", "large"]
    assert frame["profile"].tolist() == ["sim/small", "sim/medium", "sim/large"]
    assert frame["owned_by"].unique().tolist() == ["simulated"]
    assert frame["price_source"].unique().tolist() == ["profile"]


def test_azures_deployments_are_those_the_file_names(serving: Any, config: Any) -> None:
    base = [
        {"id": "gpt-4o", "capabilities": {"chat_completion": True}},
        {"id": "ada", "capabilities": {"chat_completion": False}},
    ]
    server = serving({"/openai/models": {"data": base}})
    path = config(
        "providers:\n  azure:\n    type: azure_openai\n    api_key: canary-key-123456\n"
        f"    endpoint: {server.url}\n    models:\n      - deployment_name: our-mini\n      - deployment_name: ours\n"
    )

    frame = models("azure", config=path)

    assert frame["model"].tolist() == ["our-mini", "ours", "gpt-4o"]
    assert frame["profile"].fillna("").tolist() == ["azure/our-mini", "azure/ours", ""]
    ((_, target, headers),) = server.seen
    assert target == "/openai/models?api-version=2024-10-21"
    assert headers["api-key"] == "canary-key-123456"


def test_ollamas_latest_is_who_is_asked_for_without_a_tag(serving: Any) -> None:
    server = serving({"/api/tags": {"models": [{"name": "llama3:latest"}]}})

    frame = models(at(server, "ollama_chat", base_url=server.url, model="llama3", api_key=None))

    assert frame["profile"].tolist() == ["p"]


def test_hostile_names_are_plain_text_and_shown_escaped(serving: Any, canary: str) -> None:
    name = f"<img src=x onerror=alert(1)>{canary}\x1b[2J"
    server = serving({"/v1/models": {"data": [{"id": name, "owned_by": canary}]}})

    frame = models(at(server))

    assert "<img" not in frame._repr_html_()
    assert canary not in frame.to_csv()


def test_half_a_character_in_a_list_or_an_error_hides_no_other_row(serving: Any) -> None:
    half = serving({"/v1/models": {"data": [{"id": "\ud83d"}, {"id": "m", "owned_by": "\ud83d"}]}})
    wrong = serving({"/v1/models": {"error": {"message": "odd \ud83d", "code": 500}}})

    frame = models([at(half), at(wrong, name="q", section="q")])

    assert frame["model"].tolist() == ["m", pd.NA]
    assert frame["error"][1].endswith("odd ?")


def test_it_can_be_awaited(serving: Any) -> None:
    server = serving({"/v1/models": {"data": [RICH]}})

    async def main() -> pd.DataFrame:
        return await amodels(at(server, "openrouter"))

    assert asyncio.run(main())["model"].tolist() == ["a/b"]


def test_both_faces_have_their_names() -> None:
    assert (models.__name__, amodels.__name__) == ("models", "amodels")
