"""The bodies of replies, in OpenAI's shapes: whole, in pieces, torn, or an error.

Knows answers; knows nothing of limits, faults or HTTP.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from distilkit.sim.answer import Choice
from distilkit.sim.asked import Asked, RefusedError

FINGERPRINT = "simulated"
# About five tokens a piece, as fast models send them.
_PIECE = 20


def completion(asked: Asked, name: str, choices: Sequence[Choice], usage: dict[str, Any] | None) -> dict[str, Any]:
    """Return the body of a whole reply; no choices and no usage are faults."""
    body = _frame("chat.completion", asked, name)
    body["choices"] = [
        {"index": index, "message": _message(choice), "logprobs": None, "finish_reason": choice.finish_reason}
        for index, choice in enumerate(choices)
    ]
    if usage is not None:
        body["usage"] = usage
    return body


def usage_of(asked: Asked, choices: Iterable[Choice]) -> dict[str, Any]:
    """Count what a reply cost: the prompt once, every choice."""
    spent = [(choice.completion_tokens, choice.reasoning_tokens) for choice in choices]
    completion_tokens = sum(total for total, _ in spent)
    return {
        "prompt_tokens": asked.prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": asked.prompt_tokens + completion_tokens,
        "completion_tokens_details": {"reasoning_tokens": sum(reasoning for _, reasoning in spent)},
    }


def chunks(asked: Asked, name: str, choices: Sequence[Choice], usage: dict[str, Any] | None) -> Iterator[bytes]:
    """Yield the events of a streamed reply."""
    frame = _frame("chat.completion.chunk", asked, name)
    for index, choice in enumerate(choices):
        for delta in _deltas(choice):
            yield _event({**frame, "choices": [{"index": index, "delta": delta, "finish_reason": None}]})
        end = {"index": index, "delta": {}, "finish_reason": choice.finish_reason}
        yield _event({**frame, "choices": [end]})
    if usage is not None and asked.include_usage:
        yield _event({**frame, "choices": [], "usage": usage})
    yield b"data: [DONE]\n\n"


def error(refused: RefusedError) -> bytes:
    """Return OpenAI's error body."""
    kind = "server_error" if refused.status >= 500 else "invalid_request_error"  # noqa: PLR2004 - HTTP's own line
    return encode({"error": {"message": refused.message, "type": kind, "param": refused.param, "code": refused.code}})


def throttled(name: str, short_of: str, wait_s: float | None) -> bytes:
    """Return the body of a 429; None leaves unsaid when to come back."""
    message = f"Rate limit reached for {name} (simulated) on {short_of.replace('_', ' ')} per minute."
    if wait_s is not None:
        message += f" Please try again in {wait_s:.3f}s."
    return encode(
        {"error": {"message": message, "type": short_of, "param": None, "code": "rate_limit_exceeded"}},
    )


def encode(body: object) -> bytes:
    """Return the JSON of a body."""
    return json.dumps(body, separators=(",", ":")).encode()


def _frame(kind: str, asked: Asked, name: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-sim-{asked.fingerprint}",
        "object": kind,
        "created": int(time.time()),
        "model": name,
        "system_fingerprint": FINGERPRINT,
    }


def _message(choice: Choice) -> dict[str, Any]:
    message = {"role": "assistant", "content": choice.content}
    if choice.reasoning is not None:
        message["reasoning_content"] = choice.reasoning
    return message


def _deltas(choice: Choice) -> Iterator[dict[str, str]]:
    yield {"role": "assistant", "content": ""}
    yield from ({"reasoning_content": piece} for piece in _pieces(choice.reasoning or ""))
    yield from ({"content": piece} for piece in _pieces(choice.content))


def _pieces(text: str) -> Iterator[str]:
    return (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def _event(body: object) -> bytes:
    return b"data: " + encode(body) + b"\n\n"
