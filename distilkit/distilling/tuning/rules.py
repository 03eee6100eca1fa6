"""What providers publish about the files they fine-tune on: a table, each line with its source and the day it was read.

A rule that is not published is not in the table, and is not claimed. Knows no file.

Sources, read on 2026-11-21:

* OpenAI: https://developers.openai.com/api/docs/guides/supervised-fine-tuning (at least 10 examples; `weight` 0 or 1),
  https://platform.openai.com/docs/api-reference/files/create (512 MB, `.jsonl` only),
  https://platform.openai.com/docs/api-reference/fine-tuning/chat-input (the fields of a line), and
  https://cookbook.openai.com/examples/chat_finetuning_data_prep (the checks of messages).
* Azure: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/fine-tuning (page of 2025-09-30).
* Together: https://docs.together.ai/docs/fine-tuning/data-preparation, and the checks of its own client,
  https://github.com/togethercomputer/together-python (`utils/files.py`).
* Mistral: https://docs.mistral.ai/capabilities/finetuning/text_vision_finetuning (a deprecated feature by now).
* Fireworks: https://docs.fireworks.ai/fine-tuning/fine-tuning-models and /fine-tuning/weighted-training.
* Vertex: https://cloud.google.com/vertex-ai/generative-ai/docs/models/gemini-supervised-tuning (Gemini 2.5 Flash).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from distilkit.errors import InputError

READ_ON = "2026-11-21"
"""The day on which the sources were read."""

_MB, _GB = 1024**2, 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one provider publishes.

    Attributes:
        name: what `provider=` takes.
        source: where the rules stand.
        shape: `messages`, or `contents` as Gemini has them.
        roles: who may speak.
        system_first: whether a system message may only be the first.
        alternating: whether user and assistant must take turns.
        texts_only: whether every content is a text; otherwise it may be a list of parts.
        line_fields: what an example may hold beside its messages; None where it is not published.
        message_fields: what a message may hold; None where it is not published.
        weights: whether a message of the assistant may have a `weight`, 0 or 1.
        least: the fewest examples; None where it is not published.
        most: the most examples; the same.
        bytes: the largest file; the same.
        byte_order_mark: whether the file must begin with one.
        endings: the endings a file may have.
        context: tokens an example may have, by the beginning of the model's name; "" for all models.
        context_source: where that stands, if elsewhere.
    """

    name: str
    source: str
    shape: str = "messages"
    roles: frozenset[str]
    system_first: bool = False
    alternating: bool = False
    texts_only: bool = False
    line_fields: frozenset[str] | None = None
    message_fields: frozenset[str] | None = None
    weights: bool = False
    least: int | None = None
    most: int | None = None
    bytes: int | None = None
    byte_order_mark: bool = False
    endings: tuple[str, ...] = (".jsonl",)
    context: Mapping[str, int] = field(default_factory=dict)
    context_source: str = ""


_CHAT_FIELDS = frozenset(
    {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal", "audio"}
)
_CHAT_ROLES = frozenset({"system", "user", "assistant", "tool", "function"})
_LINE_FIELDS = frozenset({"messages", "tools", "parallel_tool_calls", "functions"})
_THREE = frozenset({"system", "user", "assistant"})

_ALL = (
    Rules(
        name="openai",
        source="https://developers.openai.com/api/docs/guides/supervised-fine-tuning",
        roles=_CHAT_ROLES,
        line_fields=_LINE_FIELDS,
        message_fields=_CHAT_FIELDS,
        weights=True,
        least=10,
        bytes=512 * _MB,
        # Those of other models are in no page that could be read; an argument states one.
        context={"gpt-4o-mini": 65_536, "gpt-3.5-turbo-0125": 16_385, "gpt-3.5-turbo-1106": 16_385},
        context_source=(
            "the token limits as quoted on https://community.openai.com/t/question-about-limited-time-gpt4o-free-fine-tune/884424"
            " and https://cookbook.openai.com/examples/chat_finetuning_data_prep"
        ),
    ),
    Rules(
        name="azure",
        source="https://learn.microsoft.com/azure/ai-foundry/openai/how-to/fine-tuning",
        roles=_CHAT_ROLES | {"developer"},
        weights=True,
        least=10,
        bytes=512 * _MB,
        byte_order_mark=True,
    ),
    Rules(
        name="together",
        source="https://docs.together.ai/docs/fine-tuning/data-preparation",
        roles=_THREE,
        system_first=True,
        alternating=True,
        texts_only=True,
        line_fields=frozenset({"messages"}),
        weights=True,
        bytes=100 * _GB,
    ),
    Rules(
        name="mistral",
        source="https://docs.mistral.ai/capabilities/finetuning/text_vision_finetuning",
        roles=frozenset({"system", "user", "assistant", "tool"}),
        weights=True,
    ),
    Rules(
        name="fireworks",
        source="https://docs.fireworks.ai/fine-tuning/fine-tuning-models",
        roles=_THREE,
        system_first=True,
        weights=True,
        least=3,
        most=3_000_000,
    ),
    Rules(
        name="vertex",
        source="https://cloud.google.com/vertex-ai/generative-ai/docs/models/gemini-supervised-tuning",
        shape="contents",
        roles=frozenset({"user", "model"}),
        most=1_000_000,
        bytes=_GB,
        context={"": 131_072},
    ),
)
PROVIDERS: Mapping[str, Rules] = {rules.name: rules for rules in _ALL}
"""The rules by the name of the provider."""


def rules_of(provider: str) -> Rules:
    """Return a provider's rules.

    Raises:
        InputError: they are not known.
    """
    if not isinstance(provider, str) or provider not in PROVIDERS:
        raise InputError(
            f"provider={provider!r}: rules are known for {', '.join(PROVIDERS)}; for none other are any claimed"
        )
    return PROVIDERS[provider]


def context_of(rules: Rules, model: str | None) -> int | None:
    """Return how many tokens an example may have, or None where that is not published for the model."""
    name = (model or "").rpartition("/")[2]
    fitting = [start for start in rules.context if name.startswith(start)]
    return rules.context[max(fitting, key=len)] if fitting else None
