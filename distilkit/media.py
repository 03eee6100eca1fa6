"""Pictures, recordings and files within messages: the content parts that hold bytes, and what of them decides.

A part holds its bytes as a data: URL or in base64, as OpenAI's format has it. Knows no provider, disk or network.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

from distilkit.signatures import media_type_of

_DATA = "data:"
# Where a part holds base64 without a data: URL around it: (the mapping's name, the field's).
_BARE = frozenset((("file", "file_data"), ("input_audio", "data")))
# What is read, and is no address, whatever it begins with.
_READ = frozenset(("text", "filename", "name"))
# So much of base64 holds the header of nearly every picture, behind whatever a camera wrote before it; divides by 4.
_HEAD = 400_000
_KILO, _MEGA = 1_000, 1_000_000


def without_bytes(messages: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return messages with a digest in the place of each picture's bytes: its media type, and the SHA-256 of them.

    However the bytes are written, padded or not, percent-encoded or in base64, they are the same picture. Text stays
    text, whatever it looks like, and messages of text alone come back as they are.
    """
    return [_digested_message(message) if _may_hold_bytes(message) else message for message in messages]


def _may_hold_bytes(message: Mapping[str, Any]) -> bool:
    return isinstance(message.get("content"), list | tuple | Mapping)


def _digested_message(message: Mapping[str, Any]) -> dict[str, Any]:
    content = message["content"]
    parts = content if isinstance(content, list | tuple) else (content,)
    own = [_digested(part) if isinstance(part, Mapping) else part for part in parts]
    return {**message, "content": own if isinstance(content, list | tuple) else own[0]}


def _digested(value: Any, parent: str = "", name: str = "") -> Any:
    if isinstance(value, str):
        if name in _READ:
            return value
        if _is_data_url(value):
            return _digest_of(value)
        return _digest_of_bare(value) if (parent, name) in _BARE else value
    if isinstance(value, Mapping):
        return {key: _digested(each, name, key) for key, each in value.items()}
    return [_digested(each, parent, name) for each in value] if isinstance(value, list | tuple) else value


# A plan asks for the same picture once for each profile and sample, one after the other.
@functools.lru_cache(maxsize=16)
def _digest_of(url: str) -> Any:
    found = parsed(url)
    raw = None if found is None else found.raw()
    if found is None or raw is None:
        return url
    return {"media_type": ";".join([found.media_type, *found.options]), "sha256": hashlib.sha256(raw).hexdigest()}


@functools.lru_cache(maxsize=16)
def _digest_of_bare(text: str) -> Any:
    raw = decoded(text)
    return {"sha256": hashlib.sha256(raw).hexdigest()} if raw else text


@dataclass(frozen=True, slots=True)
class DataUrl:
    """The pieces of a data: URL (RFC 2397).

    Attributes:
        media_type: in lower case; "" where it is left out.
        options: the rest of what stands before the comma, in lower case and sorted, without `base64`.
        is_base64: whether the payload is base64.
        payload: what stands behind the comma, as it is written.
    """

    media_type: str
    options: tuple[str, ...]
    is_base64: bool
    payload: str

    def raw(self) -> bytes | None:
        """Return the bytes, or None where the payload is none."""
        if self.is_base64:
            return decoded(self.payload)
        try:
            return unquote_to_bytes(self.payload)
        except ValueError:  # half a surrogate pair
            return None


def parsed(url: str) -> DataUrl | None:
    """Return the pieces of a data: URL, or None for text that is none."""
    if not _is_data_url(url):
        return None
    head, comma, payload = url[len(_DATA) :].partition(",")
    if not comma:
        return None
    media_type, *options = [part.strip().lower() for part in head.split(";")]
    named = tuple(sorted(option for option in options if option != "base64"))
    return DataUrl(media_type, named, "base64" in options, payload)


def _is_data_url(text: str) -> bool:
    return text[: len(_DATA)].lower() == _DATA


def decoded(text: str) -> bytes | None:
    """Return the bytes of base64, padded or not, wrapped or percent-encoded; None where it is no base64."""
    try:
        plain = unquote_to_bytes(text) if "%" in text else text.encode("ascii")
        plain = b"".join(plain.split()).rstrip(b"=")
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Held:
    """What a content part holds beside text.

    Attributes:
        kind: what it is.
        media_type: as its bytes say, or else as it is declared; None where neither is known.
        size: its bytes, counted; None behind a link.
        head: its first bytes; b"" behind a link.
        link: the address it stands at, or None where its bytes are here.
        name: a file's name, or None.
        detail: how closely a picture is looked at, `low` or `high`; None where nothing is said.
    """

    kind: Literal["image", "file", "audio"]
    media_type: str | None = None
    size: int | None = None
    head: bytes = b""
    link: str | None = None
    name: str | None = None
    detail: str | None = None


def held(part: Mapping[str, Any]) -> Held | None:
    """Return what a content part in OpenAI's format holds, or None for text and for what is not known."""
    kind = part.get("type")
    if kind in ("image_url", "input_image"):
        fields = _fields(part.get("image_url"), "url")
        return _held(Held("image", detail=_text(fields.get("detail") or part.get("detail"))), fields.get("url"))
    if kind == "file":
        fields = _fields(part.get("file"), "file_data")
        bare = Held("file", name=_text(fields.get("filename")), link=_text(fields.get("file_id")))
        return _held(bare, fields.get("file_data")) if fields.get("file_data") or not bare.link else bare
    if kind == "input_audio":
        fields = _fields(part.get("input_audio"), "data")
        return _held(Held("audio", media_type=_text(fields.get("format"))), fields.get("data"))
    return None


def _fields(value: Any, alone: str) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {alone: value}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _held(bare: Held, source: Any) -> Held | None:
    """Add what the source says to what is said beside it."""
    if not isinstance(source, str):
        return None
    url = parsed(source)
    if url is None and (bare.kind == "image" or "://" in source[:10]):
        return replace(bare, link=source)
    bare = replace(bare, link=None)
    if url is not None and not url.is_base64:
        raw = url.raw() or b""
        head, size = raw[:_HEAD], len(raw)
    else:
        payload = source if url is None else url.payload
        head, size = decoded(payload[:_HEAD]) or b"", len(payload.rstrip("=")) * 3 // 4
    declared = url.media_type if url else bare.media_type
    return replace(bare, media_type=media_type_of(head) or declared or None, size=size, head=head)


def carried(part: Mapping[str, Any]) -> str | None:
    """Return what must be found in whatever is sent for a part: its bytes as they are written, or its link.

    None for text and for what is not known.
    """
    for kind, field in (("image_url", "url"), ("file", "file_data"), ("file", "file_id"), ("input_audio", "data")):
        source = _fields(part.get(kind), field).get(field) if held(part) is not None else None
        if isinstance(source, str):
            url = parsed(source)
            return source if url is None else url.payload
    return None


def described(part: Mapping[str, Any]) -> str:
    """Return what stands in a table for a content part that is no text.

    >>> described({"type": "image_url", "image_url": {"url": "data:image/gif;base64,R0lGODlh"}})
    '[image image/gif, 6 B]'
    """
    found = held(part)
    if found is None:
        return f"[{part.get('type', 'part')}]"
    if found.link is not None:
        what = [_shown_link(found.link)]
    else:
        what = [word for word in (found.name, found.media_type) if word]
        what += [_written_size(found.size or 0)]
    return f"[{found.kind} {', '.join(what)}]"


def _shown_link(link: str) -> str:
    """Return a link without what nobody else is to use: a name and password, and a signature behind the `?`."""
    scheme, mark, rest = link.partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def _written_size(size: int) -> str:
    if size < _KILO:
        return f"{size} B"
    return f"{size / _KILO:,.0f} kB" if size < _MEGA else f"{size / _MEGA:,.1f} MB"
