"""The configuration files we give away: they load without a word, and mean what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from distilkit.profiles import load_profiles
from tests.wire.cases import CASES

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
FILES = sorted(CONFIGS.glob("*.yaml"))


def test_there_are_files_and_none_takes_over() -> None:
    assert len(FILES) >= 8
    assert "distilkit.yaml" not in {path.name for path in FILES}, "it would be used wherever the repository is"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_given_file_loads_builds_and_lists(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warning would be an error here."""
    certificate = tmp_path / "ca.pem"
    certificate.touch()
    monkeypatch.setenv("COMPANY_CA_FILE", str(certificate))
    monkeypatch.setenv("COMPANY_PROXY", "http://user:canary-key-123@proxy.example:8080")

    profiles = load_profiles(path)

    assert [profiles[name].name for name in profiles] == list(profiles)
    assert "canary" not in repr(profiles.table())


def test_weights_of_the_strategies_file() -> None:
    shares = load_profiles(CONFIGS / "strategies.yaml").strategies["shares"]
    assert shares.weights == {"openai/gpt-4o": 0.5, "anthropic": 0.3, "ollama": 0.2}


def test_the_router_of_the_strategies_file() -> None:
    router = load_profiles(CONFIGS / "strategies.yaml").strategies["router"]
    assert router.asked == ("openai/gpt-4o-mini", "openai/gpt-4o")


def test_the_budget_of_the_strategies_file() -> None:
    budget = load_profiles(CONFIGS / "strategies.yaml").budget
    assert (budget.daily, budget.monthly, budget.providers["openai"].daily) == (10, 300, 3)


def test_every_type_of_provider_that_is_proven_at_the_wire_has_an_example() -> None:
    shown = {row["type"] for path in FILES for row in load_profiles(path).table()}

    assert {case.word for case in CASES} <= shown


def test_the_teachers_file_says_of_each_teacher_what_its_terms_allow() -> None:
    profiles = load_profiles(CONFIGS / "teachers.yaml")

    said = {name: profiles[name].terms.training for name in profiles if not name.startswith("sim/")}
    assert set(said.values()) == {"allowed", "disallowed", "unknown"}
    assert said["lab/Qwen/Qwen3-8B"] == "allowed", "the section's terms are its models'"
