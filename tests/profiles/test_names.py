"""From what a caller asks for to profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from distilkit.errors import ConfigError, InputError
from distilkit.profiles import Profile, load_profiles, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from distilkit.profiles import Profiles

    Load = Callable[[str], Profiles]

FILE = """
defaults: {timeout_s: 9}
providers:
  openai: {type: openai, models: [x, y], rate_limit: {rpm: 3}, price: {input_per_million: 1, output_per_million: 2}}
  lone: {type: ollama, model: z}
  listed: {type: ollama, models: [only]}
strategies: {careful: {profiles: [openai/x, lone]}}
"""

BARE = {
    "gpt-4o-mini": ("openai", "gpt-4o-mini"),
    "o3": ("openai", "o3"),
    "o4-mini": ("openai", "o4-mini"),
    "chatgpt-4o-latest": ("openai", "chatgpt-4o-latest"),
    "claude-sonnet-4-5": ("anthropic", "claude-sonnet-4-5"),
    "gemini-2.5-pro": ("gemini", "gemini-2.5-pro"),
    "command-a-03-2025": ("cohere_chat", "command-a-03-2025"),
    "mistral-large-latest": ("mistral", "mistral-large-latest"),
    "codestral-latest": ("mistral", "codestral-latest"),
    "magistral-medium": ("mistral", "magistral-medium"),
    "deepseek-chat": ("deepseek", "deepseek-chat"),
    "anthropic/claude-x": ("anthropic", "claude-x"),
    "google/gemini-pro": ("gemini", "gemini-pro"),
    "ollama/llama3.2": ("ollama_chat", "llama3.2"),
    "openrouter/meta/llama": ("openrouter", "meta/llama"),
    "groq/llama-3": ("groq", "llama-3"),
    "huggingface/org/model": ("huggingface", "org/model"),
}


@pytest.mark.parametrize(("name", "expected"), BARE.items())
def test_a_bare_model_string_is_its_providers(name: str, expected: tuple[str, str]) -> None:
    (profile,) = resolve([name], load_profiles())
    assert (profile.provider, profile.model) == expected
    assert profile.name == name


def test_names_of_the_file_come_before_everything_else(load: Load) -> None:
    profiles = load("providers: {gpt-4o: {type: sim}, sim: {type: sim, models: [small]}}")
    first, second = resolve(["gpt-4o", "sim/small"], profiles)

    assert (first.provider, second.price) == ("sim", None)


def test_built_in_names_need_no_file() -> None:
    small, medium, large = resolve(["sim/small", "sim/medium", "sim/large"], load_profiles())

    assert small.sim is not None
    assert medium.sim is not None
    assert large.sim is not None
    assert small.sim.skill < medium.sim.skill < large.sim.skill
    assert small.sim.latency_s < medium.sim.latency_s < large.sim.latency_s
    assert [each.sim.thinking for each in (small, medium, large) if each.sim] == ["none", "tags", "reasoning_content"]
    prices = [each.price.output_per_million for each in (small, medium, large) if each.price]
    assert prices == sorted(prices)
    assert len(prices) == 3


def test_profile_objects_pass_through_and_the_order_is_kept(load: Load) -> None:
    profile = Profile(name="mine", provider="sim", model="m", section="mine")
    found = resolve(["openai/y", profile, "lone"], load(FILE))

    assert [each.name for each in found] == ["openai/y", "mine", "lone"]
    assert found[1] is profile


def test_one_name_need_not_be_in_a_list(load: Load) -> None:
    assert [each.name for each in resolve("lone", load(FILE))] == ["lone"]


def test_a_section_with_one_model_stands_for_it(load: Load) -> None:
    assert [each.name for each in resolve(["lone", "listed"], load(FILE))] == ["lone", "listed/only"]


def test_a_section_with_several_models_names_them(load: Load) -> None:
    with pytest.raises(ConfigError, match="'openai' is a provider with 2 profiles; name one: openai/x, openai/y"):
        resolve(["openai"], load(FILE))


def test_a_strategy_names_its_profiles(load: Load) -> None:
    with pytest.raises(ConfigError, match=r"'careful' is a strategy.*openai/x, lone"):
        resolve(["careful"], load(FILE))


def test_a_model_its_section_does_not_list_has_the_sections_limits_but_no_price(load: Load) -> None:
    (profile,) = resolve(["openai/unlisted"], load(FILE))

    assert (profile.model, profile.section, profile.limits_scope) == ("unlisted", "openai", "openai")
    assert profile.limits.requests_per_minute == 3
    assert profile.price is None, "a price is of a model, and this is another one"


def test_the_files_defaults_hold_for_bare_models_too(load: Load) -> None:
    assert resolve(["claude-x"], load(FILE))[0].timeout_s == 9


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("sim/smal", "did you mean sim/small?"),
        ("lonely", "did you mean lone?"),
        ("carefull", "did you mean careful?"),
        ("qwen/qwen3", "no such profile"),
        ("llama3", "provider/model, such as"),
        ("", "no such profile"),
        ("openai/", "no such profile"),
    ],
)
def test_an_unknown_name_gets_the_nearest(name: str, told: str, load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve([name], load(FILE))
    assert told in str(caught.value)
    assert "profiles.yaml" in str(caught.value)


def test_every_bad_name_is_told_at_once(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(["lonely", "sim/small", "carefull", "sim/small"], load(FILE))

    first, second, third = str(caught.value).splitlines()
    assert first.startswith("'lonely'")
    assert second.startswith("'carefull'")
    assert third.startswith("'sim/small': asked for 2 times")


def test_two_names_for_one_profile_are_one_too_many(load: Load) -> None:
    with pytest.raises(ConfigError, match="'listed/only': asked for 2 times"):
        resolve(["listed", "listed/only"], load(FILE))


def test_nothing_and_nonsense_are_refused() -> None:
    with pytest.raises(InputError, match="name at least one"):
        resolve([], load_profiles())
    with pytest.raises(InputError, match="got int"):
        resolve([3], load_profiles())  # type: ignore[list-item]  # what a caller may do


def test_a_bare_model_without_an_address_is_named_in_the_error() -> None:
    with pytest.raises(ConfigError, match="profiles: azure/mine: no endpoint; add"):
        resolve(["azure/mine"], load_profiles())


def test_a_missing_key_of_a_bare_model_names_the_variables() -> None:
    (profile,) = resolve(["gpt-4o-mini"], load_profiles())
    assert profile.api_key is not None
    with pytest.raises(ConfigError, match="gpt-4o-mini: no key: set GPT_4O_MINI_API_KEY or OPENAI_API_KEY"):
        profile.api_key.reveal()
