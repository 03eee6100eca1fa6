"""How each model is asked for JSON, and how a profile says otherwise."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from distilkit.profiles import structured_modes
from distilkit.profiles.litellm_names import LITELLM_PROVIDERS
from distilkit.profiles.structured_modes import is_strict, mode_of, shows_schema


@pytest.mark.parametrize(
    ("model", "mode"),
    [
        ("openai/gpt-4o-mini", "schema"),
        ("openai/gpt-4o", "schema"),
        ("openai/gpt-4o-2024-05-13", "object"),
        ("openai/gpt-4.1-nano", "schema"),
        ("openai/gpt-5-mini", "schema"),
        ("openai/o3", "schema"),
        ("openai/o1-mini", "prompt"),
        ("openai/gpt-4", "prompt"),
        ("openai/gpt-4-0613", "prompt"),
        ("openai/gpt-4-turbo-2024-04-09", "object"),
        ("openai/gpt-3.5-turbo", "object"),
        ("openai/ft:gpt-3.5-turbo-0125:lab::1", "object"),
        ("openai/ft:gpt-4o-2024-08-06:lab::1", "schema"),
        ("azure/whatever-we-called-it", "schema"),
        ("anthropic/claude-3-5-sonnet-20241022", "schema"),
        ("anthropic/claude-sonnet-4-5", "schema"),
        ("gemini/gemini-2.5-pro", "schema"),
        ("mistral/mistral-small-latest", "schema"),
        ("mistral/open-mistral-7b", "object"),
        ("groq/openai/gpt-oss-20b", "schema"),
        ("groq/llama-3.3-70b-versatile", "object"),
        ("deepseek/deepseek-chat", "object"),
        ("ollama_chat/llama3", "schema"),
        ("hosted_vllm/Qwen/Qwen3-8B", "schema"),
        ("openrouter/openai/gpt-4o", "schema"),
        ("cohere_chat/command-a-03-2025", "prompt"),
        ("huggingface/meta-llama/Llama-3.1-8B-Instruct", "prompt"),
        ("custom_openai/served", "prompt"),
        ("sim/small", "schema"),
        ("nobody/knows", "prompt"),
    ],
)
def test_each_model_has_its_mode(model: str, mode: str) -> None:
    provider, _, name = model.partition("/")

    assert mode_of(provider, name) == mode


@pytest.mark.parametrize(
    ("base_url", "mode"),
    [
        (None, "schema"),
        ("https://api.openai.com/v1", "schema"),
        ("https://eu.api.openai.com/v1", "schema"),
        ("http://localhost:8000/v1", "prompt"),
    ],
)
def test_behind_another_host_openai_may_be_any_server(base_url: str | None, mode: str) -> None:
    assert mode_of("openai", "gpt-4o-mini", base_url) == mode


def test_strict_is_who_keeps_to_the_letter() -> None:
    assert is_strict("openai", "gpt-4o")
    assert is_strict("groq", "openai/gpt-oss-120b")
    assert not is_strict("groq", "moonshotai/kimi-k2-instruct")
    assert not is_strict("gemini", "gemini-2.5-flash")


def test_a_grammar_shows_the_model_nothing() -> None:
    assert shows_schema("openai")
    assert not shows_schema("ollama_chat")


def test_every_provider_of_the_tables_is_known() -> None:
    tables = (
        structured_modes._BY_PROVIDER,
        structured_modes._BY_MODEL,
        structured_modes._STRICT,
        structured_modes._STRICT_MODELS,
        structured_modes._UNSEEN,
    )

    assert {name for table in tables for name in table} <= LITELLM_PROVIDERS | {"sim"}


def test_the_tables_need_no_litellm() -> None:
    code = "import sys, distilkit.profiles.structured_modes; assert not {'litellm', 'pydantic'} & set(sys.modules)"

    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_profile_says_how_it_is_asked(load: Callable[[str], Any]) -> None:
    profiles = load(
        "defaults: {structured_output: object}\n"
        "providers:\n"
        "  lab: {type: custom, base_url: 'http://localhost:1', models: [{name: a, structured_output: schema}, b]}\n"
    )

    assert [profiles[name].structured_output for name in ("lab/a", "lab/b")] == ["schema", "object"]


def test_a_profile_that_says_nothing_leaves_it_to_the_tables(load: Callable[[str], Any]) -> None:
    assert load("providers: {openai: {type: openai, model: gpt-4o}}")["openai"].structured_output is None


def test_a_mode_that_is_none_is_refused_with_its_line(refusal: Callable[[str], list[str]]) -> None:
    (line,) = refusal("providers:\n  a:\n    type: openai\n    model: m\n    structured_output: json\n")

    assert line.startswith("profiles.yaml:5: providers.a.structured_output: ")
    assert "schema" in line
