"""How many tokens a request will take, before it is sent. An estimate: only the provider's own count is exact.

tiktoken's encodings are read from the copies inside the installed LiteLLM, so counting works without a network.
Knows messages; knows no provider and no limits.
"""

from __future__ import annotations

import functools
import importlib.util
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from distilkit.media import Held, held
from distilkit.signatures import picture_size, recording_s

# What a chat format adds around each message and before the reply (OpenAI's cookbook, "How to count tokens").
_PER_MESSAGE = 3
_PER_REPLY = 3
# What a part counts of which nothing is known; it is OpenAI's price of a picture at low detail, a common floor.
_UNKNOWN = 85
# OpenAI, "Images and vision: calculating costs" (gpt-4o): a picture is scaled to fit a square of 2048 pixels, then to
# a shorter side of 768; each tile of 512 pixels takes 170 tokens, the picture 85 besides.
_SQUARE, _SHORTER, _TILE = 2048, 768, 512
_PER_PICTURE, _PER_TILE = 85, 170
# Anthropic, "PDF support": 1,500 to 3,000 tokens a page. How many pages a file has only a PDF reader can tell; papers
# and reports have about so many bytes to one.
_PER_PAGE, _PAGE_BYTES = 2_000, 50_000
# OpenAI, "Audio": a token for each tenth of a second that is heard.
_PER_SECOND = 10
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
    if isinstance(text, str):
        return count_text(text, model)
    found = held(part) if isinstance(part, Mapping) else None
    return _UNKNOWN if found is None else _count_held(found)


def _count_held(part: Held) -> int:
    """Estimate a picture by its size in pixels, a file by its bytes, a recording by its seconds."""
    if part.kind == "image":
        size = None if part.detail == "low" else picture_size(part.head)
        return _UNKNOWN if size is None else _PER_PICTURE + _PER_TILE * _tiles(*size)
    if part.size is None:
        return _UNKNOWN
    if part.kind == "file":
        return _PER_PAGE * max(1, math.ceil(part.size / _PAGE_BYTES))
    return max(1, math.ceil(recording_s(part.head, part.size) * _PER_SECOND))


def _tiles(width: int, height: int) -> int:
    scale = min(1.0, _SQUARE / max(width, height))
    scale = min(scale, _SHORTER / min(width, height))
    return math.ceil(width * scale / _TILE) * math.ceil(height * scale / _TILE)


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
