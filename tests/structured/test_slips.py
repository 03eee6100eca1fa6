"""A misspelt keyword would let every answer pass: it is named before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from distilkit.errors import InputError
from distilkit.structured import prepare


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "object", "propertys": {}}, r"propertys: is no keyword; did you mean 'properties'"),
        ({"type": "object", "properties": {"n": {"type": "int"}}}, r"properties\.n\.type: 'int' is no type"),
        ({"type": "array", "items": {"type": "string", "enumm": []}}, r"items\.enumm: .*'enum'"),
        ({"anyOf": [{"type": "string"}, {"type": ["integer", "nil"]}]}, r"anyOf\.1\.type: 'nil'"),
        ({"type": "object", "$defs": {"A": {"requierd": ["x"]}}}, r"\$defs\.A\.requierd: .*'required'"),
    ],
)
def test_a_slip_is_named_with_its_place_and_what_is_meant(schema: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        prepare(schema)


def test_names_of_ones_own_are_no_slips() -> None:
    properties = {name: {"type": "string"} for name in ("propertys", "requierd", "typ", "x-order")}

    prepare({"type": "object", "properties": properties, "x-order": 1, "enum_names": ["a"]})


def test_what_pydantic_writes_is_never_a_slip() -> None:
    class Inner(BaseModel):
        numbers: list[int]
        kind: str | None = None

    class Outer(BaseModel):
        inner: dict[str, Inner]
        pair: tuple[int, str]

    prepare(Outer)
