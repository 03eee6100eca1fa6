"""`schema=` in compare and complete, end to end over a fake network."""

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
    parts: list[list[int]] = []


def compare(send: Any, store: Path, prompts: Any = ("q",), **more: Any) -> pd.DataFrame:
    return dk.compare(prompts, "sim/small", send=send, store=store, progress=False, schema=Out, **more)


def test_the_columns_stand_between_the_built_in_ones_and_the_callers(script: Make, tmp_path: Path) -> None:
    prompts = pd.DataFrame({"prompt": ["a", "b"], "right": [1, 2]})

    frame = compare(
        script('{"answer": 1}'), tmp_path, prompts, score={"ok": lambda row: row["parsed"].answer == row["right"]}
    )

    assert list(frame.columns) == [*dk.COLUMNS, "parsed", "schema_error", "right", "ok"]
    assert frame["ok"].tolist() == [True, False]


def test_complete_returns_what_was_read(script: Make, tmp_path: Path) -> None:
    send = script('{"answer": 1, "parts": [[1], []]}')

    row = dk.complete("q", "sim/small", schema=Out, store=tmp_path, send=send)

    assert row.parsed == Out(answer=1, parts=[[1], []])
    assert row.schema_error is pd.NA


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prompts": pd.DataFrame({"prompt": ["a"], "parsed": [1]})}, "columns that schema= adds: parsed"),
        ({"score": {"parsed": lambda _row: True}}, "has a column 'parsed' already"),
        ({"params": {"response_format": {"type": "json_object"}}}, "response_format"),
    ],
)
def test_what_clashes_is_refused_before_anything_is_sent(
    arguments: Any, message: str, script: Make, tmp_path: Path
) -> None:
    send = script("never")

    with pytest.raises(dk.InputError, match=message):
        compare(send, tmp_path, **arguments)

    assert send.calls == []
