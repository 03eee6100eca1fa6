"""Pictures and files within messages: the content parts that hold bytes, and what of them decides an answer.

A part holds its bytes as a data: URL, as OpenAI's format has it. Knows no provider, no disk and no network.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

_DATA = "data:"


def without_bytes(messages: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return messages with a digest in the place of each data: URL: its media type, and the SHA-256 of its bytes.

    However the bytes are written, padded or not, percent-encoded or in base64, they are the same picture. Messages
    without one come back as they are.
    """
    return [_digested(message) if _may_hold_bytes(message) else message for message in messages]


def _may_hold_bytes(message: Mapping[str, Any]) -> bool:
    return not isinstance(message.get("content"), str)


def _digested(value: Any) -> Any:
    if isinstance(value, str):
        return _digest_of(value) if value[: len(_DATA)].lower() == _DATA else value
    if isinstance(value, Mapping):
        return {name: _digested(each) for name, each in value.items()}
    return [_digested(each) for each in value] if isinstance(value, list | tuple) else value


def _digest_of(url: str) -> Any:
    head, comma, payload = url[len(_DATA) :].partition(",")
    media_type, *options = [part.strip().lower() for part in head.split(";")]
    try:
        raw = _decoded(payload) if "base64" in options else unquote_to_bytes(payload)
    except (binascii.Error, ValueError):
        return url
    if not comma:
        return url
    named = sorted(option for option in options if option != "base64")
    return {"media_type": ";".join([media_type, *named]), "sha256": hashlib.sha256(raw).hexdigest()}


def _decoded(payload: str) -> bytes:
    plain = "".join(unquote_to_bytes(payload).decode("ascii").split()).rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
