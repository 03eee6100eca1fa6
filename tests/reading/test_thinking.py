from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.profiles.profile import ThinkingRules
from distilkit.reading.thinking import Piece, Splitter, split

ALL_RULES = [
    ThinkingRules(anywhere=anywhere, missing_opening_tag=missing)
    for anywhere in (False, True)
    for missing in (False, True)
]

# What matters to the scanner; texts made of these reach every state.
PARTS = [
    "<think>", "</think>", "<THINK a='b'>", "<thinking>", "</thinking>", "<think/>", "[THINK]", "[/THINK]",
    "◁think▷", "◁/think▷", "<|begin_of_thought|>", "<|end_of_thought|>", "<|begin_of_solution|>",
    "<|end_of_solution|>", "<|channel|>", "analysis", "final", "<|message|>", "<|end|>", "<|start|>", "assistant",
    "<|return|>", "`", "``", "```", "~~~", "\n", " ", "\n\n", "a", "b c", "<", "</", "<|", "|>", ">", "é", "\ud800",
]  # fmt: skip

texts = st.one_of(
    st.lists(st.sampled_from(PARTS), max_size=14).map("".join),
    st.lists(st.sampled_from(PARTS), max_size=14).map(lambda parts: "<think>" + "".join(parts)),
    st.text(st.characters(), max_size=60),  # lone surrogates included
)
rules = st.sampled_from(ALL_RULES)


def streamed(chunks: list[str], rules: ThinkingRules) -> tuple[str, str | None, str]:
    splitter = Splitter(rules)
    pieces: list[Piece] = []
    for chunk in chunks:
        pieces += splitter.feed(chunk)
    pieces += splitter.close()
    content = "".join(piece.text for piece in pieces if piece.channel == "content")
    thinking = "".join(piece.text for piece in pieces if piece.channel == "thinking")
    return content, thinking or None, splitter.kind


def test_the_table_has_enough_cases_with_names_of_their_own(all_cases: list[Any]) -> None:
    assert len(all_cases) >= 150
    assert len({case.id for case in all_cases}) == len(all_cases)
    assert len({(case.text, case.rules) for case in all_cases}) == len(all_cases)


def test_labelled_text_is_split_as_labelled(case: Any) -> None:
    assert tuple(split(case.text, case.rules)) == (case.content, case.thinking, case.kind)


def test_labelled_text_is_split_the_same_at_every_cut(case: Any) -> None:
    expected = (case.content, case.thinking, case.kind)

    assert streamed(list(case.text), case.rules) == expected
    for cut in range(len(case.text) + 1):
        assert streamed([case.text[:cut], case.text[cut:]], case.rules) == expected


@settings(max_examples=400, deadline=None)
@given(text=texts, rules=rules, seed=st.randoms(use_true_random=False))
def test_a_stream_gives_what_the_whole_text_gives(text: str, rules: ThinkingRules, seed: random.Random) -> None:
    whole = tuple(split(text, rules))

    assert streamed(list(text), rules) == whole
    cuts = sorted(seed.randint(0, len(text)) for _ in range(3))
    bounds = [0, *cuts, len(text)]
    assert streamed([text[a:b] for a, b in pairwise(bounds)], rules) == whole


@settings(max_examples=300, deadline=None)
@given(text=texts, rules=rules)
def test_kind_and_thinking_say_the_same(text: str, rules: ThinkingRules) -> None:
    _, thinking, kind = split(text, rules)

    assert thinking != ""
    if kind == "raw":
        assert thinking is not None
    if kind == "absent":
        assert thinking is None


# One recognised tag, written down a second time and without regard to where it counts.
TAG = re.compile(
    r"</?(think|thinking|thoughts?|reason|reasoning|reflection|scratchpad|seed:think)([\s/][^<>\n]*)?>"
    r"|\[/?THINK\]|◁/?think▷"
    r"|<\|(begin_of_thought|end_of_thought|begin_of_solution|end_of_solution|end|call|return)\|>"
    r"|<\|(START|END)_(THINKING|RESPONSE)\|>"
    r"|(<\|(start|channel|constrain)\|>[^<\n]*)+<\|message\|>",
    re.IGNORECASE,
)


def accounted_for(text: str, kept: str) -> bool:
    """Say whether `kept` is `text` without some tags; whitespace is not looked at."""
    reached: dict[int, set[int]] = {0: {0}}  # position in the text: positions in what was kept
    for at in range(len(text)):
        here = reached.pop(at, set())
        for position in here:
            if text[at].isspace():
                reached.setdefault(at + 1, set()).add(position)
            elif kept[position : position + 1] == text[at]:
                reached.setdefault(at + 1, set()).add(position + 1)
            tag = TAG.match(text, at)
            if tag:
                reached.setdefault(tag.end(), set()).add(position)
    return len(kept) in reached.get(len(text), set())


@settings(max_examples=400, deadline=None)
@given(text=texts, rules=rules)
def test_every_character_is_answer_thinking_tag_or_whitespace(text: str, rules: ThinkingRules) -> None:
    """Nothing is lost, nothing is made up, and nothing changes places."""
    splitter = Splitter(rules)
    pieces = splitter.feed(text) + splitter.close()

    kept = "".join("".join(piece.text for piece in pieces).split())

    assert accounted_for(text, kept)


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(exclude_characters="<[◁"), max_size=80), rules=rules)
def test_text_without_tags_is_untouched(text: str, rules: ThinkingRules) -> None:
    """Except where the rules say that it starts inside a block."""
    content, thinking, kind = split(text, rules)

    if rules.missing_opening_tag and text.strip():
        assert (content, thinking, kind) == ("", text.strip(), "truncated")
    else:
        assert (content, thinking, kind) == (text, None, "absent")


def test_pieces_come_as_soon_as_nothing_can_change_them() -> None:
    splitter = Splitter()

    assert splitter.feed("<thi") == []
    assert splitter.feed("nk>a") == [Piece("thinking", "a")]
    assert splitter.feed(" b <") == [Piece("thinking", " b")]
    assert splitter.feed("/think>c") == [Piece("content", "c")]
    assert splitter.feed(" d") == [Piece("content", " d")]
    assert splitter.close() == []


def test_pieces_are_never_empty_and_neighbours_differ(all_cases: list[Any]) -> None:
    for case in all_cases:
        splitter = Splitter(case.rules)
        pieces = splitter.feed(case.text)

        assert all(piece.text for piece in pieces)
        channels = [piece.channel for piece in pieces]
        assert all(left != right for left, right in pairwise(channels))


def test_a_closed_splitter_refuses_more_text() -> None:
    splitter = Splitter()
    splitter.close()

    with pytest.raises(ValueError, match="closed"):
        splitter.feed("a")


def test_kind_is_known_while_the_stream_runs() -> None:
    splitter = Splitter()
    assert splitter.kind == "absent"
    splitter.feed("<think>a")
    assert splitter.kind == "truncated"
    splitter.feed("</think>b")
    assert splitter.kind == "raw"


ADVERSARIES = {
    "openings": "<think>",
    "openings and spaces": "<think>     ",
    "pairs": "<think></think>",
    "pairs and words": "<think>a</think>b ",
    "almost tags": "</thin",
    "less-than": "<",
    "open attributes": "<think a",
    "half tokens": "<|begin_of_",
    "headers without message": "<|channel|>a",
    "headers": "<|channel|>analysis<|message|>a",
    "solutions": "<|begin_of_solution|>a<|end_of_solution|> ",
    "brackets": "[THINK",
    "lone backticks": "`<think></think>\n",
    "backticks": "`a``b",
    "backtick runs": "`````` ",
    "fences": "```\n</think>\n",
    "whitespace": " ",
    "blank lines": "\n \n",
    "words": "word ",
}


def seconds(run: Callable[[], object]) -> float:
    times = []
    for _ in range(2):
        started = time.process_time()
        run()
        times.append(time.process_time() - started)
    return min(times)


def grows_in_proportion(run: Callable[[str], object], unit: str, size: int) -> bool:
    """Say whether twice the text took at most 2.3 times the time, once in five tries: other work disturbs the clock."""
    small = unit * (size // len(unit))
    twice = small + small
    return any(seconds(lambda: run(twice)) <= 2.3 * seconds(lambda: run(small)) + 0.0005 for _ in range(5))


@pytest.mark.parametrize("unit", ADVERSARIES.values(), ids=ADVERSARIES.keys())
@pytest.mark.parametrize("start", ["", "<think>\n```\n"], ids=["at the start", "in a block"])
def test_twice_the_text_takes_twice_the_time(unit: str, start: str) -> None:
    rules = ThinkingRules(anywhere=True)

    assert grows_in_proportion(lambda text: split(start + text, rules), unit, 50_000)


@pytest.mark.parametrize("unit", ADVERSARIES.values(), ids=ADVERSARIES.keys())
def test_a_stream_of_single_characters_takes_time_in_proportion(unit: str) -> None:
    rules = ThinkingRules(anywhere=True)

    assert grows_in_proportion(lambda text: streamed(list("<think>```\n</think>" + text), rules), unit, 12_000)
