"""Who can be asked, and who is ticked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import distilkit as dk
from distilkit.errors import ConfigError, InputError
from distilkit.notebook.playground.offers import offers

FILE = """
providers:
  a: {type: sim, model: a}
  b: {type: openai, model: b}
strategies:
  both: {policy: failover, profiles: [a, b]}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "profiles.yaml"
    written.write_text(FILE)
    return written


def test_the_files_profiles_and_strategies_are_offered_and_a_missing_key_is_none_of_its_business(file: Path) -> None:
    offered = offers(file, None)

    assert list(offered.targets) == ["a", "b", "both"]
    assert offered.ticked == ("a",)
    assert offered.note == ""


def test_the_files_default_is_ticked(file: Path) -> None:
    file.write_text(FILE + "default_provider: b\n")

    assert offers(file, None).ticked == ("b",)


def test_those_named_are_ticked_and_stand_first(file: Path, fast: Any) -> None:
    own = fast("mine")

    offered = offers(file, ["both", own])

    assert list(offered.targets) == ["both", "mine", "a", "b"]
    assert offered.ticked == ("both", "mine")
    assert offered.targets["mine"] is own


def test_one_name_is_a_list_of_one(file: Path) -> None:
    assert offers(file, "b").ticked == ("b",)


def test_without_a_file_the_built_in_ones_are_offered_and_the_page_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    offered = offers(None, None)

    assert list(offered.targets) == ["sim/small", "sim/medium", "sim/large"]
    assert "No profile file was found" in offered.note


def test_an_object_that_holds_profiles_is_asked_as_it_is_then(file: Path) -> None:
    held = dk.Providers(file)

    assert offers(held, None).config is held


def test_a_wrong_file_and_wrong_types_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        offers(tmp_path / "none.yaml", None)
    with pytest.raises(InputError, match="config= must be the path"):
        offers(7, None)
    with pytest.raises(InputError, match="profiles= takes names"):
        offers(None, [7])  # type: ignore[list-item] # on purpose
