"""How each provider refuses, by the name of its case."""

from __future__ import annotations

from typing import Any

from . import refusals_china as china
from . import refusals_clouds as clouds
from . import refusals_hosts as hosts
from . import refusals_own as own
from .refusal import NO_FILTER, Format, Refusal, Verdict


def _vllm(status: int, message: str, kind: str = "BadRequestError") -> Any:
    return {"error": {"message": message, "type": kind, "param": None, "code": status}}


_LONGER = "The decoder prompt (length 9000) is longer than the maximum model length of 8192."

VLLM = Format(
    wrap=_vllm,
    own={
        "wrong_key": Refusal(401, {"error": "Unauthorized"}),
        "no_model": Refusal(404, _vllm(404, "The model `nothing` does not exist.", "NotFoundError")),
        "too_long": Refusal(400, _vllm(400, "This model's maximum context length is 8192 tokens.")),
    },
    quirks={
        "older_form": Refusal(
            400,
            {"object": "error", "message": "bad top_p", "type": "BadRequestError", "param": None, "code": 400},
            Verdict("invalid_request", retryable=False),
        ),
        "too_long_too": Refusal(400, _vllm(400, _LONGER), Verdict("context_length", retryable=False)),
    },
    lacks=NO_FILTER,
)


def _llama(status: int, message: str, kind: str = "invalid_request_error") -> Any:
    return {"error": {"code": status, "message": message, "type": kind}}


LLAMA = Format(
    wrap=_llama,
    own={
        "wrong_key": Refusal(401, _llama(401, "Invalid API Key", "authentication_error")),
        "too_long": Refusal(
            400, _llama(400, "the request exceeds the available context size", "exceed_context_size_error")
        ),
        "unavailable": Refusal(503, _llama(503, "Loading model", "unavailable_error")),
    },
    lacks=NO_FILTER,
)

_KEPT = "Trying to keep the first 5000 tokens, but the model is loaded with context length of only 4096 tokens."

LM_STUDIO = Format(
    wrap=lambda _status, message: {"error": message},
    own={
        "no_model": Refusal(404, clouds.OPENAI.wrap(404, "Model 'nothing' not found")),
        "too_long": Refusal(400, {"error": _KEPT}),
    },
    lacks=NO_FILTER,
)

FORMATS: dict[str, Format] = {
    "openai": clouds.OPENAI,
    "azure": clouds.AZURE,
    "deepseek": clouds.DEEPSEEK,
    "mistral": clouds.MISTRAL,
    "codestral": clouds.MISTRAL,
    "groq": clouds.GROQ,
    "xai": clouds.XAI,
    "anthropic": own.ANTHROPIC,
    "google": own.GEMINI,
    "cohere": own.COHERE,
    "ollama_native": own.OLLAMA,
    "openrouter": hosts.OPENROUTER,
    "huggingface": hosts.HUGGINGFACE,
    "together": hosts.TOGETHER,
    "fireworks": hosts.FIREWORKS,
    "perplexity": hosts.PERPLEXITY,
    "cerebras": hosts.CEREBRAS,
    "nvidia": hosts.NVIDIA,
    "minimax": china.MINIMAX,
    "moonshot": china.MOONSHOT,
    "dashscope": china.DASHSCOPE,
    "vllm": VLLM,
    "tgi": hosts.TGI,
    "lm_studio_local": LM_STUDIO,
    "local": LLAMA,
    "custom": Format(wrap=clouds.OPENAI.wrap, lacks=NO_FILTER),
}
