"""One model out of a list: each provider's own words for it, what is missing, and what is no chat model."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.provider.listing.entries import chats, count_of, entries

OPENAI = {"id": "gpt-4o-mini", "object": "model", "created": 1721172741, "owned_by": "system"}


def only(body: Any, provider: str = "") -> Any:
    (one,) = entries(body, provider) or []
    return one


def test_openai_says_a_name_a_time_and_an_owner() -> None:
    one = only({"object": "list", "data": [OPENAI]})

    assert (one.model, one.created_at, one.owned_by) == ("gpt-4o-mini", 1721172741.0, "system")
    assert (one.context_length, one.max_output_tokens, one.input_usd_per_million) == (None, None, None)


@pytest.mark.parametrize(
    ("provider", "item", "name", "context", "most_out"),
    [
        (
            "anthropic",
            {"type": "model", "id": "claude-x", "max_input_tokens": 200000, "max_tokens": 64000},
            "claude-x",
            200000,
            64000,
        ),
        ("anthropic", {"type": "model", "id": "claude-y", "display_name": "Claude Y"}, "claude-y", None, None),
        (
            "gemini",
            {
                "name": "models/gemini-x",
                "inputTokenLimit": 1048576,
                "outputTokenLimit": 65536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            },
            "gemini-x",
            1048576,
            65536,
        ),
        (
            "cohere_chat",
            {"name": "command-x", "endpoints": ["chat", "generate"], "context_length": 256000.0},
            "command-x",
            256000,
            None,
        ),
        (
            "mistral",
            {"id": "mistral-x", "max_context_length": 131072, "capabilities": {"completion_chat": True}},
            "mistral-x",
            131072,
            None,
        ),
        (
            "groq",
            {"id": "llama-x", "active": True, "context_window": 131072, "max_completion_tokens": 32768},
            "llama-x",
            131072,
            32768,
        ),
        (
            "openrouter",
            {
                "id": "a/b",
                "name": "A: B",
                "context_length": 65536,
                "top_provider": {"context_length": 32768, "max_completion_tokens": 8192},
            },
            "a/b",
            65536,
            8192,
        ),
        (
            "hosted_vllm",
            {"id": "Qwen/Qwen3-8B", "owned_by": "vllm", "max_model_len": 40960},
            "Qwen/Qwen3-8B",
            40960,
            None,
        ),
        ("", {"id": "m.gguf", "meta": {"n_ctx": 8192, "n_ctx_train": 131072}}, "m.gguf", 8192, None),
        ("", {"id": "m.gguf", "meta": {"n_ctx_train": 131072}}, "m.gguf", 131072, None),
        (
            "lm_studio",
            {"id": "q", "type": "llm", "state": "loaded", "max_context_length": 131072, "loaded_context_length": 4096},
            "q",
            4096,
            None,
        ),
        ("lm_studio", {"id": "q", "type": "vlm", "state": "not-loaded", "max_context_length": 32768}, "q", 32768, None),
        ("xai", {"id": "grok-x", "aliases": ["grok-x-latest"], "output_modalities": ["text"]}, "grok-x", None, None),
        ("together_ai", {"id": "a/b", "type": "chat", "context_length": 32768}, "a/b", 32768, None),
        ("deepseek", {"id": "deepseek-chat", "object": "model", "owned_by": "deepseek"}, "deepseek-chat", None, None),
    ],
)
def test_each_provider_is_read_in_its_own_words(
    provider: str, item: dict[str, Any], name: str, context: int | None, most_out: int | None
) -> None:
    one = only({"data": [item]}, provider)

    assert (one.model, one.context_length, one.max_output_tokens) == (name, context, most_out)


def test_lm_studios_newer_list_says_what_is_loaded() -> None:
    loaded = [{"id": "x", "config": {"context_length": 8192}}, {"id": "x:2", "config": {"context_length": 4096}}]
    item = {"type": "llm", "key": "qwen/x", "loaded_instances": loaded, "max_context_length": 131072}

    # The longest it could have is stated too; what it has now would be 4096 if it were not.
    assert only({"models": [item]}).model == "qwen/x"
    assert only({"models": [{name: item[name] for name in ("key", "loaded_instances")}]}).context_length == 4096


def test_the_router_of_hugging_face_promises_the_shortest_context_of_those_it_may_choose() -> None:
    servers = [
        {"provider": "a", "context_length": 131072},
        {"provider": "b", "context_length": 32768},
        {"provider": "c"},
    ]

    assert only({"data": [{"id": "m", "providers": servers}]}, "huggingface").context_length == 32768


def test_tgi_describes_the_one_model_it_serves() -> None:
    one = only({"model_id": "bigcode/x", "max_total_tokens": 8192, "max_input_tokens": 4096, "version": "3.0"})

    assert (one.model, one.context_length) == ("bigcode/x", 8192)


def test_a_bare_list_is_a_list() -> None:
    assert only([{"id": "a/b", "type": "chat"}]).model == "a/b"


@pytest.mark.parametrize("max_tokens", [4096])
def test_a_word_that_means_two_things_is_read_only_where_it_is_clear(max_tokens: int) -> None:
    assert only({"data": [{"id": "m", "max_tokens": max_tokens}]}, "custom_openai").max_output_tokens is None


@pytest.mark.parametrize(
    "item",
    [
        {"supportedGenerationMethods": ["embedContent"]},
        {"endpoints": ["embed"]},
        {"capabilities": {"completion_chat": False}},
        {"capabilities": {"chat_completion": False, "embeddings": True}},
        {"capabilities": ["embedding"]},
        {"type": "embeddings"},
        {"type": "image"},
        {"active": False},
        {"lifecycle": "retired"},
        {"architecture": {"output_modalities": ["image"]}},
        {"output_modalities": ["image"]},
        {"details": {"family": "nomic-bert"}},
    ],
)
def test_what_is_no_chat_model_is_left_out(item: dict[str, Any]) -> None:
    assert not chats(item)
    assert entries({"data": [{"id": "m", **item}]}, "") == []


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"capabilities": ["tool_use"]},
        {"capabilities": ["completion", "embedding"]},
        {"type": "base"},
        {"lifecycle": "deprecated"},
        {"architecture": {"output_modalities": ["text", "image"]}},
        {"endpoints": None},
    ],
)
def test_what_says_nothing_against_it_chats(item: dict[str, Any]) -> None:
    assert chats(item)


@pytest.mark.parametrize("body", [None, 3, "models", {}, {"data": "none"}, {"models": {}}, {"model_id": 7}])
def test_what_is_no_list_is_none(body: Any) -> None:
    assert entries(body, "") is None


@pytest.mark.parametrize("item", [None, 7, "m", [], {}, {"id": ""}, {"id": 4}, {"id": None, "name": " "}])
def test_an_entry_without_a_name_is_passed_over(item: Any) -> None:
    assert entries({"data": [item, OPENAI]}, "") == entries({"data": [OPENAI]}, "")


def test_a_name_said_twice_is_one_model() -> None:
    assert len(entries({"data": [OPENAI, OPENAI]}, "") or []) == 1


@pytest.mark.parametrize("value", [None, True, 0, -1, 1.5, "4096", 10**13, [], {}, float("inf"), float("nan")])
def test_what_is_no_number_of_tokens_is_unknown(value: Any) -> None:
    assert count_of(value) is None


@pytest.mark.parametrize(
    ("item", "seconds"),
    [
        ({"created": 1721172741}, 1721172741.0),
        ({"created": 0}, None),
        ({"created": True}, None),
        ({"created": 10**20}, None),
        ({"created": "soon"}, None),
        ({"created_at": "2025-02-19T00:00:00Z"}, 1739923200.0),
        ({"created_at": "1970-01-01T00:00:00Z"}, None),
        ({"modified_at": "2025-05-04T17:37:44.706015396-07:00"}, 1746405464.706015),
        ({"created_at": "9999-99-99"}, None),
        ({"created": 1721172741, "owned_by": "vllm"}, None),
        ({"created": 1721172741, "owned_by": "llamacpp"}, None),
    ],
)
def test_a_time_is_a_time_or_unknown(item: dict[str, Any], seconds: float | None) -> None:
    """vLLM and llama.cpp write the time of the request, which is nobody's birthday."""
    assert only({"data": [{"id": "m", **item}]}).created_at == seconds


def test_a_model_that_is_not_on_this_machine_says_where_it_is() -> None:
    one = only({"models": [{"name": "gpt-oss:cloud", "remote_host": "https://ollama.com:443"}]})

    assert one.owned_by == "https://ollama.com:443"
    assert "not on this machine" in one.note
