"""From one result of a batch to the record an ordinary reply would have become, or to the error it would have raised.

Knows one request at a time; knows nothing of files, of batches that go on, or of what is kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from distilkit.calls import Record
from distilkit.errors import ProviderError
from distilkit.profiles.profile import Profile
from distilkit.provider.batches.values import Result
from distilkit.provider.exchange import Reply
from distilkit.provider.faults import Trouble, is_error_body, trouble_of
from distilkit.provider.hiding import hidden_headers, hide_in
from distilkit.provider.keys import never_kept, secrets_of
from distilkit.provider.route import Route
from distilkit.provider.scrub import hidden, scrub
from distilkit.provider.shape import reading_of

_GOOD = range(200, 300)
_SHOWN = 1_000
_LOOKED_AT = 20_000


def record_of(
    route: Route, result: Result, *, batch: str, sent: Mapping[str, Any], changed: Sequence[str], now: float
) -> Record | ProviderError:
    """Return the record of a request that was answered, or why it was not.

    Args:
        route: how it was asked.
        result: what became of it; one that was run.
        batch: the provider's name of the batch.
        sent: the parameters as they were sent.
        changed: what became of parameters, a sentence each.
        now: Unix time in seconds.
    """
    profile, raw = route.profile, result.body
    secrets = never_kept(profile)
    status = result.status if result.status is not None else 0
    if status not in _GOOD or is_error_body(raw):
        return told(_refused(result, status, now, secrets_of(profile)), profile)
    if not isinstance(raw, dict):
        return told(Trouble(kind="provider_error", message="the result holds no reply", status=status), profile)
    raw = hide_in(raw, secrets)
    reply = Reply(status, {}, b"", 0.0, now)
    headers = {"x-request-id": result.request_id[:200]} if result.request_id else {}
    return Record(
        provider=profile.provider,
        raw=raw,
        reading=reading_of(route, reply, raw),
        sent=sent,
        changed=tuple(changed),
        headers=hidden_headers(headers, secrets),
        created_at=now,
        price=route.price,
        batch=batch,
    )


def told(trouble: Trouble, profile: Profile) -> ProviderError:
    """Return a trouble as an error without secrets."""
    secrets = secrets_of(profile)
    return ProviderError(
        f"{profile.litellm_model}: {scrub(trouble.message, secrets)}",
        kind=trouble.kind,
        provider=profile.provider,
        status=trouble.status,
        retry_after_s=trouble.retry_after_s,
        retryable=trouble.retryable,
        body=scrub(trouble.body, secrets)[:_SHOWN],
        headers={name: scrub(value, secrets) for name, value in trouble.headers.items()},
    )


def _refused(result: Result, status: int, now: float, secrets: Collection[str]) -> Trouble:
    body = result.body
    # Before anything is cut short: it could end in half a secret, which nobody recognises.
    body = hide_in(body, secrets) if isinstance(body, dict) else hidden(str(body or ""), secrets)
    text = body if isinstance(body, str) else json.dumps(body, default=str)
    return trouble_of(status, {}, body, text[:_LOOKED_AT], now=now)
