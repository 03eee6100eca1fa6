"""Takes secrets out of a reply that repeats them: what a provider says is kept, and may be exported.

Knows bodies and headers as values; does not know which secrets there are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from distilkit.provider.exchange import Reply
from distilkit.provider.scrub import hidden


def hide_in(body: dict[str, Any], secrets: Collection[str]) -> dict[str, Any]:
    """Hide secrets in every text of a parsed body, in place, and return it.

    Texts only, never names or numbers: a body stays what it is, whatever the secrets are.
    """
    holders: list[Any] = [body] if secrets else []
    # No recursion: bodies may be nested as deeply as their parser allows.
    while holders:
        holder = holders.pop()
        for place, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            if isinstance(value, str):
                holder[place] = hidden(value, secrets)
            elif isinstance(value, dict | list):
                holders.append(value)
    return body


def hidden_headers(headers: Mapping[str, str], secrets: Collection[str]) -> dict[str, str]:
    """Return headers with secrets hidden in their values."""
    return {name: hidden(value, secrets) for name, value in headers.items()}


def without_secrets(reply: Reply, secrets: Collection[str]) -> Reply:
    """Return a reply with secrets hidden in its headers and in the bytes of its body, which may be of any format."""
    body = hidden(reply.body.decode("utf-8", "surrogateescape"), secrets).encode("utf-8", "surrogateescape")
    return replace(reply, body=body, headers=hidden_headers(reply.headers, secrets))
