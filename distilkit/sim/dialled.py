"""Reading the dials of a model from one line of text, strictly.

Knows the dials; knows nothing of command lines, files or HTTP.
"""

from __future__ import annotations

from dataclasses import fields
from difflib import get_close_matches
from math import inf
from typing import Any

from distilkit.sim.spec import LIMIT_STYLES, THINKING_STYLES, Dials

_FAULT_RATES = ("error_rate", "drop_rate", "malformed_rate", "empty_choices_rate", "missing_usage_rate")
_SHARES = ("skill", "jitter", *_FAULT_RATES, "position_bias")
_LIMITS = ("requests_per_minute", "tokens_per_minute", "input_tokens_per_minute", "output_tokens_per_minute")
_WHOLE = {**dict.fromkeys(_LIMITS, 1), "thinking_tokens": 0, "seed": -inf}
_OPTIONAL = (*_LIMITS, "outage_from_s", "outage_until_s")
_WORDS: dict[str, dict[str, object]] = {
    "thinking": {style: style for style in THINKING_STYLES},
    "limit_style": {style: style for style in LIMIT_STYLES},
    "counts_max_tokens": {"true": True, "false": False},
    "retry_after": {"true": True, "false": False},
}


def dialled(text: str) -> tuple[str, Dials]:
    """Read `NAME` or `NAME:dial=value,dial=value`; the name may have colons of its own.

    Raises:
        ValueError: an unknown dial, or a value outside its range; names the model and the dial.

    >>> dialled("llama:8b:skill=0.6,thinking=tags")[1].thinking
    'tags'
    """
    name, colon, settings = text.rpartition(":")
    if not colon or "=" not in settings:
        name, settings = text, ""
    if not name:
        raise ValueError(f"{text!r}: a model needs a name before its dials, as in small:skill=0.6")
    chosen = dict(_setting(name, setting) for setting in settings.split(",") if setting)
    return name, Dials(**chosen)


def _setting(name: str, setting: str) -> tuple[str, Any]:
    dial, _, text = (part.strip() for part in setting.partition("="))
    known = [field.name for field in fields(Dials)]
    if dial not in known:
        near = get_close_matches(dial, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise ValueError(f"model {name}: unknown dial {dial!r}; {hint}")
    try:
        return dial, _value(dial, text)
    except ValueError as error:
        raise ValueError(f"model {name}: {dial}={text}: {error}") from None


def _value(dial: str, text: str) -> object:
    if words := _WORDS.get(dial):
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return words[text]
    if dial in _OPTIONAL and text.lower() == "none":
        return None
    if dial in _WHOLE:
        return int(_number(text, _WHOLE[dial], inf, whole=True))
    return _number(text, 0, 1 if dial in _SHARES else inf, whole=False)


def _number(text: str, least: float, most: float, *, whole: bool) -> float:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        raise ValueError(f"must be a {'whole ' if whole else ''}number") from None
    if not least <= number <= most or number == inf:
        raise ValueError(f"must be {f'from {least:g} to {most:g}' if most < inf else f'{least:g} or more'}")
    return number
