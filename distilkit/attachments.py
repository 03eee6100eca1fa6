"""Pictures, recordings and PDF files for messages: from a path, bytes or an address to OpenAI's content parts.

What is handed over is looked at before anything is sent, by its bytes and not by its name. Knows files and media types;
knows no provider, and fetches nothing.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distilkit.errors import InputError
from distilkit.media import parsed
from distilkit.signatures import media_type_of

Source = str | os.PathLike[str] | bytes | bytearray | memoryview
"""A path; bytes; or an address that begins with http://, https:// or data:."""

MOST_BYTES = 50_000_000
"""The largest that is taken; providers refuse less."""

_DETAILS = ("low", "high", "auto")
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_FORMATS = {"audio/wav": "wav", "audio/mpeg": "mp3"}
# What to call for something of another kind.
_MAKERS = {**dict.fromkeys(_PICTURES, "dk.image"), **dict.fromkeys(_FORMATS, "dk.audio"), "application/pdf": "dk.file"}
_SHOWN = 100


def image(source: Source, *, detail: str | None = None) -> dict[str, Any]:
    """Return a picture for a message: PNG, JPEG, GIF or WebP.

    Args:
        source: a path, bytes, a data: URL, or a link, which not every provider follows.
        detail: how closely to look, `low`, `high` or `auto`, for providers that take it; None leaves it to them.

    Raises:
        InputError: no such picture, it is empty, larger than 50 MB, or something else.
    """
    if detail is not None and detail not in _DETAILS:
        raise InputError(f"detail= must be one of {', '.join(_DETAILS)}, not {detail!r}")
    url = _link(source) if _is_link(source) else _data_url(source, _PICTURES, "a PNG, JPEG, GIF or WebP picture")
    return {"type": "image_url", "image_url": {"url": url} if detail is None else {"url": url, "detail": detail}}


def file(source: Source, *, filename: str | None = None) -> dict[str, Any]:
    """Return a PDF file for a message.

    Args:
        source: a path, bytes, a data: URL, or a link, which few providers follow.
        filename: what the model is told it is called; None for the path's own name.

    Raises:
        InputError: no such file, it is empty, larger than 50 MB, or no PDF.
    """
    if filename is not None and (not isinstance(filename, str) or not filename.strip()):
        raise InputError(f"filename= must be a name, such as 'report.pdf', not {filename!r}")
    name = filename or _name_of(source)
    if _is_link(source):
        # The field LiteLLM knows a link by; what cannot follow one is refused before it is sent.
        return {"type": "file", "file": {"file_id": _link(source), "filename": name}}
    url = _data_url(source, ("application/pdf",), "a PDF; put other text into the message itself")
    return {"type": "file", "file": {"file_data": url, "filename": name}}


def audio(source: Source) -> dict[str, Any]:
    """Return a recording for a message: WAV or MP3, from a path, bytes or a data: URL.

    Raises:
        InputError: no such recording, it is empty, larger than 50 MB, something else, or a link.
    """
    if _is_link(source):
        raise InputError(f"{_shown(source)}: no link can stand for a recording; download it, and pass its path")
    raw, media_type = _read(source, tuple(_FORMATS), "a WAV or MP3 recording")
    data = base64.b64encode(raw).decode()
    return {"type": "input_audio", "input_audio": {"data": data, "format": _FORMATS[media_type]}}


_ROLES = ("user", "system", "developer", "assistant", "tool")


def message(*parts: str | Mapping[str, Any], role: str = "user") -> dict[str, Any]:
    """Join texts, pictures, recordings and files into one message.

    >>> message("What is this?", {"type": "image_url", "image_url": {"url": "https://pictures.example/a.png"}})["role"]
    'user'

    Raises:
        InputError: there is nothing in it, or something else.
    """
    if role not in _ROLES:
        raise InputError(f"message(): role= must be one of {', '.join(_ROLES)}, not {role!r}")
    if not parts:
        raise InputError("message(): has nothing in it; pass a text, dk.image(...), dk.file(...) or dk.audio(...)")
    if len(parts) == 1 and isinstance(parts[0], str):
        return {"role": role, "content": parts[0]}
    return {"role": role, "content": [_part(part) for part in parts]}


def _part(part: Any) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if isinstance(part, Mapping) and isinstance(part.get("type"), str):
        return dict(part)
    if isinstance(part, Mapping) and "role" in part:
        raise InputError("message(): a message cannot stand in another; pass a list of messages as the prompt")
    raise InputError(f"message(): takes texts, dk.image(...), dk.file(...) and dk.audio(...), not {_kind(part)}")


def _data_url(source: Source, wanted: tuple[str, ...], what: str) -> str:
    raw, media_type = _read(source, wanted, what)
    return f"data:{media_type};base64,{base64.b64encode(raw).decode()}"


def _read(source: Source, wanted: tuple[str, ...], what: str) -> tuple[bytes, str]:
    """Return the bytes and their media type.

    Raises:
        InputError: they cannot be had, or are none of `wanted`.
    """
    shown, raw = _shown(source), _bytes_of(source)
    if not raw:
        raise InputError(f"{shown}: is empty; pass {what}")
    if len(raw) > MOST_BYTES:
        raise _too_large(shown, len(raw))
    media_type = media_type_of(raw)
    if media_type is None or media_type not in wanted:
        maker = _MAKERS.get(media_type or "")
        is_other = f"is {media_type}, for {maker}, not {what}" if maker else f"is not {what}"
        raise InputError(f"{shown}: {is_other}")
    return raw, media_type


def _bytes_of(source: Source) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if isinstance(source, str) and source[:5].lower() == "data:":
        url = parsed(source)
        raw = None if url is None else url.raw()
        if raw is None:
            raise InputError("a data: URL that cannot be read; write it as data:MEDIA/TYPE;base64,BYTES")
        return raw
    if not isinstance(source, str | os.PathLike):
        raise InputError(f"takes a path, bytes, or a data: or https: URL, not {_kind(source)}")
    return _from_disk(source)


def _from_disk(source: str | os.PathLike[str]) -> bytes:
    shown = _shown(source)
    try:
        path = Path(source)
        if not str(source).strip():
            raise InputError("an empty text names no file; pass a path, bytes, or a data: or https: URL")
        if path.is_dir():
            raise InputError(f"{shown}: is a folder; name a file in it")
        # A pipe is never waited for, and a device has no end.
        if not path.is_file() and path.exists():
            raise InputError(f"{shown}: is a pipe or a device, not a file; read it, and pass the bytes")
        if not path.is_file():
            raise InputError(f"{shown}: no such file; pass a path, bytes, or a data: or https: URL")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise _too_large(shown, size)
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{shown}: cannot be read: {error.strerror or error}") from None


def _too_large(shown: str, size: int) -> InputError:
    return InputError(f"{shown}: {size / 1e6:,.0f} MB, and at most {MOST_BYTES / 1e6:,.0f} are taken; make it smaller")


def _is_link(source: object) -> bool:
    return isinstance(source, str) and source[:8].lower().startswith(("http://", "https://"))


def _link(source: object) -> str:
    """Return a link with its scheme in lower case, as every provider reads it.

    Raises:
        InputError: it is not whole: no host, or a space within.
    """
    scheme, mark, rest = str(source).partition("://")
    if not rest.partition("/")[0] or not rest.isprintable() or " " in rest:
        raise InputError(f"{_shown(source)}: is no whole link; write it as https://HOST/PATH, spaces as %20")
    return f"{scheme.lower()}{mark}{rest}"


def _name_of(source: Source) -> str:
    """Return a file's own name: OpenAI takes no file without one."""
    if isinstance(source, str | os.PathLike) and str(source)[:5].lower() != "data:":
        return Path(str(source).partition("?")[0]).name or "document.pdf"
    return "document.pdf"


def _shown(source: object) -> str:
    if isinstance(source, str | os.PathLike) and str(source)[:5].lower() != "data:":
        text = str(source)
        return ascii(text[:_SHOWN])[1:-1] + ("..." if len(text) > _SHOWN else "")
    return "a data: URL" if isinstance(source, str) else f"{type(source).__name__}"


def _kind(value: object) -> str:
    return "nothing" if value is None else type(value).__name__
