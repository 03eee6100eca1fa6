"""How each protocol is asked for a stream, and who must not be asked for the usage in it.

Knows requests as values, without keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from distilkit.provider.addresses import Protocol

_OPTIONS = "stream_options"
_WITH_USAGE = {"include_usage": True}
# They refuse the option with a 422, and send the usage without being asked.
_UNASKED = frozenset({"mistral", "codestral"})
# Azure's first version of its API that knows the option; older ones refuse it with a 400.
_AZURE_FROM = "2024-09-01"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a stream.

    Attributes:
        url: the whole address.
        headers: by lower-case name, with a placeholder for the key.
        body: what is sent.
        unbidden: whether `stream_options` is in it and nobody but distilkit wants it.
    """

    url: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    unbidden: bool = False


def as_stream(
    protocol: Protocol,
    provider: str,
    url: str,
    headers: Mapping[str, str],
    body: Mapping[str, Any],
    given: Any = None,
    *,
    with_usage: bool = True,
) -> Asked:
    """Return the request for a stream that asks what a request for a whole reply does.

    Args:
        protocol: of the address.
        provider: LiteLLM's name.
        url: for a whole reply.
        headers: the same.
        body: the same; `stream_options` in it are the user's own, and None takes them out.
        given: `stream_options` among the parameters, or None.
        with_usage: whether the address may be asked for the usage where the user says nothing.
    """
    if protocol == "gemini":
        address, _, query = url.partition("?")
        address = address.removesuffix(":generateContent") + ":streamGenerateContent?alt=sse"
        return Asked(f"{address}&{query}" if query else address, headers, body)
    if protocol == "cohere":  # else it sends lines
        return Asked(url, {**headers, "accept": "text/event-stream"}, {**body, "stream": True})
    if protocol != "openai":
        return Asked(url, headers, {**body, "stream": True})
    asked = {name: value for name, value in body.items() if name != _OPTIONS} | {"stream": True}
    chosen = body.get(_OPTIONS, given)
    if chosen is not None:
        return Asked(url, headers, {**asked, _OPTIONS: chosen})
    if _OPTIONS in body or not (with_usage and takes_stream_options(provider, url)):
        return Asked(url, headers, asked)
    return Asked(url, headers, {**asked, _OPTIONS: _WITH_USAGE}, unbidden=True)


def takes_stream_options(provider: str, url: str) -> bool:
    """Say whether a provider that speaks OpenAI's protocol may be asked to end a stream with the usage.

    >>> takes_stream_options("openai", "https://api.openai.com/v1"), takes_stream_options("mistral", "")
    (True, False)
    >>> [takes_stream_options("azure", f"?api-version={date}") for date in ("2024-06-01", "2024-10-21", "preview")]
    [False, True, True]
    """
    version = dict(parse_qsl(urlsplit(url).query)).get("api-version", "") if provider == "azure" else ""
    if version[:1].isdigit():
        return version[: len(_AZURE_FROM)] >= _AZURE_FROM
    return provider not in _UNASKED
