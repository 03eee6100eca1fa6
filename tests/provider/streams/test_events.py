"""Events out of bytes that may be cut anywhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from distilkit.provider.streams.events import Events


def read(wire: bytes, size: int = 1) -> list[str]:
    events = Events()
    found = [event for at in range(0, len(wire), size) for event in events.feed(wire[at : at + size])]
    return [event.data for event in [*found, *events.close()]]


def test_an_event_is_told_when_its_end_is_there_and_not_before() -> None:
    events = Events()

    assert events.feed(b"data: one") == []
    assert events.feed(b"\n") == []
    assert [event.data for event in events.feed(b"\n")] == ["one"]


def test_names_belong_to_their_event_only() -> None:
    assert Events().feed(b"event: a\ndata: 1\n\ndata: 2\n\n") == [("a", "1"), ("", "2")]


def test_a_mark_at_the_start_is_passed_over() -> None:
    assert read(b"\xef\xbb\xbfdata: 1\n\n") == ["1"]


def test_what_is_no_event_is_passed_over() -> None:
    assert read(b": comment\nid: 7\nretry: 3\nhello\ndata\n\n") == []


def test_separators_within_json_separate_nothing() -> None:
    text = 'data: {"a": "one\u2028two\x85three"}\n\n'

    assert read(text.encode()) == [text[6:-2]]


def test_a_last_event_without_its_line_break_counts() -> None:
    assert read(b"data: 1\n\ndata: 2") == ["1", "2"]


def test_json_over_lines_is_one_and_what_follows_is_not_lost() -> None:
    assert read(b'{\n"a": {\n}\n}\n{"b": 1}\ndata: 2\n\n') == ['{\n"a": {\n}\n}', '{"b": 1}', "2"]


def test_json_that_never_ends_is_told_at_the_end() -> None:
    assert read(b'{"torn":\n' + b"}\n" * 200) == ['{"torn":\n' + "}\n" * 199 + "}"]


@given(st.lists(st.text(alphabet="aé🙂{}: ", max_size=6), max_size=6), st.integers(1, 9))
def test_cuts_do_not_matter(texts: list[str], size: int) -> None:
    wire = "".join(f"data: {text}\r\n\r\n" for text in texts).encode()

    assert read(wire, size) == texts
