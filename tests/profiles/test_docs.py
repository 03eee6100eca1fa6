"""The page about profiles names every field, and its example is a profile file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from distilkit.profiles import aliases, schema
from distilkit.profiles.providers import ENVIRONMENT_FIELDS, TYPES
from distilkit.profiles.strategy import POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from distilkit.profiles import Profiles

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "profiles.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[A-Za-z_]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))
MODELS = [
    schema.File,
    schema.Section,
    schema.RateLimitFields,
    schema.RetryFields,
    schema.ConnectionFields,
    schema.ProxyFields,
    schema.ThinkingFields,
    schema.PriceFields,
    schema.TermsFields,
    schema.StrategyFields,
    schema.BudgetFields,
    schema.AllowanceFields,
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_is_explained(model: type[schema.Strict]) -> None:
    assert set(model.model_fields) - WORDS == set()


def test_every_type_policy_variable_and_idle_field_is_named() -> None:
    idle = {path[-1] for path in aliases.NO_EFFECT}
    variables = {name for rows in ENVIRONMENT_FIELDS.values() for _, names in rows for name in names}
    assert {*TYPES, *POLICIES, *idle, *variables} - WORDS == set()


def test_the_example_is_a_profile_file(load: Callable[[str], Profiles]) -> None:
    example = next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "providers" in block)
    profiles = load(example)
    assert [profiles[name].name for name in profiles][3:] == ["openai/gpt-4o", "openai/gpt-4o-mini", "lab"]
