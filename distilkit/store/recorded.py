"""Answers that were recorded elsewhere: from plain rows to entries under the keys that a run will ask for.

Knows rows and the plan; knows no database. What a row does not say stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from distilkit import planning
from distilkit.calls import Call, Prompt, Record
from distilkit.errors import InputError
from distilkit.profiles.profile import Profile
from distilkit.store.entry import Entry
from distilkit.store.rows import Row


def entries(rows: Iterable[Mapping[str, Any]], profile: Profile) -> Iterator[Entry]:
    """Turn rows into entries, as if `profile` had answered them.

    Raises:
        InputError: a row cannot be used, or answers the same question as another differently; names the row.
    """
    seen: dict[str, tuple[int, Record]] = {}
    for number, fields in enumerate(rows, start=1):
        row = Row(number, fields)
        row.check()
        call, record = _call(row, profile), _record(row, profile)
        first, known = seen.setdefault(call.key, (number, record))
        if known != record:
            raise row.wrong(
                f"answers the same question as row {first}, differently; number the answers to one question in a "
                "`sample` column (0, 1, ...), and take in the answers of another model under a profile of its own"
            )
        yield Entry(key=call.key, request=call.request, record=record, profile=profile.name, section=profile.section)


def _call(row: Row, profile: Profile) -> Call:
    """Plan the row as a run would, so that the keys are the same."""
    messages = _messages(row)
    params = row.parsed("params", Mapping, "a mapping") or {}
    prompt = Prompt(id=row.number, text=row.text("prompt") or "", messages=messages)
    try:
        (call,) = planning.plan([prompt], [profile], params=params, samples=1)
    except InputError as error:
        raise row.wrong(str(error)) from None
    request = replace(call.request, sample=row.sample())
    return replace(call, request=request, key=request.key())


def _messages(row: Row) -> list[Any]:
    messages = row.parsed("messages", list, "a list of messages")
    prompt, system = row.text("prompt"), row.text("system")
    if messages is None:
        if prompt is None:
            raise row.wrong("has neither prompt nor messages")
        messages = [{"role": "user", "content": prompt}]
    if not messages or not all(isinstance(message, Mapping) and "role" in message for message in messages):
        raise row.wrong('messages are objects such as {"role": "user", "content": "..."}, at least one')
    return messages if system is None else [{"role": "system", "content": system}, *messages]


def _record(row: Row, profile: Profile) -> Record:
    cost = row.number_of("cost_usd")
    return Record(
        provider=profile.provider,
        raw=_without_unknown({"model": row.text("model"), "choices": [_choice(row)], "usage": _usage(row)}),
        latency_s=row.seconds("latency_s"),
        created_at=row.moment("created_at"),
        attempts=None,
        price=None if cost is None else {"cost_usd": str(cost)},
    )


def _choice(row: Row) -> dict[str, Any]:
    message = {"role": "assistant", "content": row.text("content"), "reasoning_content": row.text("thinking")}
    return _without_unknown(
        {"index": 0, "message": _without_unknown(message), "finish_reason": row.text("finish_reason")}
    )


def _usage(row: Row) -> dict[str, Any] | None:
    """Return OpenAI's usage with what is known of it, or None."""
    given, made = row.count("input_tokens"), row.count("output_tokens")
    usage = {
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": None if given is None or made is None else given + made,
        "prompt_tokens_details": _detail("cached_tokens", row),
        "completion_tokens_details": _detail("reasoning_tokens", row),
    }
    return _without_unknown(usage) or None


def _detail(column: str, row: Row) -> dict[str, int] | None:
    count = row.count(column)
    return None if count is None else {column: count}


def _without_unknown(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
