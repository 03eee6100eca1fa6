"""Secrets in pieces: hidden however the pieces are cut, and nothing else is changed or lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from distilkit.provider.streams import Delta
from distilkit.provider.veil import Veil

KEY = "aab-aac-key"


def through(pieces: list[Delta]) -> list[Delta]:
    veil = Veil([KEY])
    return [*(shown for piece in pieces for shown in veil.shown(piece)), *veil.rest()]


def joined(pieces: list[Delta], channel: str) -> str:
    return "".join(piece.text for piece in pieces if piece.channel == channel)


@given(st.lists(st.sampled_from([KEY, KEY[:4], KEY[4:], "a", "b-", "x", " "]), max_size=9), st.integers(1, 7))
def test_cuts_do_not_matter(parts: list[str], size: int) -> None:
    text = "".join(parts)
    pieces = [Delta("content", text[at : at + size]) for at in range(0, len(text), size)]

    assert joined(through(pieces), "content") == text.replace(KEY, "[hidden]")


@given(st.lists(st.tuples(st.sampled_from(["thinking", "content"]), st.sampled_from(["a", "aab", "x", "-aac"]))))
def test_channels_are_kept_apart_and_in_order(parts: list[tuple[str, str]]) -> None:
    pieces = [Delta(channel, text) for channel, text in parts]  # type: ignore[arg-type] # both are channels

    shown = through(pieces)

    def spread(deltas: list[Delta]) -> list[tuple[str, str]]:
        return [(delta.channel, letter) for delta in deltas for letter in delta.text]

    assert spread(shown) == spread(pieces)


def test_nothing_waits_that_cannot_be_a_secret() -> None:
    assert Veil([KEY]).shown(Delta("content", "hello")) == [Delta("content", "hello")]


def test_without_secrets_everything_passes() -> None:
    assert Veil([]).shown(Delta("content", "a")) == [Delta("content", "a")]


def test_a_secret_as_an_address_spells_it_is_hidden_in_pieces_too() -> None:
    veil = Veil(["aab/key"])

    shown = [piece for letter in "?aab%2Fkey." for piece in veil.shown(Delta("content", letter))]

    assert joined([*shown, *veil.rest()], "content") == "?[hidden]."


def test_half_a_character_waits_for_its_other_half() -> None:
    veil = Veil([])

    assert veil.shown(Delta("content", "a\ud83d")) == [Delta("content", "a")]
    assert veil.shown(Delta("content", "\ude00")) == [Delta("content", "\N{GRINNING FACE}")]
    assert veil.rest() == []


def test_half_a_character_that_stays_alone_is_not_lost() -> None:
    veil = Veil([KEY])

    assert veil.shown(Delta("content", "\ud83d")) == []
    assert veil.shown(Delta("thinking", "a")) == [Delta("content", "\ud83d")]
    assert veil.rest() == [Delta("thinking", "a")]
