"""Changes at run time are checked as a file is, and leave what was there as it was."""

from __future__ import annotations

import warnings
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from distilkit.errors import ConfigError, DistilkitError, InputError
from distilkit.profiles import ConfigWarning, Profile, Strategy, load_profiles, resolve
from distilkit.profiles.changes import less, with_default, with_fields, with_model, with_strategy

if TYPE_CHECKING:
    from collections.abc import Callable

    from distilkit.profiles import Profiles

FILE = """
defaults: {timeout_s: 30}
providers:
  openai:
    type: openai
    api_key: ${MY_KEY}
    models: [gpt-4o, {name: mini, model: gpt-4o-mini, rate_limit: {requests_per_minute: 7}}]
    rate_limit: {requests_per_minute: 500, tokens_per_minute: 200000}
    generation_params: {temperature: 0.1, response_format: {type: json_object}}
  lab: {type: vllm, base_url: "http://gpu:8000/v1", model: qwen}
models:
  - {name: llama, provider: huggingface}
strategies:
  safe: {policy: failover, profiles: [openai/gpt-4o, lab]}
default_provider: openai/mini
"""


@pytest.fixture
def known(load: Callable[[str], Profiles]) -> Profiles:
    return load(FILE)


def names(profiles: Profiles) -> list[str]:
    return [name for name in profiles if not name.startswith("sim/")]


def test_a_model_is_added_to_a_section(known: Profiles) -> None:
    changed = with_model(known, "openai", "o3", {"price": {"input_per_million": 2, "output_per_million": 8}})

    assert names(changed) == ["openai/gpt-4o", "openai/mini", "openai/o3", "lab", "llama"]
    assert names(known) == ["openai/gpt-4o", "openai/mini", "lab", "llama"]
    found = changed["openai/o3"]
    assert (found.timeout_s, found.limits.requests_per_minute) == (30, 500)
    assert found.price is not None
    assert found.price.output_per_million == Decimal(8)
    assert changed.default == "openai/mini"


def test_a_new_section_has_the_address_and_the_model_the_rest(known: Profiles) -> None:
    fields = {"base_url": "http://127.0.0.1:9/v1", "api_key": "${GW}", "temperature": 0.5, "rpm": 5}
    changed = with_model(with_model(known, "gw", "a", fields), "gw", "b", {})

    first, second = changed["gw/a"], changed["gw/b"]
    assert first.provider == second.provider == "custom_openai"
    assert first.base_url == second.base_url == "http://127.0.0.1:9/v1"
    assert first.api_key == second.api_key
    assert (first.params, second.params) == ({"temperature": 0.5}, {})
    assert (first.limits.requests_per_minute, second.limits.requests_per_minute) == (5, None)


def test_a_section_named_like_a_type_needs_no_type() -> None:
    assert with_model(load_profiles(), "ollama", "llama3", {})["ollama/llama3"].provider == "ollama_chat"


def test_what_the_provider_calls_a_model_may_differ_from_its_name(known: Profiles) -> None:
    assert with_model(known, "lab", "big", {"model": "Qwen/Qwen3-32B"})["lab/big"].model == "Qwen/Qwen3-32B"


def test_the_same_again_changes_nothing() -> None:
    fields = {"type": "custom", "base_url": "http://a:1/v1", "api_key": "canary-key-1", "temperature": 0.5}
    once = with_model(load_profiles(), "gw", "m", fields)

    assert with_model(once, "gw", "m", fields) is once
    with pytest.raises(ConfigError, match=r"gw/m is there already; change it with update\('gw/m'\)"):
        with_model(once, "gw", "m", {**fields, "temperature": 0.6})


def test_a_model_at_the_sections_address_shares_its_key_and_one_elsewhere_has_its_own() -> None:
    gw = with_model(load_profiles(), "gw", "a", {"base_url": "http://a:1/v1", "api_key": "canary-key-1"})
    there = with_model(gw, "gw", "b", {"base_url": "http://a:1/v1"})["gw/b"]
    elsewhere = with_model(gw, "gw", "b", {"base_url": "http://b:2/v1"})["gw/b"]

    assert there.api_key == gw["gw/a"].api_key
    assert elsewhere.base_url == "http://b:2/v1"
    assert elsewhere.api_key != gw["gw/a"].api_key


def test_one_limit_is_changed_and_the_others_stay(known: Profiles) -> None:
    limits = with_fields(known, "openai", {"rate_limit": {"requests_per_minute": 10}})["openai/gpt-4o"].limits

    assert (limits.requests_per_minute, limits.tokens_per_minute) == (10, 200_000)


def test_none_takes_a_field_or_a_whole_group_out(known: Profiles) -> None:
    one = with_fields(known, "openai", {"rate_limit": {"tokens_per_minute": None}})["openai/gpt-4o"].limits
    every = with_fields(known, "openai", {"rate_limit": None, "generation_params": None})["openai/gpt-4o"]

    assert (one.requests_per_minute, one.tokens_per_minute) == (500, None)
    assert (every.limits.requests_per_minute, every.params) == (None, {})


def test_other_spellings_change_and_remove_the_same_field(known: Profiles) -> None:
    moved = with_fields(known, "lab", {"api_base": "http://other:1/v1", "max_retries": 2, "rpm": 3})
    back = with_fields(moved, "lab", {"max_retries": None, "rpm": None})

    assert moved["lab"].base_url == "http://other:1/v1"
    assert (moved["lab"].retry.max_attempts, moved["lab"].limits.requests_per_minute) == (3, 3)
    assert (back["lab"].retry.max_attempts, back["lab"].limits.requests_per_minute) == (5, None)


def test_a_value_within_a_field_is_replaced_whole(known: Profiles) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"default": None}}}
    changed = with_fields(known, "openai", {"generation_params": {"response_format": form}})

    assert changed["openai/gpt-4o"].params == {"temperature": 0.1, "response_format": form}


def test_one_profile_is_changed_wherever_it_stands(known: Profiles) -> None:
    changed = with_fields(with_fields(known, "openai/mini", {"temperature": 0.9}), "llama", {"max_tokens": 5})

    assert changed["openai/mini"].params["temperature"] == 0.9
    assert changed["openai/mini"].limits.requests_per_minute == 7
    assert changed["openai/gpt-4o"].params["temperature"] == 0.1
    assert changed["llama"].params["max_tokens"] == 5


def test_a_variable_is_a_variable_and_a_literal_brace_a_text(known: Profiles, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = with_fields(known, "lab", {"api_key": "${LAB}", "system_prompt": "write $${x}"})
    monkeypatch.setenv("LAB", "canary-key-9")

    assert changed["lab"].api_key is not None
    assert changed["lab"].api_key.reveal() == "canary-key-9"
    assert changed["lab"].system == "write ${x}"


@pytest.mark.parametrize("text", ["日本語 \U0001f600", "a\u2028b\x85c\x7f\td\ne", "no", "12:30:45", "1e5", " x ", "#"])
def test_any_text_arrives_as_it_was_given(text: str, known: Profiles) -> None:
    assert with_fields(known, "lab", {"system_prompt": text})["lab"].system == text


def test_paths_exact_and_foreign_numbers_are_taken(known: Profiles, write: Callable[..., Path]) -> None:
    import numpy as np

    path = write("", "ca.pem")
    fields = {"ssl_cert_path": path, "timeout_s": np.float64(2.5), "max_concurrency": np.int64(3)}
    price = {"input_per_million": Decimal("0.15"), "output_per_million": 0.6}
    found = with_fields(known, "lab", {**fields, "price": price})["lab"]

    assert (found.connection.ssl_cert_path, found.timeout_s, found.max_concurrency) == (str(path), 2.5, 3)
    assert found.price is not None
    assert (found.price.input_per_million, found.price.output_per_million) == (Decimal("0.15"), Decimal("0.6"))


def test_the_default_may_be_a_profile_a_section_or_a_strategy(known: Profiles) -> None:
    assert [with_default(known, name).default for name in ("llama", "openai", "safe", "sim/small")] == [
        "llama",
        "openai/gpt-4o",
        "safe",
        "sim/small",
    ]


def test_a_profile_a_section_and_a_strategy_are_taken_out(known: Profiles) -> None:
    changed = less(less(less(known, "safe"), "openai/gpt-4o"), "llama")

    assert names(changed) == ["openai/mini", "lab"]
    assert not changed.strategies
    assert names(less(changed, "lab")) == ["openai/mini"]


def test_a_section_goes_with_the_models_beside_it(load: Callable[[str], Profiles]) -> None:
    models = "[{name: a, provider: hf}, {name: b, provider: openai}]"
    known = load(f"{{providers: {{hf: {{type: huggingface}}}}, models: {models}}}")

    assert names(less(known, "hf")) == ["b"]


WRONG: list[tuple[Callable[[Profiles], Profiles], str]] = [
    (
        lambda known: with_fields(known, "openai", {"temprature": 1}),
        r"update\('openai'\): providers.openai.temprature: unknown field; did you mean generation_params.temperature",
    ),
    (lambda known: with_fields(known, "openai/mini", {"temprature": 1}), "did you mean temperature"),
    (lambda known: with_fields(known, "openai", {"temprature": None}), "unknown field"),
    (lambda known: with_fields(known, "openai", {"rate_limit": {"request_per_minute": None}}), "did you mean requests"),
    (lambda known: with_fields(known, "lab", {"rpm": "5"}), "expected a whole number, got text"),
    (lambda known: with_fields(known, "lab", {"type": "vlm"}), "unknown type; did you mean vllm"),
    (lambda known: with_fields(known, "lab", {"base_url": "ftp://x"}), "must start with http"),
    (lambda known: with_fields(known, "lab", {"timeout_s": float("nan")}), "fields are texts, numbers"),
    (lambda known: with_fields(known, "lab", {"stop": {1}}), "fields are texts, numbers"),
    (
        lambda known: with_fields(known, "lab", {"system_prompt": "a${B}"}),
        "lab.system_prompt: ..NAME. stands for a",
    ),
    (lambda known: with_fields(known, "opnai", {"rpm": 5}), "no such section or profile; did you mean openai"),
    (lambda known: with_fields(known, "sim/small", {"rpm": 5}), "is built in and stays as it is"),
    (lambda known: with_model(known, "opnai", "x", {}), "no such section; did you mean openai"),
    (lambda known: with_model(known, "openai", "x", {"type": "vllm"}), "a section of its own"),
    (lambda known: with_model(known, "openai", " ", {}), "add_model"),
    (lambda known: with_model(known, "openai", "gpt-4o", {"rpm": 1}), "there already"),
    (lambda known: with_model(known, "a\nb", "x", {"type": "openai"}), "bad name"),
    (lambda known: with_default(known, "opnai/x"), "no such profile; did you mean"),
    (lambda known: less(known, "openai/mini"), "it is the default"),
    (lambda known: less(known, "openai"), "it is the default"),
    (lambda known: less(known, "lab"), r"the strategy 'safe' names it; remove\('safe'\) first"),
    (lambda known: less(known, "sim/small"), "built in"),
    (lambda known: less(known, "llma"), "did you mean llama"),
]


@pytest.mark.parametrize(("change", "said"), WRONG)
def test_a_bad_change_is_refused_with_the_way_out(
    change: Callable[[Profiles], Profiles], said: str, known: Profiles
) -> None:
    before = known.table()

    with pytest.raises(DistilkitError, match=said):
        change(known)

    assert known.table() == before


def test_names_are_texts(known: Profiles) -> None:
    for change in (less, with_default):
        with pytest.raises(InputError, match="expected a name, got int"):
            change(known, 3)  # type: ignore[arg-type] # the point


def test_a_secret_given_in_code_is_seen_nowhere(known: Profiles) -> None:
    secret: dict[str, Any] = {
        "api_key": "canary-key-1",
        "headers": {"X": "canary-key-2"},
        "proxy": {"http": "http://u:canary-key-3@p:1"},
    }
    changed = with_fields(known, "lab", {**secret, "generation_params": {"extra_body": {"api_token": "canary-key-4"}}})

    shown = f"{changed!r} {changed.tree!r} {changed.catalog!r} {changed['lab']!r} {changed.table()}"
    assert "canary-key" not in shown
    assert changed["lab"].api_key is not None
    assert changed["lab"].api_key.reveal() == "canary-key-1"
    with pytest.raises(ConfigError) as caught:
        with_fields(known, "lab", {**secret, "rpm": "x", "headers": {"X": "canary-key-2\n"}})
    assert "canary" not in str(caught.value)


def test_a_caution_about_a_change_is_told_once(known: Profiles) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        changed = with_fields(known, "lab", {"verify_ssl": False})
        with_fields(changed, "lab", {"rpm": 5})

    assert [str(each.message).partition(":")[0] for each in told] == ["given in code"]
    assert told[0].category is ConfigWarning


def test_unlisted_models_and_routes_are_found_among_changed_profiles(known: Profiles) -> None:
    changed = with_fields(known, "openai", {"rpm": 3})
    [unlisted, route] = resolve(["openai/gpt-5", "safe"], changed)

    assert unlisted.name == "openai/gpt-5"
    assert route.name == "safe"


def router(**more: Any) -> Strategy:
    evidence: Any = {"openai/mini": {"quality": 0.7}, "lab": {"quality": 0.9, "cost_per_item_usd": 1 / 3e4}}
    fields = {"name": "router", "policy": "cheapest_good_enough", "profiles": tuple(evidence), "quality": 0.8}
    return Strategy(**{**fields, "evidence": evidence, **more})


def test_a_strategy_is_added_and_the_same_again_changes_nothing(known: Profiles) -> None:
    more = with_strategy(known, router())

    assert more.strategies == {**known.strategies, "router": router()}
    assert "router" not in known.strategies
    assert with_strategy(more, router()) is more
    assert less(more, "router").strategies == known.strategies


@pytest.mark.parametrize(
    ("strategy", "told"),
    [
        (
            router(name="safe"),
            r"add_strategy\('safe'\): there is another strategy of this name; remove\('safe'\) first",
        ),
        (router(name="lab2", evidence={"a": {"quality": 1}}, profiles=("a",)), "no such profile"),
        (router(name="openai/mini", evidence={"lab": {"quality": 1}}, profiles=("lab",)), "a profile has this name"),
        (
            Strategy(name="s", policy="failover", profiles=[Profile(name="p", provider="sim", model="m", section="p")]),
            r"add_strategy\('s'\): 'p' is a Profile object, which a file cannot name",
        ),
        ("safe", r"add_strategy\(\) takes a Strategy, not str"),
    ],
)
def test_a_strategy_that_cannot_be_added_is_refused(strategy: Any, told: str, known: Profiles) -> None:
    with pytest.raises(DistilkitError, match=told):
        with_strategy(known, strategy)
