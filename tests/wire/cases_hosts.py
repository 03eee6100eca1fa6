"""The cases of those who host other people's models, or stand between: routers and inference clouds."""

from __future__ import annotations

from .case import MESSAGES, PARAMS, Case, Said, chat

_INLINE = "<think>\nTwo and two.\n</think>\n\n4"

OPENROUTER = Case(
    name="openrouter",
    word="openrouter",
    litellm="openrouter",
    model="z-ai/glm-4.6",
    base="/api/v1",
    path="/api/v1/chat/completions",
    headers={"http-referer": "https://study.example", "x-title": "A study"},
    fields="site_url: https://study.example\nsite_name: A study",
    body={"model": "z-ai/glm-4.6", "messages": MESSAGES, **PARAMS, "usage": {"include": True}},
    reply={
        **chat(
            "z-ai/glm-4.6",
            "4",
            reasoning="Two and two.",
            reasoning_details=[{"type": "reasoning.text", "text": "Two and two.", "format": "unknown", "index": 0}],
            usage={"cost": 0.00012, "completion_tokens_details": {"reasoning_tokens": 5}},
        ),
        "provider": "Z.AI",
    },
    said=Said("4", "z-ai/glm-4.6", 21, 7, "Two and two.", "raw", reasoning_tokens=5),
    address="https://openrouter.ai/api/v1/chat/completions",
    variables=("OPENROUTER_API_KEY",),
    limits={"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "19", "X-RateLimit-Reset": "1750000060000"},
    told=(("requests", 20, 19),),
    recorded="openrouter_reasoning",
)

HUGGINGFACE = Case(
    name="huggingface",
    word="huggingface",
    litellm="huggingface",
    model="deepseek-ai/DeepSeek-R1:together",
    reply=chat("deepseek-ai/DeepSeek-R1", _INLINE),
    said=Said("4", "deepseek-ai/DeepSeek-R1", 21, 7, "Two and two.", "raw"),
    address="https://router.huggingface.co/v1/chat/completions",
    variables=("HUGGINGFACE_API_KEY", "HF_TOKEN"),
    recorded="huggingface_think_tags",
)

TOGETHER = Case(
    name="together",
    word="together_ai",
    litellm="together_ai",
    model="deepseek-ai/DeepSeek-R1",
    reply={**chat("deepseek-ai/DeepSeek-R1", _INLINE, tool_calls=[]), "prompt": []},
    said=Said("4", "deepseek-ai/DeepSeek-R1", 21, 7, "Two and two.", "raw"),
    address="https://api.together.xyz/v1/chat/completions",
    variables=("TOGETHER_API_KEY", "TOGETHERAI_API_KEY", "TOGETHER_AI_API_KEY"),
    limits={"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59", "x-ratelimit-reset": "30"},
    told=(("requests", 60, 59),),
)

FIREWORKS = Case(
    name="fireworks",
    word="fireworks_ai",
    litellm="fireworks_ai",
    model="accounts/fireworks/models/deepseek-r1",
    base="/inference/v1",
    path="/inference/v1/chat/completions",
    reply=chat("accounts/fireworks/models/deepseek-r1", "4", reasoning_content="Two and two."),
    said=Said("4", "accounts/fireworks/models/deepseek-r1", 21, 7, "Two and two.", "raw"),
    address="https://api.fireworks.ai/inference/v1/chat/completions",
    variables=("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY", "FIREWORKSAI_API_KEY"),
    limits={
        "x-ratelimit-limit-requests": "600",
        "x-ratelimit-remaining-requests": "599",
        "x-ratelimit-limit-tokens-prompt": "60000",
        "x-ratelimit-remaining-tokens-prompt": "59979",
        "x-ratelimit-limit-tokens-generated": "6000",
        "x-ratelimit-remaining-tokens-generated": "5993",
    },
    told=(("requests", 600, 599), ("input_tokens", 60_000, 59_979), ("output_tokens", 6_000, 5_993)),
)

PERPLEXITY = Case(
    name="perplexity",
    word="perplexity",
    litellm="perplexity",
    model="sonar-reasoning",
    base="",
    path="/chat/completions",
    reply={**chat("sonar-reasoning", _INLINE), "citations": ["https://sums.example"], "search_results": []},
    said=Said("4", "sonar-reasoning", 21, 7, "Two and two.", "raw"),
    address="https://api.perplexity.ai/chat/completions",
    variables=("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY"),
)

CEREBRAS = Case(
    name="cerebras",
    word="cerebras",
    litellm="cerebras",
    model="gpt-oss-120b",
    reply={**chat("gpt-oss-120b", "4", reasoning="Two and two."), "time_info": {"queue_time": 0.0001}},
    said=Said("4", "gpt-oss-120b", 21, 7, "Two and two.", "raw"),
    address="https://api.cerebras.ai/v1/chat/completions",
    variables=("CEREBRAS_API_KEY",),
    limits={
        "x-ratelimit-limit-requests-day": "14400",
        "x-ratelimit-remaining-requests-day": "14399",
        "x-ratelimit-reset-requests-day": "33011.382867",
        "x-ratelimit-limit-tokens-minute": "60000",
        "x-ratelimit-remaining-tokens-minute": "59990",
        "x-ratelimit-reset-tokens-minute": "11.382867",
    },
    told=(("requests", 14_400, 14_399), ("tokens", 60_000, 59_990)),
)

NVIDIA = Case(
    name="nvidia",
    word="nvidia_nim",
    litellm="nvidia_nim",
    model="nvidia/nemotron-nano-9b-v2",
    reply=chat("nvidia/nemotron-nano-9b-v2", "4", reasoning_content="Two and two."),
    said=Said("4", "nvidia/nemotron-nano-9b-v2", 21, 7, "Two and two.", "raw"),
    address="https://integrate.api.nvidia.com/v1/chat/completions",
    variables=("NVIDIA_NIM_API_KEY",),
)

MINIMAX = Case(
    name="minimax",
    word="minimax",
    litellm="minimax",
    model="MiniMax-M1",
    reply={
        **chat("MiniMax-M1", "4", reasoning_content="Two and two.", name="MiniMax AI"),
        "input_sensitive": False,
        "output_sensitive": False,
        "base_resp": {"status_code": 0, "status_msg": ""},
    },
    said=Said("4", "MiniMax-M1", 21, 7, "Two and two.", "raw"),
    address="https://api.minimax.io/v1/chat/completions",
    variables=("MINIMAX_API_KEY",),
)

MOONSHOT = Case(
    name="moonshot",
    word="moonshot",
    litellm="moonshot",
    model="kimi-k2-0905-preview",
    reply=chat("kimi-k2-0905-preview", "4", reasoning_content="Two and two.", usage={"cached_tokens": 10}),
    said=Said("4", "kimi-k2-0905-preview", 21, 7, "Two and two.", "raw", cached_tokens=10),
    address="https://api.moonshot.ai/v1/chat/completions",
    variables=("MOONSHOT_API_KEY",),
)

DASHSCOPE = Case(
    name="dashscope",
    word="dashscope",
    litellm="dashscope",
    model="qwen-plus",
    base="/compatible-mode/v1",
    path="/compatible-mode/v1/chat/completions",
    reply=chat("qwen-plus", "4", reasoning_content="Two and two."),
    said=Said("4", "qwen-plus", 21, 7, "Two and two.", "raw"),
    address="https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions",
    variables=("DASHSCOPE_API_KEY",),
)


def _plain(name: str, litellm: str, model: str, base: str, address: str) -> Case:
    """Return a case that differs from OpenAI in nothing but where it is."""
    return Case(
        name=name,
        word=litellm,
        litellm=litellm,
        model=model,
        base=base,
        path=f"{base}/chat/completions",
        reply=chat(model, _INLINE),
        said=Said("4", model, 21, 7, "Two and two.", "raw"),
        address=address,
        variables=(f"{litellm.upper()}_API_KEY",),
    )


DEEPINFRA = _plain(
    "deepinfra", "deepinfra", "Qwen/Qwen3-32B", "/v1/openai", "https://api.deepinfra.com/v1/openai/chat/completions"
)
SAMBANOVA = _plain("sambanova", "sambanova", "DeepSeek-R1", "/v1", "https://api.sambanova.ai/v1/chat/completions")
ZAI = _plain("zai", "zai", "glm-4.6", "/api/paas/v4", "https://api.z.ai/api/paas/v4/chat/completions")

HOSTS = (
    OPENROUTER,
    HUGGINGFACE,
    TOGETHER,
    FIREWORKS,
    PERPLEXITY,
    CEREBRAS,
    NVIDIA,
    MINIMAX,
    MOONSHOT,
    DASHSCOPE,
    DEEPINFRA,
    SAMBANOVA,
    ZAI,
)
