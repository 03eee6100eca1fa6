"""What bytes are: told against pictures that another library wrote."""

from __future__ import annotations

import io
import struct
import wave
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from distilkit.signatures import media_type_of, picture_size, recording_s


def picture(kind: str, size: tuple[int, int], **options: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (9, 99, 199)).save(made, kind, **options)
    return made.getvalue()


def recording(seconds: float, rate: int = 16_000) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * int(seconds * rate)))
    return made.getvalue()


@pytest.mark.parametrize("size", [(1, 1), (640, 480), (3000, 17)])
@pytest.mark.parametrize(
    ("kind", "options", "media_type"),
    [
        ("PNG", {}, "image/png"),
        ("GIF", {}, "image/gif"),
        ("JPEG", {}, "image/jpeg"),
        ("JPEG", {"progressive": True, "icc_profile": bytes(70_000), "comment": b"\xff\xc0"}, "image/jpeg"),
        ("WEBP", {}, "image/webp"),
        ("WEBP", {"lossless": True}, "image/webp"),
        ("WEBP", {"exif": b"Exif\0\0II*\0"}, "image/webp"),
    ],
)
def test_pictures_are_told_and_measured(
    kind: str, options: dict[str, Any], media_type: str, size: tuple[int, int]
) -> None:
    raw = picture(kind, size, **options)

    assert media_type_of(raw) == media_type
    assert picture_size(raw) == size


@pytest.mark.parametrize(
    ("raw", "media_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\xef\xbb\xbf \n%PDF-1.4", "application/pdf"),
        (recording(0.1), "audio/wav"),
        (b"ID3\x04\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xfe<\0h\0", None),  # UTF-16
        (b"\xff\xfb", None),
        (b"RIFF\0\0\0\0AVI ", None),
        (b"plain text", None),
        (b"<svg/>", None),
        (b"", None),
    ],
)
def test_other_files_are_told_by_their_first_bytes(raw: bytes, media_type: str | None) -> None:
    assert media_type_of(raw) == media_type


@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG", "WEBP"])
def test_a_picture_that_is_cut_short_has_no_size_or_the_right_one(kind: str) -> None:
    raw = picture(kind, (64, 48))

    assert {picture_size(raw[:count]) for count in range(len(raw))} <= {None, (64, 48)}


def test_a_size_of_nothing_is_none() -> None:
    assert picture_size(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 0, 5)) is None


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\xff\xd8\xff", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8 "]),
)
def test_no_bytes_break_it(raw: bytes, start: bytes) -> None:
    size = picture_size(start + raw)

    assert size is None or min(size) > 0


def test_a_recording_is_as_long_as_its_header_says() -> None:
    raw = recording(2.0)

    assert recording_s(raw, len(raw)) == pytest.approx(2.0, abs=0.01)
    assert recording_s(b"ID3", 32_000) == pytest.approx(2.0)
