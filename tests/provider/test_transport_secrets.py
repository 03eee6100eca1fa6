"""What a provider repeats of a profile's secrets is not kept, whatever kind of reply it stands in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from distilkit.calls import Call, Record
from distilkit.profiles.secrets import Secret

SPELLINGS = {
    "as it is": "another/canary",
    "slashes escaped": "another\\/canary",
    "all escaped": "".join(f"\\u{ord(character):04x}" for character in "another/canary"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("status", [200, 400])
def test_a_header_secret_repeated_in_a_body_is_not_kept(
    spelling: str, status: int, wire: Any, ask: Any, fails: Any, profile: Any
) -> None:
    said = f'"you sent {SPELLINGS[spelling]}"'
    body = f'{{"choices": [{{"message": {{"content": {said}}}, "finish_reason": "stop"}}]}}'
    server, own = wire(body.encode(), status=status), {"x-own": Secret("another/canary")}
    asked = profile("openai", base_url=server.url, headers=own)

    said = ask(asked).raw["choices"][0]["message"]["content"] if status == 200 else fails(asked).body

    assert "you sent [hidden]" in said
    assert "canary" not in said
    assert "u0061" not in said


@pytest.mark.parametrize("status", [200, 429])
def test_a_header_secret_repeated_in_a_header_is_not_kept(
    status: int, wire: Any, ask: Any, fails: Any, profile: Any, chat: Any
) -> None:
    server = wire(chat, status=status, x_request_id="for another-canary, " + "x" * 175 + " another-canary")
    own = profile("openai", base_url=server.url, headers={"x-own": Secret("another-canary")})

    headers = (ask if status == 200 else fails)(own).headers

    assert headers["x-request-id"].startswith("for [hidden], xxx")
    assert "anoth" not in headers["x-request-id"]  # nor a part of it, where a long value is cut


def test_a_secret_is_not_kept_in_halves_either(wire: Any, fails: Any, profile: Any) -> None:
    message = "x" * 590 + " another-canary"  # a message is cut after 600 characters
    own = {"x-own": Secret("another-canary")}

    error = fails(profile("openai", base_url=wire({"error": {"message": message}}, status=400).url, headers=own))

    assert "anoth" not in error.message


def test_a_secret_in_the_pieces_of_a_stream_is_not_kept(wire: Any, ask: Any, profile: Any, canary: str) -> None:
    pieces = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in canary]
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    body = "".join(f"data: {json.dumps(piece)}\n\n" for piece in [*pieces, end])

    record = ask(profile("openai", base_url=wire(body.encode(), content_type="text/event-stream").url))

    assert record.raw["choices"][0]["message"]["content"] == "[hidden]"


def test_a_secret_repeated_by_a_cloud_that_signs_is_not_kept(
    ask: Any, profile: Any, chat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask_signed(_: Call, __: object = None) -> Record:
        chat["choices"][0]["message"]["content"] = "you sent another-canary"
        return Record(provider="bedrock", raw=chat, headers={"request-id": "of another-canary"})

    monkeypatch.setattr("distilkit.provider.transport.ask_signed", ask_signed)

    record = ask(profile("bedrock", headers={"x-own": Secret("another-canary")}))

    assert record.raw["choices"][0]["message"]["content"] == "you sent [hidden]"
    assert record.headers == {"request-id": "of [hidden]"}
