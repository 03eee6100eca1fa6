"""From what a caller asks for to profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from distilkit.errors import ConfigError, InputError
from distilkit.profiles import Profile, Route, Strategy, load_profiles, resolve

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


def found(wanted: list[str], profiles: Profiles) -> list[Profile]:
    """Return what plain names stand for: profiles, never strategies."""
    resolved = resolve(wanted, profiles)
    assert all(isinstance(each, Profile) for each in resolved)
    return [each for each in resolved if isinstance(each, Profile)]


@pytest.mark.parametrize(("name", "expected"), BARE.items())
def test_a_bare_model_string_is_its_providers(name: str, expected: tuple[str, str]) -> None:
    (profile,) = found([name], load_profiles())
    assert (profile.provider, profile.model) == expected
    assert profile.name == name


def test_names_of_the_file_come_before_everything_else(load: Load) -> None:
    profiles = load("providers: {gpt-4o: {type: sim}, sim: {type: sim, models: [small]}}")
    first, second = found(["gpt-4o", "sim/small"], profiles)

    assert (first.provider, second.price) == ("sim", None)


def test_built_in_names_need_no_file() -> None:
    small, medium, large = found(["sim/small", "sim/medium", "sim/large"], load_profiles())

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
    resolved = resolve(["openai/y", profile, "lone"], load(FILE))

    assert [each.name for each in resolved] == ["openai/y", "mine", "lone"]
    assert resolved[1] is profile


def test_one_name_need_not_be_in_a_list(load: Load) -> None:
    assert [each.name for each in resolve("lone", load(FILE))] == ["lone"]


def test_a_section_with_one_model_stands_for_it(load: Load) -> None:
    assert [each.name for each in resolve(["lone", "listed"], load(FILE))] == ["lone", "listed/only"]


def test_a_section_with_several_models_names_them(load: Load) -> None:
    with pytest.raises(ConfigError, match="'openai' is a provider with 2 profiles; name one: openai/x, openai/y"):
        resolve(["openai"], load(FILE))


def test_a_strategy_comes_with_its_profiles(load: Load) -> None:
    (route,) = resolve(["careful"], load(FILE))

    assert isinstance(route, Route)
    assert route.name == "careful"
    assert [each.name for each in route.members] == ["openai/x", "lone"]
    assert route.strategy == load(FILE).strategies["careful"]


def test_strategies_and_profiles_stand_side_by_side(load: Load) -> None:
    resolved = resolve(["lone", "careful", "openai/x"], load(FILE))

    assert [(type(each), each.name) for each in resolved] == [
        (Profile, "lone"),
        (Route, "careful"),
        (Profile, "openai/x"),
    ]


def test_the_default_may_be_a_strategy(load: Load) -> None:
    profiles = load(f"{FILE}default_provider: careful\n")

    assert [each.name for each in resolve(str(profiles.default), profiles)] == ["careful"]


def test_a_strategy_made_in_python_takes_names_and_profiles(load: Load) -> None:
    mine = Profile(name="mine", provider="sim", model="m", section="mine")
    strategy = Strategy(name="safe", policy="failover", profiles=["sim/small", mine, "gpt-4o-mini"])

    (route,) = resolve(strategy, load(FILE))

    assert isinstance(route, Route)
    assert [each.name for each in route.members] == ["sim/small", "mine", "gpt-4o-mini"]
    assert route.members[1] is mine


def test_a_section_in_a_strategy_is_its_first_model_also_in_python(load: Load) -> None:
    strategy = Strategy(name="s", policy="weighted", profiles=("openai", "listed"), weights={"openai": 3, "listed": 1})

    (route,) = resolve(strategy, load(FILE))

    assert isinstance(route, Route)
    assert route.strategy.profiles == ("openai/x", "listed/only")
    assert route.strategy.weights == {"openai/x": 3, "listed/only": 1}


def test_a_strategy_of_profiles_alone_needs_no_file() -> None:
    def no_file() -> Profiles:
        raise AssertionError("looked for a file")

    mine = Profile(name="mine", provider="sim", model="m", section="mine")
    (route,) = resolve([Strategy(name="s", policy="failover", profiles=(mine,))], no_file)

    assert route.name == "s"


def test_every_bad_name_of_a_strategy_is_told(load: Load) -> None:
    strategy = Strategy(name="s", policy="failover", profiles=("lonely", "lone", "sim/smal"))

    with pytest.raises(ConfigError) as caught:
        resolve([strategy, "nobody"], load(FILE))

    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["'lonely'", "'sim/smal'", "'nobody'"]


def test_a_strategy_of_strategies_is_refused(load: Load) -> None:
    strategy = Strategy(name="s", policy="failover", profiles=("careful",))

    with pytest.raises(ConfigError, match=r"'careful' is a strategy.*name its own: openai/x, lone"):
        resolve(strategy, load(FILE))


def test_a_strategy_that_means_one_profile_twice_is_refused(load: Load) -> None:
    strategy = Strategy(name="s", policy="failover", profiles=("listed", "listed/only"))

    with pytest.raises(InputError, match=r"Strategy\('s'\): 'listed/only' is in profiles= twice"):
        resolve(strategy, load(FILE))


def test_a_strategy_named_like_a_profile_of_the_file_is_refused(load: Load) -> None:
    with pytest.raises(ConfigError, match="'openai/y': a profile has this name too"):
        resolve(Strategy(name="openai/y", policy="failover", profiles=("lone",)), load(FILE))


def test_a_strategy_asked_for_twice_is_refused(load: Load) -> None:
    same = Strategy(name="careful", policy="failover", profiles=("lone",))

    with pytest.raises(ConfigError, match="'careful': asked for 2 times"):
        resolve(["careful", same], load(FILE))


def test_a_model_its_section_does_not_list_has_the_sections_limits_but_no_price(load: Load) -> None:
    (profile,) = found(["openai/unlisted"], load(FILE))

    assert (profile.model, profile.section, profile.limits_scope) == ("unlisted", "openai", "openai")
    assert profile.limits.requests_per_minute == 3
    assert profile.price is None, "a price is of a model, and this is another one"


def test_the_files_defaults_hold_for_bare_models_too(load: Load) -> None:
    assert found(["claude-x"], load(FILE))[0].timeout_s == 9


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
    (profile,) = found(["gpt-4o-mini"], load_profiles())
    assert profile.api_key is not None
    with pytest.raises(ConfigError, match="gpt-4o-mini: no key: set GPT_4O_MINI_API_KEY or OPENAI_API_KEY"):
        profile.api_key.reveal()


def test_a_route_has_only_the_good_enough_the_cheapest_first(load: Load) -> None:
    """Who is never asked is not even built, so it needs no key and no address."""
    evidence = (
        "{openai: {quality: 0.9, cost_per_item_usd: 2}, lone: {quality: 0.8, cost_per_item_usd: 1}, bad: {quality: 0}}"
    )
    text = f"{FILE.replace('careful: {', 's: {quality: 0.8, evidence: ' + evidence + '}}, careful: {')}"
    text = text.replace("  listed:", "  bad: {type: openai, model: '${NO_SUCH_VARIABLE}'}\n  listed:")
    text = text.replace("evidence: " + evidence + "}}, ", "evidence: " + evidence + "}, ")

    (route,) = resolve(["s"], load(text))

    assert isinstance(route, Route)
    assert [member.name for member in route.members] == ["lone", "openai/x"]
    assert route.strategy.profiles == ("lone", "openai/x")
    assert set(route.strategy.evidence) == {"lone", "openai/x"}
