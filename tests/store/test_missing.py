from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from distilkit.calls import Request
from distilkit.store import Difference, Entry, Store

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def put(store: Store, make_entry: Callable[..., Entry]) -> Callable[..., None]:
    def put(*requests: Request) -> None:
        record = make_entry(0).record
        store.put_many(
            [Entry(key=request.key(), request=request, record=record, profile="p", section="s") for request in requests]
        )

    return put


def _ask(text: str, **params: Any) -> Request:
    return Request(model="openai/m", messages=[{"role": "user", "content": text}], params=params)


def test_an_empty_store_says_so(store: Store) -> None:
    assert str(store.explain_miss(_ask("Hi"))) == "the store is empty"


def test_a_hit_is_no_miss(store: Store, put: Callable[..., None]) -> None:
    put(_ask("Hi"))

    miss = store.explain_miss(_ask("Hi"))

    assert miss.stored
    assert str(miss) == f"it is stored, under {_ask('Hi').key()}"


def test_the_field_that_differs_is_named_with_both_values(store: Store, put: Callable[..., None]) -> None:
    put(_ask("Hi", temperature=0.7), _ask("Something else entirely", temperature=0.1))

    miss = store.explain_miss(_ask("Hi", temperature=0.1))

    assert not miss.stored
    assert miss.nearest == _ask("Hi", temperature=0.7).key()
    assert list(miss.differences) == [Difference("params.temperature", "0.7", "0.1")]
    assert str(miss).splitlines() == [
        f"not stored; the nearest of 2 stored requests ({miss.nearest[:12]}) differs in 1 field:",
        "  params.temperature: stored 0.7, asked 0.1",
    ]


_ONE = Request(
    model="openai/m",
    base_url="http://127.0.0.1:1",
    api_version="2026-01-01",
    messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How many?"}],
    params={"temperature": 0, "stop": ["a", "b"], "response_format": {"type": "json_object"}},
)
_CHANGES = [
    ({"model": "openai/n"}, "model: stored 'openai/m', asked 'openai/n'"),
    ({"base_url": None}, "base_url: stored 'http://127.0.0.1:1', asked None"),
    ({"api_version": "2026-02-02"}, "api_version: stored '2026-01-01', asked '2026-02-02'"),
    ({"sample": 2}, "sample: stored 0, asked 2"),
    ({"messages": _ONE.messages[1:]}, "messages[0].content: stored 'Be brief.', asked 'How many?'"),
    (
        {"messages": [_ONE.messages[0], {"role": "user", "content": "How many? "}]},
        "messages[1].content: stored 'How many?', asked 'How many? '",
    ),
    ({"params": {**_ONE.params, "top_p": 1}}, "params.top_p: stored nothing, asked 1"),
    ({"params": {**_ONE.params, "temperature": 0.0}}, "params.temperature: stored 0, asked 0.0"),
    ({"params": {**_ONE.params, "temperature": True}}, "params.temperature: stored 0, asked True"),
    ({"params": {**_ONE.params, "temperature": None}}, "params.temperature: stored 0, asked None"),
    ({"params": {**_ONE.params, "stop": ["a"]}}, "params.stop[1]: stored 'b', asked nothing"),
    (
        {"params": {**_ONE.params, "response_format": {"type": "text"}}},
        "params.response_format.type: stored 'json_object', asked 'text'",
    ),
]


@pytest.mark.parametrize(("change", "line"), _CHANGES)
def test_every_kind_of_difference_is_found(store: Store, put: Callable[..., None], change: Any, line: str) -> None:
    put(_ONE)

    assert f"  {line}" in str(store.explain_miss(replace(_ONE, **change))).splitlines()


def test_the_same_text_is_nearer_than_the_same_settings(store: Store, put: Callable[..., None]) -> None:
    put(_ask("How many apples does she have?", temperature=0), _ask("Name a river.", temperature=1, top_p=0.5))

    nearest = store.explain_miss(_ask("How many apples does she have?", temperature=1, top_p=0.5)).nearest

    assert nearest == _ask("How many apples does she have?", temperature=0).key()


def test_of_other_texts_the_most_alike_is_nearest(store: Store, put: Callable[..., None]) -> None:
    put(*(_ask(f"Question {number}: what is {number} times {number}?") for number in range(300)))

    miss = store.explain_miss(_ask("Question 77: what is 77 times 77? "))

    assert miss.nearest == _ask("Question 77: what is 77 times 77?").key()
    assert miss.entries == 300


def test_long_texts_are_shown_where_they_part(store: Store, put: Callable[..., None]) -> None:
    put(_ask("same words " * 500 + "then apples" + " and more" * 500))

    (difference,) = store.explain_miss(_ask("same words " * 500 + "then pears" + " and more" * 500)).differences

    assert "then apples" in difference.stored
    assert "then pears" in difference.asked
    assert len(str(difference)) < 300


def test_a_text_that_goes_on_is_shown_where_the_other_ends(store: Store, put: Callable[..., None]) -> None:
    put(_ask("x" * 200))

    (difference,) = store.explain_miss(_ask("x" * 200 + " please")).differences

    assert "please" in difference.asked
    assert "please" not in difference.stored


def test_damaged_entries_are_passed_over(store: Store, put: Callable[..., None], tamper: Callable[..., None]) -> None:
    put(_ask("Hi"), _ask("Ho"))
    tamper(store.folder, "UPDATE Cache SET value = x'01' WHERE key = ?", (_ask("Hi").key(),))

    assert store.explain_miss(_ask("Hi!")).nearest == _ask("Ho").key()


def test_ten_thousand_long_requests_are_looked_through(store: Store, put: Callable[..., None]) -> None:
    rng = random.Random(3)
    words = [f"word{number}" for number in range(500)]
    texts = [" ".join(rng.choices(words, k=100)) for _ in range(10_000)]
    put(*(_ask(text, temperature=0.1) for text in texts))

    miss = store.explain_miss(_ask(texts[4_321] + "!", temperature=0.1))

    assert miss.nearest == _ask(texts[4_321], temperature=0.1).key()
    assert miss.entries == 10_000


def test_messages_of_parts_are_compared(store: Store, put: Callable[..., None]) -> None:
    def parts(text: str) -> Request:
        return replace(_ask(""), messages=[{"role": "user", "content": [{"type": "text", "text": text}]}])

    put(parts("Hi"))

    assert "messages[0].content[0].text: stored 'Hi', asked 'Ho'" in str(store.explain_miss(parts("Ho")))
