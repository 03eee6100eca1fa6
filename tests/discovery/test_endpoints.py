"""From names to endpoints: each asked once, unknown names told, broken sections kept apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from distilkit.discovery.endpoints import Broken, Endpoint, endpoints
from distilkit.errors import ConfigError, InputError
from distilkit.profiles import Profile, Strategy

FILE = """\
providers:
  openai:
    type: openai
    api_key: canary-key-123456
    models: [gpt-4o, gpt-4o-mini]
  lab:
    type: vllm
    base_url: http://h.test:8000/v1
    models:
      - model: qwen
      - {model: far, base_url: "http://other.test:8000/v1"}
  empty: {type: local, base_url: "http://h.test:1/v1"}
  broken: {type: local, base_url: "${DISTILKIT_TEST_UNSET}", model: m}
strategies:
  team: {policy: failover, profiles: [openai/gpt-4o, lab/qwen]}
"""


def shown(found: list[Endpoint | Broken]) -> list[tuple[str, Any]]:
    return [
        (each.section, each.error if isinstance(each, Broken) else [one.name for one in each.used_by]) for each in found
    ]


def test_profiles_of_one_section_are_one_endpoint(config: Any) -> None:
    assert shown(endpoints("openai", config(FILE))) == [("openai", ["openai/gpt-4o", "openai/gpt-4o-mini"])]


def test_an_address_of_its_own_is_an_endpoint_of_its_own(config: Any) -> None:
    assert shown(endpoints("lab", config(FILE))) == [("lab", ["lab/qwen"]), ("lab", ["lab/far"])]


def test_nothing_named_means_every_section_of_the_file_and_not_the_built_in_one(config: Any) -> None:
    sections = [section for section, _ in shown(endpoints(None, config(FILE)))]

    assert sections == ["openai", "lab", "lab", "empty", "broken"]


def test_without_a_file_the_built_in_section_is_there() -> None:
    assert shown(endpoints(None, None)) == [("sim", ["sim/small", "sim/medium", "sim/large"])]


def test_a_section_that_lists_no_model_can_be_asked(config: Any) -> None:
    (one,) = endpoints("empty", config(FILE))

    assert isinstance(one, Endpoint)
    assert (one.profile.base_url, one.used_by) == ("http://h.test:1/v1", ())


def test_what_is_wrong_with_one_section_is_its_own(config: Any) -> None:
    broken = [each for each in endpoints(None, config(FILE)) if isinstance(each, Broken)]

    assert [each.section for each in broken] == ["broken"]
    assert "DISTILKIT_TEST_UNSET" in broken[0].error


def test_a_broken_profile_that_is_named_is_kept_too(config: Any) -> None:
    (one,) = endpoints(["broken"], config(FILE))

    assert isinstance(one, Broken)


def test_a_profile_brings_those_that_go_to_the_same_place(config: Any) -> None:
    assert shown(endpoints("openai/gpt-4o", config(FILE))) == [("openai", ["openai/gpt-4o", "openai/gpt-4o-mini"])]


def test_the_same_place_named_twice_is_asked_once(config: Any) -> None:
    found = endpoints(["openai", "openai/gpt-4o", "team"], config(FILE))

    assert [section for section, _ in shown(found)] == ["openai", "lab"]


def test_a_strategy_means_its_members(config: Any) -> None:
    team = Strategy(name="own", policy="failover", profiles=["lab/qwen", "sim/small"])

    assert [section for section, _ in shown(endpoints(team, config(FILE)))] == ["lab", "sim"]


@pytest.mark.parametrize(
    ("word", "provider", "variable"),
    [
        ("openrouter", "openrouter", "OPENROUTER_API_KEY"),
        ("google", "gemini", "GEMINI_API_KEY"),
        ("anthropic", "anthropic", "ANTHROPIC_API_KEY"),
    ],
)
def test_a_type_needs_no_file(word: str, provider: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "canary-key-123456")

    (one,) = endpoints(word, None)

    assert isinstance(one, Endpoint)
    assert (one.section, one.profile.provider, one.used_by) == (word, provider, ())
    assert one.profile.api_key is not None
    assert one.profile.api_key.source == f"${variable}"


def test_ollama_without_a_file_is_on_this_machine() -> None:
    (one,) = endpoints("ollama", None)

    assert isinstance(one, Endpoint)
    assert (one.profile.base_url, one.profile.api_key) == ("http://localhost:11434", None)


def test_a_key_that_is_not_set_is_named_by_its_usual_variable_alone() -> None:
    (one,) = endpoints("openrouter", None)

    assert isinstance(one, Endpoint)
    assert one.profile.api_key is not None
    assert one.profile.api_key.variables == ("OPENROUTER_API_KEY",)


def test_a_type_that_needs_an_address_says_so() -> None:
    (one,) = endpoints("vllm", None)

    assert isinstance(one, Broken)
    assert "base_url" in one.error


def test_the_file_comes_before_a_type_of_the_same_name(config: Any) -> None:
    path = config("providers: {ollama: {type: local, base_url: 'http://h.test:1/v1', model: m}}\n")

    assert shown(endpoints("ollama", path)) == [("ollama", ["ollama"])]


def test_litellms_model_strings_mean_their_endpoint() -> None:
    (one,) = endpoints("gpt-4o-mini", None)

    assert isinstance(one, Endpoint)
    assert (one.profile.provider, one.profile.model) == ("openai", "gpt-4o-mini")


def test_a_profile_stands_for_itself_and_no_file_is_read(tmp_path: Path) -> None:
    own = Profile(name="own", provider="openai", model="m", section="s")

    assert shown(endpoints(own, tmp_path / "not-there.yaml")) == [("s", ["own"])]


def test_every_unknown_name_is_told_at_once(config: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        endpoints(["opnai", "openai", "labb"], config(FILE))

    assert "'opnai'" in str(caught.value)
    assert "'labb'" in str(caught.value)


@pytest.mark.parametrize("wanted", [[], 7, [7], {"a": None}.values()])
def test_what_names_nothing_is_refused(wanted: Any) -> None:
    with pytest.raises(InputError):
        endpoints(wanted, None)


def test_a_config_that_is_no_path_is_refused() -> None:
    with pytest.raises(InputError, match="config="):
        endpoints(None, 7)  # type: ignore[arg-type] # what is wrong on purpose
