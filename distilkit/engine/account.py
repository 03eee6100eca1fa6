"""What bounds the requests to one profile, as a listener of the run is told it. Knows profiles; knows no clock."""

from __future__ import annotations

from distilkit.calls import Call
from distilkit.engine.events import Account
from distilkit.engine.needs import policy_for
from distilkit.engine.sheet import scope_of
from distilkit.engine.tokens import max_output_tokens


def account_of(call: Call) -> Account | None:
    """Return what bounds the requests to a call's profile; None for a strategy, whose members have their own."""
    if call.route is not None:
        return None
    profile = call.profile
    keeps = policy_for(profile).keeps_max_tokens and max_output_tokens(call.request.params) is not None
    return Account(
        scope=scope_of(profile),
        limits=profile.limits,
        max_concurrency=profile.max_concurrency,
        keeps_max_tokens=keeps,
    )
