"""Requests are read as a provider reads them: strictly, with the field named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from distilkit.sim.asked import RefusedError, read_request, tokens

USER = {"role": "user", "content": "How many?"}


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "m", "messages": [USER], **fields}).encode()


def test_the_last_user_message_is_the_prompt() -> None:
    told = [{"role": "system", "content": "be brief"}, USER, {"role": "assistant", "content": "7"}]

    assert read_request(body(messages=[*told, {"role": "user", "content": "And now?"}])).prompt == "And now?"
    assert read_request(body(messages=told)).prompt == "How many?"


def test_text_parts_are_joined_and_other_parts_passed_over() -> None:
    parts = [
        {"type": "text", "text": "one"},
        {"type": "image_url", "image_url": {"url": "x"}},
        {"type": "text", "text": "two"},
    ]

    assert read_request(body(messages=[{"role": "user", "content": parts}])).prompt == "one\ntwo"


def test_a_message_without_content_is_valid() -> None:
    told = [USER, {"role": "assistant", "content": None, "tool_calls": []}]

    assert read_request(body(messages=told)).prompt == "How many?"


def test_a_retry_has_the_same_fingerprint_and_anything_else_another() -> None:
    plain = read_request(body(temperature=0.5)).fingerprint
    reordered = json.dumps({"temperature": 0.5, "messages": [USER], "model": "m"}).encode()

    assert read_request(reordered).fingerprint == plain
    others = [
        body(),
        body(temperature=0.6),
        body(temperature=0.5, model="n"),
        body(temperature=0.5, messages=[USER, USER]),
    ]
    assert len({plain, *(read_request(other).fingerprint for other in others)}) == 5
    assert read_request(body(temperature=0.5), "1").fingerprint != plain


def test_tokens_are_about_four_characters_each() -> None:
    assert [tokens("x" * length) for length in (0, 1, 4, 5, 400)] == [0, 1, 1, 2, 100]
    assert read_request(body(messages=[{"role": "user", "content": "x" * 4000}])).prompt_tokens == 1006


def test_the_newer_name_of_max_tokens_wins() -> None:
    assert read_request(body(max_tokens=9, max_completion_tokens=5)).max_tokens == 5
    assert read_request(body(max_tokens=9)).max_tokens == 9
    assert read_request(body(max_tokens=None)).max_tokens is None


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"model": 3}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": ["hi"]}, "messages[0]"),
        ({"messages": [USER, {"content": "hi"}]}, "messages[1]"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["hi"]}]}, "messages[0].content"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": "9"}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_completion_tokens": -1}, "max_completion_tokens"),
        ({"n": 65}, "n"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": []}, "stream_options"),
        ({"stream_options": {"include_usage": 1}}, "include_usage"),
        ({"stop": 5}, "stop"),
        ({"stop": ""}, "stop"),
        ({"stop": [""]}, "stop"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_request(body(**fields))

    assert (refused.value.status, refused.value.param) == (400, param)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"\xff\xfe\x00",
        b'"text"',
        b'{"n": ' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        b'{"a":' * 100_000,
    ],
    ids=["empty", "torn", "list", "number", "null", "bytes", "text", "huge-number", "deep-list", "deep-object"],
)
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        read_request(raw)

    assert refused.value.status == 400


@pytest.mark.parametrize("sample", ["-1", "1.5", "x", "", "٣", "\udcff", "9" * 30])
def test_a_sample_is_a_plain_whole_number(sample: str) -> None:
    with pytest.raises(RefusedError, match="x-distilkit-sample"):
        read_request(body(), sample)


def test_half_a_character_is_read() -> None:
    """A lone surrogate is valid JSON."""
    assert read_request(body(messages=[{"role": "user", "content": "\ud800"}])).prompt == "\ud800"
