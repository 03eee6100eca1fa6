"""The cases of servers of one's own: vLLM, TGI, LM Studio, Ollama's second protocol, llama.cpp, and anything else."""

from __future__ import annotations

from .case import CANARY, Case, Said, chat

_INLINE = "<think>\nTwo and two.\n</think>\n\n4"

VLLM = Case(
    name="vllm",
    word="vllm",
    litellm="hosted_vllm",
    model="Qwen/Qwen3-8B",
    reply={
        **chat("Qwen/Qwen3-8B", "4", reasoning_content="Two and two.", tool_calls=[], refusal=None),
        "prompt_logprobs": None,
        "kv_transfer_params": None,
    },
    said=Said("4", "Qwen/Qwen3-8B", 21, 7, "Two and two.", "raw"),
)

TGI = Case(
    name="tgi",
    word="tgi",
    litellm="custom_openai",
    model="tgi",
    reply=chat("Qwen/Qwen3-8B", _INLINE),
    said=Said("4", "Qwen/Qwen3-8B", 21, 7, "Two and two.", "raw"),
)

LM_STUDIO = Case(
    name="lm_studio_local",
    word="lm_studio",
    litellm="lm_studio",
    model="qwen/qwen3-8b",
    key=None,
    reply={**chat("qwen/qwen3-8b", "4", reasoning_content="Two and two."), "stats": {}},
    said=Said("4", "qwen/qwen3-8b", 21, 7, "Two and two.", "raw"),
)

# Ollama's OpenAI-like side, asked as what it claims to be.
OLLAMA_V1 = Case(
    name="ollama_v1",
    word="local",
    litellm="custom_openai",
    model="qwen3:8b",
    key=None,
    reply=chat("qwen3:8b", "4", reasoning="Two and two."),
    said=Said("4", "qwen3:8b", 21, 7, "Two and two.", "raw"),
)

# llama.cpp's server.
LOCAL = Case(
    name="local",
    word="local",
    litellm="custom_openai",
    model="any.gguf",
    key=None,
    reply={**chat("any.gguf", "4", reasoning_content="Two and two."), "timings": {"predicted_n": 7}},
    said=Said("4", "any.gguf", 21, 7, "Two and two.", "raw"),
)

CUSTOM = Case(
    name="custom",
    word="custom",
    litellm="custom_openai",
    model="house-model",
    base="/gateway/v1",
    path="/gateway/v1/chat/completions",
    headers={"x-team": "red", "x-route": "fast"},
    fields="headers: {X-Team: red, X-Route: fast}",
    reply=chat("house-model-3", "4"),
    said=Said("4", "house-model-3", 21, 7),
)

# A gateway that wants its key in a header of its own, and no other.
CUSTOM_HEADER = Case(
    name="custom_header",
    word="custom",
    litellm="custom_openai",
    model="house-model",
    key=None,
    fields='headers: {X-House-Key: "${THE_KEY_OF_THIS_CASE}", X-Beta: "1"}',
    headers={"x-house-key": CANARY, "x-beta": "1"},
    reply=chat("house-model-3", "4"),
    said=Said("4", "house-model-3", 21, 7),
)

MACHINES = (VLLM, TGI, LM_STUDIO, OLLAMA_V1, LOCAL, CUSTOM, CUSTOM_HEADER)
