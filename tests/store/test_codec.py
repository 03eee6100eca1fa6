"""An entry's bytes: what comes back is what went in, or damage is noticed."""

from __future__ import annotations

import json
import random
import struct
import zlib
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.store import codec
from distilkit.store.codec import Damaged, first_section, seal, second_section

# Surrogates too: `text()` leaves them out unless told.
_TEXT = st.text(alphabet=st.characters(exclude_categories=()))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(_TEXT, _JSON, _JSON)
def test_both_sections_come_back_as_they_were(key: str, first: object, second: object) -> None:
    blob = seal(key, first, second)

    assert first_section(key, blob) == first
    assert second_section(key, blob) == second


@pytest.mark.parametrize("size", [10, 4095, 4096, 100_000, 5_000_000])
def test_long_sections_survive_whether_compressed_or_not(size: int) -> None:
    text = "\r\n\0\ud83d " + "a" * size

    assert first_section("k", seal("k", text, None)) == text


def test_repetitive_text_takes_less_room() -> None:
    assert len(seal("k", "again " * 10_000, None)) < 10_000


def test_every_single_flipped_bit_is_noticed() -> None:
    blob = seal("k", {"content": "yes"}, {"request": "no"})

    for place in range(len(blob) * 8):
        flipped = bytearray(blob)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(Damaged):
            first_section("k", bytes(flipped))


def test_every_cut_is_noticed() -> None:
    blob = seal("k", {"content": "yes"}, {"request": "no"})

    for length in range(len(blob)):
        with pytest.raises(Damaged):
            second_section("k", blob[:length])


def test_random_bytes_never_pass() -> None:
    rng = random.Random(1)

    for length in range(200):
        with pytest.raises(Damaged):
            first_section("k", rng.randbytes(length))


def test_a_blob_belongs_to_its_key() -> None:
    with pytest.raises(Damaged, match="checksum"):
        first_section("other", seal("k", 1, 2))


@pytest.mark.parametrize("value", [None, 1, 1.5, "text", memoryview(b"x" * 40)])
def test_what_is_not_bytes_is_damaged(value: object) -> None:
    with pytest.raises(Damaged, match="not bytes"):
        first_section("k", value)


def _sealed_by_hand(version: int, flags: int, length: int, body: bytes) -> bytes:
    rest = struct.pack(">BI", flags, length) + body
    digest = blake2b(b"k", digest_size=16)
    digest.update(bytes((version,)) + rest)
    return bytes((version,)) + digest.digest() + rest


def test_a_newer_version_is_told_from_damage() -> None:
    with pytest.raises(Damaged, match="newer distilkit") as caught:
        first_section("k", _sealed_by_hand(codec.VERSION + 1, 0, 0, b"whatever comes"))

    assert caught.value.newer


def test_a_flipped_version_byte_is_damage_not_news() -> None:
    blob = b"\x02" + seal("k", 1, 2)[1:]

    with pytest.raises(Damaged) as caught:
        first_section("k", blob)

    assert not caught.value.newer


def test_bytes_that_grow_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_SECTION_BYTES", 100_000)
    packed = zlib.compress(json.dumps("a" * 1_000_000).encode(), 9)

    with pytest.raises(Damaged, match="grows beyond"):
        first_section("k", _sealed_by_hand(1, 1, len(packed), packed))


def test_a_section_too_large_to_be_read_again_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_SECTION_BYTES", 1_000)

    with pytest.raises(ValueError, match="at most 1,000"):
        seal("k", "a" * 2_000, None)


def test_json_nested_too_deep_is_damage() -> None:
    body = b"[" * 200_000

    with pytest.raises(Damaged, match="cannot be read"):
        first_section("k", _sealed_by_hand(1, 0, len(body), body))


def test_the_layout_is_pinned() -> None:
    """Stored answers must stay readable: change this only together with `VERSION` and a reader of the old layout."""
    assert seal("k", {"a": 1}, ["ü"]).hex() == PINNED


PINNED = "01b4fad59a64fc13e8634c00812ade5ae400000000077b2261223a317d5b22c3bc225d"
