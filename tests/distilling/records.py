"""A stored answer with a known price line."""

from __future__ import annotations

from distilkit.calls import Record

MESSAGES = [{"role": "user", "content": "one"}]
LINE = {"input_cost_per_token": "0.00001", "output_cost_per_token": "0.00002"}


def record() -> Record:
    """Ten tokens in and ten out, by `LINE`: 0.0003 dollars."""
    message = {"role": "assistant", "content": "1"}
    raw = {
        "model": "m-2026-01-31",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20},
    }
    return Record(provider="openai", raw=raw, sent={"model": "m", "temperature": 0}, price=LINE, created_at=1.0)
