"""What was heard of one profile: rows, requests in flight, waits, latencies, tokens and dollars.

Counts events at the times it is given; decides nothing and draws nothing.
"""

from __future__ import annotations

from collections import Counter, deque
from decimal import Decimal

from distilkit.engine.events import Account, Event
from distilkit.engine.needs import Need
from distilkit.engine.spread import Spread
from distilkit.progress.minute import Sent
from distilkit.progress.timeleft import Going

# So many of the last requests show how many are out at once where the profile does not say.
_LAST_SENT = 32
_NO_END = "batch"
_RETRY = "retry"


class _Wait:
    """Why a call waits, and until when, in the clock's seconds; None where that is not known."""

    __slots__ = ("reason", "until")

    def __init__(self, reason: str, until: float | None) -> None:
        self.reason = reason
        self.until = until


class Counted:
    """One profile's part of a run.

    Attributes:
        planned: rows.
        repeated: open rows that the answer to an equal question will fill.
        rows: settled rows by how they ended: `answered`, `from_store`, `failed`.
        retried: requests that are tried once more.
        spent_usd: dollars paid; None where a reply's cost is not known.
        account: what bounds its requests; None for a strategy, or where nobody said.
    """

    def __init__(self) -> None:
        self.planned = 0
        self.repeated = 0.0
        self.rows: Counter[str] = Counter()
        self.retried = 0
        self.spent_usd: Decimal | None = Decimal(0)
        self.account: Account | None = None
        self._asked = 0
        self._ended = 0
        self._out: dict[str, Sent] = {}
        self._waits: dict[str, _Wait] = {}
        self._at_once: deque[int] = deque(maxlen=_LAST_SENT)
        self._latency = Spread()
        self._used = {"input": Spread(), "output": Spread()}

    @property
    def done(self) -> int:
        """Rows that are settled."""
        return sum(self.rows.values())

    @property
    def total(self) -> int:
        """Rows expected: those planned, or those heard of where nobody planned any."""
        return max(self.planned, self.done + len(self._out) + len(self._waits))

    @property
    def in_flight(self) -> int:
        """Requests that are out."""
        return len(self._out)

    @property
    def open_calls(self) -> float:
        """Calls that are not settled, in flight or not; rows that one answer fills count as one."""
        return max(self.total - self.done - self.repeated, float(len(self._out) + len(self._waits)))

    @property
    def queued(self) -> float:
        """Calls that are not settled and not out."""
        return max(0.0, self.open_calls - len(self._out))

    def sent(self, event: Event, now: float) -> Sent:
        """Count a request that goes out, and return it."""
        key = _key(event)
        self._waits.pop(key, None)
        need = Need(event.input_tokens or 0.0, event.output_tokens or 0.0)
        self._out[key] = sent = Sent(now, need)
        self._asked += 1
        self._at_once.append(len(self._out))
        return sent

    def waits(self, event: Event, now: float) -> None:
        """Note why a call waits; it is not out any more."""
        key = _key(event)
        again = event.kind == "retrying"
        self._out.pop(key, None)
        self.retried += again
        if event.key is not None:
            until = None if event.wait_s is None else now + event.wait_s
            self._waits[key] = _Wait(_RETRY if again else event.reason or "", until)

    def ended(self, event: Event, rows: int, now: float) -> None:
        """Count rows that are settled."""
        key = _key(event)
        self._waits.pop(key, None)
        sent = self._out.pop(key, None)
        # Of many from the store at once nobody says which; they are taken to be like the rest.
        self.repeated -= rows - event.count if key else self.repeated * rows / max(1, self.total - self.done)
        self.rows[event.kind] += rows
        if event.kind == "from_store":
            return
        self._pay(event)
        if event.attempt != 0:  # what was never sent says nothing of what the rest will cost
            self._ended += event.count
        if event.kind == "answered":
            self._learn(event, sent, now)

    def _pay(self, event: Event) -> None:
        known = self.spent_usd is not None and event.billed_usd is not None
        if event.kind == "answered" or event.billed_usd is not None:
            self.spent_usd = self.spent_usd + event.billed_usd if known else None  # type: ignore[operator] # both known

    def _learn(self, event: Event, sent: Sent | None, now: float) -> None:
        took = event.latency_s if sent is None else now - sent.at
        if took is not None:
            self._latency.add(took)
        if event.input_tokens is None or event.output_tokens is None:
            return
        used = Need(event.input_tokens, event.output_tokens)
        if sent is not None:
            if self.account is not None and self.account.keeps_max_tokens:
                used = Need(used.input_tokens, max(used.output_tokens, sent.need.output_tokens))
            sent.need = used
        self._used["input"].add(used.input_tokens)
        self._used["output"].add(used.output_tokens)

    def expected_usd(self) -> Decimal | None:
        """Return what all of it will have cost, if the rest costs what was paid for the answers so far."""
        if self.spent_usd is None or self.open_calls == 0:
            return self.spent_usd
        if not self._ended:
            return None
        return self.spent_usd + self.spent_usd / self._ended * Decimal(self.open_calls)

    def why(self, now: float) -> tuple[str | None, float | None]:
        """Return what the queue waits for (None: its turn), and for how many seconds (None: nobody knows)."""
        found = Counter(wait.reason for wait in self._waits.values())
        if found[_RETRY] < self.queued:
            # Those behind one that is tried once more wait for their turn.
            del found[_RETRY]
        if not found:
            return None, None
        reason = found.most_common(1)[0][0]
        untils = [wait.until for wait in self._waits.values() if wait.reason == reason and wait.until is not None]
        return reason, max(0.0, min(untils) - now) if untils else None

    def going(self, now: float) -> Going:
        """Return what is still to be done."""
        reasons = {wait.reason for wait in self._waits.values()}
        held = [w.until for w in self._waits.values() if w.reason != _RETRY and w.until is not None]
        again = [w.until for w in self._waits.values() if w.reason == _RETRY and w.until is not None]
        return Going(
            queued=self.queued,
            ages_s=[now - sent.at for sent in self._out.values()],
            latency_s=self._latency.mean if self._latency.count else None,
            spread_s=self._latency.deviation,
            at_once=self._slots(),
            start_s=max(0.0, min(held, default=now) - now),
            last_retry_s=max(0.0, max(again, default=now) - now),
            per_call=self._per_call(),
            has_no_end=_NO_END in reasons,
        )

    def _slots(self) -> int:
        declared = self.account is not None and any(_limits(self.account))
        if declared and self.account is not None:
            return max(1, self.account.max_concurrency)
        # What a provider without declared limits takes is found out by the engine, and seen here.
        return max(self._at_once, default=1)

    def _per_call(self) -> dict[str, float]:
        """Return what one call takes, with the requests that had to be sent again."""
        tries = max(1.0, self._asked / max(1, self._ended + len(self._out)))
        if self._used["input"].count:
            one = Need(self._used["input"].mean, self._used["output"].mean)
        else:
            booked = [sent.need for sent in self._out.values()] or [Need()]
            one = Need(
                sum(need.input_tokens for need in booked) / len(booked),
                sum(need.output_tokens for need in booked) / len(booked),
            )
        tokens = {unit: one.amount(unit) for unit in ("tokens", "input_tokens", "output_tokens")}
        return {"requests": tries, **tokens}


def _limits(account: Account) -> tuple[int | None, ...]:
    limits = account.limits
    return (
        limits.requests_per_minute,
        limits.tokens_per_minute,
        limits.input_tokens_per_minute,
        limits.output_tokens_per_minute,
    )


def _key(event: Event) -> str:
    return event.asked_key or event.key or ""
