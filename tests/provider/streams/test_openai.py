"""Chunks of chat completions, well formed and not: any split of the same answer makes the same reply."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.provider.streams import Assembly, CutStreamError


def assemble(text: str) -> dict[str, Any]:
    assembly = Assembly()
    assembly.feed(text.encode())
    return assembly.close()


def stream(*chunks: Any, end: str = "data: [DONE]\n\n") -> str:
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + end


def chunk(finish: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:
    return {"id": "c", "model": "m", "choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


@given(st.text(), st.text(), st.integers(1, 5))
def test_any_split_of_an_answer_makes_the_same_reply(thinking: str, content: str, size: int) -> None:
    pieces = [chunk(reasoning_content=thinking[at : at + size]) for at in range(0, len(thinking), size)]
    pieces += [chunk(content=content[at : at + size]) for at in range(0, len(content), size)]

    body = assemble(stream(*pieces, chunk("stop")))

    message = body["choices"][0]["message"]
    assert (message.get("reasoning_content") or "") == thinking
    assert (message["content"] or "") == content


@given(st.text(alphabet='data: {}[]"choices\n,DONE0123', max_size=80))
def test_garbage_is_a_cut_stream_or_a_body(text: str) -> None:
    with contextlib.suppress(CutStreamError):
        assert isinstance(assemble(text), dict)


def test_the_usage_is_the_wires_or_none() -> None:
    usage = {"completion_tokens": 3}
    last = {"id": "c", "choices": [], "usage": usage}

    assert assemble(stream(chunk("stop", content="a"), last))["usage"] == usage
    assert "usage" not in assemble(stream(chunk("stop", content="a")))


def test_either_end_will_do() -> None:
    assert assemble(stream(chunk("stop", content="a"), end=""))["choices"][0]["finish_reason"] == "stop"
    assert assemble(stream(chunk(content="a")))["choices"][0]["finish_reason"] is None
    with pytest.raises(CutStreamError):
        assemble(stream(chunk(content="a"), end=""))


def test_several_choices_are_all_needed_to_the_end() -> None:
    with pytest.raises(CutStreamError):
        assemble(stream(chunk("stop", 0, content="a"), chunk(None, 1, content="b"), end=""))

    both = assemble(stream(chunk("stop", 1, content="b"), chunk("stop", 0, content="a"), end=""))
    assert [choice["message"]["content"] for choice in both["choices"]] == ["a", "b"]


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"message": "overloaded", "code": 502}},
        {"object": "error", "message": "overloaded", "code": 502},
        {"error": {"code": 502}, "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]},
    ],
)
def test_an_error_in_the_middle_is_kept_as_it_came(error: Any) -> None:
    with pytest.raises(CutStreamError) as caught:
        assemble(stream(chunk(content="a"), error))

    assert caught.value.event == error


def test_tool_calls_and_reasoning_details_grow() -> None:
    start = {"index": 0, "id": "t", "function": {"name": "add", "arguments": '{"a"'}}
    more = {"index": 0, "function": {"arguments": ": 1}"}}
    detail = [{"type": "reasoning.text", "text": "x", "index": 0}]
    other = [{"type": "reasoning.summary", "summary": "y", "index": 0}]
    last = [{"type": "reasoning.summary", "summary": "z", "index": 1, "signature": "s"}]

    body = assemble(
        stream(
            chunk(tool_calls=[start], reasoning_details=detail),
            chunk(tool_calls=[more], reasoning_details=detail),
            chunk("tool_calls", reasoning_details=other + last + last),
        )
    )

    message = body["choices"][0]["message"]
    assert message["tool_calls"][0]["function"] == {"name": "add", "arguments": '{"a": 1}'}
    assert message["reasoning_details"] == [{"type": "reasoning.text", "text": "xx", "index": 0}, *other, *last, *last]


def test_the_older_function_call_grows() -> None:
    body = assemble(
        stream(
            chunk(function_call={"name": "add", "arguments": "{"}),
            chunk("function_call", function_call={"arguments": "}"}),
        )
    )

    assert body["choices"][0]["message"]["function_call"] == {"name": "add", "arguments": "{}"}


def test_what_is_said_of_each_token_is_kept() -> None:
    def one(token: str) -> dict[str, Any]:
        part = {"index": 0, "delta": {"content": token}, "logprobs": {"content": [{"token": token}], "refusal": None}}
        return {"choices": [part]}

    body = assemble(stream(one("a"), one("b"), chunk("stop")))

    assert body["choices"][0]["logprobs"] == {"content": [{"token": "a"}, {"token": "b"}]}


def test_a_whole_answer_in_one_event_is_read() -> None:
    whole = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "4"}, "finish_reason": "stop"}]}

    assert assemble(stream(whole))["choices"][0]["message"]["content"] == "4"


def test_only_the_first_choice_is_told_of() -> None:
    assembly = Assembly()

    told = assembly.feed(stream(chunk(None, 1, content="b"), chunk(None, 0, content="a")).encode())

    assert [delta.text for delta in told] == ["a"]


def test_what_two_fields_say_is_told_once() -> None:
    both = chunk(reasoning="x", reasoning_details=[{"type": "reasoning.text", "text": "x"}])
    alone = chunk(reasoning_details=[{"type": "reasoning.text", "text": "y"}, {"type": "reasoning.encrypted"}])

    assert Assembly().feed(stream(both, alone).encode()) == [("thinking", "x"), ("thinking", "y")]


def test_a_text_among_parts_is_one_of_them() -> None:
    """Mistral sends thinking as parts and the answer after it as text."""
    part = {"type": "thinking", "thinking": [{"type": "text", "text": "so"}]}

    body = assemble(stream(chunk(content=""), chunk(content=[part]), chunk("stop", content="4")))
    turned = assemble(stream(chunk(content="4"), chunk("stop", content=[part])))

    assert body["choices"][0]["message"]["content"] == [part, {"type": "text", "text": "4"}]
    assert turned["choices"][0]["message"]["content"] == [{"type": "text", "text": "4"}, part]


def test_calls_without_an_index_are_told_apart_by_their_names() -> None:
    parts: list[dict[str, Any]] = [
        {"id": "a", "function": {"name": "f", "arguments": "{"}},
        {"function": {"arguments": "}"}},
        {"id": "b", "function": {"name": "g", "arguments": "[]"}},
    ]

    body = assemble(stream(*(chunk(tool_calls=[part]) for part in parts)))

    calls = body["choices"][0]["message"]["tool_calls"]
    assert [call["function"]["arguments"] for call in calls] == ["{}", "[]"]


@pytest.mark.parametrize("index", [-1, 10**6, 10**300, True, "0", 1.5, [], {}])
def test_a_choice_that_cannot_be_one_is_ignored(index: Any) -> None:
    body = assemble(stream(chunk("stop", content="a"), chunk("stop", index, content="b")))

    assert [choice["message"]["content"] for choice in body["choices"]] == ["a"]


def test_a_choice_without_an_index_is_the_first() -> None:
    bare = {"choices": [{"index": None, "delta": {"content": "b"}, "finish_reason": "stop"}]}

    assert assemble(stream(chunk(content="a"), bare))["choices"][0]["message"]["content"] == "ab"


def test_numbers_that_are_none_are_nothing() -> None:
    assert assemble('data: {"choices": [{"finish_reason": "stop"}], "x": NaN, "usage": {"y": Infinity}}')["usage"] == {
        "y": None
    }


@pytest.mark.parametrize(
    "part",
    [
        5,
        "x",
        {"a": 1},
        [5],
        [{"index": 0, "function": "f"}],
        [{"index": 0, "function": {"arguments": {"a": 1}}}],
        [{"index": {}, "function": None}],
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_malformed_call_spoils_no_other(part: Any, *, is_first: bool) -> None:
    good = [{"index": 0, "id": "t", "function": {"name": "f", "arguments": "{}"}}]
    chunks = [chunk(tool_calls=each) for each in ([part, good] if is_first else [good, part])]

    message = assemble(stream(*chunks, chunk("stop", content="4")))["choices"][0]["message"]

    assert message["content"] == "4"
    assert any(call.get("function", {}) and call["function"].get("arguments") == "{}" for call in message["tool_calls"])


@pytest.mark.parametrize("delta", [5, "x", [1], True])
def test_a_delta_that_is_none_is_passed_over(delta: Any) -> None:
    bad = {"choices": [{"index": 0, "delta": delta, "finish_reason": ["stop"]}]}

    assert assemble(stream(bad, chunk("stop", content="4")))["choices"][0]["message"]["content"] == "4"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Make an object with some of these fields, each of them now and then anything, or anything at all."""
    odd = {name: strategy | JSON for name, strategy in fields.items()}
    return st.fixed_dictionaries({}, optional=odd) | JSON


CALLS = st.lists(maybe(index=st.integers(0, 1), id=st.just("a"), function=maybe(name=st.text(), arguments=st.text())))
DELTAS = maybe(content=st.text(), reasoning=st.text(), tool_calls=CALLS, reasoning_details=st.lists(JSON))
PARTS = maybe(index=st.integers(0, 1), delta=DELTAS, finish_reason=st.sampled_from(["stop", None]))
CHUNKS = maybe(choices=st.lists(PARTS, max_size=3), usage=JSON, model=JSON, error=st.none())


@settings(max_examples=300, deadline=None)
@given(st.lists(CHUNKS, max_size=5), st.sampled_from(["data: [DONE]\n\n", ""]))
def test_no_chunk_makes_it_raise_anything_else(chunks: list[Any], end: str) -> None:
    with contextlib.suppress(CutStreamError):
        json.dumps(assemble(stream(*chunks, end=end)), allow_nan=False)


def test_a_character_that_comes_in_two_halves_is_one() -> None:
    halves = [{"choices": [{"index": 0, "delta": {"content": half}}]} for half in ("\ud83d", "\ude00")]
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}

    body = assemble("".join(f"data: {json.dumps(each)}\n\n" for each in (*halves, end)))

    assert body["choices"][0]["message"]["content"] == "\N{GRINNING FACE}"
