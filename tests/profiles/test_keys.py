"""Where a key comes from, and above all where it does not go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from distilkit.errors import ConfigError
from distilkit.profiles.providers import is_own_host

if TYPE_CHECKING:
    from collections.abc import Callable

    from distilkit.profiles import Profiles, Secret

    Load = Callable[[str], Profiles]

CANARY = "canary-key-123"
USUAL = {
    "openai": ("OPENAI_API_KEY", "https://api.openai.com/v1"),
    "azure_openai": ("AZURE_API_KEY", "https://mine.openai.azure.com"),
    "anthropic": ("ANTHROPIC_API_KEY", "https://api.anthropic.com"),
    "google": ("GOOGLE_API_KEY", "https://generativelanguage.googleapis.com/v1beta"),
    "cohere": ("CO_API_KEY", "https://api.cohere.com/v2"),
    "huggingface": ("HF_TOKEN", "https://router.huggingface.co/v1"),
    "openrouter": ("OPENROUTER_API_KEY", "https://openrouter.ai/api/v1"),
    "deepseek": ("DEEPSEEK_API_KEY", "https://api.deepseek.com"),
    "mistral": ("MISTRAL_API_KEY", "https://api.mistral.ai/v1"),
    "groq": ("GROQ_API_KEY", "https://api.groq.com/openai/v1"),
    "xai": ("XAI_API_KEY", "https://api.x.ai/v1"),
    "together_ai": ("TOGETHERAI_API_KEY", "https://api.together.xyz/v1"),
}


def key(load: Load, fields: str, section: str = "mine") -> Secret | None:
    return load(f"providers:\n  {section}: {{model: m, {fields}}}")[section].api_key


@pytest.mark.parametrize("kind", USUAL)
def test_the_usual_variable_serves_the_providers_own_host(
    kind: str, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable, url = USUAL[kind]
    monkeypatch.setenv(variable, CANARY)

    found = key(load, f"type: {kind}, base_url: '{url}'")

    assert found is not None
    assert found.reveal() == CANARY
    assert found.source == f"${variable}"


@pytest.mark.parametrize("kind", USUAL)
@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example",
        "{http}",
        "{url}.elsewhere.example",
        "{port}",
        "https://xapi.openai.com.evil.example",
    ],
)
@pytest.mark.parametrize("named_after", ["the provider", "something else"])
def test_the_usual_variable_goes_to_no_other_host(
    kind: str, url: str, named_after: str, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when the section's name makes the same variable: `openai` makes OPENAI_API_KEY."""
    variable, own = USUAL[kind]
    host = own.removeprefix("https://").split("/")[0]
    address = url.format(http=f"http://{host}/v1", url=f"https://{host}", port=f"https://{host}:8443")
    section = variable.removesuffix("_API_KEY").removesuffix("_TOKEN").lower() if "provider" in named_after else "mine"
    monkeypatch.setenv(variable, CANARY)

    found = key(load, f"type: {kind}, base_url: '{address}'", section)

    assert found is not None
    assert found.peek() is None
    with pytest.raises(ConfigError, match=r"profiles\.yaml:2") as caught:
        found.reveal()
    assert CANARY not in str(caught.value)


def test_a_custom_section_named_like_a_provider_gets_no_key_of_it(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    assert key(load, "type: custom, base_url: 'https://elsewhere.example/v1'", "anthropic") is None


def test_a_key_that_is_not_sent_says_how_to_send_it(load: Load) -> None:
    found = key(load, "type: openai, base_url: 'https://gateway.example/v1'", "openai")

    assert found is not None
    with pytest.raises(ConfigError, match=r"gateway\.example .*unless api_key: \$\{OPENAI_API_KEY\} says so"):
        found.reveal()


def test_a_variable_written_out_goes_where_it_is_told(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    found = key(load, "type: openai, base_url: 'https://gateway.example/v1', api_key: '${OPENAI_API_KEY}'")
    assert found is not None
    assert found.reveal() == CANARY


def test_the_profiles_own_variable_wins_over_its_sections_and_that_over_the_usual(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = load("providers: {fast: {type: openai, models: [gpt-4o]}}")["fast/gpt-4o"].api_key
    assert found is not None
    for variable in ("OPENAI_API_KEY", "FAST_API_KEY", "FAST_GPT_4O_API_KEY"):
        monkeypatch.setenv(variable, f"canary-{variable}")
        assert found.reveal() == f"canary-{variable}"


def test_a_literal_key_wins_and_an_empty_one_is_not_given(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    literal, empty = key(load, "type: openai, api_key: literal-key"), key(load, "type: openai, api_key: ''")

    assert literal is not None
    assert literal.reveal() == "literal-key"
    assert empty is not None
    assert empty.reveal() == "from-environment"


def test_a_missing_key_is_told_when_it_is_revealed_not_before(load: Load) -> None:
    profile = load("providers:\n  a:\n    type: openai\n    model: m\n    api_key: ${NOWHERE}")["a"]

    assert profile.api_key is not None
    with pytest.raises(ConfigError, match=r"profiles.yaml:2: providers.a: no key: set NOWHERE"):
        profile.api_key.reveal()


@pytest.mark.parametrize(
    "fields",
    [
        "type: ollama",
        "type: sim",
        "type: vllm, base_url: 'http://gpu:8000/v1'",
        "type: tgi, base_url: 'http://gpu:8080/v1'",
        "type: custom, base_url: 'https://x.example/v1'",
        "type: local, base_url: 'http://localhost:5000/v1'",
        "type: openai, base_url: 'http://127.0.0.1:9/v1'",
    ],
)
def test_servers_of_ones_own_need_no_key_but_take_one_of_their_name(
    fields: str, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    assert key(load, fields) is None

    monkeypatch.setenv("MINE_API_KEY", "for-mine")
    found = key(load, fields)
    assert found is not None
    assert found.reveal() == "for-mine"


def test_a_model_with_its_own_address_does_not_take_the_sections_key_there(load: Load) -> None:
    text = (
        f"providers: {{a: {{type: openai, api_key: {CANARY}, headers: {{X-Key: {CANARY}}}, models: [x, "
        "{name: y, base_url: 'https://elsewhere.example'}]}}"
    )
    elsewhere = load(text)["a/y"]

    assert elsewhere.api_key is not None
    assert elsewhere.api_key.peek() is None
    assert elsewhere.headers == {}


@pytest.mark.parametrize(
    ("provider", "url", "own"),
    [
        ("openai", None, True),
        ("openai", "https://eu.api.openai.com/v1", True),
        ("openai", "https://API.OPENAI.COM/v1", True),
        ("openai", "https://api.openai.com./v1", False),
        ("openai", "https://notapi.openai.com.example", False),
        ("azure", "https://x.cognitiveservices.azure.com", True),
        ("azure", "https://openai.azure.com.example", False),
        ("azure", "https://.openai.azure.com", True),
        ("anthropic", "https://api.openai.com", False),
    ],
)
def test_own_hosts(provider: str, url: str | None, own: bool) -> None:  # noqa: FBT001  # a column of a table
    assert is_own_host(provider, url) is own
