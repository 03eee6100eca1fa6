"""What `schema=` takes and what it makes of answers; what it does not take says where, before anything is sent."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel, Field, RootModel, field_validator

from distilkit.errors import InputError
from distilkit.structured import prepare
from distilkit.structured.fitting import Parsed, Unfit

SCHEMA = {
    "title": "An answer!",
    "type": "object",
    "properties": {"answer": {"type": "integer"}, "why": {"$ref": "#/$defs/why"}},
    "required": ["answer"],
    "$defs": {"why": {"type": "string", "maxLength": 10}},
}


class Answer(BaseModel):
    """A model with a name of its own on the wire, and a check of its own."""

    answer: int = Field(alias="theAnswer")
    tags: list[list[str]] = []

    @field_validator("answer")
    @classmethod
    def _known(cls, value: int) -> int:
        if value == 13:
            raise KeyError("thirteen")
        return value


class Node(BaseModel):
    children: list[Node] = []


def test_a_model_reads_its_wire_names() -> None:
    structure = prepare(Answer)

    read = structure.read('{"theAnswer": 42, "tags": [["a"], []]}')

    assert read == Parsed(Answer(theAnswer=42, tags=[["a"], []]))
    assert structure.name == "Answer"
    assert "theAnswer" in structure.schema["properties"]


def test_a_schema_reads_plain_values() -> None:
    structure = prepare(SCHEMA)

    assert structure.read('{"answer": 42, "why": "so"}') == Parsed({"answer": 42, "why": "so"})
    assert structure.name == "An_answer"


def test_a_schema_is_copied() -> None:
    given: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "integer"}}}
    structure = prepare(given)

    given["properties"]["a"]["type"] = "string"

    assert isinstance(structure.read('{"a": 1}'), Parsed)
    assert structure.schema["properties"]["a"]["type"] == "integer"


@pytest.mark.parametrize(
    ("schema", "content", "reason"),
    [
        (Answer, '{"theAnswer": "many"}', "theAnswer: Input should be a valid integer"),
        (Answer, '{"theAnswer": 1, "tags": [["a"], "b"]}', "tags.1: Input should be a valid"),
        (Answer, '{"theAnswer": 13}', "KeyError: 'thirteen'"),
        (Answer, "[]", "the whole: Input should be"),
        (Answer, '{"theAnswer": "\\ud800"}', "the"),
        (SCHEMA, '{"answer": "many"}', "answer: 'many' is not of type 'integer'"),
        (SCHEMA, '{"answer": 1, "why": "because of it"}', "why: 'because of it' is too long"),
        (SCHEMA, "{}", "the whole: 'answer' is a required property"),
        (SCHEMA, '{"answer": true}', "answer: True is not of type 'integer'"),
        (SCHEMA, '{"answer": 1} or {"answer": 2}', "2 different JSON values fit"),
        (SCHEMA, '[1] {"answer": "a longer one"}', "answer: "),
        (SCHEMA, "no", "the answer holds no JSON"),
    ],
)
def test_what_does_not_fit_says_where(schema: Any, content: str, reason: str) -> None:
    read = prepare(schema).read(content)

    assert isinstance(read, Unfit)
    assert read.reason.startswith(reason)


def test_of_several_values_the_one_that_fits_is_meant() -> None:
    assert prepare(SCHEMA).read('As [1] and {"note": 2} say: {"answer": 3}') == Parsed({"answer": 3})


def test_a_reason_is_short_whatever_the_answer() -> None:
    many = ", ".join(f'"{"k" * 300}{nth}": "{"v" * 1_000}"' for nth in range(50))
    schema = {"type": "object", "additionalProperties": {"type": "integer"}}

    read = prepare(schema).read("{" + many + "}")

    assert isinstance(read, Unfit)
    assert len(read.reason) <= 1_000
    assert read.reason.endswith("; and more")


@pytest.mark.parametrize("schema", [Node, {"$ref": "#/$defs/n", "$defs": {"n": {"items": {"$ref": "#/$defs/n"}}}}])
def test_an_answer_nested_too_deeply_is_unfit(schema: Any) -> None:
    deep = '{"children": [' * 300 + "]}" * 300 if schema is Node else "[" * 900 + "]" * 900

    assert isinstance(prepare(schema).read(deep), Unfit)


def test_half_a_surrogate_pair_raises_nothing() -> None:
    assert isinstance(prepare(Answer).read('{"theAnswer": 1, "tags": [["\ud83d"]]}'), Unfit | Parsed)


@pytest.mark.parametrize(
    ("schema", "is_object"),
    [
        (Answer, True),
        (Node, True),
        (SCHEMA, True),
        (RootModel[list[int]], False),
        ({"type": "array"}, False),
        ({"anyOf": [{"type": "object"}]}, False),
        ({"type": "integer"}, False),
    ],
)
def test_only_a_schema_of_objects_promises_objects(schema: Any, is_object: bool) -> None:  # noqa: FBT001 - a parameter of a case
    assert prepare(schema).is_object is is_object


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("Answer", "takes a pydantic model class or a JSON schema"),
        (int, "the class int, which is no model of pydantic 2"),
        (Answer(theAnswer=1), "an instance; pass the class itself, Answer"),
        ({}, "says nothing about the answer"),
        ({"title": "x"}, "says nothing about the answer"),
        ({"type": "json_schema", "json_schema": {"schema": SCHEMA}}, "looks like a response_format"),
        ({"name": "x", "schema": SCHEMA}, "looks like a response_format"),
        ({"type": "integr"}, "schema=: type: 'integr' is no type"),
        (
            {"type": "object", "properties": {"a": {"minimum": "1"}}},
            "schema=: properties.a.minimum: '1' is not of type",
        ),
        ({"type": "string", "pattern": "("}, r"schema=: pattern: '\(' is not a 'regex'"),
        ({"$ref": "#/$defs/gone"}, r"schema=: \$ref: '#/\$defs/gone' is not in the schema"),
        ({"items": {"$ref": "https://example.org/s.json"}}, r"items.\$ref: 'https://example.org/s.json' is not in"),
        ({"$ref": "#"}, "refers to itself without end"),
        (
            {"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}},
            r"properties.a.\$ref: '#/properties/a' refers to itself without end",
        ),
        ({"properties": {"default": {"$ref": "#/gone"}}}, r"properties.default.\$ref: '#/gone' is not in the schema"),
        ({"type": "object", "$dynamicRef": "https://example.org/s.json"}, "cannot be checked against: Unresolvable"),
        ({"type": "object", "$schema": 5}, r"schema=: \$schema: must be the address of a draft"),
        ({"type": "object", "properties": {1, 2}}, "must be JSON"),
        ({"const": float("nan")}, "must be JSON"),
    ],
)
def test_a_wrong_schema_is_refused_with_its_place(schema: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        prepare(schema)


def test_a_model_without_a_schema_is_refused() -> None:
    class Odd(BaseModel, arbitrary_types_allowed=True):
        thing: type(sys)  # type: ignore[valid-type]

    with pytest.raises(InputError, match="Odd has no JSON schema"):
        prepare(Odd)


def test_a_schema_nested_without_end_is_refused() -> None:
    schema: dict[str, Any] = {"type": "object"}
    schema["properties"] = {"a": schema}

    with pytest.raises(InputError, match="must be JSON"):
        prepare(schema)


def test_a_format_beside_the_schema_is_refused() -> None:
    with pytest.raises(InputError, match="response_format"):
        prepare(SCHEMA, {"response_format": {"type": "json_object"}})

    assert prepare(SCHEMA, {"response_format": None, "temperature": 0})


def test_a_model_needs_no_other_library() -> None:
    """`jsonschema` takes a tenth of a second to import, and only dicts need it."""
    code = (
        "import sys, distilkit.structured as s; from pydantic import BaseModel\n"
        "class M(BaseModel):\n    a: int\n"
        "s.prepare(M).read('{}'); assert 'jsonschema' not in sys.modules and 'litellm' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code], check=True)
