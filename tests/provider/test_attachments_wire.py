"""Pictures, recordings and files as they leave, in each provider's own format; what cannot leave is not sent at all."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from distilkit.api import compare
from distilkit.attachments import audio, file, image, message
from distilkit.profiles.profile import Profile
from distilkit.repeat import rerun

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
PDF = b"%PDF-1.4\n%canary\n%%EOF\n"
WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(20)
LINK = "https://pictures.example/cat.png"

MODELS = {
    "openai": ("gpt-4o", "/v1"),
    "azure": ("gpt-4o", ""),
    "openrouter": ("openai/gpt-4o", "/v1"),
    "mistral": ("pixtral-12b", "/v1"),
    "groq": ("llama-4-scout", "/v1"),
    "hosted_vllm": ("llava", "/v1"),
    "custom_openai": ("m", "/v1"),
    "anthropic": ("claude-sonnet-4-5", ""),
    "gemini": ("gemini-2.5-pro", "/v1beta"),
    "ollama_chat": ("llava", ""),
    "deepseek": ("deepseek-chat", "/v1"),
    "cohere_chat": ("command-a-vision-07-2025", ""),
}
OPENAI_LIKE = ["openai", "azure", "openrouter", "mistral", "groq", "hosted_vllm", "custom_openai", "cohere_chat"]
# Good for all of them: each reads its own fields.
REPLY = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "4"}, "finish_reason": "stop"}],
    "content": [{"type": "text", "text": "4"}],
    "stop_reason": "end_turn",
    "candidates": [],
}


def coded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def at(profile: Any, provider: str, server: Any) -> Profile:
    model, path = MODELS[provider]
    made: Profile = profile(provider, model, base_url=server.url + path)
    return made


@pytest.fixture
def leaves(wire: Any, ask: Any, profile: Any) -> Any:
    """Send one message, and return its parts as they left, beside the text."""

    def send(provider: str, part: Any) -> Any:
        server = wire(REPLY)
        ask(at(profile, provider, server), messages=[message("What is this?", part)], max_tokens=5)
        [seen] = server.seen
        [said] = seen.json.get("messages") or seen.json["contents"]
        return said

    return send


@pytest.mark.parametrize("provider", OPENAI_LIKE)
@pytest.mark.parametrize("part", [image(PNG), image(PNG, detail="low"), file(PDF, filename="r.pdf")])
def test_openais_protocol_takes_the_parts_as_they_are(provider: str, part: Any, leaves: Any) -> None:
    assert leaves(provider, part)["content"] == [{"type": "text", "text": "What is this?"}, part]


@pytest.mark.parametrize("provider", [name for name in OPENAI_LIKE if name != "mistral"])
def test_openais_protocol_takes_recordings_as_they_are(provider: str, leaves: Any) -> None:
    assert leaves(provider, audio(WAV))["content"][1] == audio(WAV)


def test_anthropic_gets_a_picture_as_a_source_and_a_pdf_as_a_document(leaves: Any) -> None:
    picture = {"type": "base64", "media_type": "image/png", "data": coded(PNG)}
    document = {"type": "base64", "media_type": "application/pdf", "data": coded(PDF)}

    assert leaves("anthropic", image(PNG))["content"][1] == {"type": "image", "source": picture}
    assert leaves("anthropic", file(PDF))["content"][1] == {"type": "document", "source": document}


@pytest.mark.parametrize(
    ("part", "raw", "media_type"),
    [(image(PNG), PNG, "image/png"), (file(PDF), PDF, "application/pdf"), (audio(WAV), WAV, "audio/wav")],
)
def test_gemini_gets_the_bytes_inline(part: Any, raw: bytes, media_type: str, leaves: Any) -> None:
    said = leaves("gemini", part)

    assert said["parts"] == [{"text": "What is this?"}, {"inline_data": {"data": coded(raw), "mime_type": media_type}}]


def test_ollama_gets_pictures_beside_the_text(leaves: Any) -> None:
    said = leaves("ollama_chat", image(PNG))

    assert (said["content"], said["images"]) == ("What is this?", [coded(PNG)])


@pytest.mark.parametrize(
    ("provider", "part", "named"),
    [
        ("deepseek", image(PNG), "image image/png"),
        ("deepseek", image(LINK), "image https"),
        ("ollama_chat", file(PDF, filename="r.pdf"), r"file r\.pdf"),
        ("ollama_chat", audio(WAV), "audio"),
        ("anthropic", audio(WAV), "audio"),
        ("mistral", audio(WAV), "audio"),
    ],
)
def test_what_would_be_left_out_without_a_word_is_not_sent(
    provider: str, part: Any, named: str, wire: Any, fails: Any, profile: Any
) -> None:
    """An answer to the question without its picture would be paid for, and kept as the answer to the whole."""
    server = wire(REPLY)

    error = fails(at(profile, provider, server), messages=[message("What is this?", part)], max_tokens=5)

    assert error.kind == "invalid_request"
    assert not error.retryable
    assert f"cannot be sent [{named}".replace("\\", "") in error.message
    assert coded(PNG) not in error.message
    assert server.seen == []


@pytest.mark.parametrize("provider", [*OPENAI_LIKE[:-1], "anthropic"])
def test_a_link_to_a_picture_is_the_providers_to_follow(provider: str, leaves: Any) -> None:
    assert LINK in json.dumps(leaves(provider, image(LINK)))


@pytest.mark.parametrize("provider", ["gemini", "ollama_chat", "cohere_chat"])
def test_a_link_that_would_be_fetched_from_here_is_not_sent(provider: str, wire: Any, fails: Any, profile: Any) -> None:
    server = wire(REPLY)

    error = fails(at(profile, provider, server), messages=[message("?", image(LINK))], max_tokens=5)

    assert "data: URL" in error.message
    assert server.seen == []


@pytest.mark.parametrize(
    "messages",
    [
        [message("?", {"type": "file", "file": {"file_id": " https://a.example/b.pdf"}})],
        [message("?", {"type": "image_url", "image_url": {"url": "HTTPS://a.example/b.png"}})],
        [
            message("?"),
            {"role": "assistant", "content": "!", "images": [{"type": "image_url", "image_url": {"url": LINK}}]},
            message("?"),
        ],
    ],
)
def test_no_spelling_or_place_of_a_link_has_it_fetched_from_here(
    messages: Any, wire: Any, fails: Any, profile: Any
) -> None:
    server = wire(REPLY)

    error = fails(at(profile, "gemini", server), messages=messages)

    assert "data: URL" in error.message
    assert server.seen == []


@pytest.mark.parametrize("provider", MODELS)
def test_a_link_to_a_file_is_not_sent(provider: str, wire: Any, fails: Any, profile: Any) -> None:
    server = wire(REPLY)

    error = fails(at(profile, provider, server), messages=[message("?", file("https://a.example/b.pdf"))], max_tokens=5)

    assert error.kind == "invalid_request"
    assert server.seen == []


def first_refused(chat: dict[str, Any]) -> Any:
    """Refuse the first request, and answer the others."""
    statuses = iter([400])

    async def answer(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0)
        return web.json_response(chat, status=next(statuses, 200))

    return answer


def test_a_picture_is_asked_once_and_then_served_from_the_store(wire: Any, profile: Any, tmp_path: Path) -> None:
    server = wire()
    asked = profile(base_url=server.url)
    path = tmp_path / "cat.png"
    path.write_bytes(PNG)
    padded = f"DATA:image/png;base64,{coded(PNG).rstrip('=')}"

    first = compare([["What is this?", image(path)]], [asked], store=tmp_path / "store", progress=False)
    again = compare(
        [[message("What is this?", {"type": "image_url", "image_url": {"url": padded}})]],
        [asked],
        store=tmp_path / "store",
        progress=False,
    )
    other = compare([["What is this?", image(PNG + b"!")]], [asked], store=tmp_path / "store", progress=False)

    assert first["content"].tolist() == again["content"].tolist() == ["4"]
    assert first["prompt"].tolist() == ["What is this?\n[image image/png, 72 B]"]
    assert [frame["from_store"].tolist() for frame in (first, again, other)] == [[False], [True], [False]]
    assert len(server.seen) == 2


def test_a_row_that_failed_is_asked_again_with_the_bytes_it_had(
    wire: Any, chat: dict[str, Any], profile: Any, tmp_path: Path
) -> None:
    server = wire(first_refused(chat))
    asked = profile(base_url=server.url)
    options: dict[str, Any] = {"store": tmp_path / "store", "progress": False}

    frame = compare([["What is this?", image(PNG), file(PDF)]], [asked], **options)
    again = rerun(frame, profiles=[asked], **options)

    assert frame["error_kind"].tolist() == ["invalid_request"]
    assert again["content"].tolist() == ["4"]
    sent = [seen.json["messages"][0]["content"] for seen in server.seen]
    assert sent == [[{"type": "text", "text": "What is this?"}, image(PNG), file(PDF)]] * 2
