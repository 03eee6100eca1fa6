"""Which JSON an answer holds, whatever stands round it, and that no answer takes longer than its length."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.structured import found as module
from distilkit.structured.fitting import TOO_DEEP, Unfit
from distilkit.structured.found import found

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def values(content: str) -> list[Any]:
    """Return the values found; the reason, alone, where there are none."""
    read = found(content)
    return [read.reason] if isinstance(read, Unfit) else [one.value for one in read]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"a": 1}', [{"a": 1}]),
        (' \n\ufeff{"a": 1}\n', [{"a": 1}]),
        ("42", [42]),
        ('"yes"', ["yes"]),
        ("[]", [[]]),
        ('```json\n{"a": 1}\n```', [{"a": 1}]),
        ('Here:\n```JSON\n{"a": 1}\n```\nFor [1] see {"b": 2}.', [{"a": 1}]),
        ('```\n{"a": 1}\n```', [{"a": 1}]),
        ('```json\n{"a": 1}', [{"a": 1}]),
        ('```json\n{"a": "```"}\n```', [{"a": "```"}]),
        ('```json\n{"a": 1}\n```\nor\n```json\n{"a": 2}\n```', [{"a": 1}, {"a": 2}]),
        ('```json\n{"a": }\n```\nno: {"a": 3}', [{"a": 3}]),
        ('The answer is {"a": {"b": [1]}}, I think.', [{"a": {"b": [1]}}]),
        ('As [1] says: {"a": 1}', [[1], {"a": 1}]),
        ('{"a": 1} {"a": 1}', [{"a": 1}]),
        ('{"a": 1}\n{"a": 2}', [{"a": 1}, {"a": 2}]),
        (r'From \frac{a}{b} and {x, y} follows {"a": 1}', [{"a": 1}]),
        ('{"a": [1, 2], "b": oops} then {"c": 3}', [{"c": 3}]),
        ('{ "text": "a } in a string { and \\" one" } ok', [{"text": 'a } in a string { and " one'}]),
        ('{"a": "\\ud83d"}', [{"a": "\ud83d"}]),
    ],
)
def test_the_json_is_found(content: str, expected: list[Any]) -> None:
    assert values(content) == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "the answer is empty"),
        ("  \n", "the answer is empty"),
        ("I would rather not.", "the answer holds no JSON"),
        ("a { b } [ c ]", "the answer holds no JSON"),
        ('{"a": 1,}', "not whole JSON: "),
        ('{"a": [1, 2', "not whole JSON: "),
        ("{'a': 1}", "not whole JSON: "),
        ('{"a": NaN}', "NaN is not JSON"),
        ('{"a": -Infinity}', "-Infinity is not JSON"),
        ('so {"a": Infinity}', "Infinity is not JSON"),
        ('{"a": 1e999}', "the number 1e999 is too large"),
        ('{"a": 1, "b": 2, "a": 3}', "the name 'a' stands twice in one object"),
        ('well, {"b": {"a": 1, "a": 1}}', "the name 'a' stands twice in one object"),
        ('{"a": ' + "9" * 5_000 + "}", "a number in it is too long"),
    ],
)
def test_what_is_no_json_says_why(content: str, reason: str) -> None:
    (told,) = values(content)

    assert told.startswith(reason)


@pytest.mark.parametrize("content", ["[" * 200_000, "[" * 200_000 + "]" * 200_000, 'so {"a":' * 200_000])
def test_what_is_nested_too_deeply_is_told(content: str) -> None:
    read = found(content)

    assert isinstance(read, Unfit)
    assert read == TOO_DEEP or read.reason.startswith(("not whole", "the answer holds no"))


def test_ten_megabytes_are_read() -> None:
    content = json.dumps({"rows": ["x" * 100] * 100_000})

    assert len(values(f"Here you are: {content}")[0]["rows"]) == 100_000


@pytest.mark.parametrize("part", ['{"a', '["x" ', "[1 ", '{"a":1;', "{x", '{"', "[[1,"])
def test_the_decoder_is_asked_a_bounded_number_of_times(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each failed start costs a look at all that stands before it: without a bound, time would grow with the square."""
    real, asked = module._DECODER, []

    class Counting(json.JSONDecoder):
        def decode(self, text: str) -> Any:  # type: ignore[override]
            return real.decode(text)

        def raw_decode(self, text: str, idx: int = 0) -> Any:
            asked.append(idx)
            return real.raw_decode(text, idx)

    monkeypatch.setattr(module, "_DECODER", Counting())
    found("no: " + part * 20_000)

    assert len(asked) <= 1_000
    assert asked == sorted(set(asked))


@given(JSON, st.text("abc .,:;", max_size=10), st.text("abc .,:;", max_size=10))
def test_a_value_is_found_in_prose(value: Any, before: str, after: str) -> None:
    if not isinstance(value, list | dict):
        value = [value]

    assert values(f"{before}{json.dumps(value)}{after}") == [value]


@given(st.text(max_size=200) | st.text('{}[]",:1\\ n', max_size=200))
def test_no_answer_raises(content: str) -> None:
    read = found(content)

    assert isinstance(read, Unfit) or all(json.loads(one.text) == one.value for one in read)


def test_the_limit_of_recursion_is_left_alone() -> None:
    before = sys.getrecursionlimit()

    found("[" * 10_000)

    assert sys.getrecursionlimit() == before
