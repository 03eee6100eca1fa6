"""How an entry becomes bytes, and how damage is noticed: version, checksum, two sections of JSON.

Knows no database and no file; it is told the key, which the checksum covers, so that two swapped rows are noticed.

    byte 0        version of this layout
    bytes 1-16    BLAKE2b-128 over the key, the version and everything behind the checksum
    byte 17       flags: 1 the first section is compressed, 2 the second is
    bytes 18-21   length of the first section, big-endian
    then          the first section (what is read in bulk), the second (what is read seldom)

Every later version keeps the first seventeen bytes as they are: that is how a newer entry is told from a damaged one.
"""

from __future__ import annotations

import json
import struct
import zlib
from hashlib import blake2b
from typing import Any

VERSION = 1
MAX_SECTION_BYTES = 1 << 28
"""The largest section, before compression: what one entry may take of memory, however it was made."""

_HEAD = struct.Struct(">B16sBI")
_PREFIX = 17
_FIRST_COMPRESSED = 1
_SECOND_COMPRESSED = 2
# Below this, the time is worth more than the bytes: decompressing 3 KB took a fifth of the time of reading the row.
_WORTH_COMPRESSING = 4096
# No deflate stream grows by more than this, so a short one needs no watching while it is decompressed.
_MAX_DEFLATE_RATIO = 1032
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Damaged(Exception):  # noqa: N818 - not an error to anybody outside: it becomes a miss and a warning
    """These bytes are not what was stored; the text says why. `newer` where a later distilkit wrote them."""

    def __init__(self, why: str, *, newer: bool = False) -> None:
        super().__init__(why)
        self.newer = newer


def seal(key: str, first: Any, second: Any) -> bytes:
    """Return both sections as one blob that only `key` opens.

    Raises:
        TypeError: a value is not JSON.
        ValueError: a section is larger than `MAX_SECTION_BYTES`, or refers to itself.
    """
    head, head_compressed = _pack(first)
    tail, tail_compressed = _pack(second)
    flags = _FIRST_COMPRESSED * head_compressed | _SECOND_COMPRESSED * tail_compressed
    rest = b"".join((struct.pack(">BI", flags, len(head)), head, tail))
    version = bytes((VERSION,))
    return b"".join((version, _checksum(key, version, rest), rest))


def first_section(key: str, blob: object) -> Any:
    """Return the first section alone; the second is checked but neither decompressed nor parsed.

    Raises:
        Damaged: the blob is not what was stored under this key.
    """
    body, flags, split = _checked(key, blob)
    return _unpack(body[_HEAD.size : split], flags & _FIRST_COMPRESSED)


def second_section(key: str, blob: object) -> Any:
    """Return the second section alone; raises as `first_section` does."""
    body, flags, split = _checked(key, blob)
    return _unpack(body[split:], flags & _SECOND_COMPRESSED)


def _checked(key: str, blob: object) -> tuple[bytes, int, int]:
    if type(blob) is not bytes or type(key) is not str:
        raise Damaged(f"holds {type(blob).__name__}, not bytes")
    if len(blob) < _HEAD.size:
        raise Damaged("is cut short")
    version, checksum, flags, length = _HEAD.unpack_from(blob)
    if _checksum(key, blob[:1], memoryview(blob)[_PREFIX:]) != checksum:
        raise Damaged("fails its checksum")
    if version > VERSION:
        raise Damaged("was written by a newer distilkit; upgrade to read it", newer=True)
    if version != VERSION:
        raise Damaged(f"has the unknown version {version}")
    return blob, flags, _HEAD.size + length


def _checksum(key: str, version: bytes, rest: bytes | memoryview) -> bytes:
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16)
    digest.update(version)
    digest.update(rest)
    return digest.digest()


def _pack(value: Any) -> tuple[bytes, bool]:
    # A model can emit half a surrogate pair; surrogatepass is what carries it there and back.
    text = _encode(value).encode("utf-8", "surrogatepass")
    if len(text) > MAX_SECTION_BYTES:
        raise ValueError(f"{len(text):,} bytes of JSON; at most {MAX_SECTION_BYTES:,} are stored")
    if len(text) >= _WORTH_COMPRESSING:
        packed = zlib.compress(text, 1)
        if len(packed) < len(text) * 0.9:
            return packed, True
    return text, False


def _unpack(data: bytes, compressed: int) -> Any:
    try:
        text = _inflate(data) if compressed else data
        return json.loads(str(text, "utf-8", "surrogatepass"))
    except (ValueError, RecursionError, zlib.error) as error:
        raise Damaged(f"cannot be read: {error}") from None


def _inflate(data: bytes) -> bytes:
    if len(data) * _MAX_DEFLATE_RATIO <= MAX_SECTION_BYTES:
        return zlib.decompress(data)
    stream = zlib.decompressobj()
    text = stream.decompress(data, MAX_SECTION_BYTES)
    if not stream.eof:
        raise ValueError("it is cut short or grows beyond what is ever stored")
    return text
