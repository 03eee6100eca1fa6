"""What bytes are, by what they begin with: their media type, the size of a picture, the length of a recording.

Knows the few formats that models take, from their published headers; knows no messages, no files and no network.
"""

from __future__ import annotations

from collections.abc import Callable

# A PDF reader looks for its mark in the first kilobyte (ISO 32000-1, appendix H).
_PDF_WITHIN = 1024
# What a recording takes a second where its header does not say: 128 kbit/s, the usual of MP3.
_MP3_BYTES_A_SECOND = 16_000
# JPEG's markers that begin a frame's header; the others of this range are tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers that stand alone, without a length.
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))


def media_type_of(raw: bytes) -> str | None:
    r"""Return the media type of bytes, or None where they are none of PNG, JPEG, GIF, WebP, PDF, WAV and MP3.

    >>> media_type_of(b"GIF89a..."), media_type_of(b"plain text")
    ('image/gif', None)
    """
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if raw.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if raw.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if raw[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(raw[8:12])
    if b"%PDF-" in raw[:_PDF_WITHIN]:
        return "application/pdf"
    return "audio/mpeg" if raw.startswith(b"ID3") or _is_mp3_frame(raw) else None


def _is_mp3_frame(raw: bytes) -> bool:
    """Say whether the first three bytes are the header of an MPEG layer III frame."""
    if len(raw) < 3:  # noqa: PLR2004 - the bytes looked at
        return False
    sync, layer, bitrate, rate = raw[0] == 0xFF and raw[1] >= 0xE0, raw[1] >> 1 & 3, raw[2] >> 4, raw[2] >> 2 & 3  # noqa: PLR2004 - bits of the header
    return sync and layer == 1 and bitrate not in (0, 15) and rate != 3  # noqa: PLR2004 - reserved values


def picture_size(raw: bytes) -> tuple[int, int] | None:
    """Return a picture's width and height in pixels, from its first bytes; None where they do not say."""
    readers: dict[str | None, Callable[[bytes], tuple[int, int]]] = {
        "image/png": _png_size,
        "image/gif": _gif_size,
        "image/jpeg": _jpeg_size,
        "image/webp": _webp_size,
    }
    reader = readers.get(media_type_of(raw))
    try:
        width, height = (0, 0) if reader is None else reader(raw)
    except IndexError:  # cut short
        return None
    return (width, height) if width and height else None


def recording_s(raw: bytes, size: int) -> float:
    """Return the seconds of a recording of `size` bytes that begins with `raw`; without a header, a guess."""
    rate = _little(raw, 28, 4) if raw[:4] == b"RIFF" and raw[12:16] == b"fmt " and len(raw) > 32 else 0  # noqa: PLR2004 - where WAV has its bytes a second
    return size / (rate or _MP3_BYTES_A_SECOND)


def _png_size(raw: bytes) -> tuple[int, int]:
    return _big(raw, 16, 4), _big(raw, 20, 4)


def _gif_size(raw: bytes) -> tuple[int, int]:
    return _little(raw, 6, 2), _little(raw, 8, 2)


def _jpeg_size(raw: bytes) -> tuple[int, int]:
    place = 2
    while raw[place] == 0xFF:  # noqa: PLR2004 - every marker begins with it
        marker = raw[place + 1]
        if marker == 0xFF:  # noqa: PLR2004 - filling
            place += 1
        elif marker in _ALONE:
            place += 2
        elif marker in _FRAMES:
            return _big(raw, place + 7, 2), _big(raw, place + 5, 2)
        else:
            place += 2 + _big(raw, place + 2, 2)
    return 0, 0


def _webp_size(raw: bytes) -> tuple[int, int]:
    kind = raw[12:16]
    if kind == b"VP8 ":
        return _little(raw, 26, 2) & 0x3FFF, _little(raw, 28, 2) & 0x3FFF
    if kind == b"VP8L":
        bits = _little(raw, 21, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return (_little(raw, 24, 3) + 1, _little(raw, 27, 3) + 1) if kind == b"VP8X" else (0, 0)


def _big(raw: bytes, start: int, count: int) -> int:
    return int.from_bytes(_cut(raw, start, count), "big")


def _little(raw: bytes, start: int, count: int) -> int:
    return int.from_bytes(_cut(raw, start, count), "little")


def _cut(raw: bytes, start: int, count: int) -> bytes:
    if len(raw) < start + count:
        raise IndexError
    return raw[start : start + count]
