"""Each case's reply as the stream its provider documents: the same answer, in events.

Knows nothing of how a stream is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .case import Case, Protocol

_DONE = "data: [DONE]\n\n"
# Chunks of a text, so that it has to be put together.
_PIECE = 5


def stream_of(case: Case) -> tuple[bytes, str]:
    """Return the stream's bytes, and its content type."""
    text = _PROTOCOLS[case.protocol](case)
    kind = "application/x-ndjson" if case.protocol == "ollama" else "text/event-stream"
    return text.encode(), kind


def expected_stream_path(case: Case) -> str:
    return case.path.replace(":generateContent", ":streamGenerateContent?alt=sse")


def expected_stream_body(case: Case) -> dict[str, Any]:
    """Return what must be asked: the same, streamed, with its usage where the provider has a word for that."""
    if case.protocol == "gemini":
        return dict(case.expected_body)
    with_usage = case.protocol == "chat" and case.litellm not in {"mistral", "codestral"}
    usage = {"stream_options": {"include_usage": True}} if with_usage else {}
    return {**case.expected_body, "stream": True, **usage}


def _data(events: Iterable[Any]) -> str:
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events)


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]


def _chat(case: Case) -> str:
    frame = {name: case.reply[name] for name in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    chunks = [{**frame, **chunk} for chunk in _chat_chunks(case)]
    before = ": OPENROUTER PROCESSING\n\n" * (case.name == "openrouter")
    return before + _data(chunks) + _DONE


def _chat_chunks(case: Case) -> Iterator[dict[str, Any]]:
    message, usage = case.reply["choices"][0]["message"], case.reply["usage"]
    if case.litellm == "azure":
        yield {"choices": [], "prompt_filter_results": []}
    yield _choice({"role": "assistant", "content": ""})
    for delta in _chat_deltas(message):
        yield _choice(delta)
    if case.name == "groq":  # it says the usage in a field of its own
        yield {**_choice({}, "stop"), "x_groq": {"id": "req_01", "usage": usage}}
    elif case.name in {"deepseek", "mistral", "codestral", "together"}:  # they say it with the last choice
        yield {**_choice({}, "stop"), "usage": usage}
    else:
        yield _choice({}, "stop")
        yield {"choices": [], "usage": usage}


def _choice(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}


def _chat_deltas(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("reasoning_content", "reasoning"):
        for piece in _pieces(message.get(name, "")):
            yield {name: piece}
    if isinstance(message["content"], str):
        for piece in _pieces(message["content"]):
            yield {"content": piece}
        return
    thinking, text = message["content"]  # Mistral's parts
    for piece in _pieces(thinking["thinking"][0]["text"]):
        yield {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": piece}]}]}
    yield {"content": text["text"]}


def _anthropic(case: Case) -> str:
    events = list(_anthropic_events(case.reply))
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)


def _anthropic_events(reply: dict[str, Any]) -> Iterator[dict[str, Any]]:
    start = {**reply, "content": [], "stop_reason": None, "usage": {**reply["usage"], "output_tokens": 1}}
    yield {"type": "message_start", "message": start}
    thought, text = reply["content"]
    yield _block_start(0, {"type": "thinking", "thinking": "", "signature": ""})
    yield {"type": "ping"}
    for piece in _pieces(thought["thinking"]):
        yield _block_delta(0, {"type": "thinking_delta", "thinking": piece})
    yield _block_delta(0, {"type": "signature_delta", "signature": thought["signature"]})
    yield {"type": "content_block_stop", "index": 0}
    yield _block_start(1, {"type": "text", "text": ""})
    yield _block_delta(1, {"type": "text_delta", "text": text["text"]})
    yield {"type": "content_block_stop", "index": 1}
    end = {"stop_reason": reply["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": end, "usage": {"output_tokens": reply["usage"]["output_tokens"]}}
    yield {"type": "message_stop"}


def _block_start(index: int, block: dict[str, Any]) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def _block_delta(index: int, delta: dict[str, Any]) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _gemini(case: Case) -> str:
    [candidate] = case.reply["candidates"]
    frame = {name: case.reply[name] for name in ("modelVersion", "responseId")}
    parts = candidate["content"]["parts"]
    chunks = [{"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}], **frame} for part in parts]
    chunks[-1]["candidates"][0]["finishReason"] = candidate["finishReason"]
    chunks[-1]["usageMetadata"] = case.reply["usageMetadata"]
    return _data(chunks)


def _cohere(case: Case) -> str:
    events = _cohere_events(case.reply)
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)


def _cohere_events(reply: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"type": "message-start", "id": reply["id"], "delta": {"message": {"role": "assistant", "content": []}}}
    for index, part in enumerate(reply["message"]["content"]):
        word = part["type"]
        yield _cohere_content("content-start", index, {"type": word, word: ""})
        for piece in _pieces(part[word]):
            yield _cohere_content("content-delta", index, {word: piece})
        yield {"type": "content-end", "index": index}
    yield {"type": "message-end", "delta": {"finish_reason": reply["finish_reason"], "usage": reply["usage"]}}


def _cohere_content(kind: str, index: int, content: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "index": index, "delta": {"message": {"content": content}}}


def _ollama(case: Case) -> str:
    frame = {name: case.reply[name] for name in ("model", "created_at")}
    message = case.reply["message"]
    lines: list[dict[str, Any]] = [
        {**frame, "message": {"role": "assistant", "content": "", "thinking": piece}, "done": False}
        for piece in _pieces(message["thinking"])
    ]
    lines.append({**frame, "message": {"role": "assistant", "content": message["content"]}, "done": False})
    lines.append({**case.reply, "message": {"role": "assistant", "content": ""}})
    return "".join(f"{json.dumps(line)}\n" for line in lines)


_PROTOCOLS: dict[Protocol, Callable[[Case], str]] = {
    "chat": _chat,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "cohere": _cohere,
    "ollama": _ollama,
}
