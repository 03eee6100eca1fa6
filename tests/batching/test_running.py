"""A run by batches, against a provider that speaks each format over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from distilkit.store import Store

FORMATS = ["openai", "azure", "anthropic", "mistral"]


@pytest.mark.parametrize("kind", FORMATS)
def test_every_prompt_is_answered_by_one_batch(ask: Any, profile: Any, provider: Any, kind: str) -> None:
    ran = ask(["one", "two", "three"], profile(kind))

    assert ran.frame["content"].tolist() == ["answer to one", "answer to two", "answer to three"]
    assert len(provider.jobs) == 1
    assert provider.chats == []


@pytest.mark.parametrize("kind", FORMATS)
def test_a_second_run_is_served_from_the_store(ask: Any, profile: Any, provider: Any, kind: str) -> None:
    ask(["one", "two"], profile(kind))
    before = len(provider.seen)

    again = ask(["one", "two"], profile(kind))

    assert again.frame["from_store"].all()
    assert len(provider.seen) == before


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_billed_is_half_the_list_price_and_the_ledger_agrees(
    ask: Any, profile: Any, store: Any, kind: str
) -> None:
    row = ask(["one"], profile(kind)).frame.iloc[0]

    assert row["cost_usd"] == pytest.approx(0.012)
    assert row["billed_usd"] == pytest.approx(0.006)
    with Store(store) as kept:
        assert [float(each.cost_usd) for each in kept.spend_rows()] == [pytest.approx(0.006)]


@pytest.mark.parametrize("kind", FORMATS)
def test_the_record_is_that_of_a_single_request_and_names_its_batch(
    ask: Any, profile: Any, provider: Any, store: Any, kind: str
) -> None:
    key = ask(["one"], profile(kind)).frame["key"].iloc[0]

    with Store(store) as kept:
        record = kept.get(key)
    body = next(iter(provider.jobs.values())).bodies[key]
    assert record.batch == "batch_0"
    assert record.sent == {name: value for name, value in body.items() if name not in {"messages", "system"}}
    assert record.latency_s is None


def test_the_key_is_in_headers_alone(ask: Any, profile: Any, provider: Any, store: Any, canary: str) -> None:
    ask(["one"], profile())

    assert all(headers["authorization"] == f"Bearer {canary}" for headers in provider.headers)
    assert not any(canary.encode() in path.read_bytes() for path in store.iterdir())
    assert not any(canary in target for _, target in provider.seen)


def test_azure_names_the_deployment_in_each_request_and_waits_until_a_file_is_taken_in(
    ask: Any, profile: Any, provider: Any, canary: str
) -> None:
    provider.slow_files = 3

    ask(["one"], profile("azure", model="mini"))

    assert [json.loads(line)["body"]["model"] for line in provider.files["file-0"].splitlines()] == ["mini"]
    assert ("POST", "/openai/files?api-version=2024-10-21") in provider.seen
    assert ("POST", "/openai/batches?api-version=2024-10-21") in provider.seen
    assert provider.seen.count(("GET", "/openai/files/file-0?api-version=2024-10-21")) == 3
    assert {headers["api-key"] for headers in provider.headers} == {canary}


def test_several_samples_of_a_prompt_are_requests_of_their_own(ask: Any, profile: Any, provider: Any) -> None:
    ran = ask(["one"], profile(), samples=3)

    assert len(provider.handed_over) == 3
    assert ran.frame["content"].notna().all()


def test_the_same_question_to_two_names_is_handed_over_once(ask: Any, profile: Any, provider: Any) -> None:
    ran = ask(["one"], profile(), profile(name="q"))

    assert provider.handed_over.total() == 1
    assert ran.frame["billed_usd"].tolist() == [pytest.approx(0.006), 0.0]
    assert ran.frame["from_store"].tolist() == [False, True]


def test_two_profiles_are_two_batches(ask: Any, profile: Any, provider: Any) -> None:
    ran = ask(["one"], profile(), profile("anthropic", name="a", section="a"))

    assert len(provider.jobs) == 2
    assert ran.frame["error"].isna().all()


def test_it_is_said_what_is_sent_waits_and_is_answered(ask: Any, profile: Any) -> None:
    ran = ask(["one", "two"], profile())

    assert len(ran.said("sent")) == len(ran.said("answered")) == 2
    assert {event.reason for event in ran.said("waiting")} == {"batch"}


def test_looks_grow_apart_up_to_a_minute(ask: Any, profile: Any, provider: Any, clock: Any) -> None:
    provider.ends_after = 12

    ask(["one"], profile())

    assert clock.slept[0] == 2
    assert clock.slept == sorted(clock.slept)
    assert clock.slept[-1] == 60
