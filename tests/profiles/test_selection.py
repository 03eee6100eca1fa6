"""Strategies, the budget and the default, as a file states them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from distilkit.profiles import Allowance, Budget, Evidence, Strategy

if TYPE_CHECKING:
    from collections.abc import Callable

    from distilkit.profiles import Profiles

    Load = Callable[[str], Profiles]

THREE = """
providers:
  a: {type: openai, models: [x, y]}
  b: {type: ollama, model: z}
"""


def test_a_strategy_with_every_field(load: Load) -> None:
    strategies = load(
        f"""{THREE}
strategies:
  s: {{policy: weighted, profiles: [a/x, b], weights: {{a/x: 0.7, b: 3}}, max_failures: 5, recovery_timeout: 60,
       health_check_interval: 30}}
"""
    ).strategies
    assert strategies["s"] == Strategy(
        name="s",
        policy="weighted",
        profiles=("a/x", "b"),
        weights={"a/x": 0.7, "b": 3},
        max_failures=5,
        recovery_timeout_s=60,
        health_check_interval_s=30,
    )


def test_weights_alone_make_it_weighted(load: Load) -> None:
    strategy = load(f"{THREE}strategies: {{s: {{providers: {{a: 0.5, b: 0.5}}}}}}").strategies["s"]
    assert (strategy.policy, strategy.profiles, strategy.weights) == ("weighted", ("a/x", "b"), {"a/x": 0.5, "b": 0.5})


EVIDENCE = "a/x: {quality: 0.9, quality_low: 0.85, cost_per_item_usd: 0.00002, n: 200}, b: {quality: 0.7}"


def test_a_strategy_with_evidence(load: Load) -> None:
    strategies = load(
        f"""{THREE}
strategies:
  s: {{policy: cheapest_good_enough, quality: 0.8, profiles: [b, a/x], evidence: {{{EVIDENCE}}}}}
"""
    ).strategies
    assert strategies["s"] == Strategy(
        name="s",
        policy="cheapest_good_enough",
        profiles=("b", "a/x"),
        quality=0.8,
        evidence={
            "a/x": Evidence(quality=0.9, quality_low=0.85, cost_per_item_usd=0.00002, n=200),
            "b": Evidence(quality=0.7),
        },
    )


def test_evidence_alone_says_the_policy_and_the_profiles(load: Load) -> None:
    text = f"{THREE}strategies: {{s: {{quality: 0.8, evidence: {{a: {{quality: 0.9}}, b: {{quality: 0.8}}}}}}}}"
    strategy = load(text).strategies["s"]
    assert (strategy.policy, strategy.profiles) == ("cheapest_good_enough", ("a/x", "b"))
    assert set(strategy.evidence) == {"a/x", "b"}


def test_the_quality_may_stand_in_a_variable(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAST", "0.65")
    strategy = load(f"{THREE}strategies: {{s: {{quality: '${{LEAST}}', evidence: {{{EVIDENCE}}}}}}}").strategies["s"]
    assert strategy.asked == ("a/x", "b")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            f"quality: 0.95, evidence: {{{EVIDENCE}}}",
            "strategies.s.quality: no profile reaches quality 0.95; the best, 'a/x', has 0.9; lower it to 0.9, or add",
        ),
        (f"evidence: {{{EVIDENCE}}}", "strategies.s: quality is missing; add the least mean score wanted"),
        (
            f"quality: 0.8, profiles: [b], evidence: {{{EVIDENCE}}}",
            "strategies.s.evidence: every profile needs evidence",
        ),
        ("policy: cheapest_good_enough, quality: 0.8, profiles: [b]", "strategies.s: every profile needs evidence"),
        ("policy: failover, quality: 0.8, profiles: [b]", "strategies.s.quality: quality and evidence are for policy"),
        (f"policy: fastest, evidence: {{{EVIDENCE}}}", "strategies.s.evidence: quality and evidence are for policy"),
        ("quality: 0.8, evidence: {b: {quality: 0.8, qualty_low: 1}}", "did you mean quality_low?"),
        ("quality: 0.8, evidence: {b: {quality: 0.8, cost_usd: 1}}", "did you mean cost_per_item_usd?"),
        ("quality: 0.8, evidence: {b: {quality_low: 0.8}}", "strategies.s.evidence.b: quality is missing; add it"),
        (
            "quality: 0.8, evidence: {b: {quality: 0.8, quality_low: 0.9}}",
            "evidence.b: quality_low is 0.9, above quality",
        ),
        ("quality: 0.8, evidence: {b: {quality: good}}", "evidence.b.quality: expected a number, got text"),
        ("quality: 0.8, evidence: {b: {quality: 1, n: 1.5}}", "evidence.b.n: expected a whole number"),
        ("quality: 0.8, evidence: {b: {quality: 1, cost_per_item_usd: -1}}", "must be at least 0"),
        ("quality: high, evidence: {b: {quality: 1}}", "strategies.s.quality: expected a number, got text"),
        ("qualty: 0.8, evidence: {b: {quality: 1}}", "strategies.s.qualty: unknown field; did you mean quality?"),
        ("quality: 0.8, evidence: {c: {quality: 1}}", "evidence.c: no such profile"),
        ("policy: cheapest_god_enough, profiles: [b]", "did you mean cheapest_good_enough?"),
    ],
)
def test_evidence_that_decides_nothing_is_refused_by_line(
    fields: str, told: str, refusal: Callable[[str], list[str]]
) -> None:
    lines = refusal(f"{THREE}strategies:\n  s: {{{fields}}}\n")

    assert any(told in line for line in lines), lines
    assert all(line.startswith("profiles.yaml:6: ") for line in lines)


@pytest.mark.parametrize(
    ("word", "policy"),
    [
        ("failover", "failover"),
        ("round_robin", "round_robin"),
        ("least_connections", "least_busy"),
        ("performance_based", "fastest"),
        ("least_cost", "least_cost"),
        ("token_load_balancing", "most_headroom"),
    ],
)
def test_policies_have_the_words_of_the_documents(word: str, policy: str, load: Load) -> None:
    text = f"{THREE}strategies: {{s: {{algorithm: {word}, profiles: [a/x, b]}}}}"
    assert load(text).strategies["s"].policy == policy


def test_a_strategy_may_name_built_in_and_bare_models(load: Load) -> None:
    strategy = load("strategies: {s: {profiles: [sim/small, gpt-4o-mini, anthropic/claude-x]}}").strategies["s"]
    assert strategy.profiles == ("sim/small", "gpt-4o-mini", "anthropic/claude-x")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("policy: failover, profiles: [a/x], weights: {a/x: 1}", "weights are for policy weighted"),
        ("profiles: [a/x, b], weights: {a/x: 1}", "every profile needs a weight"),
        ("profiles: [a/x], weights: {a/x: 0}", "must be more than 0"),
        ("profiles: [a/x], provider: b", "has both profiles and provider"),
        ("fallback_providers: b", "expected a list"),
        ("profiles: [a, b, a/x]", "names a/x twice; for a larger share use weights"),
        ("profiles: [s, b]", "strategies.s.profiles.1: no such profile"),
    ],
)
def test_a_strategy_that_contradicts_itself_is_refused(
    fields: str, told: str, refusal: Callable[[str], list[str]]
) -> None:
    assert any(told in line for line in refusal(f"{THREE}strategies: {{s: {{{fields}}}}}"))


def test_a_strategy_named_like_a_profile_is_refused(refusal: Callable[[str], list[str]]) -> None:
    (line,) = refusal(f"{THREE}strategies: {{b: {{profiles: [a/x]}}}}")
    assert "a profile has this name too" in line


@pytest.mark.parametrize("name", ["''", "' s'", '"s\\n"', "s" * 201])
def test_a_strategy_without_a_name_that_can_be_shown_is_refused(name: str, refusal: Callable[[str], list[str]]) -> None:
    (line,) = refusal(f"{THREE}strategies: {{{name}: {{profiles: [b]}}}}")
    assert "bad name" in line


def test_a_strategy_named_like_a_bare_model_of_its_own_is_refused(refusal: Callable[[str], list[str]]) -> None:
    (line,) = refusal(f"{THREE}strategies: {{gpt-4o: {{profiles: [gpt-4o, b]}}}}")
    assert "a profile has this name too" in line


def test_a_strategy_that_is_wrong_is_told_once_also_as_the_default(refusal: Callable[[str], list[str]]) -> None:
    (line,) = refusal(f"{THREE}default_provider: s\nstrategies: {{s: {{policy: failover}}}}")
    assert "names no profiles" in line


def test_the_budget_is_exact(load: Load) -> None:
    budget = load("budget: {run: 0.30, daily: 10.10, monthly_budget: 300, alert_threshold: 0.9}").budget
    assert budget == Budget(run=Decimal("0.30"), daily=Decimal("10.10"), monthly=Decimal(300), alert_at=Decimal("0.9"))
    assert load("").budget == Budget(daily=None, monthly=None, alert_at=Decimal("0.8"))


def test_a_budget_for_one_section(load: Load) -> None:
    budget = load(
        f"{THREE}budget: {{daily: 10, providers: {{a: {{daily_budget: 0.1}}, b: {{run: 2, monthly: 3}}}}}}"
    ).budget
    assert budget == Budget(
        daily=Decimal(10),
        providers={"a": Allowance(daily=Decimal("0.1")), "b": Allowance(run=Decimal(2), monthly=Decimal(3))},
    )


def test_a_budget_for_the_models_of_a_provider_without_a_section(load: Load) -> None:
    """`gpt-4o-mini`, asked for bare, stands in the section `openai`; the built-in models stand in `sim`."""
    providers = load("budget: {providers: {openai: {run: 1}, sim: {run: 2}}}").budget.providers
    assert providers == {"openai": Allowance(run=Decimal(1)), "sim": Allowance(run=Decimal(2))}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bb1", "no such provider section; did you mean b1?"),
        ("openai", "no such provider section; did you mean a?"),
        ("google", "no such provider section; did you mean gemini?"),
        ("nobody", "no such provider section; known: a, b1, sim"),
    ],
)
def test_a_budget_for_no_section_is_refused(name: str, told: str, refusal: Callable[[str], list[str]]) -> None:
    sections = "providers:\n  a: {type: openai}\n  b1: {type: ollama, model: x}\n"
    (line,) = refusal(f"{sections}budget:\n  providers:\n    {name}: {{daily: 1}}\n")
    assert line == f"profiles.yaml:6: budget.providers.{name}: {told}"


def test_a_budget_from_the_environment(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILY", "0.30")
    budget = load(f"{THREE}budget: {{daily: '${{DAILY}}', providers: {{a: {{daily: '${{DAILY}}'}}}}}}").budget
    assert budget == Budget(daily=Decimal("0.30"), providers={"a": Allowance(daily=Decimal("0.30"))})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("default_provider: b", "b"),
        ("default_provider: a", "a/x"),
        ("default_provider: a/y", "a/y"),
        ("default_provider: s\nstrategies: {s: {profiles: [b]}}", "s"),
        ("", None),
    ],
)
def test_the_default(text: str, expected: str | None, load: Load) -> None:
    assert load(f"{THREE}{text}").default == expected


def test_two_defaults_are_refused(refusal: Callable[[str], list[str]]) -> None:
    (line,) = refusal("a: {type: openai, default: true}\nb: {type: openai, default: true}\n")
    assert line.startswith("profiles.yaml:2: b.default: a second default (the first is a)")
