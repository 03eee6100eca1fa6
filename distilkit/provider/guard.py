"""Runs LiteLLM's transformations: what they raise becomes a value. Knows no provider and no request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from distilkit.provider.faults import Trouble

_T = TypeVar("_T")
# LiteLLM's class for a parameter, or a value of it, that a model does not take.
_UNSUPPORTED = "UnsupportedParamsError"


def guarded(work: Callable[[], _T]) -> _T | Trouble:
    """Run one of LiteLLM's transformations; what it raises becomes a value: the same request would fail again."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - it raises some twenty classes, KeyError among them
        reason = str(getattr(error, "message", "") or error) or type(error).__name__
        return Trouble(kind="invalid_request", message=f"the request cannot be written for this provider: {reason}")


def is_unsupported(work: Callable[[], object]) -> bool:
    """Say whether LiteLLM refuses to write this because the model does not take a parameter as it is given."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - as above; every other class is another reason
        return type(error).__name__ == _UNSUPPORTED
    return False
