"""How many tokens a request will take, before it is sent. An estimate: only the provider's own count is exact.

tiktoken's encodings are read from the copies inside the installed LiteLLM, so counting works without a network.
Knows messages; knows no provider and no limits.
"""

from __future__ import annotations

import functools
import importlib.util
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

# What a chat format adds around each message and before the reply (OpenAI's cookbook, "How to count tokens").
_PER_MESSAGE = 3
_PER_REPLY = 3
# A picture's tokens depend on its size and the provider; OpenAI's low-detail price is a common floor.
_PER_IMAGE = 85
_DEFAULT_ENCODING = "o200k_base"
# The encodings whose files LiteLLM brings along. Any other would be downloaded, so it is never asked for.
_BUNDLED = frozenset({"cl100k_base", "o200k_base", "p50k_base"})
_CHARACTERS_PER_TOKEN = 4


def count_messages(messages: Sequence[Mapping[str, Any]], model: str) -> int:
    """Estimate the input tokens of a chat request to `model` (a LiteLLM model string)."""
    parts = (_count_content(message.get("content"), model) + _PER_MESSAGE for message in messages)
    return sum(parts) + _PER_REPLY


def count_text(text: str, model: str) -> int:
    """Estimate the tokens of a text for `model`. Special tokens in it count as the ordinary text they are."""
    encoding = _encoding(model.rpartition("/")[2])
    if encoding is None:
        return -(-len(text) // _CHARACTERS_PER_TOKEN)
    # tiktoken slows down on long runs without spaces; counting in slices keeps it linear and off by little.
    return sum(len(encoding.encode_ordinary(part)) for part in _slices(text))


def max_output_tokens(params: Mapping[str, Any]) -> int | None:
    """Return the limit a request sets on its output, in tokens, or None where it sets none."""
    limit = params.get("max_completion_tokens") or params.get("max_tokens")
    return limit if isinstance(limit, int) else None


def _slices(text: str, size: int = 4_000) -> Iterator[str]:
    for start in range(0, len(text), size):
        # Lone surrogates cannot be encoded; they count as a replacement character.
        yield text[start : start + size].encode("utf-8", "replace").decode()


def _count_content(content: Any, model: str) -> int:
    if isinstance(content, str):
        return count_text(content, model)
    if isinstance(content, Sequence):
        return sum(_count_part(part, model) for part in content)
    return 0


def _count_part(part: Any, model: str) -> int:
    text = part.get("text") if isinstance(part, Mapping) else part
    return count_text(text, model) if isinstance(text, str) else _PER_IMAGE


@functools.cache
def _encoding(model: str) -> Any:
    """Load the encoding of an OpenAI model, or the newest for every other: then the count is a rough estimate.

    None where LiteLLM brings no files along; nothing is ever downloaded.
    """
    import tiktoken

    folder = _bundled_folder()
    if folder is None:
        return None
    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        name = _DEFAULT_ENCODING
    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    os.environ["TIKTOKEN_CACHE_DIR"] = folder
    try:
        return tiktoken.get_encoding(name if name in _BUNDLED else _DEFAULT_ENCODING)
    finally:
        if before is None:
            del os.environ["TIKTOKEN_CACHE_DIR"]
        else:
            os.environ["TIKTOKEN_CACHE_DIR"] = before


def _bundled_folder() -> str | None:
    """Find LiteLLM's tokenizer files without importing LiteLLM."""
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "litellm_core_utils" / "tokenizers"
    return str(folder) if folder.is_dir() else None
