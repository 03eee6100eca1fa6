"""Whether a profile works: one tiny question, asked outside of any run's rows, or again and again beside one.

What it costs is in the ledger; what it shows feeds the breakers. Knows no limits: a question this small is not paced.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from decimal import Decimal

from distilkit.calls import Call, Prompt, Record
from distilkit.engine.breaker import Rule
from distilkit.engine.gate import Gate
from distilkit.engine.keeping import Keeper, entry_of
from distilkit.engine.ports import Ports
from distilkit.engine.sheet import Aftermath
from distilkit.errors import ProviderError
from distilkit.planning import plan
from distilkit.profiles.profile import Profile
from distilkit.reading import cost_usd, read

_TEXT = "Reply with the word OK."
_MESSAGES = ({"role": "user", "content": _TEXT},)
# Enough for models that refuse fewer, few enough to cost next to nothing.
_LEAST_INTERVAL_S = 1.0
_SHORT = {"max_tokens": 16, "max_completion_tokens": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How a profile answered.

    Attributes:
        profile: the profile.
        record: the reply, or None.
        error: why there is none, or None.
        cost_usd: dollars the reply cost; None when unknown or when there was none.
        sent: whether anything was sent.
    """

    profile: Profile
    record: Record | None = None
    error: ProviderError | None = None
    cost_usd: Decimal | None = None
    sent: bool = True


def question(profile: Profile) -> Call:
    """Return the tiny question to a profile."""
    return plan([Prompt(0, _TEXT, _MESSAGES)], [profile], params=_SHORT, samples=1)[0]


async def check(profile: Profile, ports: Ports) -> Checked:
    """Ask a profile the tiny question once; whatever the reply says, it is one."""
    call = question(profile)
    try:
        record = await ports.send(call)
    except ProviderError as error:
        return Checked(profile=profile, error=error)
    cost = cost_usd(read(record, profile.thinking), profile.price, record.price)
    await ports.keep(entry_of(call, record, cost, answer=False))
    return Checked(profile=profile, record=record, cost_usd=cost)


def aftermath(checked: Checked, rule: Rule) -> Aftermath:
    """Return what a check tells the board."""
    done = Aftermath(call=question(checked.profile), sent=True, judged=True, rule=rule)
    if checked.error is not None:
        return replace(done, kind=checked.error.kind, retryable=checked.error.retryable)
    return replace(done, latency_s=checked.record.latency_s if checked.record else None)


async def watch(profile: Profile, rule: Rule, interval_s: float, keeper: Keeper, gate: Gate) -> None:
    """Check a profile every `interval_s` seconds (at least one) until cancelled, feed its breaker, count its cost."""
    while True:
        await keeper.ports.sleep(max(interval_s, _LEAST_INTERVAL_S))
        if keeper.purse is not None and not keeper.purse.allows(question(profile)):
            continue
        # A check that goes wrong must not end the run beside it, which hears of a full disk from its own answers.
        with contextlib.suppress(Exception):
            checked = await check(profile, keeper.ports)
            gate.tell(aftermath(checked, rule))
            if keeper.purse is not None and checked.record is not None:
                keeper.purse.paid(question(profile), checked.cost_usd)
