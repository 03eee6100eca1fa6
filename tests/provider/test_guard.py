"""What LiteLLM raises becomes a value, and one of its classes is told from the others."""

from __future__ import annotations

from distilkit.provider.faults import Trouble
from distilkit.provider.guard import guarded, is_unsupported


class UnsupportedParamsError(Exception):
    """Bears the name of LiteLLM's class."""


def raising(error: Exception) -> None:
    raise error


def test_what_is_done_is_returned() -> None:
    assert guarded(lambda: 4) == 4


def test_what_is_raised_is_named() -> None:
    trouble = guarded(lambda: raising(KeyError()))

    assert isinstance(trouble, Trouble)
    assert trouble.kind == "invalid_request"
    assert trouble.message.endswith("KeyError")


def test_only_an_unsupported_parameter_is_one() -> None:
    assert is_unsupported(lambda: raising(UnsupportedParamsError("no")))
    assert not is_unsupported(lambda: raising(ValueError("no")))
    assert not is_unsupported(lambda: None)
