"""Rows of a structured frame asked again: in their shape where the schema is given, never beside a stale reading."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import BaseModel

import distilkit as dk

Make = Callable[..., Any]


class Out(BaseModel):
    answer: int


@pytest.fixture
def compare(tmp_path: Path) -> Callable[..., pd.DataFrame]:
    def run(send: Any, *prompts: str) -> pd.DataFrame:
        return dk.compare(list(prompts), "sim/small", send=send, store=tmp_path, progress=False, schema=Out)

    return run


def test_what_did_not_fit_is_asked_again_with_other_parameters(compare: Make, script: Make, tmp_path: Path) -> None:
    frame = compare(script('{"answer": 1}', "no"), "a", "b")
    send = script('{"answer": 2}')

    after = dk.rerun(
        frame, frame["schema_error"].notna(), params={"temperature": 0}, schema=Out, store=tmp_path, send=send
    )

    assert len(send.calls) == 1
    assert [each.answer for each in after["parsed"]] == [1, 2]
    assert after["schema_error"].isna().all()
    assert after.dtypes.equals(frame.dtypes)


def test_a_failed_row_is_asked_again_in_its_shape(compare: Make, script: Make, refusal: Make, tmp_path: Path) -> None:
    frame = compare(script(refusal("authentication", "no")), "q")
    send = script("no", '{"answer": 2}')

    after = dk.rerun(frame, schema=Out, store=tmp_path, send=send)

    assert send.calls[0].request.params["response_format"]["type"] == "json_schema"
    assert after["parsed"][0].answer == 2


def test_without_a_schema_no_older_reading_is_left_beside_the_new_answer(
    compare: Make, script: Make, tmp_path: Path
) -> None:
    frame = compare(script('{"answer": 1}'), "a", "b")

    after = dk.rerun(frame, [True, False], params={"temperature": 0}, store=tmp_path, send=script('{"answer": 9}'))

    assert after["parsed"].tolist() == [pd.NA, Out(answer=1)]
    assert after["content"][0] == '{"answer": 9}'
