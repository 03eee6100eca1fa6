"""Streams of every protocol: put together however they are cut, told as they arrive, and never taken whole when not."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distilkit.calls import Record
from distilkit.provider.streams import Assembly, CutStreamError
from distilkit.reading import read


def fed(protocol: Any, wire: bytes, size: int) -> tuple[Assembly, list[Any]]:
    assembly = Assembly(protocol)
    return assembly, [delta for at in range(0, len(wire), size) for delta in assembly.feed(wire[at : at + size])]


def joined(deltas: list[Any], channel: str) -> str:
    return "".join(delta.text for delta in deltas if delta.channel == channel)


def test_a_documented_stream_makes_the_body_of_a_whole_reply(case: Any, protocol: Any) -> None:
    assembly, deltas = fed(protocol, case.wire, len(case.wire))

    assert assembly.close() == case.body
    assert (joined(deltas, "thinking"), joined(deltas, "content")) == (case.thinking, case.content)


def test_the_body_is_read_like_any_other(case: Any, protocol: Any) -> None:
    completion = read(Record(provider=case.provider, raw=fed(protocol, case.wire, 99)[0].close()))

    assert (completion.content or "", completion.thinking or "") == (case.content, case.thinking)
    assert (completion.input_tokens, completion.output_tokens) == case.counts
    assert completion.finish_reason in {"stop", "tool_calls"}
    assert completion.served_model == (None if protocol == "cohere" else "m-served")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(data=st.data())
def test_any_cut_makes_the_same_body(case: Any, protocol: Any, data: Any) -> None:
    places = data.draw(st.lists(st.integers(0, len(case.wire)), max_size=30).map(sorted))
    assembly, deltas = Assembly(protocol), []

    for start, end in zip([0, *places], [*places, len(case.wire)], strict=True):
        deltas += assembly.feed(case.wire[start:end])

    assert assembly.close() == case.body
    assert (joined(deltas, "thinking"), joined(deltas, "content")) == (case.thinking, case.content)


def test_byte_by_byte_makes_the_same_body(case: Any, protocol: Any) -> None:
    assembly, deltas = fed(protocol, case.wire, 1)

    assert assembly.close() == case.body
    assert joined(deltas, "content") == case.content


def test_wherever_it_breaks_off_it_is_cut_or_whole(case: Any, protocol: Any) -> None:
    """Nothing between: what is returned has a finish reason, and all the text there is."""
    whole = read(Record(provider=case.provider, raw=case.body))
    for end in range(len(case.wire)):
        assembly, deltas = fed(protocol, case.wire[:end], 512)
        deltas += assembly.finish()
        if assembly.complete:
            completion = read(Record(provider=case.provider, raw=assembly.close()))
            assert (completion.content, completion.finish_reason) == (whole.content, whole.finish_reason)
            continue
        with pytest.raises(CutStreamError) as caught:
            assembly.close()
        assert (caught.value.kind, caught.value.event) == ("connection", None)
        told = read(Record(provider=case.provider, raw=assembly.partial()))
        assert told.finish_reason is None
        assert (told.content or "") == joined(deltas, "content")


def test_a_garbled_event_is_no_lost_connection(case: Any, protocol: Any) -> None:
    garbled = b'data: {"torn": \n\n' if protocol != "ollama" else b'{"torn": \n'
    assembly, _ = fed(protocol, garbled + case.wire, 512)

    with pytest.raises(CutStreamError) as caught:
        assembly.close()

    assert caught.value.kind == ("connection" if protocol == "ollama" else "provider_error")
    assert assembly.partial() is None


def test_an_error_in_the_middle_breaks_it_off(case: Any, protocol: Any) -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    wire = case.wire[: case.wire.index(b"\n", len(case.wire) // 3) + 1] + b"\n"
    lines = json.dumps(error) + "\n" if protocol == "ollama" else f"event: error\ndata: {json.dumps(error)}\n\n"
    assembly, _ = fed(protocol, wire + lines.encode() + b"data: [DONE]\n\n", 64)

    with pytest.raises(CutStreamError) as caught:
        assembly.close()

    assert caught.value.event == error
    assert assembly.ended
    assert not assembly.complete


def test_what_follows_the_end_changes_nothing(case: Any, protocol: Any) -> None:
    end = b"" if b"[DONE]" in case.wire or protocol in {"anthropic", "ollama", "cohere"} else b"data: [DONE]\n\n"
    assembly, _ = fed(protocol, case.wire + end, 256)

    assert assembly.ended
    assert assembly.feed(case.wire + b'data: {"error": "late"}\n\n') == []
    assert assembly.close() == case.body


def test_what_had_come_is_there_at_any_time(case_of: Any) -> None:
    case = case_of("openai")
    assembly, _ = fed("openai", case.wire[: len(case.wire) // 2], 32)

    first = json.dumps(assembly.partial())
    assembly.feed(case.wire[len(case.wire) // 2 :])

    assert json.loads(first)["choices"][0]["finish_reason"] is None
    assert assembly.close() == case.body


def test_a_bare_error_over_several_lines_is_one(case_of: Any) -> None:
    """Gemini gives a stream up so."""
    start = case_of("gemini").wire[:200].rpartition(b"\n")[0] + b"\n"
    bare = json.dumps({"error": {"code": 503, "message": "high demand", "status": "UNAVAILABLE"}}, indent=2)

    for end in ("", "\n"):
        assembly, _ = fed("gemini", start + (bare + end).encode(), 50)
        with pytest.raises(CutStreamError) as caught:
            assembly.close()
        assert caught.value.event == json.loads(bare)


def test_gemini_without_events_sends_a_list(case_of: Any) -> None:
    case = case_of("gemini")
    replies = [json.loads(line[6:]) for line in case.wire.decode().split("\r\n") if line.startswith("data: ")]

    assembly, _ = fed("gemini", json.dumps(replies, indent=1).encode(), 64)

    assert assembly.close() == case.body


@pytest.mark.parametrize(
    "line",
    [
        b'error: {"code": 500, "message": "slot"}\n\n',
        b'event: error\ndata: {"code": 500, "message": "slot"}\n\n',
        b'data: {"error": {"code": 500, "message": "slot"}}\n\n',
    ],
)
def test_an_error_is_known_by_its_place_too(line: bytes) -> None:
    with pytest.raises(CutStreamError) as caught:
        fed("openai", line, 9)[0].close()

    assert caught.value.event == {"error": {"code": 500, "message": "slot"}}


def test_words_of_an_error_are_kept() -> None:
    with pytest.raises(CutStreamError) as caught:
        fed("openai", b"event: error\ndata: no room\n\n", 9)[0].close()

    assert caught.value.event == {"error": {"message": "no room"}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
NAMES = """
    type index delta message content text thinking tool_calls citations function arguments id usage content_block
    partial_json signature input stop_reason candidates parts thought done thoughtSignature finishReason promptFeedback
    blockReason tool_plan finish_reason logprobs choices reasoning_details
""".split()  # noqa: SIM905 - a list of words reads better as words
KINDS = st.sampled_from(
    """
    message_start content_block_start content_block_delta message_delta text_delta thinking_delta signature_delta
    input_json_delta citations_delta message-start content-start content-delta tool-plan-delta tool-call-start
    tool-call-delta citation-start text thinking
    """.split()  # noqa: SIM905 - the same
)
ODD = st.recursive(
    JSON,
    lambda inner: (
        st.dictionaries(st.sampled_from(NAMES), inner | KINDS | st.integers(0, 2), max_size=5)
        | st.lists(inner, max_size=3)
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["openai", "anthropic", "gemini", "ollama", "cohere"]),
    st.lists(st.dictionaries(st.sampled_from(NAMES), ODD | KINDS, max_size=6), max_size=6),
)
def test_no_event_makes_it_raise_anything_else(protocol: Any, events: list[Any]) -> None:
    assembly = Assembly(protocol)
    assembly.feed("".join(f"data: {json.dumps(event)}\n\n" for event in events).encode() + b"data: [DONE]\n\n")

    with contextlib.suppress(CutStreamError):
        json.dumps(assembly.close(), allow_nan=False)
    json.dumps(assembly.partial(), allow_nan=False)


@pytest.mark.parametrize("protocol", ["openai", "anthropic", "gemini", "ollama", "cohere"])
@pytest.mark.parametrize("deep", ["[", '{"choices":', '[{"content":'])
def test_deep_nesting_is_an_error_like_any_other(protocol: Any, deep: str) -> None:
    assembly = Assembly(protocol)

    assembly.feed(f"data: {deep * 90_000}\n\n".encode())

    with pytest.raises(CutStreamError):
        assembly.close()


def test_long_answers_take_time_in_proportion() -> None:
    """Each piece joined to all before it would take minutes here."""
    piece = json.dumps({"choices": [{"index": 0, "delta": {"content": "x" * 40}}]})
    end = json.dumps({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    wire = (f"data: {piece}\n\n" * 100_000 + f"data: {end}\n\n").encode()

    assembly, _ = fed("openai", wire, 4096)

    assert len(assembly.close()["choices"][0]["message"]["content"]) == 4_000_000
