"""LiteLLM's OpenAI-shaped reading of a body that has another shape: what a stored answer is read from without LiteLLM.

Knows nothing of connections. A body that LiteLLM cannot read has no reading, and is kept as it came.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from distilkit.provider.exchange import Reply
from distilkit.provider.library import library, quiet
from distilkit.provider.route import Route

# The rest is invented by LiteLLM on each reading: ids, times.
_KEPT = ("model", "object", "choices", "usage")


def reading_of(route: Route, reply: Reply, raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the reading, or None where the body is OpenAI-shaped already, or LiteLLM cannot read it."""
    if "choices" in raw:
        return None
    try:
        read = route.config.transform_response(
            model=route.model,
            raw_response=_response(reply, raw),
            model_response=_empty(),
            logging_obj=_Silent(),
            request_data={},
            messages=[],
            optional_params={},
            litellm_params={},
            encoding=None,
            api_key="",
            json_mode=route.json_mode,
        )
        return _plain(read.model_dump(exclude_none=True, warnings=False))
    except Exception:  # noqa: BLE001 - it raises anything; the raw body is kept and judged where it is read
        return None


def _plain(read: Mapping[str, Any]) -> dict[str, Any] | None:
    kept = {name: read[name] for name in _KEPT if name in read}
    plain: dict[str, Any] = json.loads(json.dumps(_without_nothing(kept), default=str))
    return plain if plain.get("choices") else None


def _without_nothing(value: Any) -> Any:
    if isinstance(value, Mapping):
        # A copy of what stands beside it.
        fields = {name: item for name, item in value.items() if name != "provider_specific_fields"}
        return {name: _without_nothing(item) for name, item in fields.items() if item is not None}
    return [_without_nothing(item) for item in value] if isinstance(value, list) else value


def _response(reply: Reply, raw: Mapping[str, Any]) -> Any:
    import httpx  # LiteLLM's own: its transformations take nothing else

    return httpx.Response(
        reply.status,
        content=json.dumps(raw).encode(),
        headers={"content-type": "application/json"},
        request=httpx.Request("POST", "https://provider.invalid"),
    )


def _empty() -> Any:
    empty = _model_response()()
    # Groq's configuration sets it without asking whether it is there.
    empty.service_tier = None
    return empty


@cache  # its first use is what builds its schema
def _model_response() -> Any:
    """Return LiteLLM's class for replies, after the warnings its first use draws from pydantic."""
    found = library().ModelResponse
    with quiet():
        found().model_dump()
    return found


class _Silent:
    """Answers every logging call, and logs nothing."""

    def __init__(self) -> None:
        self.optional_params: dict[str, Any] = {}
        self.litellm_params: dict[str, Any] = {}
        self.model_call_details: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None
