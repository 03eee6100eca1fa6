"""Asking the clouds that sign requests or want a login first, through `litellm.acompletion`.

The credentials are the cloud's own and come from where its tools keep them. One request an attempt: every retry of
LiteLLM's is off. Knows nothing of sessions: LiteLLM brings its own.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from distilkit.calls import Call, Record
from distilkit.profiles.profile import Profile
from distilkit.provider.faults import Trouble, trouble_of
from distilkit.provider.headers import kept
from distilkit.provider.keys import check_ready
from distilkit.provider.library import library, quiet
from distilkit.provider.streamed import Cut, Heard, Incoming
from distilkit.provider.tables import price_line

# They sign, log in, or take more than one request to answer.
SIGNED: frozenset[str] = frozenset(
    """
    bedrock bedrock_mantle sagemaker sagemaker_chat sagemaker_nova vertex_ai vertex_ai_beta watsonx watsonx_text
    gigachat github_copilot chatgpt oci sap snowflake replicate predibase petals triton nlp_cloud
    text-completion-openai text-completion-codestral
    """.split()  # noqa: SIM905 - a list of words reads better as words
)

_CLASSES: tuple[tuple[str, Trouble], ...] = (
    ("Timeout", Trouble(kind="timeout", message="no answer in time")),
    ("APIConnectionError", Trouble(kind="connection", message="no connection")),
)
_STREAM = {"stream": True, "stream_options": {"include_usage": True}}
_NOT_SENT = frozenset({"stream", "stream_options"})
_HEADER_PREFIX = "llm_provider-"


async def ask_signed(call: Call, incoming: Incoming | None = None) -> Record | Trouble | Cut | Exception:
    """Send one call through LiteLLM. `raw` is then LiteLLM's reading: it does not hand out the body itself.

    Args:
        call: what is asked.
        incoming: takes the answer as it arrives; None asks for the whole reply.

    Returns:
        The record, what is wrong, or what the listener of `incoming` raised.

    Raises:
        ConfigError: a key or header is not set, or cannot be sent.
    """
    check_ready(call.profile)
    litellm = await asyncio.to_thread(_ready)
    arguments = _arguments(call) if incoming is None else {**_arguments(call), **_STREAM}
    started = time.perf_counter()
    try:
        # LiteLLM's own timeout is of each piece of a stream.
        async with asyncio.timeout(None if incoming is None else call.profile.timeout_s):
            response = await litellm.acompletion(**arguments)
            if incoming is not None:
                await _hear(response, incoming, started)
    except Exception as error:  # noqa: BLE001 - its frames hold credentials; only a value leaves here
        told = _told(error, call.profile)
        return told if incoming is None else _streamed(call, incoming, incoming.heard(told), {})
    elapsed = time.perf_counter() - started
    if incoming is not None:
        return _streamed(call, incoming, incoming.heard(None, elapsed), _headers(response))
    return replace(_record(call, _plain(response), _headers(response)), latency_s=elapsed)


@cache  # the first use is what builds the schemas
def _ready() -> Any:
    """Return LiteLLM, after the warnings that its replies' first use draws from pydantic."""
    found = library()
    from litellm.types.utils import ModelResponseStream

    with quiet():
        found.ModelResponse().model_dump()
        ModelResponseStream().model_dump()
    return found


async def _hear(response: Any, incoming: Incoming, started: float) -> None:
    try:
        async for chunk in response:
            if incoming.take(_as_sent(_plain(chunk), response), time.perf_counter() - started):
                break
    finally:
        close = getattr(response, "aclose", None)
        if close is not None:
            await close()


def _streamed(
    call: Call, incoming: Incoming, heard: Heard, headers: Mapping[str, str]
) -> Record | Trouble | Cut | Exception:
    if incoming.error is not None:
        return incoming.error
    if heard.body is None:
        return heard.trouble or Trouble(kind="unknown", message="the stream came to nothing")
    record = _record(call, heard.body, headers)
    sent = {**record.sent, **_STREAM}
    timed = replace(record, sent=sent, ttft_s=heard.ttft_s, latency_s=heard.latency_s)
    return timed if heard.trouble is None else Cut(heard.trouble, replace(timed, cut=True))


def _record(call: Call, raw: Mapping[str, Any], headers: Mapping[str, str]) -> Record:
    profile = call.profile
    return Record(
        provider=profile.provider,
        raw=raw,
        sent={"model": profile.model, **_params(call)},
        headers=headers,
        created_at=time.time(),
        price=price_line(profile.provider, profile.model),
    )


def _plain(response: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(response.model_dump(exclude_none=True), default=str))
    return plain


def _as_sent(chunk: dict[str, Any], response: Any) -> dict[str, Any]:
    """Take out a usage that the cloud may not have sent: LiteLLM counts the words itself where there is none."""
    if "usage" not in chunk or any(getattr(came, "usage", None) for came in getattr(response, "chunks", ())):
        return chunk
    return {name: value for name, value in chunk.items() if name != "usage"}


def _arguments(call: Call) -> dict[str, Any]:
    profile = call.profile
    connection = profile.connection
    given = {
        "api_base": profile.base_url,
        "api_version": profile.api_version,
        "api_key": profile.api_key.reveal() if profile.api_key else None,
        "extra_headers": {name: secret.reveal() for name, secret in profile.headers.items()} or None,
        "ssl_verify": (connection.ssl_cert_path or None) if connection.verify_ssl else False,
    }
    return {
        **_params(call),
        **{name: value for name, value in given.items() if value is not None},
        "model": profile.litellm_model,
        "messages": [dict(message) for message in call.request.messages],
        "timeout": profile.timeout_s,
        "max_retries": 0,
        "num_retries": 0,
        "drop_params": False,
        "caching": False,
    }


def _params(call: Call) -> dict[str, Any]:
    return {name: value for name, value in call.request.params.items() if name not in _NOT_SENT}


def _headers(response: Any) -> dict[str, str]:
    hidden = getattr(response, "_hidden_params", None) or {}
    given = hidden.get("additional_headers") or {}
    return kept({str(name).removeprefix(_HEADER_PREFIX): str(value) for name, value in given.items()})


def _told(error: Exception, profile: Profile) -> Trouble:
    # LiteLLM wraps what breaks a stream off.
    error = getattr(error, "original_exception", None) or error
    if isinstance(error, TimeoutError):
        return Trouble(kind="timeout", message=f"no answer within {profile.timeout_s:g} s (timeout_s)")
    if isinstance(error, ImportError):
        message = f"{profile.provider} needs a package that is not installed: {error}"
        return Trouble(kind="invalid_request", message=message)
    # A missing login and a refused connection arrive as status 500: the class is asked before it.
    for name, trouble in _CLASSES:
        if any(base.__name__ == name for base in type(error).__mro__):
            return trouble
    status = getattr(error, "status_code", None)
    if not isinstance(status, int):
        return Trouble(kind="unknown", message=f"{type(error).__name__}: {error}", retryable=False)
    headers = getattr(error, "litellm_response_headers", None) or {}
    lower = {str(name).lower(): str(value) for name, value in dict(headers).items()}
    body = {"error": {"message": str(getattr(error, "message", error)), "code": getattr(error, "code", None)}}
    return trouble_of(status, lower, body, "", now=time.time())
