"""The same picture has one key however its bytes are written, and a text is never taken for one."""

from __future__ import annotations

import base64
import textwrap
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.media import carried, described, held, without_bytes

RAW = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
CODED = base64.b64encode(RAW).decode()


def picture(url: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]


def seen(url: str) -> Any:
    return without_bytes(picture(url))


SPELLINGS = [
    f"data:image/png;base64,{CODED.rstrip('=')}",
    f"DATA:IMAGE/PNG;BASE64,{CODED}",
    f"data: image/png ; base64 ,{CODED}",
    f"data:image/png;base64,{quote(CODED, safe='')}",
    "data:image/png;base64," + "\n".join(textwrap.wrap(CODED, 76)),
    f"data:image/png,{quote_from_bytes(RAW, safe='')}",
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_a_picture_is_the_same_however_its_bytes_are_written(url: str) -> None:
    assert seen(url) == seen(f"data:image/png;base64,{CODED}")


def test_other_bytes_or_another_media_type_are_another_picture() -> None:
    first = seen("data:image/png;base64,AAAA")

    assert seen("data:image/png;base64,AAAB") != first
    assert seen("data:image/gif;base64,AAAA") != first
    assert seen("data:text/plain;charset=utf-8;base64,AAAA") != seen("data:text/plain;charset=latin-1;base64,AAAA")


def test_options_are_the_same_in_any_order_and_case() -> None:
    assert seen("data:text/plain;b=2;CHARSET=UTF-8;base64,AAAA") == seen(
        "data:text/plain;charset=utf-8;base64;b=2,AAAA"
    )


@pytest.mark.parametrize(
    "url",
    [
        "data:image/png;base64,A",
        "data:image/png;base64,AA*A",
        "data:image/png;base64",
        "data:",
        "data:image/png;base64,é",
    ],
)
def test_what_cannot_be_read_stays_text(url: str) -> None:
    assert seen(url) == picture(url)


@given(raw=st.binary(min_size=1, max_size=200), width=st.integers(1, 80), padded=st.booleans())
def test_any_bytes_have_one_digest_in_any_spelling(raw: bytes, width: int, *, padded: bool) -> None:
    coded = base64.b64encode(raw).decode()
    wrapped = "\r\n".join(textwrap.wrap(coded if padded else coded.rstrip("="), width))

    assert seen(f"data:image/png;base64,{wrapped}") == seen(f"data:image/png,{quote_from_bytes(raw, safe='')}")


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_two_digests_are_equal_only_for_equal_bytes(one: bytes, other: bytes) -> None:
    urls = [f"data:image/png;base64,{base64.b64encode(raw).decode()}" for raw in (one, other)]

    assert (seen(urls[0]) == seen(urls[1])) is (one == other)


@given(st.text())
def test_no_text_is_taken_for_bytes(text: str) -> None:
    for said in (text, f"data:,{text}", f"data:text/plain;base64,{text}"):
        messages = [
            {"role": "user", "content": said},
            {"role": "user", "content": [{"type": "text", "text": said}, said]},
            {"role": "tool", "content": None, "name": said},
        ]
        assert without_bytes(messages) == messages


def bare(kind: str, field: str, data: str, **more: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"type": kind, kind: {field: data, **more}}]}]


@pytest.mark.parametrize(("kind", "field"), [("file", "file_data"), ("input_audio", "data")])
def test_base64_without_an_address_around_it_counts_by_its_bytes(kind: str, field: str) -> None:
    one, other = bare(kind, field, CODED), bare(kind, field, CODED.rstrip("=") + "\n")

    assert without_bytes(one) == without_bytes(other)
    assert CODED not in str(without_bytes(one))
    assert without_bytes(bare(kind, field, CODED, format="wav")) != without_bytes(
        bare(kind, field, CODED, format="mp3")
    )


@pytest.mark.parametrize("data", ["", "not base64!", "data:,", "A"])
def test_a_file_that_is_no_base64_stays_as_it_is_written(data: str) -> None:
    found = without_bytes(bare("file", "file_data", data))

    assert found == bare("file", "file_data", data) or data == "data:,"


def test_a_link_and_an_uploaded_files_name_stay_text() -> None:
    messages = bare("file", "file_id", "AAAA") + picture("https://pictures.example/a.png")

    assert without_bytes(messages) == messages


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{CODED}"}}, "[image image/png, 264 B]"),
        ({"type": "image_url", "image_url": f"data:image/png;base64,{CODED}"}, "[image image/png, 264 B]"),
        (
            {"type": "image_url", "image_url": {"url": "https://a.example/b.png?sig=x"}},
            "[image https://a.example/b.png]",
        ),
        (
            {"type": "file", "file": {"file_data": "data:application/pdf;base64," + "A" * 16_000, "filename": "r.pdf"}},
            "[file r.pdf, application/pdf, 12 kB]",
        ),
        ({"type": "file", "file": {"file_id": "file-abc"}}, "[file file-abc]"),
        ({"type": "input_audio", "input_audio": {"data": "A" * 4_000_000, "format": "wav"}}, "[audio wav, 3.0 MB]"),
        ({"type": "image_url"}, "[image_url]"),
        ({"type": "image_url", "image_url": {"url": 3}}, "[image_url]"),
        ({"type": "video_url", "video_url": {"url": "x"}}, "[video_url]"),
        ({}, "[part]"),
    ],
)
def test_a_part_is_described_without_its_bytes(part: dict[str, Any], shown: str) -> None:
    assert described(part) == shown


def test_what_bytes_are_is_told_by_them_before_what_is_declared() -> None:
    found = held({"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{CODED}", "detail": "low"}})

    assert found is not None
    assert (found.media_type, found.detail, found.size) == ("image/png", "low", len(RAW))


def test_what_must_be_sent_is_the_payload_or_the_link() -> None:
    assert carried({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}) == "AAAA"
    assert carried({"type": "image_url", "image_url": "https://a.example/b"}) == "https://a.example/b"
    assert carried({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}) == "AAAA"
    assert carried({"type": "file", "file": {"file_id": "file-abc"}}) == "file-abc"
    assert carried({"type": "text", "text": "data:,a"}) is None


def test_what_lets_one_in_is_not_shown_of_a_link() -> None:
    part = {"type": "image_url", "image_url": {"url": "https://me:canary-key-1@a.example/b@2x.png?sig=canary"}}

    assert described(part) == "[image https://a.example/b@2x.png]"
