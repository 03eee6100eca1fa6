"""The strict form of a schema: closed, everything required, and no value in it that the schema would refuse."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from distilkit.structured.strict import strict_copy


class Leaf(BaseModel):
    kind: Literal["leaf"] = "leaf"
    size: Annotated[int, Field(ge=0, lt=10, description="How large.")]


class Fork(BaseModel):
    kind: Literal["fork"] = "fork"
    left: Leaf = Field(description="On the left.")
    right: Leaf | None = None


class Tree(BaseModel):
    root: Leaf | Fork = Field(discriminator="kind")
    names: list[str] = []


class Chain(BaseModel):
    value: int
    rest: Chain | None = None


def closed(node: Any) -> bool:
    """Say whether every object in a schema is closed and requires all it may hold."""
    if isinstance(node, list):
        return all(map(closed, node))
    if not isinstance(node, dict):
        return True
    is_closed = node.get("additionalProperties") is False and node.get("required") == list(node.get("properties", {}))
    return (is_closed if node.get("type") == "object" else True) and all(map(closed, node.values()))


@pytest.mark.parametrize("model", [Leaf, Fork, Tree, Chain])
def test_every_object_of_a_model_is_closed(model: type[BaseModel]) -> None:
    copy = strict_copy(model.model_json_schema())

    assert copy is not None
    assert copy["type"] == "object"
    assert closed(copy)
    assert not {"oneOf", "discriminator", "default", "title"} & set(str(copy).replace("'", " ").split())


def test_bounds_are_told_in_the_description() -> None:
    copy = strict_copy(Leaf.model_json_schema())

    assert copy is not None
    assert copy["properties"]["size"] == {
        "type": "integer",
        "description": "How large. (minimum: 0, exclusiveMaximum: 10)",
    }


def test_a_reference_stands_alone() -> None:
    copy = strict_copy(Fork.model_json_schema())

    assert copy is not None
    assert copy["properties"]["left"] == {"anyOf": [{"$ref": "#/$defs/Leaf"}], "description": "On the left."}
    assert copy["$defs"].keys() == {"Leaf"}


def test_a_model_that_holds_itself_has_an_object_at_its_root() -> None:
    copy = strict_copy(Chain.model_json_schema())

    assert copy is not None
    assert copy["properties"]["rest"]["anyOf"][0] == {"$ref": "#/$defs/Chain"}


def test_a_nullable_object_becomes_a_choice() -> None:
    copy = strict_copy(
        {
            "type": "object",
            "properties": {"a": {"type": ["object", "null"], "properties": {"b": {"const": 1}}, "required": ["b"]}},
        }
    )

    assert copy is not None
    (one, other) = copy["properties"]["a"]["anyOf"]
    assert one["properties"]["b"] == {"type": "integer", "enum": [1]}
    assert other == {"type": "null"}


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": True},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["b"]},
        {"type": "array"},
        {"type": "array", "prefixItems": [{"type": "string"}]},
        {"type": "string", "not": {"const": "x"}},
        {"allOf": [{"type": "string"}, {"minLength": 3}]},
        {"enum": [1, "one"]},
        {"$ref": "#/properties/other"},
        True,
    ],
)
def test_what_strict_modes_cannot_say_has_no_strict_form(part: Any) -> None:
    schema = {"type": "object", "properties": {"part": part, "other": {"type": "string"}}}

    assert strict_copy(schema) is None


@pytest.mark.parametrize(
    "schema", [{"type": "array", "items": {"type": "string"}}, {"type": "string"}, {"$ref": "#/no"}]
)
def test_only_an_object_has_a_strict_form(schema: dict[str, Any]) -> None:
    assert strict_copy(schema) is None
