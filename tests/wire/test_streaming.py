"""Streams at the wire: each provider's documented events make the row that its whole reply makes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .attempts import Attempts
from .case import Case
from .cases import BY_NAME, CASES
from .checks import wrong_in_stream


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_a_stream_makes_the_same_row(case: Case, attempts: Attempts) -> None:
    assert wrong_in_stream(attempts.streamed(case)) == []


def test_a_wrong_stream_is_found(attempts: Attempts) -> None:
    got = attempts.streamed(BY_NAME["openai"])
    said = replace(got.case.said, content="5")

    assert len(wrong_in_stream(replace(got, case=replace(got.case, said=said)))) == 1
    assert wrong_in_stream(replace(got, seen=[])) == ["0 requests"]
