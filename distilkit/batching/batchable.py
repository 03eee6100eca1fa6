"""What cannot go into a batch, said before anything is sent. Knows profiles and their providers; sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from distilkit.calls import Call
from distilkit.errors import InputError
from distilkit.provider.batches import SUPPORTED, format_of


def check(calls: Sequence[Call], *, own_send: bool, streamed: bool) -> None:
    """Refuse what batches cannot do.

    Args:
        calls: those that are not stored.
        own_send: whether a function takes the network's place.
        streamed: whether answers are asked for as streams.

    Raises:
        InputError: names what is asked and has no batches, or the argument that does not go with them.
    """
    if own_send:
        raise InputError("batch=True asks the providers themselves, so send= has nothing to do; leave one of them out")
    if streamed:
        raise InputError("batch=True answers within a day, so there is nothing to stream; leave stream=True out")
    if routed := _names(call.name for call in calls if call.route is not None):
        way = "name the profiles of it that are to be asked"
        raise InputError(f"batch=True has nobody to choose between while it waits, so {routed} cannot be asked; {way}")
    if without := _names(call.name for call in calls if format_of(call.profile) is None):
        known = ", ".join(SUPPORTED)
        raise InputError(f"the provider of {without} has no batches that are known here (there are: {known})")


def _names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
