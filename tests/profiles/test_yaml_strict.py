"""The reader: what it refuses, what it does not turn into something else, and that it survives anything."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.errors import ConfigError
from distilkit.profiles.tree import Item, Var, plain
from distilkit.profiles.yaml_strict import MAX_BYTES, MAX_DEPTH, parse, scalar


def value(text: str) -> object:
    return plain(parse(f"v: {text}".encode(), "f"))["v"]  # type: ignore[index]


def refused(text: str | bytes) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text if isinstance(text, bytes) else text.encode(), "f")
    return str(caught.value)


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "12:30:45", "0x1F", "1_000", ".inf", ".nan", "2024-01-01"])
def test_words_that_look_like_something_else_stay_text(word: str) -> None:
    assert value(word) == word


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("False", False), ("null", None), ("~", None), ("7", 7), ("-3", -3), ("'7'", "7"), ('"no"', "no")],
)
def test_the_few_words_that_are_values(text: str, expected: object) -> None:
    assert value(text) == expected
    assert type(value(text)) is type(expected)


def test_numbers_with_a_point_stay_exact() -> None:
    assert value("0.10000000000000000555") != Decimal("0.1")
    assert value("2.50") == Decimal("2.50")
    assert str(value("2.50")) == "2.50"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3", "f:3: a: given twice (first on line 1)"),
        ("x:\n  a: &name 1", "f:2: x.a: an anchor"),
        ("a: *name", "f:1: a: an alias"),
        ("a: !!python/object:os.system x", "f:1: a: a tag"),
        ("a: !secret x", "f:1: a: a tag"),
        ("a: 1\n---\nb: 2", "f:2: a second document"),
        ("[a]: 1", "f:1: a list or mapping as a field name"),
        ("a:\n\tb: 1", "f:2: not YAML"),
        ("a: [1", "f:1: not YAML"),
        ("a: 1\n  b: 2", "f:2: not YAML"),
        ("a: x ${NAME} y", "f:1: a: ${NAME} stands for a whole value"),
        ("a: {b: ${NAME}}", "f:1: not YAML"),
        (b"a: \xff", "f:1: not UTF-8"),
        (b"a: 1\nb: \xff", "f:2: not UTF-8"),
    ],
)
def test_refusals_name_the_line_and_the_way_out(text: str | bytes, words: str) -> None:
    message = refused(text)

    assert message.startswith(words)
    assert ";" in message


def test_an_unquoted_variable_within_braces_is_told_to_want_quotes() -> None:
    assert '"${NAME}"' in refused("a: {b: ${NAME}}")


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(f"b{n}: &b{n} [*a,*a,*a]" for n in range(9))
    assert "an anchor" in refused(bomb)


def test_depth_is_bounded() -> None:
    def nested(levels: int) -> str:
        return "a: " + "[" * (levels - 1) + "]" * (levels - 1)

    parse(nested(MAX_DEPTH).encode(), "f")
    assert "levels deep" in refused(nested(MAX_DEPTH + 1))
    assert "levels deep" in refused("[" * 100_000)


def test_size_is_bounded() -> None:
    assert "larger than" in refused(b"#" * (MAX_BYTES + 1))
    parse(b"#" * MAX_BYTES, "f")


def test_json_is_read_also_with_tabs() -> None:
    tree = parse(b'{\n\t"a": {"b": [1, 2.5, true, null, "x\\ty"]}\n}', "f")
    assert plain(tree) == {"a": {"b": [1, Decimal("2.5"), True, None, "x\ty"]}}


def test_every_value_knows_its_line_and_path() -> None:
    tree = parse(b"a:\n  b:\n    - x\n    - c: 1\n", "f")
    found = tree.fields["a"].fields["b"].items[1].fields["c"]

    assert (found.line, found.path) == (4, ("a", "b", "2", "c"))


def test_variables_are_whole_values_and_dollars_can_be_written() -> None:
    tree = parse(b"a: ${NAME}\nb: 'costs $${five}'\nc: $5 {x}", "f")

    assert tree.fields["a"].value == Var("NAME")
    assert tree.fields["b"].value == "costs ${five}"
    assert tree.fields["c"].value == "$5 {x}"


@pytest.mark.parametrize("text", ["", "# nothing", "---", "\ufeff"])
def test_an_empty_file_is_an_empty_mapping(text: str) -> None:
    assert parse(text.encode(), "f").value in ({}, None)


def test_a_syntax_error_does_not_quote_the_file() -> None:
    assert "canary" not in refused("api_key: 'canary-key-123\nb: 1")
    assert "canary" not in refused("api_key: @canary-key-123")
    assert "canary" not in refused("a: !canary-key-123!x 1")


_YAML = st.text(st.sampled_from("ab:-[]{}#&*!|>'\"%@`,? \n\t0.$~"), max_size=60)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=80), _YAML.map(str.encode), st.text(max_size=60).map(lambda t: t.encode("utf-8"))))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ConfigError):
        assert isinstance(parse(data, "f"), Item)


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b"])
def test_a_character_that_is_not_allowed_is_found_on_its_line(character: str) -> None:
    assert refused(f"a: 1\nb: 2\nc: x{character}\nd: 3").startswith("f:3: ")


@pytest.mark.parametrize("number", [0.00042130000000000005, 1 / 3, 1e-4 / 3, 4.2130000000000003e-05, 1.5e-30])
def test_every_digit_of_a_float_is_read(number: float) -> None:
    read = scalar(repr(number))

    assert isinstance(read, Decimal)
    assert float(read) == number
