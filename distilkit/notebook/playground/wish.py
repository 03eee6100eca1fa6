"""What is asked of whom, and how it is read from what was typed. Pure.

Knows no widget and no network.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from distilkit.errors import InputError
from distilkit.notebook.style import named
from distilkit.profiles import check_params
from distilkit.targets import Asked

# Where one `name=value` ends: before the next name that stands before an equals sign.
_BETWEEN = re.compile(r"[,;\s]+(?=[A-Za-z_]\w*\s*=)")
# What begins like JSON and is none, is a slip and not a text.
_JSON_STARTS = ("[", "{", '"')
_TITLE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One prompt for several profiles.

    Attributes:
        prompt: as it was written.
        system: the system message, None for the profiles' own.
        params: generation parameters, over the profiles' own.
        targets: whom to ask, by the name shown.
        fresh: whether what is stored is asked again.
    """

    prompt: str
    system: str | None
    params: Mapping[str, Any]
    targets: Mapping[str, Asked]
    fresh: bool = False

    def __post_init__(self) -> None:
        if not self.targets:
            raise InputError("Tick at least one profile.")
        if not self.prompt.strip():
            raise InputError("Write a prompt.")

    @property
    def title(self) -> str:
        """The start of the prompt, on one line."""
        line = named(self.prompt)
        return line if len(line) <= _TITLE else f"{line[: _TITLE - 1]}…"


def params_of(temperature: str, max_tokens: str, more: str) -> dict[str, Any]:
    """Return the parameters that were typed; an empty field is the profile's own.

    >>> params_of("0.2", "100", "top_p=0.9, stop=END")
    {'temperature': 0.2, 'max_tokens': 100, 'top_p': 0.9, 'stop': 'END'}

    Raises:
        InputError: a field holds something else; the text names it.
    """
    typed: dict[str, Any] = {}
    if temperature.strip():
        typed["temperature"] = _temperature(temperature.strip())
    if max_tokens.strip():
        typed["max_tokens"] = _whole(max_tokens.strip())
    for each in _BETWEEN.split(more.strip(" ,;\n\t")) if more.strip(" ,;\n\t") else ():
        name, value = _param(each)
        if name in typed:
            raise InputError(f"More parameters: {name} is given twice; write it once.")
        typed[name] = value
    check_params(typed)
    return typed


def params_text(params: Mapping[str, Any], *, but: tuple[str, ...] = ()) -> str:
    """Return parameters as they are typed, without those named.

    >>> params_text({"temperature": 0.2, "stop": ["a"]}, but=("temperature",))
    'stop=["a"]'
    """
    return ", ".join(f"{name}={json.dumps(value)}" for name, value in params.items() if name not in but)


def _temperature(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:  # noqa: PLR2004 - no provider's is larger; nan and inf are none
        raise InputError(f"Temperature: {text[:40]!r} is no number from 0 on; write e.g. 0.2, or nothing.")
    return number


def _whole(text: str) -> int:
    digits = text.replace("_", "").replace(",", "")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10 and int(digits) > 0):  # noqa: PLR2004 - digits
        raise InputError(f"Max tokens: {text[:40]!r} is no whole number from 1 on; write e.g. 500, or nothing.")
    return int(digits)


def _param(text: str) -> tuple[str, Any]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name.isidentifier() or not value:
        raise InputError(f"More parameters: {text[:40]!r} is no name=value; write e.g. top_p=0.9, seed=1.")
    try:
        return name, json.loads(value, parse_constant=_refused)
    except InputError:
        raise
    except (ValueError, RecursionError):
        if value.startswith(_JSON_STARTS):
            raise InputError(f"More parameters: the value of {name} is no JSON: {value[:40]}") from None
        return name, value


def _refused(constant: str) -> float:
    raise InputError(f"More parameters: {constant} is no number that can be sent.")
