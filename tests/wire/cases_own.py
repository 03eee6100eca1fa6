"""The cases of providers whose protocol is their own: Anthropic, Gemini, Cohere, Ollama."""

from __future__ import annotations

from .case import PROMPT, SYSTEM, Case, Said

ANTHROPIC = Case(
    name="anthropic",
    word="anthropic",
    litellm="anthropic",
    model="claude-sonnet-4-5",
    base="",
    path="/v1/messages",
    key=("x-api-key", ""),
    headers={"anthropic-version": "2023-06-01", "accept": "application/json"},
    body={
        "model": "claude-sonnet-4-5",
        "messages": [{"role": "user", "content": [{"type": "text", "text": PROMPT}]}],
        "system": [{"type": "text", "text": SYSTEM}],
        "temperature": 0.2,
        "max_tokens": 64,
    },
    reply={
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [
            {"type": "thinking", "thinking": "Two and two.", "signature": "c2lnbmVk"},
            {"type": "text", "text": "4"},
        ],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 21,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 10,
            "output_tokens": 7,
            "service_tier": "standard",
        },
    },
    said=Said("4", "claude-sonnet-4-5-20250929", 31, 7, "Two and two.", "summary", cached_tokens=10),
    address="https://api.anthropic.com/v1/messages",
    variables=("ANTHROPIC_API_KEY",),
    protocol="anthropic",
    limits={
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-requests-reset": "2025-06-15T15:06:41Z",
        "anthropic-ratelimit-input-tokens-limit": "40000",
        "anthropic-ratelimit-input-tokens-remaining": "39000",
        "anthropic-ratelimit-input-tokens-reset": "2025-06-15T15:06:42Z",
        "anthropic-ratelimit-output-tokens-limit": "8000",
        "anthropic-ratelimit-output-tokens-remaining": "8000",
        "anthropic-ratelimit-output-tokens-reset": "2025-06-15T15:06:40Z",
    },
    told=(("requests", 50, 49), ("input_tokens", 40_000, 39_000), ("output_tokens", 8_000, 8_000)),
    recorded="anthropic_thinking",
)

GEMINI = Case(
    name="google",
    word="google",
    litellm="gemini",
    model="gemini-2.5-flash",
    base="/v1beta",
    path="/v1beta/models/gemini-2.5-flash:generateContent",
    key=("x-goog-api-key", ""),
    body={
        "contents": [{"role": "user", "parts": [{"text": PROMPT}]}],
        "system_instruction": {"parts": [{"text": SYSTEM}]},
        "generationConfig": {"temperature": 0.2, "max_output_tokens": 64},
    },
    reply={
        "candidates": [
            {
                "content": {"parts": [{"text": "Two and two.", "thought": True}, {"text": "4"}], "role": "model"},
                "finishReason": "STOP",
                "index": 0,
            }
        ],
        "usageMetadata": {
            "promptTokenCount": 21,
            "candidatesTokenCount": 7,
            "thoughtsTokenCount": 30,
            "cachedContentTokenCount": 10,
            "totalTokenCount": 58,
        },
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r1",
    },
    said=Said("4", "gemini-2.5-flash", 21, 37, "Two and two.", "summary", cached_tokens=10, reasoning_tokens=30),
    address="https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent",
    variables=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    protocol="gemini",
    recorded="gemini_thought_parts",
)

COHERE = Case(
    name="cohere",
    word="cohere",
    litellm="cohere_chat",
    model="command-a-reasoning-08-2025",
    base="/v2",
    path="/v2/chat",
    headers={"request-source": "unspecified:litellm", "accept": "application/json"},
    reply={
        "id": "c14c80c3",
        "finish_reason": "COMPLETE",
        "message": {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "Two and two."}, {"type": "text", "text": "4"}],
        },
        "usage": {
            "billed_units": {"input_tokens": 9, "output_tokens": 7},
            "tokens": {"input_tokens": 21, "output_tokens": 7},
        },
    },
    # Cohere does not say which model served.
    said=Said("4", None, 21, 7, "Two and two.", "raw"),
    address="https://api.cohere.com/v2/chat",
    variables=("COHERE_API_KEY", "CO_API_KEY"),
    protocol="cohere",
)

OLLAMA = Case(
    name="ollama_native",
    word="ollama",
    litellm="ollama_chat",
    model="qwen3:8b",
    base="",
    path="/api/chat",
    key=None,
    body={
        "model": "qwen3:8b",
        "messages": [
            {"role": "system", "content": SYSTEM, "images": []},
            {"role": "user", "content": PROMPT, "images": []},
        ],
        "options": {"temperature": 0.2, "num_predict": 64},
        "stream": False,
    },
    reply={
        "model": "qwen3:8b",
        "created_at": "2025-06-15T15:06:40.123456Z",
        "message": {"role": "assistant", "content": "4", "thinking": "Two and two."},
        "done_reason": "stop",
        "done": True,
        "total_duration": 5_191_566_416,
        "load_duration": 2_154_458,
        "prompt_eval_count": 21,
        "prompt_eval_duration": 383_809_000,
        "eval_count": 7,
        "eval_duration": 4_799_921_000,
    },
    said=Said("4", "qwen3:8b", 21, 7, "Two and two.", "raw"),
    address="http://localhost:11434/api/chat",
    protocol="ollama",
)

OWN = (ANTHROPIC, GEMINI, COHERE, OLLAMA)
