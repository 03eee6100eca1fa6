"""One model, as the list of an endpoint describes it: its name, how long a context it takes, whether it chats.

The providers use some twenty names for these few things; the tables here hold them all, so that a server nobody has
heard of is read too, as far as it uses any of them. Pure; what a price means is in `prices`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from distilkit.provider.listing.prices import prices_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A model that an endpoint offers for chat. None where it does not say.

    Attributes:
        model: the name to ask for it by.
        context_length: tokens that question and answer may have together.
        max_output_tokens: tokens that an answer may have.
        input_usd_per_million: US dollars for a million tokens of the question.
        output_usd_per_million: US dollars for a million tokens of the answer.
        owned_by: who made it, or which server serves it.
        created_at: Unix time in seconds, when it was made or last changed.
        note: what else one must know of it, or "".
    """

    model: str
    context_length: int | None = None
    max_output_tokens: int | None = None
    input_usd_per_million: Decimal | None = None
    output_usd_per_million: Decimal | None = None
    owned_by: str | None = None
    created_at: float | None = None
    note: str = ""


Fields = Mapping[str, Any]

_NAMES = ("id", "key", "model_id", "model", "name")
# Where a list has several of them, the first is what the server does now, the others what the model could do.
_CONTEXTS = (
    ("loaded_context_length",),
    ("context_length",),
    ("context_window",),
    ("max_context_length",),
    ("max_model_len",),
    ("context_size",),
    ("inputTokenLimit",),
    ("max_total_tokens",),
    ("max_input_tokens",),
    ("max_input_length",),
    ("meta", "n_ctx"),
    ("meta", "n_ctx_train"),
    ("top_provider", "context_length"),
)
_OUTPUTS = (
    ("max_completion_tokens",),
    ("max_output_tokens",),
    ("outputTokenLimit",),
    ("top_provider", "max_completion_tokens"),
)
# Elsewhere `max_tokens` may be the context.
_MORE_OUTPUTS = {"anthropic": (("max_tokens",),)}
# Ollama names the last where a model is not on this machine.
_OWNERS = ("owned_by", "publisher", "organization", "remote_host")
_TIMES = ("created", "created_at", "modified_at")
# They write the time of the request.
_WRITE_NOW = frozenset({"vllm", "llamacpp", "sglang"})

_HALF = re.compile("[\ud800-\udfff]")
_MOST_TOKENS = 10**12
# Below is "not known" (0), above no year this is read in.
_FIRST_TIME, _LAST_TIME = 10**6, 4 * 10**9

_NO_CHAT_TYPES = frozenset(
    "embedding embeddings image audio rerank moderation transcribe transcription speech video tts stt".split()  # noqa: SIM905 - words
)
# Mistral's and Azure's words for it.
_CHAT_FLAGS = ("completion_chat", "chat_completion")
_NO_CHAT_FAMILIES = frozenset({"bert", "nomic-bert"})


def entries(body: Any, provider: str) -> list[Listed] | None:
    """Return the models of a body that answer chats, each name once; None where the body is no list of models."""
    found = _list_in(body)
    if found is None:
        return None
    read = (entry(item, provider) for item in found if isinstance(item, Mapping) and chats(item))
    return list({each.model: each for each in read if each is not None}.values())


def entry(item: Fields, provider: str) -> Listed | None:
    """Return what a list says of one model, or None where it gives no name."""
    name = next((text for key in _NAMES if (text := text_of(item.get(key)))), None)
    if name is None:
        return None
    owner = next((text for key in _OWNERS if (text := text_of(item.get(key)))), None)
    prices = prices_of(provider, item)
    own = Listed(
        model=name.removeprefix("models/"),
        context_length=_first(item, _CONTEXTS),
        max_output_tokens=_first(item, _MORE_OUTPUTS.get(provider, ()) + _OUTPUTS),
        input_usd_per_million=prices.input,
        output_usd_per_million=prices.output,
        owned_by=owner,
        created_at=None if owner in _WRITE_NOW else _time(item),
        note=_note(item),
    )
    if own.context_length is not None:
        return own
    return replace(own, context_length=_loaded_context(item) or _shortest_context(item))


def chats(item: Fields) -> bool:
    """Say whether a model answers chats, as far as its list tells; what says nothing of it does."""
    capabilities, methods = item.get("capabilities"), item.get("supportedGenerationMethods")
    if isinstance(capabilities, Mapping) and any(capabilities.get(flag) is False for flag in _CHAT_FLAGS):
        return False
    if _lacks(methods, "generateContent") or _lacks(item.get("endpoints"), "chat"):
        return False
    if _lacks(capabilities, "completion") and "embedding" in texts_in(capabilities):
        return False
    if _lacks(_inside(item, ("architecture", "output_modalities")), "text") or _lacks(
        item.get("output_modalities"), "text"
    ):
        return False
    if text_of(_inside(item, ("details", "family"))) in _NO_CHAT_FAMILIES or item.get("type") in _NO_CHAT_TYPES:
        return False
    return item.get("active") is not False and item.get("lifecycle") != "retired"


def count_of(value: Any) -> int | None:
    """Return a positive number of tokens, or None for anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 < value <= _MOST_TOKENS else None


def text_of(value: Any) -> str | None:
    """Return a text that says something, or None; half a character, which JSON can write, is none."""
    is_text = isinstance(value, str) and value.strip() and not _HALF.search(value)
    return value if is_text else None


def texts_in(value: Any) -> list[str]:
    """Return the texts of a list; [] for anything else."""
    return [each for each in value if isinstance(each, str)] if _is_list(value) else []


def owners_in(body: Any) -> set[str]:
    """Return who owns the models of a body: by this some servers are known."""
    found = _list_in(body) or []
    return {text for item in found if isinstance(item, Mapping) and (text := text_of(item.get("owned_by")))}


def _list_in(body: Any) -> Sequence[Any] | None:
    """Find the list: bare at Together, `data` in OpenAI's protocol, `models` at Google's, Cohere's and Ollama's."""
    if _is_list(body):
        return list(body)
    if not isinstance(body, Mapping):
        return None
    found = next((body[name] for name in ("data", "models") if _is_list(body.get(name))), None)
    if found is None and text_of(body.get("model_id")):  # TGI serves one model, and describes it
        return [body]
    return found


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _inside(item: Fields, path: Sequence[str]) -> Any:
    value: Any = item
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _first(item: Fields, paths: Iterable[Sequence[str]]) -> int | None:
    return next((count for path in paths if (count := count_of(_inside(item, path)))), None)


def _lacks(value: Any, word: str) -> bool:
    return _is_list(value) and word not in value


def _loaded_context(item: Fields) -> int | None:
    """Return the context LM Studio has loaded a model with, in its newer list."""
    loaded = item.get("loaded_instances")
    found = [_first(each, (("config", "context_length"),)) for each in loaded or () if isinstance(each, Mapping)]
    return min((each for each in found if each), default=None)


def _shortest_context(item: Fields) -> int | None:
    """Return the shortest context of those who serve a model at Hugging Face, whose router chooses among them."""
    servers = item.get("providers")
    counts = [count_of(each.get("context_length")) for each in servers or () if isinstance(each, Mapping)]
    return min((each for each in counts if each), default=None)


def _time(item: Fields) -> float | None:
    for name in _TIMES:
        seconds = _seconds(item.get(name))
        if seconds is not None and _FIRST_TIME < seconds < _LAST_TIME:
            return seconds
    return None


def _seconds(value: Any) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def _note(item: Fields) -> str:
    host = text_of(item.get("remote_host"))
    return f"answered by {host}, not on this machine" if host else ""
