"""From the bytes of a reply to the provider's body, or to what is wrong with it.

JSON, an event stream put together, and everything that is neither. Knows nothing of connections or of LiteLLM.
"""

from __future__ import annotations

import json
from typing import Any

from distilkit.provider.addresses import protocol_of
from distilkit.provider.exchange import Reply
from distilkit.provider.faults import Trouble, is_error_body, trouble_of
from distilkit.provider.streams import Assembly, CutStreamError

_GOOD = range(200, 300)
_SHOWN = 2_000
# What a body begins with that is events, whatever its header says.
_EVENTS = (b"data:", b"event:")
# NaN and Infinity are not JSON, but some servers send them; nothing downstream could store them.
_JSON = json.JSONDecoder(parse_constant=lambda _: None)


def body_of(reply: Reply, url: str = "") -> dict[str, Any] | Trouble:
    """Return the parsed body of a reply that is no error, or what is wrong with it.

    Args:
        reply: read to its end.
        url: the address it came from: it tells which protocol a stream is in. OpenAI's where it does not.
    """
    if reply.status not in _GOOD:
        return _refused(reply, _lenient(reply.body))
    try:
        body = _stream(reply, url) if _is_stream(reply) else _json(reply.body)
    except CutStreamError as error:
        return _garbled(reply, str(error)) if error.event is None else _refused(reply, error.event)
    except (ValueError, RecursionError):
        return _garbled(reply, _what(reply))
    if is_error_body(body):
        return _refused(reply, body)
    return body if isinstance(body, dict) else _garbled(reply, "the reply is JSON, but no object")


def _json(body: bytes) -> Any:
    return _JSON.decode(body.decode("utf-8-sig"))


def _is_stream(reply: Reply) -> bool:
    kind = reply.headers.get("content-type", "")
    return "event-stream" in kind or "ndjson" in kind or reply.body.startswith(_EVENTS)


def _stream(reply: Reply, url: str) -> dict[str, Any]:
    assembly = Assembly(protocol_of(url) or "openai")
    assembly.feed(reply.body)
    return assembly.close()


def _lenient(body: bytes) -> Any:
    try:
        return _json(body)
    except (ValueError, RecursionError):
        return None


def _start(reply: Reply) -> str:
    return reply.body[:_SHOWN].decode("utf-8", "replace")


def _refused(reply: Reply, body: Any) -> Trouble:
    if isinstance(body, list) and body:  # Gemini wraps some errors into a list
        body = body[0]
    return trouble_of(reply.status, reply.headers, body, _start(reply), now=reply.created_at)


def _garbled(reply: Reply, what: str) -> Trouble:
    return Trouble(kind="provider_error", message=what, status=reply.status, body=_start(reply))


def _what(reply: Reply) -> str:
    if not reply.body.strip():
        return "the reply is empty"
    if "html" in reply.headers.get("content-type", "") or reply.body.lstrip()[:1] == b"<":
        return "the reply is a web page, not JSON; is base_url right?"
    return "the reply is not whole JSON"
