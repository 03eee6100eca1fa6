"""References within a schema: what they point at, and which there are."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.structured.pointers import is_endless, pointed, references

SCHEMA = {"$defs": {"a/b": {"x": 1}, "c~d": {"y": 2}, "e f": {"z": 3}}, "anyOf": [{"p": 4}, {"q": 5}]}


@pytest.mark.parametrize(
    ("ref", "target"),
    [
        ("#", SCHEMA),
        ("#/$defs/a~1b", {"x": 1}),
        ("#/$defs/c~0d", {"y": 2}),
        ("#/$defs/e%20f", {"z": 3}),
        ("#/anyOf/1", {"q": 5}),
        ("#/anyOf/2", None),
        ("#/anyOf/x", None),
        ("#/$defs/gone", None),
        ("#/anyOf/1/q/r", None),
        ("#anchor", None),
        ("https://example.org/s.json", None),
        (7, None),
    ],
)
def test_a_reference_points_within_the_schema(ref: Any, target: Any) -> None:
    assert pointed(SCHEMA, ref) == target


def test_references_are_found_with_their_places_and_values_are_passed_over() -> None:
    schema = {"items": [{"$ref": "#/a"}], "const": {"$ref": "#/b"}, "properties": {"$ref": {"$ref": "#/c"}}}

    assert list(references(schema)) == [
        (("items", 0, "$ref"), "#/a"),
        (("properties", "$ref", "$ref"), "#/c"),
    ]


def test_what_callers_name_like_keywords_is_looked_into() -> None:
    schema = {"properties": {"default": {"$ref": "#/a"}, "properties": {"enum": {"$ref": "#/b"}}}}

    assert list(references(schema)) == [(("properties", "default", "$ref"), "#/a")]


@pytest.mark.parametrize(
    ("ref", "endless"), [("#/$defs/a", True), ("#/$defs/b", True), ("#/$defs/c", False), ("#", False)]
)
def test_references_that_lead_only_to_each_other_have_no_end(ref: str, *, endless: bool) -> None:
    schema = {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}, "c": {"items": {"$ref": "#/$defs/c"}}}}

    assert is_endless(schema, ref) is endless
