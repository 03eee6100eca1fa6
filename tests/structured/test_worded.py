"""A mode that was refused once is not asked for again where the answer in words is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from distilkit.progress import RunWarning

Ask = Callable[..., pd.DataFrame]
Make = Callable[..., Any]


def test_the_second_run_asks_nobody(ask: Ask, script: Make, profile: Make, bill: Any, good: str, refusal: Make) -> None:
    stubborn = profile(structured_output="schema")
    with pytest.warns(RunWarning):
        first = ask(bill, stubborn, send=script(refusal(), good))
    send = script("never")

    second = ask(bill, stubborn, send=send)

    assert send.calls == []
    assert second["from_store"].tolist() == [True]
    assert second["parsed"].tolist() == first["parsed"].tolist()
    assert ask(bill, stubborn, cache="only")["parsed"].tolist() == first["parsed"].tolist()


def test_what_did_not_fit_in_words_has_had_its_second_round(
    ask: Ask, script: Make, profile: Make, bill: Any, bad: str, refusal: Make
) -> None:
    stubborn = profile(structured_output="schema")
    with pytest.warns(RunWarning):
        first = ask(bill, stubborn, send=script(refusal(), bad))
    send = script("never")

    second = ask(bill, stubborn, send=send)

    assert send.calls == []
    assert second["schema_error"].tolist() == first["schema_error"].tolist()


def test_refresh_tries_the_mode_again(
    ask: Ask, script: Make, profile: Make, bill: Any, good: str, refusal: Make
) -> None:
    stubborn = profile(structured_output="schema")
    with pytest.warns(RunWarning):
        ask(bill, stubborn, send=script(refusal(), good))
    send = script(good)

    ask(bill, stubborn, send=send, cache="refresh")

    assert [call.request.params["response_format"]["type"] for call in send.calls] == ["json_schema"]


def test_a_refusal_without_an_answer_is_tried_again(
    ask: Ask, script: Make, profile: Make, bill: Any, good: str, refusal: Make
) -> None:
    stubborn = profile(structured_output="schema")
    with pytest.warns(RunWarning):
        ask(bill, stubborn, send=script(refusal()))
    send = script(good)

    frame = ask(bill, stubborn, send=send)

    assert len(send.calls) == 1
    assert frame["parsed"][0].total == 3


def test_equal_questions_keep_their_own_rows(
    ask: Ask, script: Make, profile: Make, bill: Any, good: str, refusal: Make
) -> None:
    stubborn = profile(structured_output="schema")
    with pytest.warns(RunWarning):
        ask(bill, stubborn, prompts=["q", "q"], send=script(refusal(), good))

    frame = ask(bill, stubborn, prompts=["q", "q"], send=script("never"))

    assert frame["prompt_id"].tolist() == [0, 1]
    assert [each.total for each in frame["parsed"]] == [3, 3]
