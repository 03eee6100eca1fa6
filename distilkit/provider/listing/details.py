"""What a server of one's own tells of its models beside their list: the context it really has.

Ollama says it for each model, llama.cpp and TGI for the one they serve. What cannot be found out stays None.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from distilkit.profiles.providers import KEYLESS
from distilkit.provider.exchange import Reply
from distilkit.provider.faults import Trouble
from distilkit.provider.listing.entries import Listed, chats, count_of, entries, text_of
from distilkit.provider.listing.pages import Get, content_of

Post = Callable[[str, bytes], Awaitable[Reply | Trouble]]

# Each is a small request; a machine with more models than this keeps the rest without a context.
_MOST_SHOWN = 300
_AT_ONCE = 8


async def with_context(
    found: Sequence[Listed], provider: str, root: str, get: Get, secrets: Collection[str]
) -> list[Listed]:
    """Ask a server of one's own for the context of its one model, where its list leaves it out or only hopes."""
    if provider not in KEYLESS or len(found) != 1:
        return list(found)
    (only,) = found
    if only.owned_by == "llamacpp":
        body = content_of(await get(f"{root}/props"), secrets)
        return [replace(only, context_length=context_in_props(body) or only.context_length)]
    if only.context_length is None:
        told = entries(content_of(await get(f"{root}/info"), secrets), provider) or []
        if [each.model for each in told] == [only.model]:
            return [replace(only, context_length=told[0].context_length)]
    return [only]


def context_in_props(body: Any) -> int | None:
    """Return the context of one of llama.cpp's slots, in tokens: what a request can use."""
    settings = body.get("default_generation_settings") if isinstance(body, Mapping) else None
    return count_of(settings.get("n_ctx")) if isinstance(settings, Mapping) else None


async def shown(found: Sequence[Listed], url: str, post: Post, secrets: Collection[str]) -> list[Listed]:
    """Ask Ollama about each model: its context, and whether it chats at all."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def ask(one: Listed) -> Listed | None:
        async with turns:
            body = content_of(await post(url, json.dumps({"model": one.model}).encode()), secrets)
        return _shown(one, body)

    asked = await asyncio.gather(*(ask(one) for one in found[:_MOST_SHOWN]))
    return [*(each for each in asked if each is not None), *found[_MOST_SHOWN:]]


def _shown(one: Listed, body: Any) -> Listed | None:
    if not isinstance(body, Mapping):
        return one
    if not chats(body):
        return None
    info = body.get("model_info")
    if not isinstance(info, Mapping):
        return one
    family = text_of(info.get("general.architecture"))
    return replace(one, context_length=count_of(info.get(f"{family}.context_length")) or one.context_length)
