"""From messages to the bytes that are sent, in the provider's own format, and the parameters among them.

LiteLLM's transformations write the body. Knows nothing of connections or replies; the key is put in at the very end.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from distilkit.calls import Call
from distilkit.media import carried, described
from distilkit.provider.addresses import is_openai_shaped
from distilkit.provider.exchange import Outgoing
from distilkit.provider.faults import Trouble
from distilkit.provider.keys import filled
from distilkit.provider.route import Route, guarded, template

SAMPLE_HEADER = "x-distilkit-sample"

# What is said, in the words of every protocol; the rest of a body is how.
_SAID = frozenset(
    (
        "messages",
        "contents",
        "system",
        "system_instruction",
        "systemInstruction",
        "prompt",
        "inputs",
        "input",
        "message",
        "chat_history",
        "preamble",
        "images",
    )
)


def written(route: Route, call: Call) -> tuple[dict[str, Any], Mapping[str, str]] | Trouble:
    """Return the body for a call, and the headers LiteLLM writes beside it."""
    messages = call.request.messages
    plain = all(isinstance(message.get("content"), str) and not message.get("images") for message in messages)
    if not plain and (far := _far_away(messages, route)):
        return far
    # Some transformations write into the messages they are given, which other calls share.
    own = [dict(message) for message in messages] if plain else copy.deepcopy(list(messages))
    headers = route.headers if plain else template(route.profile, route.config, route.model, route.params, own)
    if isinstance(headers, Trouble):
        return headers
    more = dict(headers)
    body = guarded(lambda: _body(route, own, more))
    if isinstance(body, Trouble):
        return body
    lost = None if plain else _left_out(messages, body, route)
    return lost or ({**body, **route.extra_body}, more)


def outgoing(
    route: Route, call: Call, body: Mapping[str, Any], headers: Mapping[str, str], url: str | None = None
) -> Outgoing | Trouble:
    """Return the request with the key in it.

    Args:
        route: how to ask.
        call: what is asked.
        body: as `written` returned it.
        headers: the same.
        url: the whole address, or None for the route's own.

    Raises:
        ConfigError: the key is not set, or cannot stand in a header.
    """
    profile = route.profile
    full = filled(profile, headers)
    if profile.provider == "sim":
        full[SAMPLE_HEADER] = str(call.request.sample)
    payload = guarded(lambda: json.dumps(body, allow_nan=False, separators=(",", ":")).encode())
    return payload if isinstance(payload, Trouble) else Outgoing(url or route.url, full, payload, profile.timeout_s)


def params_in(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a body holds beside what is said: the parameters as they are sent."""
    return {name: value for name, value in body.items() if name not in _SAID}


def _body(route: Route, messages: list[Any], headers: dict[str, str]) -> dict[str, Any]:
    if route.profile.provider == "gemini":
        # The configuration of Gemini leaves this to a function of its own; the public one may send requests.
        from litellm.llms.vertex_ai.gemini import transformation

        made: dict[str, Any] = dict(
            transformation._transform_request_body(  # noqa: SLF001 - there is no public name for it
                messages=messages,
                model=route.model,
                optional_params=dict(route.params),
                custom_llm_provider="gemini",
                litellm_params={},
                cached_content=None,
            )
        )
        return made
    body: dict[str, Any] = route.config.transform_request(
        model=route.model,
        messages=messages,
        optional_params=dict(route.params),
        litellm_params={"api_base": route.url, "custom_llm_provider": route.profile.provider},
        headers=headers,
    )
    return body


def _left_out(messages: Sequence[Mapping[str, Any]], body: Mapping[str, Any], route: Route) -> Trouble | None:
    """Refuse what LiteLLM leaves out without a word: what came back would answer another question."""
    sent = list(_texts(body))
    for part in (part for message in messages for part in _parts(message.get("content"))):
        held = carried(part)
        if held and not any(text.endswith(held) for text in sent):
            what = f"{route.profile.litellm_model} cannot be sent {described(part)}"
            return Trouble(kind="invalid_request", message=f"{what}; ask a model that takes it, or leave it out")
    return None


def _parts(content: Any) -> list[Mapping[str, Any]]:
    listed = content if isinstance(content, Sequence) and not isinstance(content, str) else ()
    return [part for part in listed if isinstance(part, Mapping)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _far_away(messages: Sequence[Mapping[str, Any]], route: Route) -> Trouble | None:
    """Refuse a picture or file at an address where LiteLLM would fetch it: one attempt is one request."""
    # LiteLLM looks into `images` too, where an answer that was handed back has its pictures.
    links = [link for message in messages for name in ("content", "images") for link in _links(message.get(name))]
    if all(_passed_on(name, url, route) for name, url in links):
        return None
    message = f"{route.profile.provider} takes no link to a picture or file here; send its content as a data: URL"
    return Trouble(kind="invalid_request", message=message)


def _passed_on(name: str, url: str, route: Route) -> bool:
    # As a client would read it: some leave out the spaces before an address.
    address = url.lstrip()[: len("https://")].lower()
    if not address.startswith(("http://", "https://", "www.", "gs://")):
        return True
    if name == "file":  # LiteLLM fetches the PDF for every provider
        return False
    return is_openai_shaped(route.url) or (route.profile.provider == "anthropic" and address.startswith("https://"))


def _links(content: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for part in content if isinstance(content, Sequence) and not isinstance(content, str) else ():
        for name in ("image_url", "file", "video_url", "source") if isinstance(part, Mapping) else ():
            link = part.get(name)
            values = link.values() if isinstance(link, Mapping) else (link,)
            found += [(name, value) for value in values if isinstance(value, str)]
    return found
