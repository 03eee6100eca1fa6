"""Token estimates: offline, for any text and any model name."""

from __future__ import annotations

import base64
import os
import struct

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


def picture(width: int, height: int, *, detail: str | None = None) -> dict[str, object]:
    raw = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(100_000)
    url = f"data:image/png;base64,{base64.b64encode(raw).decode()}"
    return {"type": "image_url", "image_url": {"url": url} if detail is None else {"url": url, "detail": detail}}


def counted(part: dict[str, object]) -> int:
    empty = count_messages([{"role": "user", "content": []}], "openai/gpt-4o")
    return count_messages([{"role": "user", "content": [part]}], "openai/gpt-4o") - empty


@pytest.mark.parametrize(
    ("width", "height", "tokens"),
    [
        (10, 10, 255),
        (512, 512, 255),
        (513, 512, 425),
        (1024, 1024, 765),  # OpenAI's own examples
        (2048, 4096, 1105),
        (8192, 8192, 765),
    ],
)
def test_a_picture_counts_by_the_tiles_of_its_size(width: int, height: int, tokens: int) -> None:
    assert counted(picture(width, height)) == tokens


def test_a_picture_that_is_looked_at_coarsely_or_not_here_counts_the_least() -> None:
    link = {"type": "image_url", "image_url": {"url": "https://pictures.example/a.png"}}

    assert counted(picture(4096, 4096, detail="low")) == counted(link) == 85


def test_a_pdf_counts_by_its_bytes_and_never_as_text() -> None:
    data = "data:application/pdf;base64," + "QUJD" * 100_000

    assert counted({"type": "file", "file": {"file_data": data}}) == 6 * 2_000
    assert counted({"type": "file", "file": {"file_data": "data:application/pdf;base64,QUJD"}}) == 2_000
    assert counted({"type": "file", "file": {"file_id": "file-abc"}}) == 85


def test_a_recording_counts_by_its_seconds() -> None:
    header = b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16)
    data = base64.b64encode(header.ljust(320_000, b"\0")).decode()

    assert counted({"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}) == 100


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
