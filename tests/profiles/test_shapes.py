"""The shapes of older documents, each accepted as it stands, with the same meaning.

The blocks are our own, written in those shapes; `test_seed_documents` reads the documents where they are present.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from distilkit.errors import ConfigError
from distilkit.profiles import ConfigWarning, load_profiles
from distilkit.profiles.profile import RateLimit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from distilkit.profiles import Profiles

    Load = Callable[[str], Profiles]


def own(profiles: Profiles) -> list[str]:
    return [name for name in profiles if not name.startswith("sim/")]


def test_a_flat_map_of_providers(load: Load) -> None:
    profiles = load(
        """{
  "first": {
    "type": "openai", "api_key": "", "base_url": "https://api.openai.com/v1", "model": "gpt-x",
    "rate_limit": {"requests_per_minute": 60, "tokens_per_minute": 90000}
  },
  "second": {"type": "azure_openai", "endpoint": "https://r.openai.azure.com/", "deployment_name": "d", "default": true}
}"""
    )
    assert own(profiles) == ["first", "second"]
    assert profiles.default == "second"
    assert profiles["first"].limits == RateLimit(requests_per_minute=60, tokens_per_minute=90000)
    assert (profiles["second"].base_url, profiles["second"].model) == ("https://r.openai.azure.com/", "d")


def test_providers_with_a_top_level_list_of_models(load: Load) -> None:
    profiles = load(
        """
default_provider: openai
providers:
  openai: {api_base: "https://api.openai.com/v1", organization: org-1}
  anthropic: {api_base: "https://api.anthropic.com"}
models:
  - {name: m1, provider: openai, max_tokens: 10, temperature: 0.5}
  - {name: m2, provider: openai, is_default: true}
  - {name: m3, provider: anthropic, api_key: literal-key}
  - {name: m4, provider: local, api_url: "http://localhost:5000/v1/models/m4"}
"""
    )
    assert own(profiles) == ["m1", "m2", "m3", "m4"]
    assert profiles.default == "m2"
    assert profiles["m1"].params == {"max_tokens": 10, "temperature": 0.5}
    assert profiles["m1"].headers["OpenAI-Organization"].reveal() == "org-1"
    assert (profiles["m3"].provider, profiles["m3"].section) == ("anthropic", "anthropic")
    assert profiles["m4"].base_url == "http://localhost:5000/v1/models/m4"
    assert profiles["m4"].provider == "custom_openai"


def test_providers_with_lists_of_models_and_strategies_of_provider_and_fallback(load: Load) -> None:
    profiles = load(
        """
providers:
  openai: {type: openai, api_key: "${OPENAI_API_KEY}", models: [a, b], retry: {max_attempts: 3, backoff_factor: 2}}
  ollama: {type: ollama, models: [c, d]}
  lone: {type: anthropic, model: e}
strategies:
  default: {provider: openai, model: b, fallback_providers: [ollama, lone]}
  other: {provider: lone, model: e, fallback_providers: [openai]}
"""
    )
    assert own(profiles) == ["openai/a", "openai/b", "ollama/c", "ollama/d", "lone"]
    assert profiles.strategies["default"].policy == "failover"
    assert profiles.strategies["default"].profiles == ("openai/b", "ollama/c", "lone")
    assert profiles.strategies["other"].profiles == ("lone", "openai/a")


def test_camel_case_fields_have_typescripts_meaning(load: Load) -> None:
    profile = load(
        """
openrouter: {apiKey: literal-key, baseUrl: "https://openrouter.ai/api/v1", siteUrl: "https://s.example",
             siteName: s, defaultModel: vendor/m, maxRetries: 3, timeout: 500}
"""
    )["openrouter"]

    assert (profile.litellm_model, profile.base_url) == ("openrouter/vendor/m", None)
    assert (profile.retry.max_attempts, profile.timeout_s) == (4, 0.5)
    assert {name: value.reveal() for name, value in profile.headers.items()} == {
        "HTTP-Referer": "https://s.example",
        "X-Title": "s",
    }


def test_litellms_spellings(load: Load) -> None:
    profile = load(
        """providers: {a: {type: openai, model: m, api_base: "https://g.example/v1", rpm: 5, tpm: 7, max_retries: 1,
                           extra_headers: {X: y}, ssl_verify: true, max_parallel_requests: 3, timeout: 30}}"""
    )["a"]
    assert profile.base_url == "https://g.example/v1"
    assert profile.limits == RateLimit(requests_per_minute=5, tokens_per_minute=7)
    assert (profile.retry.max_attempts, profile.max_concurrency, profile.timeout_s) == (2, 3, 30)


def test_processing_of_a_section_and_of_the_file(load: Load) -> None:
    profiles = load(
        """
processing: {timeout: 60.0, concurrent_requests: 20}
providers:
  a: {type: ollama, model: m, processing: {concurrent_requests: 5}}
  b: {type: ollama, model: m}
"""
    )
    assert (profiles["a"].timeout_s, profiles["a"].max_concurrency) == (60, 5)
    assert (profiles["b"].timeout_s, profiles["b"].max_concurrency) == (60, 20)


def test_generation_params_of_the_client_shape(load: Load) -> None:
    profile = load(
        """a: {type: openai, generation_params: {model: m, system_prompt: Be kind., stop_sequences: [x, y],
                frequency_penalty: 0.0, presence_penalty: 0.5}}"""
    )["a"]
    assert (profile.model, profile.system) == ("m", "Be kind.")
    assert profile.params == {"stop": ["x", "y"], "frequency_penalty": 0.0, "presence_penalty": 0.5}


WARNED = {
    "processing: {save_interval: 50}": "processing.save_interval: no effect: every answer is saved the moment",
    "processing: {cache_responses: false}": "processing.cache_responses: no effect: every answer is kept",
    "processing: {batch_size: 50}": "processing.batch_size: no effect: calls go out one by one",
    "verify_ssl: false": "verify_ssl: whoever stands between can read",
    "timeout: 30000": "timeout: read as milliseconds; write timeout_s",
    "simulation: {skill: 1}": "simulation: no effect: only type sim is simulated",
    "site_name: x": "site_name: no effect: only OpenRouter takes it",
    "deployment_name: x": "model: no effect: the deployment is asked",
}


@pytest.mark.parametrize(("field", "told"), WARNED.items())
def test_a_field_without_effect_or_with_a_risk_is_a_warning_that_says_why(
    field: str, told: str, write: Callable[..., Path]
) -> None:
    path = write(f"providers:\n  a:\n    type: openai\n    model: m\n    {field}\n")
    with pytest.warns(ConfigWarning) as caught:
        profiles = load_profiles(path)

    line = 4 if told.startswith("model") else 5
    assert [str(each.message).startswith(f"{path}:{line}: providers.a.{told}") for each in caught] == [True]
    assert profiles["a"].provider == "openai"


def test_a_retired_address_is_replaced_with_a_warning(write: Callable[..., Path]) -> None:
    path = write("huggingface: {api_base: 'https://api-inference.huggingface.co', model: o/m}")
    with pytest.warns(ConfigWarning, match="router.huggingface.co is asked instead"):
        profiles = load_profiles(path)
    assert profiles["huggingface"].base_url == "https://router.huggingface.co/v1"


def test_a_milliseconds_timeout_is_thirty_seconds(write: Callable[..., Path]) -> None:
    with warnings.catch_warnings(action="ignore"):
        profiles = load_profiles(write("a: {type: ollama, model: m, timeout: 30000}"))
    assert profiles["a"].timeout_s == 30


@pytest.mark.parametrize(
    ("fields", "second"),
    [
        ("base_url: 'http://x', endpoint: 'http://y'", "endpoint"),
        ("rpm: 3, rate_limit: {requests_per_minute: 4}", "rate_limit.requests_per_minute"),
        ("rate_limit: {tpm: 4}, tpm: 3", "tpm"),
        ("max_retries: 3, retry: {max_attempts: 4}", "retry.max_attempts"),
        ("model: x, generation_params: {model: y}", "generation_params.model"),
    ],
)
def test_two_spellings_of_one_field_are_an_error(fields: str, second: str, refusal: Callable[[str], list[str]]) -> None:
    (line,) = refusal(f"providers: {{a: {{type: openai, {fields}}}}}")
    assert line.startswith(f"profiles.yaml:1: providers.a.{second}: means the same as providers.a.")


def test_a_models_name_in_a_list_cannot_wait_for_a_variable(refusal: Callable[[str], list[str]]) -> None:
    (line,) = refusal("providers: {a: {type: openai, models: ['${M}']}}")
    assert line.startswith("profiles.yaml:1: providers.a.models.1: names in a list are needed on loading")


def test_an_empty_group_or_section_says_nothing(load: Load) -> None:
    profiles = load("providers:\n  openai:\n  a: {type: ollama, model: m, rpm: 3, rate_limit: , retry: {}}\n")
    assert profiles["a"].limits.requests_per_minute == 3
    with pytest.raises(ConfigError, match="no model"):
        profiles["openai"]
