"""Terms of use by teacher: whose word counts, and how loudly a "no" is told."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from distilkit.distilling.notices import DataWarning
from distilkit.distilling.terms import standings, warn_of_terms
from distilkit.errors import InputError
from distilkit.profiles import Terms

FILE = """
providers:
  lab:
    type: custom
    base_url: http://localhost:1
    api_key: ${CANARY_NOT_SET}
    models: [a, {name: b, terms: {training: disallowed}}]
    terms: {training: allowed, source: ours, date: 2026-01-31}
"""
ROWS = pd.DataFrame(
    {
        "prompt": ["p"] * 4,
        "provider": ["custom_openai", "custom_openai", "openai", "openai"],
        "served_by": ["lab/a", "lab/b", "gpt-4o", "gpt-4o"],
        "chosen": [True, True, True, False],
    }
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "distilkit.yaml"
    path.write_text(FILE)
    return path


def trainings(found: list[Any]) -> dict[str, str]:
    return {each.teacher: each.terms.training for each in found}


def test_the_profile_file_says_it_without_any_key(config: Path) -> None:
    found = standings(ROWS, config=config)

    assert trainings(found) == {"lab/a": "allowed", "lab/b": "disallowed", "gpt-4o": "unknown"}
    assert found[0].terms == Terms(training="allowed", source="ours", date="2026-01-31")


def test_only_chosen_rows_count(config: Path) -> None:
    assert {each.teacher: each.rows for each in standings(ROWS, config=config)} == {"lab/a": 1, "lab/b": 1, "gpt-4o": 1}


@pytest.mark.parametrize("name", ["lab/a", "lab", "custom_openai"])
def test_the_caller_may_name_a_teacher_a_section_or_a_provider(name: str, config: Path) -> None:
    found = standings(ROWS, {name: "disallowed"}, config)

    assert trainings(found)["lab/a"] == "disallowed"
    assert trainings(found)["gpt-4o"] == "unknown"


def test_the_nearest_name_wins(config: Path) -> None:
    terms = {"custom_openai": "disallowed", "lab": "unknown", "lab/a": "allowed"}

    assert trainings(standings(ROWS, terms, config)) == {"lab/a": "allowed", "lab/b": "unknown", "gpt-4o": "unknown"}


def test_nothing_is_built_in() -> None:
    assert set(trainings(standings(ROWS)).values()) == {"unknown"}


def test_a_no_is_told_loudly_with_its_rows_and_source() -> None:
    found = standings(ROWS, {"openai": {"training": "disallowed", "source": "https://example.com/t"}})

    with pytest.warns(DataWarning, match=r"1 CHOSEN ROWS ARE NOT ALLOWED.*1 of gpt-4o \(https://example.com/t\)"):
        warn_of_terms(found)


def test_where_nobody_said_no_nothing_is_told() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_terms(standings(ROWS, {"openai": "allowed"}))


def test_a_frame_that_names_nobody_has_unknown_terms() -> None:
    (only,) = standings(pd.DataFrame({"prompt": ["p"], "content": ["c"]}))

    assert (only.teacher, only.provider, only.terms.training) == ("unknown", None, "unknown")


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        (["openai"], "terms= takes a mapping"),
        ({"openai": "perhaps"}, r"terms=\{'openai': ...\}: training must be one of"),
        ({"openai": {"training": "allowed", "date": "soon"}}, "must be a day written as"),
        ({"openai": {"train": True}}, "has no field 'train'"),
    ],
)
def test_terms_that_are_none_are_refused(terms: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        standings(ROWS, terms)
