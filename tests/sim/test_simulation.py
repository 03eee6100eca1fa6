"""A simulated provider, request by request, with the time in the test's hands."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest

from distilkit.sim import Dials, items
from distilkit.sim.simulation import Reply, Simulation

PROMPTS = [item.prompt for item in items(60)]


def body(prompt: str = PROMPTS[0], **fields: Any) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": prompt}], **fields}).encode()


def simulation(**dials: Any) -> Simulation:
    return Simulation({"m": Dials(**dials)})


def statuses(replies: list[Reply]) -> list[int | None]:
    return [reply.status for reply in replies]


def test_a_provider_throttles_and_lets_in_again_when_it_said() -> None:
    sim = simulation(requests_per_minute=2)

    replies = [sim.receive(body(prompt), "0", at) for at, prompt in enumerate(PROMPTS[:4])]

    assert statuses(replies) == [200, 200, 429, 429]
    assert replies[2].headers["retry-after"] == "58"
    error = json.loads(replies[2].pieces[0])["error"]
    assert (error["code"], error["type"]) == ("rate_limit_exceeded", "requests")
    assert "simulated" in error["message"]
    assert sim.receive(body(), "0", 2 + 58.0).status == 200


def test_tokens_are_limited_by_what_the_usage_says() -> None:
    sim = simulation(tokens_per_minute=100)
    first = sim.receive(body(), "0", 0.0)
    total = json.loads(first.pieces[0])["usage"]["total_tokens"]

    assert first.headers["x-ratelimit-remaining-tokens"] == str(100 - total)
    assert sim.receive(body(), "0", 1.0).status == 429


def test_being_throttled_does_not_change_the_luck_of_the_attempts() -> None:
    def outcomes(**limits: Any) -> list[int | None]:
        sim, found = simulation(error_rate=0.5, **limits), []
        for second in range(300):
            reply = sim.receive(body(), "0", second / 2)
            if reply.status != 429:
                found.append(reply.status)
        return found

    throttled = outcomes(requests_per_minute=10)

    assert 20 <= len(throttled) <= 30
    assert throttled == outcomes()[: len(throttled)]


def test_a_retry_can_succeed_and_the_order_of_others_changes_nothing() -> None:
    def lucks(prompts: list[str]) -> dict[str, list[int | None]]:
        sim = simulation(error_rate=0.5)
        return {prompt: statuses([sim.receive(body(prompt), "0", 0.0) for _ in range(4)]) for prompt in prompts}

    assert lucks(PROMPTS) == lucks(PROMPTS[::-1])
    assert [500, 200] in [luck[:2] for luck in lucks(PROMPTS).values()]


def test_the_same_dials_have_one_name_and_any_other_dials_another() -> None:
    sim = Simulation({})
    name = sim.register("small", Dials())

    assert name.startswith("small@")
    assert sim.register("small", Dials()) == name
    others = [sim.register("small", Dials(latency_s=1.0)), sim.register("small", Dials(error_rate=0.1))]
    assert len({name, *others, sim.register("large", Dials())}) == 4


def test_registering_again_keeps_the_limits_used_up() -> None:
    sim = Simulation({})
    dials = Dials(requests_per_minute=1)
    sim.receive(body(model=sim.register("m", dials)), "0", 0.0)

    assert sim.receive(body(model=sim.register("m", dials)), "0", 1.0).status == 429


def test_the_answer_depends_on_the_plain_name_not_on_what_makes_the_wire_name() -> None:
    """A rehearsal with another latency or limit gives the answers that are stored already."""
    sim = Simulation({"m": Dials(skill=0.5)})
    slower = sim.register("m", Dials(skill=0.5, latency_s=7, requests_per_minute=500))

    for prompt in PROMPTS:
        plain, other = (
            json.loads(sim.receive(body(prompt, model=model), "0", 0.0).pieces[0]) for model in ("m", slower)
        )
        assert plain["choices"] == other["choices"]
        assert plain["model"] == other["model"] == "m"


def test_an_unknown_model_is_not_found_and_the_known_ones_are_named() -> None:
    reply = simulation().receive(body(model="gpt"), "0", 0.0)
    error = json.loads(reply.pieces[0])["error"]

    assert reply.status == 404
    assert (error["code"], error["type"]) == ("model_not_found", "invalid_request_error")
    assert error["message"] == "The simulated model 'gpt' does not exist; there are: m."


def test_reset_forgets_all_but_the_models() -> None:
    sim = simulation(requests_per_minute=1, error_rate=0.5)
    before = [sim.receive(body(prompt), "0", 0.0).status for prompt in PROMPTS[:2]]
    sim.reset()

    assert [sim.receive(body(prompt), "0", 1.0).status for prompt in PROMPTS[:2]] == before
    assert sim.stats()["distinct_requests"] == 2
    assert sim.stats()["most_per_minute"]["m"]["requests"] == 1


def test_the_most_of_any_minute_is_kept() -> None:
    sim = simulation()
    for at in (0, 1, 2, 100, 200, 201):
        sim.receive(body(), "0", float(at))

    assert sim.stats()["most_per_minute"]["m"]["requests"] == 3


def test_several_choices_differ_and_are_all_paid() -> None:
    one, four = (json.loads(simulation(skill=0.5).receive(body(PROMPTS[2], n=n), "0", 0.0).pieces[0]) for n in (1, 4))

    assert [choice["index"] for choice in four["choices"]] == [0, 1, 2, 3]
    assert four["choices"][0] == one["choices"][0]
    assert len({choice["message"]["content"] for choice in four["choices"]}) > 1
    assert four["usage"]["completion_tokens"] > 3 * one["usage"]["completion_tokens"]
    assert four["usage"]["prompt_tokens"] == one["usage"]["prompt_tokens"]


def test_tokens_promised_count_before_they_are_used() -> None:
    replies = {
        counts: simulation(tokens_per_minute=1000, counts_max_tokens=counts).receive(body(max_tokens=900), "0", 0.0)
        for counts in (True, False)
    }

    remaining = {counts: int(reply.headers["x-ratelimit-remaining-tokens"]) for counts, reply in replies.items()}
    prompt_tokens = json.loads(replies[True].pieces[0])["usage"]["prompt_tokens"]
    assert remaining[True] == 100 - prompt_tokens
    assert remaining[False] > 500


def test_input_and_output_are_limited_apart() -> None:
    sim = simulation(input_tokens_per_minute=10_000, output_tokens_per_minute=1)
    sim.receive(body(), "0", 0.0)

    refused = sim.receive(body(), "0", 1.0)

    assert refused.status == 429
    assert json.loads(refused.pieces[0])["error"]["type"] == "output_tokens"
    assert b"on output tokens per minute" in refused.pieces[0]


def test_a_refusal_without_a_word_of_when() -> None:
    sim = simulation(requests_per_minute=1, retry_after=False)
    sim.receive(body(), "0", 0.0)

    refused = sim.receive(body(), "0", 1.0)

    assert refused.status == 429
    assert not any(name.startswith("retry-after") for name in refused.headers)
    assert b"try again" not in refused.pieces[0]


def test_a_fixed_minute_forgives_at_its_end_and_the_statistics_do_not() -> None:
    sim = simulation(requests_per_minute=2, limit_style="fixed")

    found = statuses([sim.receive(body(), "0", at) for at in (58.0, 59.0, 59.5, 60.0, 61.0)])

    assert found == [200, 200, 429, 200, 200]
    assert sim.stats()["most_per_minute"]["m"]["requests"] == 4


def test_a_bucket_judges_by_its_burst() -> None:
    sim = simulation(requests_per_minute=60, limit_style="bucket", burst_s=2)

    found = statuses([sim.receive(body(), "0", at) for at in (0.0, 0.0, 0.0, 1.0)])

    assert found == [200, 200, 429, 200]


@pytest.mark.parametrize(
    ("dials", "expected"),
    [
        ({"outage_from_s": 10.0, "outage_until_s": 20.0}, [200, 200, 503, 503, 200]),
        ({"outage_from_s": 10.0}, [200, 200, 503, 503, 503]),
        ({"outage_until_s": 20.0}, [503, 503, 503, 503, 200]),
        ({}, [200, 200, 200, 200, 200]),
    ],
)
def test_an_outage_is_counted_from_the_first_request(dials: dict[str, float], expected: list[int]) -> None:
    sim = simulation(**dials)

    assert statuses([sim.receive(body(), "0", 1000.0 + at) for at in (0.0, 9.9, 10.0, 19.9, 20.0)]) == expected


def test_an_outage_uses_up_neither_limits_nor_attempts() -> None:
    def after_outage(**dials: Any) -> list[int | None]:
        sim = simulation(requests_per_minute=30, error_rate=0.5, **dials)
        for second in range(10):
            sim.receive(body(), "0", float(second))
        return statuses([sim.receive(body(), "0", 80.0) for _ in range(31)])

    out, fresh = after_outage(outage_until_s=10.0), simulation(requests_per_minute=30, error_rate=0.5)

    assert out == statuses([fresh.receive(body(), "0", 80.0) for _ in range(31)])


def test_dials_that_came_later_change_no_name_while_left_alone() -> None:
    """A wire name decides which requests the faults strike, and those are to be the same tomorrow."""
    assert Dials().full_digest() == "fa6fd42b890b"
    assert Dials(skill=0.5, requests_per_minute=3, seed=4).full_digest() == "957f3eb2cc69"
    assert Dials(limit_style="fixed").full_digest() != "fa6fd42b890b"


@pytest.mark.parametrize("field", [field.name for field in fields(Dials)])
def test_every_dial_changes_the_name(field: str) -> None:
    value = getattr(Dials(), field)
    other = {"thinking": "tags", "limit_style": "fixed"}.get(field, not value if isinstance(value, bool) else 0.25)

    assert replace(Dials(), **{field: other}).full_digest() != Dials().full_digest()


def test_how_limits_are_kept_changes_no_answer() -> None:
    """Stored answers are kept under this digest."""
    later = Dials(
        input_tokens_per_minute=1,
        output_tokens_per_minute=1,
        limit_style="bucket",
        burst_s=1,
        counts_max_tokens=True,
        retry_after=False,
        outage_from_s=1,
        outage_until_s=2,
    )

    assert later.digest() == Dials().digest() == "8440e27e4651"
