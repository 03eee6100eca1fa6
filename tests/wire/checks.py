"""What is right about a case that was run: lists of what is wrong, empty where nothing is.

Tests assert that the lists are empty; the support table is written from them.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from distilkit.provider.headers import told
from distilkit.reading.completion import read

from .case import CANARY, Case
from .running import AMBIENT, Ran
from .server import Seen
from .streams import expected_stream_body, expected_stream_path

# Of any HTTP request, and the same for all.
_PLAIN = frozenset({"host", "content-length", "content-type", "accept-encoding", "user-agent"})


def own_headers(seen: Seen) -> dict[str, str]:
    """Return the headers of a request that not every HTTP request has."""
    return {
        name: value for name, value in seen.headers.items() if name not in _PLAIN and (name, value) != ("accept", "*/*")
    }


def expected_headers(case: Case) -> dict[str, str]:
    key = {case.key[0]: case.key[1] + CANARY} if case.key else {}
    return {**case.headers, **key}


def wrong_in_request(ran: Ran) -> list[str]:
    """Say what is wrong with what was sent."""
    if len(ran.seen) != 1:
        return [f"{len(ran.seen)} requests"]
    [seen] = ran.seen
    checks = {
        "address": (f"{seen.method} {seen.target}", f"POST {ran.case.path}"),
        "headers": (own_headers(seen), expected_headers(ran.case)),
        "content type": (seen.headers.get("content-type"), "application/json"),
        "body": (seen.json, ran.case.expected_body),
        "foreign key": (AMBIENT in seen.everything(), False),
    }
    return _differences(checks)


def wrong_in_stream(ran: Ran) -> list[str]:
    """Say what is wrong with a streamed answer, and with how it was asked for."""
    if len(ran.seen) != 1:
        return [f"{len(ran.seen)} requests"]
    [seen] = ran.seen
    checks = {
        "address": (seen.target, expected_stream_path(ran.case)),
        "body": (seen.json, expected_stream_body(ran.case)),
        "time to first token": (pd.isna(ran.row["ttft_s"]), False),
        "foreign key": (AMBIENT in seen.everything(), False),
    }
    return _differences(checks) + wrong_in_answer(ran) + wrong_in_thinking(ran) + wrong_in_usage(ran)


def wrong_in_answer(ran: Ran) -> list[str]:
    """Say what is wrong with the answer in the row, thinking and usage apart."""
    if ran.record is None:
        return [f"no answer: {ran.row['error_kind']}: {ran.row['error']}"]
    said = ran.case.said
    checks = {
        "content": (str(ran.row["content"]).strip(), said.content),
        "finish reason": (ran.row["finish_reason"], said.finish_reason),
        "served model": (read(ran.record).served_model, said.served),
        "provider": (ran.row["provider"], ran.case.litellm),
    }
    return _differences(checks)


def wrong_in_thinking(ran: Ran) -> list[str]:
    """Say what is wrong with the thinking in the row."""
    said = ran.case.said
    thinking = _known(ran.row["thinking"])
    checks = {
        "thinking": (thinking.strip() if thinking else None, said.thinking),
        "thinking kind": (ran.row["thinking_kind"], said.thinking_kind),
    }
    return _differences(checks)


def wrong_in_usage(ran: Ran) -> list[str]:
    """Say what is wrong with the token counts in the row."""
    names = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")
    return _differences({name: (_known(ran.row[name]), getattr(ran.case.said, name)) for name in names})


def wrong_in_limits(ran: Ran) -> list[str]:
    """Say what is wrong with what was read of the limits in the reply's headers."""
    if ran.record is None:
        return ["no answer"]
    found = told(ran.record.headers, ran.case.litellm, now=1_750_000_000.0)
    read_out = {(one.unit, one.limit, one.remaining) for one in found}
    return _differences({"limits": (read_out, set(ran.case.told))})


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value


def _differences(checks: dict[str, tuple[Any, Any]]) -> list[str]:
    return [f"{name}: {got!r} is not {wanted!r}" for name, (got, wanted) in checks.items() if got != wanted]
