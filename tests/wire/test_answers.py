"""What comes out for each provider: answer, thinking, usage, finish reason, served model; from documented replies."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from .case import Case
from .cases import BY_NAME, CASES
from .checks import wrong_in_answer, wrong_in_limits, wrong_in_thinking, wrong_in_usage
from .running import Ran, run
from .server import Reply, Server

EVERY = [pytest.param(case, id=case.name) for case in CASES]


@pytest.mark.parametrize("case", EVERY)
def test_the_answer_is_read(case: Case, ran: Callable[[str], Ran]) -> None:
    assert wrong_in_answer(ran(case.name)) == []


@pytest.mark.parametrize("case", EVERY)
def test_the_thinking_is_read(case: Case, ran: Callable[[str], Ran]) -> None:
    assert wrong_in_thinking(ran(case.name)) == []


@pytest.mark.parametrize("case", EVERY)
def test_the_usage_is_read(case: Case, ran: Callable[[str], Ran]) -> None:
    assert wrong_in_usage(ran(case.name)) == []


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES if case.told])
def test_the_limits_in_the_headers_are_read(case: Case, ran: Callable[[str], Ran]) -> None:
    assert wrong_in_limits(ran(case.name)) == []


@pytest.mark.parametrize("case", EVERY)
def test_the_body_is_kept_as_it_came(case: Case, ran: Callable[[str], Ran]) -> None:
    record = ran(case.name).record

    assert record is not None
    assert record.raw == case.reply


def test_the_checks_see_what_is_wrong(ran: Callable[[str], Ran]) -> None:
    got = ran("openai")
    said = replace(got.case.said, content="5", thinking="x", input_tokens=0)
    other = replace(got, case=replace(got.case, said=said, told=()))

    assert len(wrong_in_answer(other)) == 1
    assert len(wrong_in_thinking(other)) == 1
    assert len(wrong_in_usage(other)) == 1
    assert len(wrong_in_limits(other)) == 1


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES if case.recorded])
def test_a_recorded_reply_goes_the_same_way(case: Case, server: Server, shared_data: Path, tmp_path: Path) -> None:
    body = recorded_body(shared_data, case)

    got = run(replace(BY_NAME[case.name], name=f"{case.name}"), server, tmp_path / f"{case.name}-recorded", Reply(body))

    assert str(got.row["content"]).strip()
    assert got.row["input_tokens"] > 0
    assert got.row["output_tokens"] > 0
    assert str(got.row["thinking"]).strip()
    assert got.record is not None
    assert got.record.raw == body


def recorded_body(folder: Path, case: Case) -> Any:
    found = json.loads((folder / "recorded_replies" / f"{case.recorded}.json").read_text("utf-8"))
    bodies = [one["body"] for one in found["interactions"] if "/responses" not in one["path"]]
    return bodies[0]
