"""Token estimates: offline, for any text and any model name."""

from __future__ import annotations

import os

import pytest
import tiktoken

from distilkit.engine import tokens
from distilkit.engine.tokens import count_messages, count_text


def test_openai_models_are_counted_exactly() -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 20
    count_text("warm", "openai/gpt-4o")

    assert count_text(text, "openai/gpt-4o") == 201


@pytest.mark.parametrize("model", ["openai/gpt-4o", "anthropic/claude-x", "sim/small", "davinci", "", "a/b/c"])
@pytest.mark.parametrize("text", ["", "plain", "<|endoftext|>", "\ud800 lone", "\x00", "日本語", "x" * 50_000])
def test_no_text_and_no_model_name_is_refused(model: str, text: str) -> None:
    assert count_text(text, model) >= (1 if text else 0)


def test_special_tokens_count_as_ordinary_text() -> None:
    assert count_text("<|endoftext|>", "openai/gpt-4o") > 1


def test_messages_cost_a_little_more_than_their_texts() -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is 2+2?"}]

    texts = sum(count_text(message["content"], "openai/gpt-4o") for message in messages)
    assert texts < count_messages(messages, "openai/gpt-4o") <= texts + 12


def test_parts_and_pictures_are_counted() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    parts = [{"type": "text", "text": "What is this?"}, picture]

    assert count_messages([{"role": "user", "content": parts}], "openai/gpt-4o") > 85


@pytest.mark.parametrize("message", [{"role": "user"}, {"role": "user", "content": None}, {"content": [None, 3]}])
def test_odd_messages_do_not_break_the_estimate(message: dict[str, object]) -> None:
    assert count_messages([message], "openai/gpt-4o") > 0


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "mine")
    tokens._encoding.cache_clear()

    count_text("hello", "openai/gpt-4o")

    assert os.environ["TIKTOKEN_CACHE_DIR"] == "mine"


def test_nothing_is_downloaded_where_the_bundled_files_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> object:
        raise AssertionError(f"would download {name}")

    monkeypatch.setattr(tokens, "_bundled_folder", lambda: None)
    monkeypatch.setattr(tiktoken, "get_encoding", refuse)
    tokens._encoding.cache_clear()
    try:
        assert count_text("12345678", "openai/gpt-4o") == 2
    finally:
        tokens._encoding.cache_clear()
