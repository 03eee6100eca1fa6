"""What leaves: address, headers and body for each family of providers."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from distilkit.profiles.secrets import Secret

PICTURE = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(16)).decode()
SEEING = [{"type": "text", "text": "what?"}, {"type": "image_url", "image_url": {"url": PICTURE}}]


def header(seen: Any, name: str) -> str | None:
    return {key.lower(): value for key, value in seen.headers.items()}.get(name)


OPENAI_LIKE = [
    "openai",
    "openrouter",
    "deepseek",
    "mistral",
    "hosted_vllm",
    "groq",
    "custom_openai",
    "openai_like",
    "xai",
    "together_ai",
    "huggingface",
    "xinference",
    "lm_studio",
]


@pytest.mark.parametrize("provider", OPENAI_LIKE)
def test_openai_like_providers_get_openais_protocol(
    provider: str, wire: Any, ask: Any, profile: Any, canary: str
) -> None:
    server = wire()

    record = ask(profile(provider, "some/model", base_url=f"{server.url}/v1"), temperature=0.5, max_tokens=9)

    [seen] = server.seen
    assert (seen.method, seen.target) == ("POST", "/v1/chat/completions")
    assert header(seen, "authorization") == f"Bearer {canary}"
    assert seen.json["model"] == "some/model"
    assert [message["role"] for message in seen.json["messages"]] == ["system", "user"]
    assert seen.json["temperature"] == 0.5
    assert seen.json["max_tokens"] == 9
    assert record.raw["choices"][0]["message"]["content"] == "4"
    assert record.reading is None
    assert record.provider == provider
    assert record.sent["temperature"] == 0.5
    assert "messages" not in record.sent


def test_azure_gets_its_deployment_version_and_header(wire: Any, ask: Any, profile: Any, canary: str) -> None:
    server = wire()

    ask(profile("azure", "my-gpt", base_url=f"{server.url}/", api_version="2024-10-21"), temperature=0)

    [seen] = server.seen
    assert seen.target == "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"
    assert header(seen, "api-key") == canary
    assert header(seen, "authorization") is None
    assert seen.json["temperature"] == 0


def test_anthropic_gets_its_own_protocol(wire: Any, ask: Any, profile: Any, canary: str) -> None:
    reply = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [{"type": "text", "text": "4"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 12, "output_tokens": 1},
    }
    server = wire(reply)

    record = ask(profile("anthropic", "claude-sonnet-4-5", base_url=server.url), max_tokens=9, stop=["x"])

    [seen] = server.seen
    assert seen.target == "/v1/messages"
    assert header(seen, "x-api-key") == canary
    assert header(seen, "anthropic-version") == "2023-06-01"
    assert seen.json["system"][0]["text"] == "Be brief."
    assert [message["role"] for message in seen.json["messages"]] == ["user"]
    assert record.sent == {"model": "claude-sonnet-4-5", "max_tokens": 9, "stop_sequences": ["x"]}
    assert record.raw == reply
    assert record.reading is not None
    assert record.reading["choices"][0]["message"]["content"] == "4"
    assert record.reading["usage"]["prompt_tokens"] == 12


def test_what_litellm_adds_is_recorded_as_sent(wire: Any, ask: Any, profile: Any) -> None:
    server = wire({"type": "message", "content": [{"type": "text", "text": "4"}], "stop_reason": "end_turn"})

    record = ask(profile("anthropic", "claude-sonnet-4-5", base_url=server.url))

    assert record.sent["max_tokens"] == server.seen[0].json["max_tokens"] > 0


def test_gemini_gets_its_own_protocol(wire: Any, ask: Any, profile: Any, canary: str) -> None:
    reply = {
        "candidates": [{"content": {"parts": [{"text": "4"}], "role": "model"}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 12, "candidatesTokenCount": 1, "totalTokenCount": 13},
        "modelVersion": "gemini-2.5-pro",
    }
    server = wire(reply)

    record = ask(profile("gemini", "gemini-2.5-pro", base_url=f"{server.url}/v1beta"), temperature=0.5, max_tokens=9)

    [seen] = server.seen
    assert seen.target == "/v1beta/models/gemini-2.5-pro:generateContent"
    assert header(seen, "x-goog-api-key") == canary
    assert seen.json["contents"][0]["parts"] == [{"text": "What is 2 + 2?"}]
    assert seen.json["generationConfig"] == {"temperature": 0.5, "max_output_tokens": 9}
    assert record.sent == {"generationConfig": {"temperature": 0.5, "max_output_tokens": 9}}
    assert record.reading is not None
    assert record.reading["choices"][0]["message"]["content"] == "4"


@pytest.mark.parametrize("base", ["", "/v1", "/v2"])
def test_cohere_gets_its_own_protocol(base: str, wire: Any, ask: Any, profile: Any, canary: str) -> None:
    reply = {
        "id": "c1",
        "message": {"role": "assistant", "content": [{"type": "text", "text": "4"}]},
        "finish_reason": "COMPLETE",
        "usage": {"tokens": {"input_tokens": 12, "output_tokens": 1}},
    }
    server = wire(reply)

    record = ask(profile("cohere_chat", "command-r", base_url=server.url + base), top_p=0.9)

    [seen] = server.seen
    assert seen.target == "/v2/chat"
    assert header(seen, "authorization") == f"Bearer {canary}"
    assert seen.json["p"] == 0.9
    assert record.reading is not None
    assert record.reading["choices"][0]["message"]["content"] == "4"


def test_ollama_gets_its_own_protocol_and_no_key(wire: Any, ask: Any, profile: Any) -> None:
    reply = {
        "model": "llama3",
        "created_at": "2024-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": "4"},
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": 12,
        "eval_count": 1,
    }
    server = wire(reply)

    record = ask(profile("ollama_chat", "llama3", base_url=server.url, api_key=None), max_tokens=9)

    [seen] = server.seen
    assert seen.target == "/api/chat"
    assert header(seen, "authorization") is None
    assert seen.json["stream"] is False
    assert seen.json["options"] == {"num_predict": 9}
    assert record.raw == reply
    assert record.reading is not None
    assert record.reading["choices"][0]["message"]["content"] == "4"


def test_the_profiles_headers_win_over_litellms(wire: Any, ask: Any, profile: Any) -> None:
    server = wire()
    headers = {"X-Title": Secret("a study"), "Authorization": Secret("Custom scheme")}

    ask(profile(base_url=server.url, headers=headers))

    assert header(server.seen[0], "x-title") == "a study"
    assert header(server.seen[0], "authorization") == "Custom scheme"
    assert sum(name.lower() == "authorization" for name in server.seen[0].headers) == 1


def test_parameters_litellm_does_not_know_go_as_they_are(wire: Any, ask: Any, profile: Any) -> None:
    server = wire()

    ask(profile("hosted_vllm", base_url=server.url), min_p=0.1, extra_body={"guided_choice": ["a", "b"]})

    assert server.seen[0].json["min_p"] == 0.1
    assert server.seen[0].json["guided_choice"] == ["a", "b"]
    assert "extra_body" not in server.seen[0].json


def test_mistrals_seed_gets_mistrals_name(wire: Any, ask: Any, profile: Any) -> None:
    server = wire()

    ask(profile("mistral", base_url=server.url), seed=3)

    assert server.seen[0].json["random_seed"] == 3
    assert "extra_body" not in server.seen[0].json


def test_a_parameter_the_protocol_has_no_word_for_is_refused_not_dropped(wire: Any, fails: Any, profile: Any) -> None:
    server = wire()

    error = fails(profile("anthropic", "claude-sonnet-4-5", base_url=server.url), seed=3)

    assert error.kind == "invalid_request"
    assert "no parameter seed" in error.message
    assert "params=" in error.message
    assert server.seen == []


def test_a_value_the_model_cannot_take_is_left_out(wire: Any, ask: Any, profile: Any) -> None:
    server = wire()

    record = ask(profile("openai", "o3-mini", base_url=server.url), temperature=0.5)

    assert "temperature" not in server.seen[0].json
    assert any("temperature" in sentence for sentence in record.changed)


SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}
JSON_FORM = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, "strict": True}}


@pytest.mark.parametrize("form", [JSON_FORM, {"type": "json_object"}])
@pytest.mark.parametrize("provider", ["openai", "groq", "custom_openai", "mistral"])
def test_a_form_goes_as_it_is_where_the_protocol_has_a_word_for_it(
    provider: str, form: Any, wire: Any, ask: Any, profile: Any
) -> None:
    server = wire()

    ask(profile(provider, "llama-3.3-70b-versatile", base_url=server.url), response_format=form)

    assert server.seen[0].json["response_format"] == form
    assert server.seen[0].json.keys() == {"model", "messages", "response_format"}


def test_a_form_litellm_would_drop_is_refused(wire: Any, fails: Any, profile: Any) -> None:
    server = wire()
    claude = profile("anthropic", "claude-sonnet-4-5", base_url=server.url)

    error = fails(claude, response_format={"type": "json_object"})

    assert error.kind == "invalid_request"
    assert "response_format" in error.message
    assert server.seen == []


def test_a_schema_for_anthropic_brings_its_header(wire: Any, ask: Any, profile: Any) -> None:
    server = wire()

    ask(profile("anthropic", "claude-sonnet-4-5", base_url=server.url), response_format=JSON_FORM)

    assert server.seen[0].json["output_format"]["schema"]["required"] == ["a"]
    assert "structured-outputs" in (header(server.seen[0], "anthropic-beta") or "")


def test_nothing_is_streamed_even_when_asked(wire: Any, ask: Any, profile: Any) -> None:
    server = wire()

    ask(profile(base_url=server.url), stream=True)

    assert "stream" not in server.seen[0].json


@pytest.mark.parametrize("provider", ["openai", "custom_openai"])
def test_pictures_pass_through(provider: str, wire: Any, ask: Any, profile: Any) -> None:
    server = wire()
    messages = [{"role": "user", "content": SEEING}]

    ask(profile(provider, base_url=server.url), messages=messages)

    assert server.seen[0].json["messages"][0]["content"][1]["image_url"]["url"] == PICTURE


def test_pictures_are_written_in_anthropics_and_geminis_way(wire: Any, ask: Any, profile: Any) -> None:
    server = wire({"content": [{"type": "text", "text": "4"}], "stop_reason": "end_turn", "candidates": []})
    messages = [{"role": "user", "content": SEEING}]

    ask(profile("anthropic", "claude-sonnet-4-5", base_url=server.url), messages=messages)
    ask(profile("gemini", "gemini-2.5-pro", base_url=server.url), messages=messages)

    assert server.seen[0].json["messages"][0]["content"][1]["source"]["media_type"] == "image/png"
    assert server.seen[1].json["contents"][0]["parts"][1]["inline_data"]["mime_type"] == "image/png"
    assert [seen.target.partition("/v")[2][:1] for seen in server.seen] == ["1", "1"]


def test_a_link_that_litellm_would_fetch_is_refused(wire: Any, fails: Any, profile: Any) -> None:
    server = wire()
    content = [{"type": "image_url", "image_url": {"url": f"{server.url}/cat.png"}}]

    for provider, model in [("gemini", "gemini-2.5-pro"), ("ollama_chat", "llava"), ("anthropic", "claude-sonnet-4-5")]:
        error = fails(profile(provider, model, base_url=server.url), messages=[{"role": "user", "content": content}])
        assert error.kind == "invalid_request"
        assert "data:" in error.message

    assert server.seen == []


def test_a_link_to_a_picture_passes_where_the_provider_fetches_it(wire: Any, ask: Any, profile: Any) -> None:
    server = wire()
    picture = [{"type": "image_url", "image_url": {"url": "https://pictures.example/cat.png"}}]

    ask(profile("openai", base_url=server.url), messages=[{"role": "user", "content": picture}])
    ask(profile("anthropic", "claude-sonnet-4-5", base_url=server.url), messages=[{"role": "user", "content": picture}])

    assert all(b"https://pictures.example/cat.png" in seen.body for seen in server.seen)


def test_a_link_to_a_file_is_refused_everywhere(wire: Any, fails: Any, profile: Any) -> None:
    server = wire()
    file = [{"type": "file", "file": {"file_id": f"{server.url}/a.pdf"}}]

    error = fails(profile("openai", base_url=server.url), messages=[{"role": "user", "content": file}])

    assert error.kind == "invalid_request"
    assert "data: URL" in error.message
    assert server.seen == []


def test_messages_are_not_changed_by_sending_them(wire: Any, ask: Any, profile: Any) -> None:
    server = wire()
    messages = [{"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}]}]

    ask(profile("mistral", base_url=server.url), messages=messages)

    assert messages[0]["content"][0]["cache_control"] == {"type": "ephemeral"}
