"""Secrets in what a provider repeats: bodies stay what they are, and no spelling gets through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.provider.exchange import Reply
from distilkit.provider.hiding import hidden_headers, hide_in, without_secrets

SECRET = 'canary/key"123+é'


def reply(body: bytes, **headers: str) -> Reply:
    return Reply(200, headers, body, latency_s=1.0, created_at=0.0)


def spelled(text: str) -> str:
    """Write every character as JSON's \\uXXXX."""
    return "".join(f"\\u{ord(character):04X}" for character in text)


@pytest.mark.parametrize(
    "body",
    [
        SECRET,
        json.dumps({"a": SECRET}),
        json.dumps({"a": SECRET}, ensure_ascii=False),
        json.dumps({"a": SECRET}).replace("/", "\\/"),
        json.dumps({"a": json.dumps({"b": SECRET})}),
        f'{{"a": "{spelled(SECRET)}"}}',
        f'{{"a": "{spelled(SECRET).lower()}"}}',
    ],
)
def test_every_spelling_in_the_bytes_is_hidden(body: str) -> None:
    clean = without_secrets(reply(body.encode()), [SECRET]).body.decode()

    assert "[hidden]" in clean
    assert "canary" not in clean
    assert "u0063" not in clean.lower()


@pytest.mark.parametrize("secret", ['"canary-1', "\\canary-1", "/canary-1", "canary-1\\", 'canary-1"'])
def test_what_is_left_is_json(secret: str) -> None:
    clean = without_secrets(reply(json.dumps({"a": f"x {secret} y"}).encode()), [secret])

    assert json.loads(clean.body) == {"a": "x [hidden] y"}


def test_bytes_of_no_encoding_stay_as_they_are() -> None:
    assert without_secrets(reply(b"\xff\xfe\x00"), [SECRET]).body == b"\xff\xfe\x00"


def test_headers_of_the_reply_are_hidden() -> None:
    assert without_secrets(reply(b"", a="for canary-secret"), ["canary-secret"]).headers == {"a": "for [hidden]"}
    assert hidden_headers({"a": "x"}, ["canary-secret"]) == {"a": "x"}


def test_texts_are_hidden_wherever_they_stand_and_nothing_else_changes() -> None:
    body = {"choices": [{"n": 12345678, "canary-secret": [["has canary-secret", None, True]]}], "id": "canary-secret"}

    assert hide_in(body, ["canary-secret", "12345678"]) == {
        "choices": [{"n": 12345678, "canary-secret": [["has [hidden]", None, True]]}],
        "id": "[hidden]",
    }


def test_a_deep_body_is_no_recursion() -> None:
    body: dict[str, Any] = {"a": "canary-secret"}
    for _ in range(5_000):
        body = {"a": [body]}

    inner: Any = hide_in(body, ["canary-secret"])

    while isinstance(inner, dict):
        inner = inner["a"][0] if isinstance(inner["a"], list) else inner["a"]
    assert inner == "[hidden]"


@settings(deadline=None)
@given(
    st.text(alphabet='abc/\\"+=é1', min_size=8, max_size=20),
    st.text(alphabet='xyz \\u0/"', max_size=30),
    st.integers(0, 2),
)
def test_no_nesting_of_json_hides_a_secret(secret: str, before: str, depth: int) -> None:
    text = f"{before} {secret} {before}"
    for _ in range(depth):
        text = json.dumps({"a": text})

    clean = without_secrets(reply(text.encode()), [secret]).body.decode()

    for _ in range(depth):
        clean = json.loads(clean)["a"]
    assert secret not in clean
