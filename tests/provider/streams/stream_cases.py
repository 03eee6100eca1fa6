"""One stream a provider, as each documents its own, and the body it would have sent whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """A stream, and what it makes.

    Attributes:
        name: of the case.
        provider: LiteLLM's name.
        wire: the bytes of the stream.
        body: what it makes.
        thinking: the pieces in a field of their own, joined.
        content: the other pieces, joined.
        counts: input and output tokens, as they are read.
        kind: the content type.
    """

    name: str
    provider: str
    wire: bytes
    body: dict[str, Any]
    content: str
    thinking: str = ""
    counts: tuple[int | None, int | None] = (12, 5)
    kind: str = "text/event-stream"


def sse(*chunks: Any, end: str = "data: [DONE]\n\n", gap: str = "\n\n", lead: str = "data: ") -> bytes:
    """Write events; a string stands as it is."""
    lines = (
        chunk if isinstance(chunk, str) else f"{lead}{json.dumps(chunk, ensure_ascii=False)}{gap}" for chunk in chunks
    )
    return ("".join(lines) + end).encode()


def named(*events: dict[str, Any]) -> bytes:
    """Write events with their names before them."""
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()


def chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """Make a chunk of a chat completion with one choice, or none."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 7,
        "model": "m-served",
        "choices": choices,
        **more,
    }


def completion(
    message: dict[str, Any], finish: str = "stop", ended: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Make the chat completion those chunks make; `ended` stands beside its finish reason."""
    said = {"role": "assistant", "content": None, **message}
    choice = {"index": 0, "message": said, "finish_reason": finish, **(ended or {})}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 7,
        "model": "m-served",
        "choices": [choice],
        "usage": USAGE,
        **more,
    }


USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
LAST = chunk(None, usage=USAGE)
TEXT = "Zwölf, 十二 🙂 ok"


def _pieces(name: str, text: str = TEXT, size: int = 3) -> list[dict[str, Any]]:
    return [chunk({name: text[at : at + size]}) for at in range(0, len(text), size)]


def _call(index: int, arguments: str, **more: Any) -> dict[str, Any]:
    return {"index": index, "function": {"arguments": arguments, **more.pop("function", {})}, **more}


OPENAI = Case(
    "openai",
    "openai",
    sse(chunk({"role": "assistant", "content": "", "refusal": None}), *_pieces("content"), chunk({}, "stop"), LAST),
    completion({"content": TEXT}),
    TEXT,
)
TOOLS = Case(
    "openai tool calls",
    "openai",
    sse(
        chunk(
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [_call(0, "", id="t1", type="function", function={"name": "add"})],
            }
        ),
        chunk({"tool_calls": [_call(0, '{"a":')]}),
        chunk({"tool_calls": [_call(0, " 1}")]}),
        chunk({"tool_calls": [_call(1, "", id="t2", type="function", function={"name": "neg"})]}),
        chunk({"tool_calls": [_call(1, "{}")]}),
        chunk({}, "tool_calls"),
        LAST,
    ),
    completion(
        {
            "tool_calls": [
                _call(0, '{"a": 1}', id="t1", type="function", function={"name": "add"})
                | {"function": {"name": "add", "arguments": '{"a": 1}'}},
                {"index": 1, "id": "t2", "type": "function", "function": {"name": "neg", "arguments": "{}"}},
            ]
        },
        "tool_calls",
    ),
    "",
)
AZURE = Case(
    "azure",
    "azure",
    sse(
        {
            "choices": [],
            "created": 0,
            "id": "",
            "model": "",
            "object": "",
            "prompt_filter_results": [{"prompt_index": 0}],
        },
        chunk({"role": "assistant", "content": ""}),
        *_pieces("content"),
        {
            **chunk(None),
            "choices": [
                {
                    "index": 0,
                    "delta": {},
                    "finish_reason": "stop",
                    "content_filter_results": {"hate": {"filtered": False}},
                }
            ],
        },
        LAST,
    ),
    completion(
        {"content": TEXT},
        ended={"content_filter_results": {"hate": {"filtered": False}}},
        prompt_filter_results=[{"prompt_index": 0}],
    ),
    TEXT,
)
DEEPSEEK = Case(
    "deepseek",
    "deepseek",
    sse(
        ": keep-alive\n\n",
        chunk({"role": "assistant", "content": None, "reasoning_content": ""}),
        *_pieces("reasoning_content", "Hm, drei mal vier."),
        *_pieces("content"),
        chunk({"content": ""}, "stop", usage=USAGE),
    ),
    completion({"reasoning_content": "Hm, drei mal vier.", "content": TEXT}),
    TEXT,
    "Hm, drei mal vier.",
)


def _detail(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "reasoning.text", "text": text, "format": "unknown", "index": 0, **more}


OPENROUTER = Case(
    "openrouter",
    "openrouter",
    sse(
        ": OPENROUTER PROCESSING\n\n",
        chunk({"role": "assistant", "content": "", "reasoning": "Well", "reasoning_details": [_detail("Well")]}),
        ": OPENROUTER PROCESSING\n\n",
        chunk({"content": "", "reasoning": ", yes", "reasoning_details": [_detail(", yes")]}),
        chunk({"content": "", "reasoning_details": [{"type": "reasoning.encrypted", "data": "x", "index": 1}]}),
        *_pieces("content"),
        chunk({"content": ""}, "stop", provider="Some"),
        chunk({"role": "assistant", "content": ""}, None, usage=USAGE),
    ),
    completion(
        {
            "content": TEXT,
            "reasoning": "Well, yes",
            "reasoning_details": [
                _detail("Well, yes"),
                {"type": "reasoning.encrypted", "data": "x", "index": 1},
            ],
        },
        provider="Some",
    ),
    TEXT,
    "Well, yes",
)


def _thinking(text: str) -> dict[str, Any]:
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}


MISTRAL = Case(
    "mistral",
    "mistral",
    sse(
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": [_thinking("Let me")]}),
        chunk({"content": [_thinking(" think.")]}),
        *_pieces("content"),
        chunk({"content": ""}, "stop", usage=USAGE),
    ),
    completion({"content": [_thinking("Let me think."), {"type": "text", "text": TEXT}]}),
    TEXT,
    "Let me think.",
)
GROQ = Case(
    "groq",
    "groq",
    sse(
        chunk({"role": "assistant", "content": ""}, x_groq={"id": "req_1"}),
        *_pieces("reasoning", "Sure."),
        *_pieces("content"),
        chunk({}, "stop", x_groq={"id": "req_1", "usage": USAGE}),
    ),
    completion({"content": TEXT, "reasoning": "Sure."}, x_groq={"id": "req_1"}),
    TEXT,
    "Sure.",
)
VLLM = Case(
    "vllm",
    "hosted_vllm",
    sse(
        chunk({"role": "assistant", "content": ""}),
        *[chunk({"reasoning": text, "reasoning_content": text}) for text in ("First", ", second")],
        *_pieces("content"),
        {
            **chunk({"content": ""}),
            "choices": [
                {"index": 0, "delta": {"content": ""}, "logprobs": None, "finish_reason": "stop", "stop_reason": 7}
            ],
        },
        LAST,
    ),
    completion(
        {"content": TEXT, "reasoning": "First, second", "reasoning_content": "First, second"}, ended={"stop_reason": 7}
    ),
    TEXT,
    "First, second",
)
TGI = Case(
    "tgi",
    "custom_openai",
    sse(*_pieces("content"), chunk({"content": ""}, "eos_token"), LAST, lead="data:", end="data: [DONE]\n\n"),
    completion({"content": TEXT}, "eos_token"),
    TEXT,
)
PERPLEXITY = Case(
    "perplexity",
    "perplexity",
    sse(
        *[
            {
                **chunk(None),
                "citations": ["https://a.example"],
                "usage": {**USAGE, "completion_tokens": at},
                "choices": [
                    {
                        "index": 0,
                        "message": {"role": "assistant", "content": TEXT[: at + 3]},
                        "delta": {"role": "assistant", "content": TEXT[at : at + 3]},
                        "finish_reason": None,
                    }
                ],
            }
            for at in range(0, len(TEXT), 3)
        ],
        chunk({}, "stop", usage=USAGE),
        end="",
        gap="\r\n\r\n",
    ),
    completion({"content": TEXT}, citations=["https://a.example"]),
    TEXT,
)
SILENT = Case(
    "no usage",
    "custom_openai",
    sse(*_pieces("content"), chunk({}, "stop")),
    {name: value for name, value in completion({"content": TEXT}).items() if name != "usage"},
    TEXT,
    counts=(None, None),
)


def _block(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def _piece(index: int, kind: str, **piece: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": f"{kind}_delta", **piece}}


def _stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


ANTHROPIC = Case(
    "anthropic",
    "anthropic",
    named(
        {
            "type": "message_start",
            "message": {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": "m-served",
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "usage": {"input_tokens": 12, "cache_read_input_tokens": 0, "output_tokens": 1},
            },
        },
        _block(0, type="thinking", thinking="", signature=""),
        {"type": "ping"},
        _piece(0, "thinking", thinking="Three times"),
        _piece(0, "thinking", thinking=" four."),
        _piece(0, "signature", signature="c2ln"),
        _stop(0),
        _block(1, type="redacted_thinking", data="ZGF0YQ=="),
        _stop(1),
        _block(2, type="text", text=""),
        *[_piece(2, "text", text=TEXT[at : at + 4]) for at in range(0, len(TEXT), 4)],
        _piece(2, "citations", citation={"type": "char_location", "cited_text": "4"}),
        _piece(2, "a_later_kind", text="?"),
        _stop(2),
        _block(3, type="tool_use", id="toolu_1", name="add", input={}),
        _piece(3, "input_json", partial_json=""),
        _piece(3, "input_json", partial_json='{"a": [1'),
        _piece(3, "input_json", partial_json=', "é"]}'),
        _stop(3),
        {"type": "a_later_event", "delta": {"text": "?"}},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use", "stop_sequence": None},
            "usage": {"output_tokens": 5},
        },
        {"type": "message_stop"},
    ),
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m-served",
        "content": [
            {"type": "thinking", "thinking": "Three times four.", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "ZGF0YQ=="},
            {"type": "text", "text": TEXT, "citations": [{"type": "char_location", "cited_text": "4"}]},
            {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": [1, "é"]}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 12, "cache_read_input_tokens": 0, "output_tokens": 5},
    },
    TEXT,
    "Three times four.",
)


def _reply(*parts: dict[str, Any], finish: str | None = None, output: int = 1) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0}
    if parts:
        candidate["content"] = {"role": "model", "parts": list(parts)}
    if finish:
        candidate["finishReason"] = finish
    usage = {"promptTokenCount": 12, "candidatesTokenCount": output, "totalTokenCount": 12 + output}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m-served", "responseId": "r1"}


CALL = {"functionCall": {"name": "add", "args": {"a": 1}}}
GEMINI = Case(
    "gemini",
    "gemini",
    sse(
        _reply({"text": "**Plan** ", "thought": True}),
        _reply({"text": "multiply", "thought": True}),
        *[_reply({"text": TEXT[at : at + 5]}) for at in range(0, len(TEXT), 5)],
        _reply({"text": "", "thoughtSignature": "c2ln"}, CALL, output=5),
        _reply(finish="STOP", output=5),
        end="",
        gap="\r\n\r\n",
    ),
    {
        "candidates": [
            {
                "index": 0,
                "content": {
                    "role": "model",
                    "parts": [
                        {"text": "**Plan** multiply", "thought": True},
                        {"text": TEXT, "thoughtSignature": "c2ln"},
                        CALL,
                    ],
                },
                "finishReason": "STOP",
            }
        ],
        "usageMetadata": {"promptTokenCount": 12, "candidatesTokenCount": 5, "totalTokenCount": 17},
        "modelVersion": "m-served",
        "responseId": "r1",
    },
    TEXT,
    "**Plan** multiply",
)


def _line(*, done: bool = False, more: dict[str, Any] | None = None, **message: Any) -> str:
    whole = {"model": "m-served", "created_at": "t", "message": {"role": "assistant", "content": "", **message}}
    return json.dumps({**whole, "done": done, **(more or {})}, ensure_ascii=False) + "\n"


COUNTS = {"done_reason": "stop", "prompt_eval_count": 12, "eval_count": 5, "total_duration": 99}
OLLAMA = Case(
    "ollama",
    "ollama_chat",
    sse(
        _line(thinking="Drei "),
        _line(thinking="mal vier"),
        *[_line(content=TEXT[at : at + 2]) for at in range(0, len(TEXT), 2)],
        _line(tool_calls=[{"function": {"name": "add", "arguments": {"a": 1}}}]),
        _line(done=True, more=COUNTS),
        end="",
    ),
    {
        "model": "m-served",
        "created_at": "t",
        "message": {
            "role": "assistant",
            "content": TEXT,
            "thinking": "Drei mal vier",
            "tool_calls": [{"function": {"name": "add", "arguments": {"a": 1}}}],
        },
        "done": True,
        **COUNTS,
    },
    TEXT,
    "Drei mal vier",
    kind="application/x-ndjson",
)


def _cohere(kind: str, index: int | None = None, **message: Any) -> dict[str, Any]:
    place = {} if index is None else {"index": index}
    return {"type": kind, **place, "delta": {"message": message}}


COHERE = Case(
    "cohere",
    "cohere_chat",
    named(
        {
            "id": "m1",
            "type": "message-start",
            "delta": {
                "message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
            },
        },
        _cohere("content-start", 0, content={"type": "thinking", "thinking": ""}),
        _cohere("content-delta", 0, content={"thinking": "Three "}),
        _cohere("content-delta", 0, content={"thinking": "times four"}),
        {"type": "content-end", "index": 0},
        _cohere("content-start", 1, content={"type": "text", "text": ""}),
        *[_cohere("content-delta", 1, content={"text": TEXT[at : at + 3]}) for at in range(0, len(TEXT), 3)],
        _cohere("citation-start", 0, citations={"start": 0, "end": 2, "text": "Zw"}),
        {"type": "citation-end", "index": 0},
        {"type": "content-end", "index": 1},
        _cohere("tool-plan-delta", tool_plan="I will "),
        _cohere("tool-plan-delta", tool_plan="add"),
        _cohere(
            "tool-call-start",
            0,
            tool_calls={"id": "t1", "type": "function", "function": {"name": "add", "arguments": ""}},
        ),
        _cohere("tool-call-delta", 0, tool_calls={"function": {"arguments": '{"a":'}}),
        _cohere("tool-call-delta", 0, tool_calls={"function": {"arguments": "1}"}}),
        {"type": "tool-call-end", "index": 0},
        {
            "type": "message-end",
            "delta": {
                "finish_reason": "COMPLETE",
                "usage": {
                    "billed_units": {"input_tokens": 4, "output_tokens": 5},
                    "tokens": {"input_tokens": 12, "output_tokens": 5},
                },
            },
        },
    ),
    {
        "id": "m1",
        "finish_reason": "COMPLETE",
        "message": {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "Three times four"}, {"type": "text", "text": TEXT}],
            "citations": [{"start": 0, "end": 2, "text": "Zw"}],
            "tool_plan": "I will add",
            "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}],
        },
        "usage": {
            "billed_units": {"input_tokens": 4, "output_tokens": 5},
            "tokens": {"input_tokens": 12, "output_tokens": 5},
        },
    },
    TEXT,
    "Three times four",
)

CASES = (
    OPENAI,
    TOOLS,
    AZURE,
    DEEPSEEK,
    OPENROUTER,
    MISTRAL,
    GROQ,
    VLLM,
    TGI,
    PERPLEXITY,
    SILENT,
    ANTHROPIC,
    GEMINI,
    OLLAMA,
    COHERE,
)
