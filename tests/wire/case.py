"""What one provider is expected to get and to say: the shape of a row in the table of cases.

Knows no provider; `cases` has the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any, Literal

Protocol = Literal["chat", "anthropic", "gemini", "cohere", "ollama"]

PROMPT = "What is 2 + 2?"
SYSTEM = "Be brief."
# As OpenAI's protocol has them: the body nearly everybody gets.
MESSAGES = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": PROMPT}]
PARAMS = {"temperature": 0.2, "max_tokens": 64}

# Filled in by the variable a case's file names, so that the way from a variable to the header is tested too.
KEY_VARIABLE = "THE_KEY_OF_THIS_CASE"
CANARY = "canary-key-0123456789"


@dataclass(frozen=True)
class Said:
    """What must come out of a reply: columns of the row, and the model as served."""

    content: str
    served: str | None
    input_tokens: int
    output_tokens: int
    thinking: str | None = None
    thinking_kind: str = "absent"
    finish_reason: str = "stop"
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True)
class Case:
    """One provider, or one way to reach it.

    Attributes:
        name: of the case, and of the section in its profile file.
        word: the `type` in the profile file.
        litellm: LiteLLM's name.
        model: as it stands in the profile file.
        reply: what the provider documents that it answers.
        said: what must come out of it.
        base: behind the server's address in `base_url`.
        path: path and query that must arrive, behind the server's address.
        body: what must arrive, exactly.
        changed: what became of parameters that this model does not take as they were given.
        key: the header that holds the key, and what stands before the key in it; None where no key is sent.
        headers: every other header that must arrive beside those of any HTTP request.
        fields: more lines of the section.
        address: where a request goes without `base_url`; None where there is no such place.
        variables: the environment variables that the key comes from, for the provider's own address.
        protocol: whose shape a reply has.
        limits: headers of a reply that tell of limits.
        told: what is read from them: unit, limit, remaining.
        recorded: the name of a recorded reply that goes the same way, or None.
    """

    name: str
    word: str
    litellm: str
    model: str
    reply: Any
    said: Said
    base: str = "/v1"
    path: str = "/v1/chat/completions"
    body: Any = None
    changed: tuple[str, ...] = ()
    key: tuple[str, str] | None = ("authorization", "Bearer ")
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: str = ""
    address: str | None = None
    variables: tuple[str, ...] = ()
    protocol: Protocol = "chat"
    limits: Mapping[str, str] = field(default_factory=dict)
    told: tuple[tuple[str, float, float | None], ...] = ()
    recorded: str | None = None

    @property
    def expected_body(self) -> Any:
        return self.body or {"model": self.model, "messages": MESSAGES, **PARAMS}

    def file(self, base_url: str | None, *, key: bool = True, more: str = "") -> str:
        """Return the profile file of this case; without a key the provider's usual variable is asked."""
        lines = [f"type: {self.word}"]
        lines += [f"base_url: {base_url}{self.base}"] if base_url else []
        lines += [f"api_key: ${{{KEY_VARIABLE}}}"] if key and self.key else []
        lines += [f"system_prompt: {SYSTEM}", "generation_params: {temperature: 0.2, max_tokens: 64}"]
        lines += ["retry: {max_attempts: 1}"]
        text = "\n".join([*lines, *self._model(), *self.fields.strip().splitlines(), *more.strip().splitlines()])
        return f"providers:\n  {self.name}:\n{indent(text, '    ')}\n"

    def _model(self) -> list[str]:
        word = "deployment_name" if self.word == "azure_openai" else "model"
        return [f'{word}: "{self.model}"']


def chat(model: str, content: Any, *, usage: Mapping[str, Any] | None = None, **message: Any) -> dict[str, Any]:
    """Return a whole reply in OpenAI's shape; keywords are further fields of its message."""
    counted = {"prompt_tokens": 21, "completion_tokens": 7, "total_tokens": 28}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, **message},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {**counted, **(usage or {})},
    }


def openai_headers(limit: str = "500", remaining: str = "499") -> dict[str, str]:
    """Return limits in OpenAI's words, which many have taken over."""
    return {
        "x-ratelimit-limit-requests": limit,
        "x-ratelimit-remaining-requests": remaining,
        "x-ratelimit-reset-requests": "120ms",
        "x-ratelimit-limit-tokens": "200000",
        "x-ratelimit-remaining-tokens": "199900",
        "x-ratelimit-reset-tokens": "30ms",
    }


OPENAI_TOLD = (("requests", 500.0, 499.0), ("tokens", 200_000.0, 199_900.0))
