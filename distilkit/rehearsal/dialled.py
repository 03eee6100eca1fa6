"""What a simulated model would reply, without its server: asked as over HTTP, and its reply read as a provider's is.

Knows the simulator and what replies mean; knows nothing of clocks, and leaves the limits to the door.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from distilkit.calls import Call
from distilkit.errors import ErrorKind, ProviderError
from distilkit.profiles import Profile
from distilkit.provider.faults import trouble_of
from distilkit.rehearsal.expected import Drawn
from distilkit.sim.simulation import Reply, Simulation
from distilkit.sim.spec import Dials

_FINE = 200
# What a simulated model refuses at its door has used nothing; a fault strikes later, and has.
_STRUCK = (None, 200, 500)


def dials_of(profile: Profile, latency_s: float | None) -> Dials | None:
    """Return the dials of a simulated profile, answering in `latency_s` where that is given; None for a real one."""
    if profile.provider != "sim" or profile.base_url is not None:
        return None
    dials = profile.sim or Dials()
    return dials if latency_s is None else replace(dials, latency_s=latency_s)


def simulated(profile: Profile, dials: Dials) -> Callable[[Call, float], Drawn]:
    """Return what draws the model's reply to a call that arrives at a moment (seconds, never going back)."""
    unlimited = replace(
        dials,
        requests_per_minute=None,
        tokens_per_minute=None,
        input_tokens_per_minute=None,
        output_tokens_per_minute=None,
    )
    simulation = Simulation({profile.model: unlimited})

    def draw(call: Call, now: float) -> Drawn:
        fields = {"model": profile.model, "messages": list(call.request.messages), **call.request.params}
        return _read(profile, simulation.receive(json.dumps(fields).encode(), str(call.request.sample), now), now)

    return draw


def _read(profile: Profile, reply: Reply, now: float) -> Drawn:
    if reply.status is None:
        return _failed(_error(profile, "connection", "the connection was closed (a simulated fault)", None), reply)
    text = b"".join(reply.pieces).decode()
    body = _parsed(text)
    if reply.status != _FINE:
        trouble = trouble_of(reply.status, reply.headers, body, text, now=now)
        return _failed(_error(profile, trouble.kind, trouble.message, reply.status), reply)
    if body is None:
        return _failed(_error(profile, "provider_error", "the reply is torn (a simulated fault)", _FINE), reply)
    usage = body.get("usage", {})
    return Drawn(
        input_tokens=usage.get("prompt_tokens", 0),
        output_tokens=usage.get("completion_tokens", 0),
        latency_s=reply.latency_s,
        body=body,
    )


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _failed(error: ProviderError, reply: Reply) -> Drawn:
    counts = error.status in _STRUCK
    return Drawn(input_tokens=0, output_tokens=0, latency_s=reply.latency_s, error=error, counts=counts)


def _error(profile: Profile, kind: ErrorKind, message: str, status: int | None) -> ProviderError:
    return ProviderError(f"{profile.litellm_model}: {message}", kind=kind, provider=profile.provider, status=status)
