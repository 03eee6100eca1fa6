"""Streams put together: any split of the same answer makes the same reply."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.provider.sse import CutStreamError, assemble


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


def test_an_error_in_the_middle_is_returned_as_it_came() -> None:
    error = {"error": {"message": "overloaded", "code": 502}}

    assert assemble(stream(chunk(content="a"), error)) == error


def test_tool_calls_and_reasoning_details_grow() -> None:
    start = {"index": 0, "id": "t", "function": {"name": "add", "arguments": '{"a"'}}
    more = {"index": 0, "function": {"arguments": ": 1}"}}
    detail = [{"type": "reasoning.text", "text": "x"}]

    body = assemble(
        stream(
            chunk(tool_calls=[start], reasoning_details=detail),
            chunk("tool_calls", tool_calls=[more], reasoning_details=detail),
        )
    )

    message = body["choices"][0]["message"]
    assert message["tool_calls"][0]["function"] == {"name": "add", "arguments": '{"a": 1}'}
    assert message["reasoning_details"] == detail * 2
