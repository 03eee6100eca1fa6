"""What the scorers of JSON call equal, and what fits."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from distilkit.errors import InputError
from distilkit.scoring import Scorer, apply, json_equal, json_schema

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


class Shape(BaseModel):
    n: int


def one_row(content: str, answer: Any) -> pd.DataFrame:
    cells = {"content": content, "answer": answer}
    return pd.DataFrame({name: pd.Series([cell], dtype=object) for name, cell in cells.items()})


def verdict(scorer: Scorer, content: str, answer: Any = None) -> Any:
    return scorer(one_row(content, answer)).tolist()[0]


@pytest.mark.parametrize(
    ("content", "answer", "equal"),
    [
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1.0}', True),
        ('{"a": 1}', {"a": 1}, True),
        ('{"a": 1}', {"a": np.int64(1)}, True),
        ("[1, 2]", np.array([1, 2]), True),
        ("[1, 2]", (1, 2), True),
        ("[2, 1]", [1, 2], False),
        ("18", 18, True),
        ("18.0", 18, True),
        ("true", 1, False),
        ("1", True, False),
        ("true", True, True),
        ("0", False, False),
        ('"1"', 1, False),
        ("null", "null", True),
        ('{"a": null}', "{}", False),
        ('{"a": 1e3}', {"a": 1000}, True),
        ("9007199254740993", "9007199254740992", False),
        ('Sure:\n```json\n{"a": 1}\n```\nDone.', {"a": 1}, True),
        ('Sure:\n```\n{"a": 1}\n```', {"a": 1}, True),
        ('First {"a": 1}, then {"a": 2}.', {"a": 2}, True),
        ('First {"a": 1}, then {"a": 2}.', {"a": 1}, False),
        ('{"a": 1}, {"a": 2}, no: {"a": 1}', {"a": 1}, True),
        ('{"a": 1', {"a": 1}, False),
        ('{"a": 1, "a": 1}', {"a": 1}, False),
        ("", {"a": 1}, False),
        ("no JSON at all", {"a": 1}, False),
        ("Paris", '"Paris"', False),
    ],
)
def test_json_is_compared_by_value(content: str, answer: Any, equal: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(json_equal(), content, answer) is equal


def test_names_can_be_ignored_at_every_depth() -> None:
    content, answer = '{"id": 1, "rows": [{"id": 2, "x": 3}]}', {"id": 9, "rows": [{"x": 3}]}

    assert verdict(json_equal(ignore=["id"]), content, answer) is True
    assert verdict(json_equal(ignore="id"), content, answer) is True
    assert verdict(json_equal(ignore=["i", "d"]), content, answer) is False


def test_the_order_of_lists_can_be_ignored() -> None:
    scorer = json_equal(list_order="ignored")

    assert verdict(scorer, '[[2, 1], {"a": [3, 4]}]', [{"a": [4, 3]}, [1, 2]]) is True
    assert verdict(scorer, "[1, 1, 2]", [1, 2, 2]) is False
    assert verdict(scorer, "[1, 2]", [1, 2, 2]) is False


@pytest.mark.parametrize(
    "answer", ["Paris", "{", {"a": {1, 2}}, {"a": float("nan")}, b"{}", '{"a": 1} {"a": 2}'], ids=repr
)
def test_a_reference_that_is_no_json_is_unknown_with_the_reason(answer: Any) -> None:
    with pytest.warns(UserWarning, match="holds no JSON"):
        scored = apply(one_row("{}", answer), {"s": json_equal()})

    assert scored["s"].tolist() == [pd.NA]


def test_deep_json_costs_its_row_and_not_the_run() -> None:
    deep = "[" * 900 + "]" * 900
    frame = pd.DataFrame({"content": [deep, "[" * 100_000, "[]"], "answer": [deep, deep, "[]"]})

    verdicts = json_equal()(frame).tolist()

    assert verdicts[0] in {True, pd.NA}
    assert verdicts[1] is not True
    assert verdicts[2] is True


@settings(max_examples=50)
@given(JSON)
def test_a_value_equals_itself_and_no_list_of_itself(value: Any) -> None:
    content = json.dumps([value])

    assert verdict(json_equal(), content, [value]) is True
    assert verdict(json_equal(list_order="ignored"), content, [value]) is True
    assert verdict(json_equal(), content, [[value]]) is False


@pytest.mark.parametrize("schema", [SCHEMA, Shape])
@pytest.mark.parametrize(
    ("content", "fits"),
    [
        ('{"n": 1}', True),
        ('So:\n```json\n{"n": 1}\n```', True),
        ('{"n": "one"}', False),
        ('{"n": 1} or {"n": 2}', False),
        ("none", False),
        ("", False),
    ],
)
def test_json_fits_a_schema_or_not(schema: Any, content: str, fits: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(json_schema(schema), content) is fits


def test_each_row_may_have_its_own_schema() -> None:
    schemas = [SCHEMA, '{"type": "array"}', None, '{"type": "arrow"}', "{"]
    frame = pd.DataFrame({"content": ['{"n": 1}'] * 5, "schema": pd.Series(schemas, dtype=object)})

    with pytest.warns(UserWarning, match="no JSON schema"):
        scored = apply(frame, {"fits": json_schema("schema")})

    assert scored["fits"].tolist() == [True, False, pd.NA, pd.NA, pd.NA]
    assert "arrow" in scored["fits_reason"][3]


@pytest.mark.parametrize("schema", [{"type": "arrow"}, {"propertys": {}}, 3, None, [], Shape(n=1), ""])
def test_a_bad_schema_is_refused_when_it_is_written(schema: Any) -> None:
    with pytest.raises(InputError):
        json_schema(schema)


def test_an_unknown_list_order_is_refused() -> None:
    with pytest.raises(InputError, match="list_order= must be one of 'matters', 'ignored'"):
        json_equal(list_order="any")  # type: ignore[arg-type] # on purpose
