"""Which parts of a text are no code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.distilling.prose import prose


def outside(text: str) -> str:
    return "|".join(text[start:end] for start, end in prose(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a `b` c", "a | c"),
        ("a ``b ` c`` d", "a | d"),
        ("`all`", ""),
        ("a ` b", "a ` b"),
        ("a `b\nc` d", "a `b|c` d"),
        ("a\n```\nb\n```\nc", "a|c"),
        ("a\n```python\nb\n```\nc", "a|c"),
        ("a\n~~~\nb ``` c\n~~~\nd", "a|d"),
        ("a\n````\n```\nb\n````\nc", "a|c"),
        ("a\n```\nb", "a"),
        ("  ```\nb\n  ```\nc", "c"),
        ("> ```\n> b\n> ```\nc", "c"),
        ("```\nb\n```<|im_end|>", "<|im_end|>"),
        ("```b``` c", " c"),
        ("", ""),
    ],
)
def test_code_is_left_out(text: str, expected: str) -> None:
    assert outside(text) == expected


@given(st.text(alphabet="`~ab\n >", max_size=60))
def test_the_parts_come_in_order_and_hold_no_line_end(text: str) -> None:
    at = 0
    for start, end in prose(text):
        assert at <= start < end <= len(text)
        assert "\n" not in text[start:end]
        at = end


@given(st.text(alphabet="ab\n ", max_size=60))
def test_a_text_without_marks_is_all_there(text: str) -> None:
    assert "\n".join(text[start:end] for start, end in prose(text)) == "\n".join(filter(None, text.split("\n")))
