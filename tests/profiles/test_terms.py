"""What a profile file says of terms of use, and what it may say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from distilkit.profiles import Terms

READ = "{training: allowed, source: 'https://example.com/terms', date: 2026-01-31}"
FILE = f"""
providers:
  lab:
    type: custom
    base_url: http://localhost:1
    terms: {READ}
    models: [a, {{name: b, terms: {{training: disallowed}}}}, {{name: c, base_url: 'http://localhost:2'}}]
  openai: {{type: openai, models: [gpt-4o]}}
"""
ALLOWED = Terms(training="allowed", source="https://example.com/terms", date="2026-01-31")


def test_a_profile_carries_its_sections_terms(load: Callable[[str], Any]) -> None:
    assert load(FILE)["lab/a"].terms == ALLOWED


def test_a_models_own_terms_are_not_mixed_with_its_sections(load: Callable[[str], Any]) -> None:
    assert load(FILE)["lab/b"].terms == Terms(training="disallowed")


def test_at_another_address_the_sections_terms_say_nothing(load: Callable[[str], Any]) -> None:
    assert load(FILE)["lab/c"].terms is None


def test_what_no_file_says_is_none(load: Callable[[str], Any]) -> None:
    assert load(FILE)["openai/gpt-4o"].terms is None


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ("{training: yes}", "must be one of allowed, disallowed, unknown"),
        ("{training: allowed, date: 31.1.2026}", "must be a day written as 2026-01-31"),
        ("{training: allowed, date: '20260131'}", "must be a day written as 2026-01-31"),
        ("{source: somewhere}", "training is missing; add it"),
        ("{training: allowed, url: x}", "unknown field"),
    ],
)
def test_what_cannot_stand_there_is_one_line(terms: str, told: str, refusal: Callable[[str], list[str]]) -> None:
    (line,) = refusal(f"providers:\n  a:\n    type: openai\n    model: m\n    terms: {terms}\n")

    assert line.startswith("profiles.yaml:5: providers.a.terms")
    assert told in line


def test_defaults_say_nothing_of_terms(refusal: Callable[[str], list[str]]) -> None:
    """What one provider allows says nothing of another."""
    (line,) = refusal("defaults: {terms: {training: allowed}}\nproviders: {openai: {model: m}}\n")

    assert "defaults.terms: unknown field" in line


def test_terms_are_made_of_a_word_or_of_their_fields() -> None:
    assert Terms.of("disallowed") == Terms.of({"training": "disallowed"}) == Terms(training="disallowed")
    assert Terms.of({"training": "allowed", "date": date(2026, 1, 31)}).date == "2026-01-31"
    assert Terms.of(ALLOWED) is ALLOWED


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("perhaps", "training must be one of"),
        ({"training": "allowed", "when": 1}, "has no field 'when'"),
        ({"training": "allowed", "source": " "}, "source must be a text"),
        ({"training": "allowed", "date": "January"}, "must be a day"),
        (7, "takes a mapping"),
    ],
)
def test_terms_that_are_none_are_refused(given: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Terms.of(given)
