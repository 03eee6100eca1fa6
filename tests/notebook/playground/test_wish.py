"""What was typed, as a question."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.errors import InputError
from distilkit.notebook.playground.wish import params_of, params_text


def test_empty_fields_leave_the_profiles_own_parameters() -> None:
    assert params_of("", "  ", " , ") == {}


def test_fields_are_read_as_numbers_and_json() -> None:
    typed = params_of(" 0 ", "1,000", 'top_p=0.5; seed=7 stop=["a, b", "c"], user=ann')

    assert typed == {
        "temperature": 0.0,
        "max_tokens": 1000,
        "top_p": 0.5,
        "seed": 7,
        "stop": ["a, b", "c"],
        "user": "ann",
    }


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (("warm", "", ""), "Temperature: 'warm' is no number"),
        (("nan", "", ""), "Temperature"),
        (("-1", "", ""), "Temperature"),
        (("1e9", "", ""), "Temperature"),
        (("", "0", ""), "Max tokens: '0' is no whole number"),
        (("", "1.5", ""), "Max tokens"),
        (("", "²", ""), "Max tokens"),
        (("", "", "top_p"), "More parameters: 'top_p' is no name=value"),
        (("", "", "top_p="), "More parameters"),
        (("", "", 'stop=["a'), "the value of stop is no JSON"),
        (("", "", "seed=NaN"), "NaN is no number"),
        (("1", "", "temperature=0.5"), "temperature is given twice"),
        (("", "", "temprature=0.5"), "did you mean 'temperature'"),
        (("", "", "api_key=x"), "keys belong to profiles"),
    ],
)
def test_what_is_no_parameter_is_refused_by_the_name_of_its_field(fields: tuple[str, str, str], said: str) -> None:
    with pytest.raises(InputError, match=said.replace("[", r"\[")):
        params_of(*fields)


def test_parameters_can_be_typed_again_as_they_were_read() -> None:
    params = {"top_p": 0.5, "stop": ["a", "b"], "user": "ann"}

    assert params_of("", "", params_text(params)) == params


@pytest.mark.parametrize(
    ("fields", "said"), [({"prompt": " \n"}, "Write a prompt"), ({"targets": {}}, "Tick at least one profile")]
)
def test_nothing_to_ask_or_nobody_is_said(wish: Any, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        wish(**fields)


def test_a_title_is_one_short_line(wish: Any) -> None:
    assert wish(prompt="one\ntwo " * 40).title == ("one two " * 40)[:59] + "…"
