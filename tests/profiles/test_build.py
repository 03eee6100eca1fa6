"""What a profile is made of: names, addresses, parameters, exact prices, defaults, variables."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from distilkit.errors import ConfigError
from distilkit.profiles.profile import Connection, Price, RateLimit, Retry, ThinkingRules
from distilkit.profiles.schema import SimulationFields
from distilkit.sim.spec import Dials

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from distilkit.profiles import Profile, Profiles

    Load = Callable[[str], Profiles]

TYPES = {
    "openai": "openai",
    "azure_openai": "azure",
    "anthropic": "anthropic",
    "google": "gemini",
    "cohere": "cohere_chat",
    "huggingface": "huggingface",
    "ollama": "ollama_chat",
    "openrouter": "openrouter",
    "deepseek": "deepseek",
    "mistral": "mistral",
    "vllm": "hosted_vllm",
    "tgi": "custom_openai",
    "custom": "custom_openai",
    "local": "custom_openai",
    "sim": "sim",
    "groq": "groq",
    "together_ai": "together_ai",
}


def one(load: Load, fields: str) -> Profile:
    return load(f"providers:\n  a:\n    model: m\n    {fields}")["a"]


@pytest.mark.parametrize(("kind", "provider"), TYPES.items())
def test_every_type_has_litellms_name(kind: str, provider: str, load: Load) -> None:
    profile = one(load, f"type: {kind}\n    base_url: http://localhost:1/v2")
    assert profile.litellm_model == f"{provider}/m"


def test_a_section_with_everything(load: Load) -> None:
    profile = one(
        load,
        """type: openai
    base_url: https://gateway.example/v1
    organization: org-1
    headers: {X-A: b}
    rate_limit: {requests_per_minute: 60, tokens_per_minute: 9000, burst_size: 5}
    retry: {max_attempts: 3, backoff_factor: 1.5}
    connection: {pool_size: 20, max_connections: 50, keep_alive: false, connect_timeout_s: 3}
    proxy: {http: "http://u:canary-key-123@proxy:8080", https: "https://proxy:8080"}
    generation_params: {temperature: 0.1, max_tokens: 500, top_p: 1, stop: END, logit_bias: {"5": -1.5},
                        system_prompt: Be brief.}
    thinking: {anywhere: true, missing_opening_tag: true, kind: summary}
    price: {input_per_million: 2.5, output_per_million: 10, cached_input_per_million: 0.1}
    timeout_s: 30
    max_concurrency: 7""",
    )

    assert {name: secret.reveal() for name, secret in profile.headers.items()} == {
        "OpenAI-Organization": "org-1",
        "X-A": "b",
    }
    assert profile.limits == RateLimit(requests_per_minute=60, tokens_per_minute=9000, burst_size=5)
    assert profile.retry == Retry(max_attempts=3, backoff_factor=1.5)
    assert profile.connection.proxy_http is not None
    assert dataclasses.replace(profile.connection, proxy_http=None, proxy_https=None) == Connection(
        pool_size=20, max_connections=50, keep_alive=False, connect_timeout_s=3
    )
    assert profile.params == {
        "temperature": 0.1,
        "max_tokens": 500,
        "top_p": 1,
        "stop": ["END"],
        "logit_bias": {"5": -1.5},
    }
    assert profile.system == "Be brief."
    assert profile.thinking == ThinkingRules(anywhere=True, missing_opening_tag=True, kind="summary")
    assert profile.price == Price(
        input_per_million=Decimal("2.5"), output_per_million=Decimal(10), cached_input_per_million=Decimal("0.1")
    )
    assert (profile.timeout_s, profile.max_concurrency, profile.limits_scope) == (30, 7, "a")
    assert "canary" not in repr(profile)


def test_what_is_left_out_has_the_profiles_defaults(load: Load) -> None:
    profile = one(load, "type: ollama")
    assert (profile.timeout_s, profile.max_concurrency, profile.retry) == (600.0, 32, Retry())
    assert (profile.limits, profile.connection, profile.price) == (RateLimit(), Connection(), None)


def test_prices_are_exact_as_written(load: Load) -> None:
    price = one(load, "type: openai\n    price: {input_per_million: 0.07, output_per_million: 1.10}").price
    assert price is not None
    assert (str(price.input_per_million), str(price.output_per_million)) == ("0.07", "1.10")


def test_a_price_from_a_variable_is_as_exact_and_not_missed_before(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles = load(
        "providers: {a: {type: ollama, model: m, price: {input_per_million: '${IN}', output_per_million: 2}}}"
    )
    monkeypatch.setenv("IN", "0.07")
    assert profiles["a"].price == Price(input_per_million=Decimal("0.07"), output_per_million=Decimal(2))


def test_params_are_plain_json(load: Load) -> None:
    profile = one(load, "type: openai\n    generation_params: {temperature: 0.7, extra_body: {a: [0.5, {b: 1}]}}")
    assert json.loads(json.dumps(dict(profile.params))) == {"temperature": 0.7, "extra_body": {"a": [0.5, {"b": 1}]}}


def test_defaults_lie_under_every_section_and_sections_under_their_models(load: Load) -> None:
    profiles = load(
        """
defaults: {timeout_s: 9, retry: {max_attempts: 2, backoff_s: 3}, generation_params: {seed: 1, temperature: 0}}
providers:
  a: {type: openai, retry: {max_attempts: 7}, generation_params: {temperature: 1}, rate_limit: {rpm: 10, tpm: 99},
      models: [x, {name: y, rate_limit: {rpm: 5}, temperature: 0.5}]}
  b: {type: ollama, model: z}
"""
    )
    x, y, b = profiles["a/x"], profiles["a/y"], profiles["b"]

    assert (x.retry, x.timeout_s) == (Retry(max_attempts=7, backoff_s=3), 9)
    assert (x.params, y.params) == ({"seed": 1, "temperature": 1}, {"seed": 1, "temperature": 0.5})
    assert (x.limits_scope, y.limits_scope) == ("a", "a/y")
    assert x.limits == RateLimit(requests_per_minute=10, tokens_per_minute=99)
    assert y.limits == RateLimit(requests_per_minute=5), "its own limits replace the section's, and are not mixed"
    assert (b.retry.max_attempts, b.timeout_s, b.section) == (2, 9, "b")


def test_a_variable_is_looked_up_when_the_profile_is_used(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles = load(
        """providers:
  a: {type: openai, model: m, base_url: "${A_URL}", rate_limit: {rpm: "${A_RPM}"}}
  b: {type: ollama, model: m}
"""
    )
    assert profiles["b"].model == "m"
    with pytest.raises(ConfigError) as caught:
        profiles["a"]
    first, second = str(caught.value).splitlines()
    assert "profiles.yaml:2: providers.a.base_url: ${A_URL} is not set; set A_URL" in first
    assert "providers.a.rate_limit.rpm: ${A_RPM} is not set" in second

    monkeypatch.setenv("A_URL", "")
    with pytest.raises(ConfigError, match=r"\$\{A_URL\} is not set"):
        profiles["a"]

    monkeypatch.setenv("A_URL", "https://a.example/v1")
    monkeypatch.setenv("A_RPM", "12")
    assert profiles["a"].base_url == "https://a.example/v1"
    assert profiles["a"].limits.requests_per_minute == 12


@pytest.mark.parametrize(
    ("field", "held", "told"),
    [
        ("base_url", "https://u:canary-key-123@x.com", "holds a user name or password"),
        ("timeout_s", "canary-key-123", "expected a number, got text"),
        ("timeout_s", "-1", "must be more than 0"),
        ("verify_ssl", "canary-key-123", "expected true or false"),
        ("type", "canary-key-123", "no such type"),
        ("model", " ", "empty"),
    ],
)
def test_what_a_variable_holds_is_checked_and_not_shown(
    field: str, held: str, told: str, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = "" if field == "type" else "type: openai, "
    profiles = load(f"providers: {{a: {{{kind}{field}: '${{HELD}}'}}}}")
    monkeypatch.setenv("HELD", held)

    with pytest.raises(ConfigError, match=f"a.{field}: {told}") as caught:
        profiles["a"]
    assert "canary" not in str(caught.value)


def test_a_header_from_a_variable_is_checked_and_says_where_it_came_from(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = load("providers: {a: {type: openai, model: m, headers: {X-Team: '${TEAM}'}}}")
    monkeypatch.setenv("TEAM", "blue")
    assert profiles["a"].headers["X-Team"].source == "$TEAM"

    monkeypatch.setenv("TEAM", "blue\r\nX-Evil: canary-key-123")
    with pytest.raises(ConfigError, match="line break") as caught:
        profiles["a"]
    assert "canary" not in str(caught.value)


def test_a_text_field_keeps_a_variables_text_even_if_it_looks_like_a_number(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERSION", "20240101")
    text = "type: azure_openai\n    endpoint: https://x.openai.azure.com\n    api_version: ${VERSION}"
    assert one(load, text).api_version == "20240101"


@pytest.mark.parametrize("kind", ["azure_openai", "vllm", "tgi", "custom", "local"])
def test_an_address_is_asked_for_where_there_is_no_default(kind: str, load: Load) -> None:
    profiles = load(f"providers:\n  a: {{type: {kind}, model: m}}")
    with pytest.raises(ConfigError, match=r"profiles.yaml:2: providers.a: no (endpoint|base_url); add"):
        profiles["a"]


def test_a_section_without_a_model_loads_and_asks_for_one_when_used(load: Load) -> None:
    profiles = load("providers:\n  free: {type: openai, rate_limit: {rpm: 3}}")
    with pytest.raises(ConfigError, match=r"profiles.yaml:2: providers.free: no model; add `model: NAME`"):
        profiles["free"]


@pytest.mark.parametrize(
    ("kind", "url", "kept"),
    [
        ("openai", "https://api.openai.com/v1/", None),
        ("openai", "https://gateway.example/v1", "https://gateway.example/v1"),
        ("anthropic", "https://api.anthropic.com", None),
        ("ollama", "http://localhost:11434/v1", "http://localhost:11434"),
    ],
)
def test_an_address_written_out_is_the_same_as_left_out(kind: str, url: str, kept: str | None, load: Load) -> None:
    """Otherwise the same question would have two keys in the store, and be paid twice."""
    assert one(load, f"type: {kind}\n    base_url: {url}").base_url == kept


def test_addresses_the_environment_gives(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "providers: {az: {type: azure_openai, model: m}, ol: {type: ollama, model: m}, op: {type: openai, model: m}}"
    for name in ("AZURE_OPENAI_ENDPOINT", "OLLAMA_BASE_URL", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, f"https://{name.lower()}.example".replace("_", "-"))
    monkeypatch.setenv("AZURE_OPENAI_API_VERSION", "2023-12-01-preview")
    profiles = load(text)

    assert profiles["az"].base_url == "https://azure-openai-endpoint.example"
    assert profiles["az"].api_version == "2023-12-01-preview"
    assert profiles["ol"].base_url == "https://ollama-base-url.example"
    assert profiles["op"].base_url is None, "a variable moves no key to another host unless the file says so"


def test_settings_the_environment_gives_lie_under_the_files(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OPENROUTER_MAX_RETRIES": "3",
        "OPENROUTER_TIMEOUT": "30000",
        "SITE_URL": "https://site.example",
        "SITE_NAME": "site",
        "DEEPSEEK_MODEL": "deepseek-chat",
    }.items():
        monkeypatch.setenv(name, value)
    profiles = load(
        "providers: {o: {type: openrouter, model: m, timeout_s: 5}, p: {type: openrouter, model: m}, deepseek: }"
    )

    assert (profiles["p"].retry.max_attempts, profiles["p"].timeout_s) == (4, 30)
    assert profiles["o"].timeout_s == 5
    assert {name: value.reveal() for name, value in profiles["p"].headers.items()} == {
        "HTTP-Referer": "https://site.example",
        "X-Title": "site",
    }
    assert profiles["deepseek"].model == "deepseek-chat"


def test_a_certificate_is_looked_for_beside_the_file(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from distilkit.profiles import load_profiles

    path = write("providers:\n  a: {type: ollama, model: m, ssl_cert_path: ca.pem}", "configs/p.yaml")
    profiles = load_profiles("configs/p.yaml")
    with pytest.raises(ConfigError, match=r"p.yaml:2: providers.a.ssl_cert_path: no such file"):
        profiles["a"]

    write("", "configs/ca.pem")
    monkeypatch.chdir(tmp_path.parent)
    profiles = load_profiles(path)
    assert profiles["a"].connection.ssl_cert_path == str(path.parent / "ca.pem")


def test_simulated_dials(load: Load) -> None:
    profile = one(load, "type: sim\n    simulation: {skill: 1, thinking: tags, latency_s: 0.5, error_rate: 0.25}")
    assert profile.sim == Dials(skill=1.0, thinking="tags", latency_s=0.5, error_rate=0.25)
    assert load("providers: {plain: {type: sim}}")["plain"].sim == Dials()


def test_the_file_has_every_dial() -> None:
    assert set(SimulationFields.model_fields) == {field.name for field in dataclasses.fields(Dials)}
