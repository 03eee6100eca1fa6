"""Scorers of JSON: equal to a reference, or fitting a schema.

What is JSON in an answer, and what fits, is decided where structured answers are read. Knows no models.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from distilkit.errors import InputError
from distilkit.scoring.outcome import Scorer, Unscored, Value
from distilkit.scoring.references import CONTENT, answers, cells, check_column, frame_column, guarded, plain_cell

if TYPE_CHECKING:
    import pandas as pd

    from distilkit.structured import Structure

ListOrder = Literal["matters", "ignored"]
"""Whether the order of a JSON list decides: `[1, 2]` is `[2, 1]` where it is ignored."""


def json_equal(column: str = "answer", *, ignore: Iterable[str] = (), list_order: ListOrder = "matters") -> Scorer:
    """Score whether the answer's JSON equals the JSON in `column`.

    The answer's JSON is the whole answer, else what its one `json` fence holds, else the last object or list in the
    text. An answer without JSON scores False; so does one whose JSON gives a name twice, or holds NaN, which is none.
    Numbers are compared by value (`1` is `1.0`) and are neither true nor text; the order of names never matters.

    Args:
        column: the reference: JSON as text, or a dict, list, number or bool. Rows where it is missing score `<NA>`, and
            so do those where it is no JSON, with the reason. A text is read as JSON: the text Paris is `"Paris"`.
        ignore: names that are left out of both before they are compared, in whatever object they stand.
        list_order: `"ignored"` compares lists as collections in which order does not matter, at every depth.

    Raises:
        InputError: an argument is none of these.
    """
    check_column(column, "json_equal")
    ignored = frozenset([ignore] if isinstance(ignore, str) else ignore)
    if list_order not in get_args(ListOrder):
        raise InputError(f"list_order= must be one of {', '.join(map(repr, get_args(ListOrder)))}, not {list_order!r}")

    def equal(content: str, cell: Any) -> Value:
        expected = _reference(cell, column)
        if isinstance(expected, Unscored):
            return expected
        given = _last_json(content)
        return given is not None and _canonical(given[0], ignored, list_order) == _canonical(
            expected[0], ignored, list_order
        )

    return Scorer(name="json_equal", function=_beside(column, equal), needs=(CONTENT, column), binary=True)


def json_schema(schema: Any) -> Scorer:
    """Score whether the answer's JSON fits a schema, read as `compare(schema=)` reads it.

    Where several different values in an answer fit, nobody can say which is meant, and it scores False.

    Args:
        schema: a JSON schema as a dict, a pydantic model class (version 2), or the name of a column that holds each
            row's schema as a dict or as JSON text; rows where it is missing score `<NA>`, and so do those where it is
            no schema, with the reason.

    Raises:
        InputError: it is none of these, or a wrong schema; the text names the place.
    """
    from distilkit.structured import prepare

    if isinstance(schema, str):
        column = check_column(schema, "json_schema")
        return Scorer(
            name="json_schema", function=_beside(column, _fits_its_own()), needs=(CONTENT, column), binary=True
        )
    structure = prepare(schema)

    def fits(frame: pd.DataFrame) -> list[Value]:
        return [guarded(_fits, structure, content) for content in answers(frame)]

    return Scorer(name="json_schema", function=fits, needs=(CONTENT,), binary=True)


def _beside(column: str, judge: Callable[[str, Any], Value]) -> Callable[[pd.DataFrame], Iterable[Value]]:
    """Judge each answer beside the cell of a column, where there is one."""

    def values(frame: pd.DataFrame) -> Iterable[Value]:
        known = frame_column(frame, column).notna().tolist()
        rows = zip(answers(frame), map(plain_cell, cells(frame, column)), known, strict=True)
        return [guarded(judge, one, cell) if there else None for one, cell, there in rows]

    return values


def _fits(structure: Structure, content: str) -> bool:
    from distilkit.structured.fitting import Parsed

    return isinstance(structure.read(content), Parsed)


def _fits_its_own() -> Callable[[str, Any], Value]:
    """Return a judge by each row's own schema; equal schemas are prepared once."""
    from distilkit.structured import prepare

    prepared: dict[str, Structure | Unscored] = {}

    def fits(content: str, cell: Any) -> Value:
        text = cell if isinstance(cell, str) else json.dumps(cell, sort_keys=True)
        if text not in prepared:
            try:
                prepared[text] = prepare(json.loads(text))
            except ValueError as error:
                prepared[text] = Unscored(f"no JSON schema: {error}"[:500])
        structure = prepared[text]
        return structure if isinstance(structure, Unscored) else _fits(structure, content)

    return fits


def _last_json(content: str) -> tuple[Any] | None:
    """Return the JSON value an answer ends with, in a tuple, because it may be null; or None."""
    from distilkit.structured.fitting import Unfit
    from distilkit.structured.found import found

    values = found(content)
    if isinstance(values, Unfit):
        return None
    # Equal texts are found once, at the first of their places.
    last = values[0] if len(values) == 1 else max(values, key=lambda one: content.rfind(one.text))
    return (last.value,)


def _reference(cell: Any, column: str) -> tuple[Any] | Unscored:
    """Return the value a reference stands for, in a tuple, or why it stands for none."""
    from distilkit.structured.fitting import Unfit
    from distilkit.structured.found import found

    try:
        text = cell if isinstance(cell, str) else json.dumps(cell, allow_nan=False, default=_plain)
    except (TypeError, ValueError) as error:
        return Unscored(f"column {column!r} holds no JSON: {error}"[:500])
    values = found(text)
    if isinstance(values, Unfit) or len(values) != 1 or values[0].text != text.strip():
        return Unscored(f"column {column!r} holds no JSON: {text[:80]!r}")
    return (values[0].value,)


def _plain(value: Any) -> Any:
    """Return what numpy or a mapping of another kind holds, for JSON."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is no JSON")


def _canonical(value: Any, ignored: frozenset[str], list_order: ListOrder) -> str:
    """Return a text that two values share exactly where they are equal."""
    if isinstance(value, dict):
        pairs = sorted(
            (name, _canonical(one, ignored, list_order)) for name, one in value.items() if name not in ignored
        )
        return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in pairs) + "}"
    if isinstance(value, list):
        texts = [_canonical(one, ignored, list_order) for one in value]
        return "[" + ",".join(texts if list_order == "matters" else sorted(texts)) + "]"
    # A whole float is the integer it equals; a bool is an int to Python, and no number in JSON.
    whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if whole else value)
