"""From what came back to the values that leave this room: records, and errors without secrets.

Knows routes and replies; knows nothing of how they travel.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from distilkit.calls import Record
from distilkit.errors import ProviderError
from distilkit.profiles.profile import Profile
from distilkit.provider.faults import Trouble
from distilkit.provider.headers import kept
from distilkit.provider.hiding import hidden_headers, hide_in, without_secrets
from distilkit.provider.keys import never_kept, secrets_of
from distilkit.provider.scrub import scrub
from distilkit.provider.streamed import Cut, Incoming

if TYPE_CHECKING:
    from distilkit.provider.exchange import Reply
    from distilkit.provider.route import Route

_BODY_SHOWN = 1_000


def told_by(route: Route, reply: Reply, sent: Mapping[str, Any]) -> Record | Trouble:
    """Return the record of a reply read to its end, or what is wrong with it.

    Args:
        route: how it was asked for.
        reply: what came back.
        sent: the parameters as they were sent.
    """
    from distilkit.provider.bodies import body_of

    raw, secrets = body_of(reply, route.url), never_kept(route.profile)
    if isinstance(raw, Trouble):
        return _refusal(raw, reply, secrets, route.url)
    return _record(route, reply, hide_in(raw, secrets), sent, secrets)


def streamed_by(
    route: Route, reply: Reply | Trouble, incoming: Incoming, sent: Mapping[str, Any]
) -> Record | Trouble | Cut | Exception:
    """Return the record of a reply to a request for a stream, what is wrong with it, or what its listener raised."""
    head = incoming.head
    if head is None:  # no stream came
        return reply if isinstance(reply, Trouble) else told_by(route, reply, sent)
    heard = incoming.heard(reply) if isinstance(reply, Trouble) else incoming.heard(None, reply.latency_s)
    if incoming.error is not None:
        return incoming.error
    secrets = never_kept(route.profile)
    reply = replace(head, latency_s=heard.latency_s, created_at=time.time())
    if heard.trouble is None and heard.body is not None:
        return replace(_record(route, reply, heard.body, sent, secrets), ttft_s=heard.ttft_s)
    trouble = heard.trouble or Trouble(kind="unknown", message="the stream came to nothing")
    if heard.body is None:
        return trouble
    # LiteLLM would make a whole answer of it: there is no reading.
    return Cut(trouble, replace(_plain(route, reply, heard.body, sent, secrets), ttft_s=heard.ttft_s, cut=True))


def is_refused(trouble: Trouble, name: str) -> bool:
    """Say whether a request was refused because of a parameter that the provider does not know."""
    return trouble.kind == "invalid_request" and name in trouble.message


def without(record: Record, secrets: Collection[str]) -> Record:
    """Return a record with secrets hidden in its body and headers."""
    return replace(record, raw=hide_in(record.raw, secrets), headers=hidden_headers(record.headers, secrets))


def _record(
    route: Route, reply: Reply, raw: Mapping[str, Any], sent: Mapping[str, Any], secrets: Collection[str]
) -> Record:
    from distilkit.provider.shape import reading_of

    return _plain(route, reply, raw, sent, secrets, reading_of(route, reply, raw))


def _plain(
    route: Route,
    reply: Reply,
    raw: Mapping[str, Any],
    sent: Mapping[str, Any],
    secrets: Collection[str],
    reading: Mapping[str, Any] | None = None,
) -> Record:
    return Record(
        provider=route.profile.provider,
        raw=raw,
        reading=reading,
        sent=sent,
        changed=route.changed,
        headers=kept(hidden_headers(reply.headers, secrets)),
        latency_s=reply.latency_s,
        created_at=reply.created_at,
        price=route.price,
    )


def _refusal(trouble: Trouble, reply: Reply, secrets: Collection[str], url: str) -> Trouble:
    """Return the trouble with the reply's headers, in the words of a reply without secrets.

    What is cut short could otherwise end in half a secret, which nobody recognises.
    """
    from distilkit.provider.bodies import body_of

    clean = without_secrets(reply, secrets)
    shown = body_of(clean, url)
    words = shown if isinstance(shown, Trouble) else trouble
    return replace(trouble, message=words.message, body=words.body, headers=kept(clean.headers))


def error_of(trouble: Trouble, profile: Profile, partial: Record | None = None) -> ProviderError:
    """Return the error to raise, scrubbed of secrets."""
    secrets = secrets_of(profile)
    return ProviderError(
        f"{profile.litellm_model}: {scrub(trouble.message, secrets)}",
        kind=trouble.kind,
        provider=profile.provider,
        status=trouble.status,
        retry_after_s=trouble.retry_after_s,
        retryable=trouble.retryable,
        body=scrub(trouble.body, secrets)[:_BODY_SHOWN],
        headers={name: scrub(value, secrets) for name, value in trouble.headers.items()},
        partial=partial,
    )
