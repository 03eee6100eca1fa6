"""Generation parameters that come from Python: what would be paid for and dropped, or is surely a slip, is refused.

Less strict than a profile file, where every unknown name is an error: providers have parameters of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from distilkit.errors import InputError

_SAID_ELSEWHERE = {
    "n": "one answer a call; ask for more with samples=",
    "stream": "use dk.stream(...), or compare(..., stream=True)",
    "stream_options": "use dk.stream(...), or compare(..., stream=True)",
    "schema": "it is an argument of compare and complete: schema=...",
    "batch": "it is an argument of compare: batch=True",
    "samples": "it is an argument of compare: samples=...",
    "score": "it is an argument of compare: score=...",
    "template": "it is an argument of compare: template=...",
    "config": "it is an argument of compare and complete: config=...",
    "store": "the folder is an argument of compare and complete; as a parameter it is True or False",
    "model": "the profile says which model is asked",
    "messages": "they are the prompts",
    "api_key": "keys belong to profiles; params are stored with the answers",
}
_SURELY = 0.8
_NUMBERS = frozenset(
    (
        "temperature",
        "max_tokens",
        "max_completion_tokens",
        "top_p",
        "top_k",
        "min_p",
        "frequency_penalty",
        "presence_penalty",
        "repetition_penalty",
        "seed",
        "top_logprobs",
    )
)


def check_params(params: Mapping[str, Any]) -> None:
    """Refuse parameters that are said elsewhere, and names that are almost one of OpenAI's.

    Raises:
        InputError: names the parameter and the way out.
    """
    if not isinstance(params, Mapping):
        raise InputError(f"params= takes a mapping such as {{'temperature': 0}}, not {type(params).__name__}")
    if not params:
        return
    from distilkit.profiles.nearest import nearest
    from distilkit.profiles.schema import ParamFields

    known = ParamFields.model_fields
    for name, value in params.items():
        if name in _SAID_ELSEWHERE and not (name == "store" and isinstance(value, bool | None)):
            raise InputError(f"params= holds {name!r}: {_SAID_ELSEWHERE[name]}")
        if name not in known and (meant := nearest(str(name), known, alike=_SURELY)):
            raise InputError(f"params= holds {name!r}; did you mean {meant[0]!r}? Others go into extra_body")
        if name in _NUMBERS and isinstance(value, str | bool):
            raise InputError(f"params= holds {name}={value!r:.60}; it takes a number")
