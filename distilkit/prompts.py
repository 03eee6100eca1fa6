"""What a caller hands over as prompts, turned into a list of `Prompt`: a text, a list, a Series, a DataFrame, messages.

Knows pandas objects; knows no profile, no store and no network.
"""

from __future__ import annotations

import math
import string
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from distilkit.calls import Message, Prompt
from distilkit.errors import InputError
from distilkit.frame import COLUMNS
from distilkit.media import described

if TYPE_CHECKING:
    import pandas as pd


_TABLES = (".csv", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".txt")
_ABSENT_TYPES = frozenset({"NAType", "NaTType"})  # told without importing pandas
_INT64 = 1 << 63


def to_prompts(
    prompts: Any, *, template: str | None = None, system: str | None = None
) -> tuple[list[Prompt], pd.DataFrame | None]:
    r"""Return the prompts, and the caller's own columns (one row a prompt) or None where there are none.

    Args:
        prompts: a text; an iterable of texts, of message lists, or of lists of texts and pictures; a Series; or a
            DataFrame with a column `prompt`, or with the columns that `template` names. A DataFrame's column
            `prompt_id` names its prompts; otherwise they are numbered from 0.
        template: a format string over the DataFrame's columns, e.g. `"{question}\nAnswer with a number."`.
        system: a system message for every prompt that does not bring its own.

    Raises:
        InputError: a prompt is empty, missing or of another type; a column is missing, doubled, or named like one of
            the result's; the text names the row and the way out.
    """
    for name, text in (("template", template), ("system", system)):
        if text is not None and not isinstance(text, str):
            raise InputError(f"{name}= must be a text, not {text!r}")
    if _is_frame(prompts):
        return _from_frame(prompts, template, system)
    if template is not None:
        raise InputError("template= fills in the columns of a DataFrame; pass prompts as one")
    return [_prompt(place, place, value, system) for place, value in enumerate(_values(prompts))], None


def _is_frame(value: object) -> Any:
    # A caller that has a DataFrame has imported pandas; nobody else needs it here.
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def _values(prompts: object) -> Iterable[Any]:
    if isinstance(prompts, str | PurePath):
        if isinstance(prompts, PurePath) or prompts.endswith(_TABLES):
            raise InputError(f"prompts= is {str(prompts)!r}, the name of a file; read it first, e.g. with pandas")
        return [prompts]
    if isinstance(prompts, Mapping) or not isinstance(prompts, Iterable):
        raise InputError(f"prompts= takes a list, a Series or a DataFrame, not {type(prompts).__name__}")
    if isinstance(prompts, bytes | bytearray) or getattr(prompts, "ndim", 1) != 1:
        raise InputError(f"prompts= takes a list of texts in one row, not {type(prompts).__name__}")
    values = list(prompts)
    if values and all(isinstance(value, Mapping) and "role" in value for value in values):
        raise InputError("prompts= looks like one conversation; pass a list of conversations: [messages]")
    if any(_is_part(value) for value in values):
        raise InputError("prompts= looks like the parts of one prompt; pass a list of prompts: [[text, dk.image(...)]]")
    return values


def _from_frame(frame: pd.DataFrame, template: str | None, system: str | None) -> tuple[list[Prompt], pd.DataFrame]:
    _check_columns(frame, template)
    asked = _rendered(frame, template) if template is not None else frame["prompt"].tolist()
    ids = _ids(frame)
    prompts = [_prompt(name, place, value, system) for place, (name, value) in enumerate(zip(ids, asked, strict=True))]
    own = frame.drop(columns=["prompt", "prompt_id"], errors="ignore").reset_index(drop=True)
    return prompts, own


def _check_columns(frame: pd.DataFrame, template: str | None) -> None:
    names = list(frame.columns)
    if not all(isinstance(name, str) for name in names):
        raise InputError("the columns of prompts= must be named by strings")
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"prompts= has the column {doubled[0]!r} twice")
    if template is None and "prompt" not in names:
        raise InputError(
            f"prompts= needs a column 'prompt', or template=\"...{{column}}...\"; it has: {', '.join(names) or 'none'}"
        )
    if taken := sorted(set(names) & set(COLUMNS) - {"prompt", "prompt_id"}):
        raise InputError(
            f"prompts= has columns that the result has too: {', '.join(taken)}; rename them, e.g. "
            f"df.rename(columns={{{taken[0]!r}: 'my_{taken[0]}'}})"
        )


def _ids(frame: pd.DataFrame) -> list[int | str]:
    """Return the prompts' names: whole numbers if all are, else texts, no two alike as they will stand in the frame."""
    if "prompt_id" not in frame.columns:
        return list(range(len(frame)))
    given = frame["prompt_id"].tolist()
    for row, name in enumerate(given):
        if _is_missing(name):
            raise InputError(f"row {row} of prompts= is missing its prompt_id; name each prompt, or drop the column")
    # `type`, because True is a whole number too.
    numbered = all(type(name) is int for name in given)
    names: list[int | str] = given if numbered else list(map(str, given))
    first: dict[int | str, int] = {}
    for row, name in enumerate(names):
        if isinstance(name, int) and not -_INT64 <= name < _INT64:
            raise InputError(f"row {row} of prompts= has a prompt_id beyond 64 bits; write such as texts")
        if first.setdefault(name, row) != row:
            raise InputError(
                f"rows {first[name]} and {row} of prompts= have equal values of prompt_id, {str(name)[:60]!r}; "
                "it must name each prompt once, also when read as text"
            )
    return names


class _Columns(string.Formatter):
    """Takes a field's whole name as a column's, also `a.b` and `a[0]`, which would else look into the value."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        del args
        return kwargs[field_name], field_name


def _rendered(frame: pd.DataFrame, template: str) -> list[str]:
    """Fill in the template once a row.

    Raises:
        InputError: the template is none, names no column, or does not suit a value; the text names it, and the row.
    """
    names = _names(template, frame)
    columns = {name: frame[name].tolist() for name in names}
    for name, values in columns.items():
        if any(isinstance(value, dict | list) for value in values):
            way = "make a column prompt of lists of texts and pictures instead, and leave template= out"
            raise InputError(f"template= names {name!r}, which does not hold texts or numbers; {way}")
        if (missing := frame[name].isna()).any():
            raise InputError(f"row {int(missing.argmax())} has nothing in {name!r}, which template= fills in")
    return [_filled(template, row, {name: columns[name][row] for name in names}) for row in range(len(frame))]


def _names(template: str, frame: pd.DataFrame) -> list[str]:
    """Return the columns that the template names, each once."""
    try:
        names = list(dict.fromkeys(_fields(template)))
    except ValueError as error:
        raise InputError(f"template={template!r}: {error}; write {{{{ and }}}} for braces that are text") from None
    for name in names:
        if not name:
            raise InputError(f"template={template!r}: {{}} names no column; write {{{{}}}} for braces that are text")
        if name not in frame.columns:
            raise InputError(
                f"template= names {name!r}, which is no column; there are: {', '.join(frame.columns) or 'none'}"
            )
    return names


def _fields(template: str) -> Iterator[str]:
    """Run through the names of the fields, those within another field's format among them."""
    for _, name, spec, _ in string.Formatter().parse(template):
        if name is not None:
            yield name
            yield from _fields(spec or "")


def _filled(template: str, row: int, values: Mapping[str, Any]) -> str:
    try:
        return _Columns().vformat(template, (), values)
    except (ValueError, TypeError, KeyError, OverflowError, MemoryError) as error:
        raise InputError(
            f"template={template!r} does not suit row {row}: {error}; {{column}} alone suits every value"
        ) from None


def _prompt(name: int | str, place: int, value: Any, system: str | None) -> Prompt:
    if isinstance(value, str):
        if not value.strip():
            raise InputError(f"prompt {place} is empty")
        return Prompt(name, value, _with_system([{"role": "user", "content": value}], system))
    if _are_parts(value):
        value = [{"role": "user", "content": [_as_part(each, place) for each in value]}]
    if isinstance(value, Sequence) and value and all(isinstance(message, Mapping) for message in value):
        _check_messages(value, place)
        return Prompt(name, _shown(value), _with_system(value, system))
    raise InputError(
        f"prompt {place} is {_kind(value)}; a prompt is a text, a list of messages, or a list of texts and pictures"
    )


def _are_parts(value: Any) -> bool:
    """Say whether a prompt is a list of texts and content parts; a list of texts alone is a mistake elsewhere."""
    listed = isinstance(value, list | tuple) and all(isinstance(each, str) or _is_part(each) for each in value)
    return listed and any(map(_is_part, value))


def _is_part(value: Any) -> bool:
    return isinstance(value, Mapping) and "type" in value and "role" not in value


def _as_part(value: Any, place: int) -> Mapping[str, Any]:
    if not isinstance(value, str):
        return dict(value)
    if not value.strip():
        raise InputError(f"prompt {place} has an empty text among its parts; leave it out")
    return {"type": "text", "text": value}


def _check_messages(messages: Sequence[Message], place: int) -> None:
    for nth, message in enumerate(messages):
        if not isinstance(message.get("role"), str) or ("content" not in message and "tool_calls" not in message):
            raise InputError(
                f"prompt {place}, message {nth} needs 'role' and 'content'; it has: {', '.join(map(str, message))}"
            )


def _kind(value: Any) -> str:
    return "missing" if _is_missing(value) else f"of type {type(value).__name__}"


def _is_missing(value: Any) -> bool:
    """Say whether a value is None, NaN or one of pandas' own, of which `<NA>` cannot even be compared."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or type(value).__name__ in _ABSENT_TYPES


def _with_system(messages: Sequence[Message], system: str | None) -> Sequence[Message]:
    if not system or any(message.get("role") == "system" for message in messages):
        return messages
    return [{"role": "system", "content": system}, *messages]


def _shown(messages: Sequence[Message]) -> str:
    """Return the text to show for a conversation: its last user message."""
    last = next((message for message in reversed(messages) if message.get("role") == "user"), messages[-1])
    content = last.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, Sequence) else ()
    return "\n".join(map(_shown_part, parts))


def _shown_part(part: Any) -> str:
    if not isinstance(part, Mapping):
        return str(part)
    return str(part["text"]) if "text" in part else described(part)
