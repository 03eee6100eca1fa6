from __future__ import annotations

import pytest

from distilkit.errors import InputError
from distilkit.notebook.magic.options import USAGE, Options, parse


def test_an_empty_line_asks_the_default_once() -> None:
    assert parse("") == Options(
        profiles=None,
        name=None,
        samples=1,
        scores=(),
        fill=False,
        system=None,
        params={},
        budget=None,
        cache="use",
        config=None,
        store=None,
        help=False,
    )


@pytest.mark.parametrize("line", ["a,b --name df", "a b --name df", "--name df a, b", "a,,b --name=df"])
def test_profiles_stand_with_commas_or_spaces_anywhere(line: str) -> None:
    found = parse(line)

    assert (found.profiles, found.name) == (["a", "b"], "df")


def test_parameters_are_numbers_where_they_look_like_numbers() -> None:
    found = parse("a --param temperature=0.2 --param stop=END --param seed=3 --system 'Be brief.'")

    assert found.params == {"temperature": 0.2, "stop": "END", "seed": 3}
    assert found.system == "Be brief."


def test_scorers_may_be_several() -> None:
    assert parse("a --score short --score polite").scores == ("short", "polite")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a --sampels 3", "unrecognized arguments: --sampels"),
        ("a --samp 3", "unrecognized arguments: --samp"),
        ("a --samples 0", "write a number from 1 on"),
        ("a --samples many", "write a number from 1 on"),
        ("a --name 1df", "not the name of a variable"),
        ("a --name class", "not the name of a variable"),
        ("a --cache never", "use, refresh, only"),
        ("a --param temperature", "write NAME=VALUE"),
        ("a --name", "expected one argument"),
        ("a 'b", "no closing quotation"),
    ],
)
def test_a_wrong_line_is_one_line_that_says_what_to_write(line: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse(line)

    assert "\n" not in str(caught.value)


def test_help_names_every_option() -> None:
    assert parse("--help").help
    for name in ("name", "samples", "score", "format", "system", "param", "budget", "cache", "config", "store"):
        assert f"--{name}" in USAGE


@pytest.mark.parametrize("name", ["print", "In", "get_ipython", "_", "___", "__builtins__", "\uff44\uff45\uff46"])
def test_a_name_that_python_or_the_notebook_needs_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="write e"):
        parse(f"--name {name}")


def test_a_name_in_wide_letters_is_the_one_that_python_reads() -> None:
    assert parse("--name \uff44\uff46").name == "df"


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(InputError, match="--samples"):
        parse(f"--samples {'9' * 5000}")


def test_a_parameter_too_deep_to_be_read_is_a_text() -> None:
    deep = "[" * 100_000

    assert parse(f"--param x={deep}").params == {"x": deep}
