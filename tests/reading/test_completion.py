from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.calls import Record
from distilkit.profiles.profile import ThinkingRules
from distilkit.reading import Completion, Splitter, fault, read

RecordOf = Callable[..., Record]


def chat(message: Any, *, provider: str = "openai", **body: Any) -> Record:
    """Return an OpenAI-shaped reply with this message."""
    finish = body.pop("finish_reason", "stop")
    raw = {"choices": [{"index": 0, "message": message, "finish_reason": finish}], **body}
    return Record(provider=provider, raw=raw)


# Recorded replies of real providers, as they came.


def test_anthropic_thinking_is_a_summary_from_claude_4_on(record_of: RecordOf) -> None:
    found = read(record_of("anthropic_thinking"))

    assert found.content is not None
    assert found.content.startswith("Here's how to cross the street safely:")
    assert found.thinking is not None
    assert found.thinking.startswith("This is a straightforward question")
    assert found.thinking_kind == "summary"
    assert (found.finish_reason, found.served_model) == ("stop", "claude-sonnet-4-5-20250929")
    assert (found.input_tokens, found.cached_tokens, found.output_tokens) == (43, 0, 321)
    assert found.reasoning_tokens is None  # Anthropic gives no split


def test_anthropic_redacted_thinking_is_encrypted(record_of: RecordOf) -> None:
    found = read(record_of("anthropic_redacted"))

    assert (found.thinking, found.thinking_kind) == (None, "encrypted")
    assert found.content
    assert (found.input_tokens, found.output_tokens) == (92, 196)


def test_deepseek_reasoning_content_is_raw(record_of: RecordOf) -> None:
    found = read(record_of("deepseek_reasoning_content"))

    assert found.content is not None
    assert found.content.startswith("Crossing the street safely involves")
    assert found.thinking is not None
    assert found.thinking.startswith("Okay, the user is asking")
    assert found.thinking_kind == "raw"
    assert (found.input_tokens, found.cached_tokens, found.output_tokens, found.reasoning_tokens) == (12, 0, 789, 415)


def test_gemini_thoughts_are_a_summary_and_part_of_the_output(record_of: RecordOf) -> None:
    found = read(record_of("gemini_thought_parts"))

    assert found.content is not None
    assert found.content.startswith("Crossing the street safely is a fundamental skill")
    assert found.thinking is not None
    assert found.thinking.startswith("**A Safe Street-Crossing Guide")
    assert found.thinking_kind == "summary"
    assert (found.finish_reason, found.served_model) == ("stop", "gemini-3-pro-preview")
    assert (found.input_tokens, found.output_tokens, found.reasoning_tokens) == (29, 736 + 1001, 1001)
    assert found.cached_tokens is None


def test_groq_sends_tags_or_a_field(record_of: RecordOf) -> None:
    tags, field = read(record_of("groq_two_shapes", 0)), read(record_of("groq_two_shapes", 1))

    assert tags.thinking is not None
    assert tags.thinking.startswith("Okay, so I want to make Uruguayan alfajores.")
    assert tags.content
    assert "think>" not in tags.content
    assert field.thinking is not None
    assert field.thinking.startswith("Alright, so I want to make Argentinian")
    assert field.content is not None
    assert field.content.startswith("To create authentic Argentinian alfajores")
    assert tags.thinking_kind == field.thinking_kind == "raw"
    assert (tags.input_tokens, tags.output_tokens, field.output_tokens) == (21, 1414, 1590)


def test_huggingface_tags_are_taken_out(record_of: RecordOf) -> None:
    found = read(record_of("huggingface_think_tags"))

    assert found.thinking is not None
    assert found.thinking.startswith('Okay, the user asked "How do I cross')
    assert found.content
    assert "think>" not in found.content
    assert (found.input_tokens, found.cached_tokens, found.output_tokens) == (10, 0, 995)


def test_mistral_content_list_is_read(record_of: RecordOf) -> None:
    found = read(record_of("mistral_content_list", 1))

    assert found.thinking is not None
    assert found.thinking.startswith("**Analogizing crossing a river**")
    assert found.content is not None
    assert found.content.startswith("Crossing a river is quite different")
    assert found.thinking_kind == "raw"
    assert (found.input_tokens, found.output_tokens) == (664, 747)


def test_openai_responses_body_is_read(record_of: RecordOf) -> None:
    found = read(record_of("mistral_content_list", 0))

    assert found.content is not None
    assert "general guidelines" in found.content
    assert found.thinking is not None
    assert found.thinking.startswith("**Providing crossing guidelines**")
    assert (found.thinking_kind, found.finish_reason) == ("summary", "stop")
    assert (found.input_tokens, found.cached_tokens, found.output_tokens, found.reasoning_tokens) == (13, 0, 1616, 1344)


def test_openrouter_zero_reasoning_tokens_beside_reasoning_are_unknown(record_of: RecordOf) -> None:
    found = read(record_of("openrouter_reasoning"))

    assert found.thinking is not None
    assert len(found.thinking) == 5957
    assert found.thinking_kind == "raw"
    assert (found.output_tokens, found.reasoning_tokens) == (2801, None)


def test_recorded_replies_are_answers(record_of: RecordOf) -> None:
    names = [
        "anthropic_thinking",
        "anthropic_redacted",
        "gemini_thought_parts",
        "groq_two_shapes",
        "mistral_content_list",
    ]
    for name in names:
        record = record_of(name)
        assert fault(record, read(record)) is None


def test_recorded_stream_with_its_thinking_in_tags_is_split(recorded: Callable[..., dict[str, Any]]) -> None:
    """The deltas of a real stream, written the way a server without a parser would send them."""
    lines = recorded("deepseek_stream")["body"].split("\n\n")
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    thoughts = [delta["reasoning_content"] for delta in deltas if delta.get("reasoning_content")]
    answers = [delta["content"] for delta in deltas if delta.get("content")]
    splitter = Splitter()

    pieces = [
        piece for part in ["<think>\n", *thoughts, "\n</thi", "nk>\n\n", *answers] for piece in splitter.feed(part)
    ]
    pieces += splitter.close()

    assert "".join(piece.text for piece in pieces if piece.channel == "thinking") == "".join(thoughts)
    assert "".join(piece.text for piece in pieces if piece.channel == "content") == "".join(answers)
    assert splitter.kind == "raw"


# Which source wins.


def test_a_field_wins_over_tags() -> None:
    found = read(chat({"content": "<think>tags</think>4", "reasoning_content": "field"}))

    assert found.thinking == "field"
    assert found.content == "<think>tags</think>4"  # beside a field, other tags are the answer's own


def test_a_block_that_repeats_the_field_is_taken_out() -> None:
    found = read(chat({"content": "<think>\nthe same\n</think>\n\n4", "reasoning_content": "the same\n"}))

    assert (found.content, found.thinking) == ("4", "the same\n")


def test_an_empty_block_beside_a_field_is_taken_out() -> None:
    assert read(chat({"content": "<think></think>4", "reasoning": "a"})).content == "4"


@pytest.mark.parametrize("blank", ["", " \n", None, 0, [], {}])
def test_a_field_that_says_nothing_is_absent(blank: object) -> None:
    found = read(chat({"content": "<think>tags</think>4", "reasoning_content": blank, "reasoning": blank}))

    assert (found.content, found.thinking, found.thinking_kind) == ("4", "tags", "raw")


def test_rules_apply_to_the_text() -> None:
    record = chat({"content": "a</think>4"})

    assert read(record).content == "a</think>4"
    assert read(record, ThinkingRules(missing_opening_tag=True)).content == "4"


def test_the_body_wins_over_litellms_reading_of_it() -> None:
    raw = {"type": "message", "content": [{"type": "text", "text": "from the body"}], "stop_reason": "end_turn"}
    reading = {"choices": [{"message": {"content": "from the reading"}}]}

    assert read(Record(provider="anthropic", raw=raw, reading=reading)).content == "from the body"


def test_litellms_reading_serves_where_the_body_is_in_no_known_format() -> None:
    reading = {"choices": [{"message": {"content": "4"}, "finish_reason": "stop"}], "model": "m"}
    for raw in ([{"generated_text": "4"}], {"text": "4"}, None, "4"):
        found = read(Record(provider="huggingface", raw=raw, reading=reading))
        assert (found.content, found.finish_reason, found.served_model) == ("4", "stop", "m")


def test_an_imported_answer_is_read_like_any_other() -> None:
    """It has no usage and may have no model: those stay unknown."""
    found = read(Record(provider="imported", raw={"choices": [{"message": {"role": "assistant", "content": "4"}}]}))

    assert found == Completion(content="4")


# Shapes that no recording shows.


def test_thinking_blocks_are_read() -> None:
    blocks = [
        {"type": "thinking", "thinking": "one", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "thinking", "thinking": "two", "signature": "s"},
    ]
    found = read(chat({"content": "4", "thinking_blocks": blocks}, provider="bedrock", model="claude-3-7-sonnet"))

    assert (found.thinking, found.thinking_kind) == ("one\n\ntwo", "raw")


def test_a_signed_block_without_text_is_encrypted() -> None:
    raw = {
        "type": "message",
        "model": "claude-opus-5",
        "content": [{"type": "thinking", "thinking": "", "signature": "s"}, {"type": "text", "text": "4"}],
    }
    found = read(Record(provider="anthropic", raw=raw))

    assert (found.content, found.thinking, found.thinking_kind) == ("4", None, "encrypted")


@pytest.mark.parametrize(
    ("details", "thinking", "kind"),
    [
        ([{"type": "reasoning.text", "text": "a"}], "a", "raw"),
        ([{"type": "reasoning.summary", "summary": "a"}], "a", "summary"),
        ([{"type": "reasoning.encrypted", "data": "x"}], None, "encrypted"),
        ([{"type": "reasoning.summary", "summary": "a"}, {"type": "reasoning.encrypted", "data": "x"}], "a", "summary"),
        ([{"type": "reasoning.text", "text": ""}], None, "absent"),
        ([{"type": "reasoning.text", "text": "", "signature": "s"}], None, "encrypted"),
        (["text", 3, None], None, "absent"),
    ],
)
def test_reasoning_details_are_read(details: list[Any], thinking: str | None, kind: str) -> None:
    found = read(chat({"content": "4", "reasoning_details": details}, provider="openrouter", model="z-ai/glm-4.6"))

    assert (found.content, found.thinking, found.thinking_kind) == ("4", thinking, kind)


def test_text_in_parts_is_joined_and_may_hold_tags() -> None:
    parts = [{"type": "text", "text": "<think>a</th"}, {"type": "text", "text": "ink>4"}, {"type": "image_url"}]

    found = read(chat({"content": parts}))

    assert (found.content, found.thinking) == ("4", "a")


def test_a_thinking_part_may_hold_a_plain_string() -> None:
    parts = [{"type": "thinking", "thinking": "a"}, {"type": "text", "text": "4"}]

    assert read(chat({"content": parts}, provider="mistral")).thinking == "a"


def test_gemini_signature_without_a_thought_is_encrypted() -> None:
    raw = {"candidates": [{"content": {"parts": [{"text": "4", "thoughtSignature": "x"}]}, "finishReason": "STOP"}]}

    assert read(Record(provider="gemini", raw=raw)).thinking_kind == "encrypted"


def test_a_refusal_in_words_is_the_answer() -> None:
    record = chat({"content": None, "refusal": "I would rather not."})

    assert read(record).content == "I would rather not."
    assert fault(record, read(record)) is None


def test_ollamas_own_body_is_read() -> None:
    raw = {
        "model": "qwen3",
        "message": {"role": "assistant", "content": "4", "thinking": "a"},
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": 5,
        "eval_count": 7,
    }
    found = read(Record(provider="ollama_chat", raw=raw))

    assert (found.content, found.thinking, found.finish_reason) == ("4", "a", "stop")
    assert (found.input_tokens, found.output_tokens) == (5, 7)


def test_coheres_own_body_is_read() -> None:
    raw = {
        "message": {"content": [{"type": "thinking", "thinking": "a"}, {"type": "text", "text": "4"}]},
        "finish_reason": "COMPLETE",
        "usage": {"billed_units": {"input_tokens": 3}, "tokens": {"input_tokens": 5, "output_tokens": 7}},
    }
    found = read(Record(provider="cohere_chat", raw=raw))

    assert (found.content, found.thinking, found.finish_reason) == ("4", "a", "stop")
    assert (found.input_tokens, found.output_tokens) == (5, 7)


def test_an_older_completion_has_text() -> None:
    record = Record(provider="vllm", raw={"choices": [{"text": "<think>a</think>4", "finish_reason": "eos_token"}]})

    assert (read(record).content, read(record).finish_reason) == ("4", "stop")


# What kind of thinking it is.


@pytest.mark.parametrize(
    ("provider", "model", "kind"),
    [
        ("anthropic", "claude-3-7-sonnet-20250219", "raw"),
        ("anthropic", "claude-sonnet-4-20250514", "summary"),
        ("anthropic", None, "summary"),
        ("openrouter", "anthropic/claude-3.7-sonnet", "raw"),
        ("openrouter", "anthropic/claude-opus-4.5", "summary"),
        ("vertex_ai", "gemini-2.5-pro", "summary"),
        ("gemini", None, "summary"),
        ("openai", "o3-mini-2025-01-31", "summary"),
        ("openai", None, "summary"),
        ("azure", "gpt-5", "summary"),
        ("openrouter", "openai/gpt-5", "summary"),
        ("groq", "openai/gpt-oss-120b", "raw"),
        ("openai", "my-own-finetune", "raw"),
        ("hosted_vllm", "Qwen/Qwen3-8B", "raw"),
        ("deepseek", "deepseek-reasoner", "raw"),
    ],
)
def test_the_model_decides_whether_thinking_is_a_summary(provider: str, model: str | None, kind: str) -> None:
    record = chat({"content": "4", "reasoning_content": "a"}, provider=provider, model=model)

    assert read(record).thinking_kind == kind


@pytest.mark.parametrize("stated", ["raw", "summary"])
@pytest.mark.parametrize("message", [{"content": "4", "reasoning": "a"}, {"content": "<think>a</think>4"}])
def test_the_profile_decides_over_the_model(stated: str, message: dict[str, Any]) -> None:
    assert read(chat(message), ThinkingRules(kind=stated)).thinking_kind == stated


def test_the_profile_does_not_make_thinking_where_there_is_none() -> None:
    assert read(chat({"content": "4"}), ThinkingRules(kind="raw")).thinking_kind == "absent"
    assert read(chat({"content": "<think>a"}), ThinkingRules(kind="raw")).thinking_kind == "truncated"


def test_tags_are_raw_whoever_serves_them() -> None:
    assert read(chat({"content": "<think>a</think>4"}, provider="gemini", model="gemini-2")).thinking_kind == "raw"


def test_thinking_in_a_field_that_used_up_the_limit_is_truncated() -> None:
    """As with a block in tags that never closes."""
    for text in ("", None):
        record = chat({"content": text, "reasoning_content": "a"}, finish_reason="length")
        assert read(record).thinking_kind == "truncated"
    assert read(chat({"content": "4", "reasoning_content": "a"}, finish_reason="length")).thinking_kind == "summary"


# Token counts.


def counts(usage: Any, provider: str = "openai", **body: Any) -> tuple[int | None, ...]:
    found = read(chat({"content": "4"}, provider=provider, usage=usage, **body))
    return found.input_tokens, found.cached_tokens, found.output_tokens, found.reasoning_tokens


def test_missing_usage_is_unknown_never_zero() -> None:
    for usage in (None, {}, [], "5", 5):
        assert counts(usage) == (None, None, None, None)
    assert counts({"prompt_tokens": 5}) == (5, None, None, None)


def test_a_usage_of_zeros_is_made_up() -> None:
    assert counts({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}) == (None, None, None, None)


@pytest.mark.parametrize("nonsense", [-1, "5", True, 5.0, 10**18, None, [5], {"n": 5}])
def test_nonsense_is_unknown(nonsense: object) -> None:
    usage = {
        "prompt_tokens": nonsense,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": nonsense},
        "completion_tokens_details": {"reasoning_tokens": nonsense},
    }
    assert counts(usage) == (None, None, 7, None)


def test_parts_larger_than_the_whole_are_unknown() -> None:
    usage = {
        "prompt_tokens": 5,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 6},
        "completion_tokens_details": {"reasoning_tokens": 8},
    }
    assert counts(usage) == (5, None, 7, None)


@pytest.mark.parametrize(
    "extra",
    [
        {"prompt_tokens_details": {"cached_tokens": 3}},
        {"prompt_cache_hit_tokens": 3},
        {"cached_tokens": 3},
        {"cache_read_input_tokens": 3},
    ],
)
def test_cached_tokens_are_found_under_every_name(extra: dict[str, Any]) -> None:
    assert counts({"prompt_tokens": 5, "completion_tokens": 7, **extra}) == (5, 3, 7, None)


def test_reasoning_counted_beside_the_completion_is_added() -> None:
    """As xAI counts; where it is a part of the completion, the total says so."""
    details = {"completion_tokens_details": {"reasoning_tokens": 100}}

    beside = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 112, **details}
    inside = {"prompt_tokens": 5, "completion_tokens": 107, "total_tokens": 112, **details}

    assert counts(beside, "xai") == counts(inside, "openai") == (5, None, 107, 100)


def test_anthropic_input_includes_what_the_cache_gave_and_took() -> None:
    usage = {"input_tokens": 5, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 20, "output_tokens": 7}
    raw = {"type": "message", "content": [{"type": "text", "text": "4"}], "usage": usage}
    found = read(Record(provider="anthropic", raw=raw))

    assert (found.input_tokens, found.cached_tokens, found.cache_written_tokens) == (125, 100, 20)


def test_litellms_reading_of_anthropic_includes_the_cache_already() -> None:
    usage = {
        "prompt_tokens": 125,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 100},
        "cache_creation_input_tokens": 20,
        "cache_read_input_tokens": 100,
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    record = Record(
        provider="bedrock",
        raw=None,
        reading={"choices": [{"message": {"content": "4"}}], "usage": usage, "model": "claude-sonnet-4"},
    )
    found = read(record)

    assert (found.input_tokens, found.cached_tokens, found.cache_written_tokens) == (125, 100, 20)
    assert found.reasoning_tokens is None  # LiteLLM counted the visible summary


def test_gemini_leaves_out_what_is_zero() -> None:
    def output(**usage: int) -> int | None:
        parts = [{"text": "4"}]
        raw = {"candidates": [{"content": {"parts": parts}}], "usageMetadata": {"promptTokenCount": 5, **usage}}
        return read(Record(provider="gemini", raw=raw)).output_tokens

    assert output(candidatesTokenCount=7) == 7
    assert output(thoughtsTokenCount=7) == 7
    assert output(candidatesTokenCount=7, thoughtsTokenCount=-1) is None
    assert output() is None


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", "stop"),
        ("STOP", "stop"),
        ("max_tokens", "length"),
        ("MAX_TOKENS", "length"),
        ("tool_use", "tool_calls"),
        ("SAFETY", "content_filter"),
        ("refusal", "content_filter"),
        ("something_new", "something_new"),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_finish_reasons_are_openais(word: object, reason: str | None) -> None:
    assert read(chat({"content": "4"}, finish_reason=word)).finish_reason == reason


# Anything at all.

WORDS = [
    "choices", "message", "content", "reasoning_content", "reasoning", "reasoning_details", "thinking_blocks", "type",
    "text", "thinking", "summary", "reasoning.text", "reasoning.summary", "redacted_thinking", "signature", "output",
    "candidates", "parts", "thought", "finishReason", "finish_reason", "stop_reason", "usage", "usageMetadata",
    "prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "cached_tokens", "input_tokens",
    "output_tokens", "cache_read_input_tokens", "candidatesTokenCount", "thoughtsTokenCount", "promptTokenCount",
    "promptFeedback", "blockReason", "status", "incomplete_details", "tokens", "model", "refusal", "tool_calls",
    "<think>a</think>b", "length", "stop", "eval_count", "data", "encrypted_content",
]  # fmt: skip
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=6), st.sampled_from(WORDS)
)
jsons = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=400, deadline=None)
@given(raw=jsons, reading=jsons, inner=jsons)
def test_any_json_is_read_without_raising(raw: Any, reading: Any, inner: Any) -> None:
    bodies = [
        raw,
        {"choices": [{"message": inner, "finish_reason": raw}], "usage": reading},
        {"choices": inner},
        {"type": "message", "content": inner, "usage": reading},
        {"candidates": [{"content": {"parts": inner}}], "usageMetadata": reading},
        {"output": [{"type": "message", "content": inner}, {"type": "reasoning", "summary": raw}], "usage": reading},
        {"message": {"content": inner, "reasoning_details": raw}, "usage": {"tokens": reading}},
        {"choices": [{"message": {"content": inner, "reasoning_details": raw, "thinking_blocks": reading}}]},
    ]
    for body in bodies:
        record = Record(provider="openai", raw=body, reading=reading)
        found = read(record)
        fault(record, found)
        for text in (found.content, found.thinking, found.finish_reason, found.served_model):
            assert text is None or isinstance(text, str)
        for tokens in (found.input_tokens, found.cached_tokens, found.output_tokens, found.reasoning_tokens):
            assert tokens is None or (type(tokens) is int and 0 <= tokens < 2**63)
        assert (found.thinking is None) or found.thinking_kind in {"raw", "summary", "truncated"}
        assert found.thinking != ""


@pytest.mark.parametrize("body", [None, {}, [], "text", 5, {"choices": []}, {"choices": [None]}, {"choices": {}}])
def test_a_body_that_says_nothing_is_nothing(body: Any) -> None:
    assert read(Record(provider="openai", raw=body)) == Completion()
