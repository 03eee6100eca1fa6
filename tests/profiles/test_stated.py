"""What a file states of a profile is found by its name, though the profile itself could not be built."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from distilkit.errors import ConfigError
from distilkit.profiles import Price, Terms, stated_price, stated_terms

FILE = """
providers:
  lab:
    type: custom
    base_url: http://localhost:1
    terms: {training: allowed, source: 'https://example.com/terms', date: 2026-01-31}
    models: [{name: a, price: {input_per_million: 0.5, output_per_million: 2}}, {name: c, base_url: 'http://localhost:2'}]
  openai: {type: openai, models: [gpt-4o]}
"""
ALLOWED = Terms(training="allowed", source="https://example.com/terms", date="2026-01-31")


@pytest.mark.parametrize(("name", "terms"), [("lab/a", ALLOWED), ("lab/unlisted", ALLOWED), ("lab/c", None)])
def test_terms_are_found_by_name_without_building_the_profile(
    name: str, terms: Terms | None, load: Callable[[str], Any]
) -> None:
    needs_a_key = FILE.replace("type: custom", "type: custom\n    api_key: ${CANARY_NOT_SET}")

    assert stated_terms(load(needs_a_key), name) == terms


def test_a_variable_in_terms_that_is_not_set_is_named(load: Callable[[str], Any]) -> None:
    profiles = load(FILE.replace("'https://example.com/terms'", '"${CANARY_NOT_SET}"'))

    with pytest.raises(ConfigError, match="CANARY_NOT_SET"):
        stated_terms(profiles, "lab/a")


@pytest.mark.parametrize("name", ["openai/gpt-4o", "nobody"])
def test_what_no_file_says_is_none(name: str, load: Callable[[str], Any]) -> None:
    assert stated_terms(load(FILE), name) is None
    assert stated_price(load(FILE), name) is None


def test_a_price_is_of_a_model_that_is_listed(load: Callable[[str], Any]) -> None:
    price = Price(input_per_million=Decimal("0.5"), output_per_million=Decimal(2))

    assert stated_price(load(FILE), "lab/a") == price
    assert stated_price(load(FILE), "lab/unlisted") is None
