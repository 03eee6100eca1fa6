"""One profile within a run: sends one request at a time for whoever asks, and remembers what that showed.

Puts the pieces in order: room, outage, door, sending, judging, keeping, and telling the board. Chooses nothing and
retries nothing; the lanes do. Knows no other profile.
"""

from __future__ import annotations

import asyncio
import functools
import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from distilkit.calls import Answer, Call, Failure, Record
from distilkit.engine.breaker import Rule
from distilkit.engine.budget import Refusal
from distilkit.engine.events import Event, EventKind
from distilkit.engine.expected import Expected, credible
from distilkit.engine.gate import Gate
from distilkit.engine.keeping import Keeper
from distilkit.engine.needs import Booking, Need, policy_for, too_large
from distilkit.engine.outage import Outage
from distilkit.engine.retry import pause_for
from distilkit.engine.room import Room
from distilkit.engine.seen import Seen
from distilkit.engine.sheet import Aftermath
from distilkit.engine.story import Story
from distilkit.engine.verdicts import Blocked, Found, Guard, Late, LeftAlone, Paused, Ticket
from distilkit.errors import ErrorKind, ProviderError, StoreError
from distilkit.profiles.profile import Profile, RateLimit
from distilkit.provider.headers import Told, told
from distilkit.reading import Completion

# These are about the request, not about the provider's health.
_ABOUT_THE_REQUEST: frozenset[ErrorKind] = frozenset({"invalid_request", "context_length", "content_filter"})
_LONGEST_LOOK_S = 5.0
_UNLIMITED = RateLimit()


class Backend:
    """One profile's part in a run.

    Attributes:
        closed: why nothing more is sent to it, or None.
        room: its requests in flight.
        outage: whether it is down.
        expected: how many tokens its requests will take.
    """

    def __init__(self, profile: Profile, gate: Gate, keeper: Keeper) -> None:
        self.profile = profile
        self.closed: Failure | None = None
        # Declared limits are the provider's word; without them, what it takes is found out.
        self.room = Room(profile.max_concurrency, adaptive=profile.limits == _UNLIMITED and profile.sim is None)
        self.outage = Outage(profile.retry)
        self._gate = gate
        self._keeper = keeper
        self._ports = keeper.ports
        self.expected = Expected(profile)

    async def ask(self, call: Call, story: Story, guard: Guard) -> Answer | Failure | ProviderError:
        """Send one plain call once.

        Returns an answer; a failure that ends the row, whoever else could be asked; or why this profile has none.
        Where somebody else can be asked, a profile that is down or left alone is not waited for.
        """
        story.estimate = self.expected.count(call)
        need = functools.partial(self.expected.need, call, story.estimate)
        if (reason := too_large(need(), self.profile.limits, policy_for(self.profile))) is not None:
            return self._error(reason, "rate_limit")
        async with self.room:
            if guard.is_routed and self.outage.wait_s(self._ports.clock()) > 0:
                return self._not_now("is down")
            if (ended := await self._until_up(call, story)) is not None:
                return ended
            asked = self.outage.begin(is_retry=self.profile.name in story.asked)
            try:
                verdict = await self._gate.enter(
                    call,
                    need,
                    self._worst(call),
                    functools.partial(self._waiting, call, story),
                    guard,
                    self.room.outside,
                    math.inf if story.since is None else story.since + self.profile.retry.deadline_s,
                )
                if not isinstance(verdict, Ticket):
                    return self._turned_away(verdict, call, story)
                return await self._use(verdict, call, story, guard.rule, asked=asked)
            except StoreError as error:
                return self._keeper.stop(f"not sent: {error}")
            finally:
                self.outage.left(asked=asked)

    def recall(self, seen: Seen) -> None:
        """Begin with what the profile was seen to do before this run."""
        self.expected.answered(tokens_out=seen.output_tokens)

    def close(self, failure: Failure) -> None:
        """Send nothing more to this profile; the first reason stays."""
        if self.closed is None:
            self.closed = replace(failure, created_at=self._ports.wall())

    def _worst(self, call: Call) -> Decimal:
        return Decimal(0) if self._keeper.purse is None else self._keeper.purse.worst(call)

    async def _until_up(self, call: Call, story: Story) -> Failure | None:
        """Wait while the profile is down; return why there is nothing to wait for any more, or None."""
        told = False
        while (ended := self._ended(story)) is None and (wait := self.outage.wait_s(self._ports.clock())) > 0:
            if not told:
                self._waiting(call, story, "provider is down", wait)
                told = True
            await self._ports.sleep(min(wait, _LONGEST_LOOK_S))
        return ended

    def _ended(self, story: Story) -> Failure | None:
        """Return why nothing may be sent, or None."""
        if self._keeper.stopped is not None:
            return replace(self._keeper.stopped, attempts=story.attempts, tried=tuple(story.tried))
        if self.closed is None or not story.attempts:
            return self.closed
        # A call that was being tried may go on, unless there is nobody to answer it.
        down = self.outage.is_down
        return replace(self.closed, attempts=story.attempts, tried=tuple(story.tried)) if down else None

    def _turned_away(
        self, verdict: Blocked | Found | Late | LeftAlone | Paused | Refusal, call: Call, story: Story
    ) -> Answer | Failure | ProviderError:
        if isinstance(verdict, Found):
            self._say("from_store", call, story)
            return story.found(call, verdict.record)
        if isinstance(verdict, Blocked):
            text = f"not sent for {self.profile.retry.deadline_s:g} s (deadline_s): {verdict.reason}"
            way = "a process on this store may be suspended: continue or end it, and run again"
            return self._error(f"{text}; {way}", "timeout")
        if isinstance(verdict, LeftAlone):
            return self._not_now("is left alone after failures")
        if isinstance(verdict, Late):
            return self._late(story)
        if isinstance(verdict, Paused):
            text = "not sent: an earlier reply to a run on this store asked all of the account to wait"
            return self._error(text, "rate_limit", retry_after_s=verdict.seconds)
        return story.ended("budget", f"not sent: {verdict.message()}", call, self._ports.wall())

    async def _use(
        self, ticket: Ticket, call: Call, story: Story, rule: Rule, *, asked: bool
    ) -> Answer | Failure | ProviderError:
        now = self._ports.clock()
        done = Aftermath(call=call, claim=ticket.claim, booking=ticket.booking, rule=rule)
        try:
            if (ended := self._ended(story)) is not None:
                return ended
            if (late := self._too_late(story, now)) is not None:
                return late
            done = replace(done, sent=True, judged=False)
            story.since = now if story.since is None else story.since
            story.attempts += 1
            story.asked.add(self.profile.name)
            self._say("sent", call, story, **_booked(ticket.booking))
            came, done = await self._send(call, story, done, asked=asked)
            return came
        finally:
            self._gate.tell(done)

    async def _send(
        self, call: Call, story: Story, done: Aftermath, *, asked: bool
    ) -> tuple[Answer | Failure | ProviderError, Aftermath]:
        sent_at = self._ports.clock()
        try:
            record = await self._in_time(call, story)
            if record.latency_s is not None:
                done = replace(done, left_at=self._ports.clock() - record.latency_s)
            answer, completion = await self._keeper.judge(call, record, story)
        except ProviderError as error:
            if isinstance(error.partial, Record):
                await self._keeper.cut(call, error.partial, story)
            return error, self._learn_error(error, call, story, done, sent_at=sent_at, asked=asked)
        except StoreError as error:
            return self._keeper.stop(f"not sent: {error}"), done
        except asyncio.CancelledError:
            # Cancelled from outside, it goes on; from inside, it is one odd reply like any other.
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            return self._odd("the request was cancelled from inside", call, story), done
        except Exception as error:  # noqa: BLE001 - one odd reply must not end a night's run; it is a row
            return self._odd(f"{type(error).__name__}: {error}", call, story), done
        self._say(
            "answered",
            call,
            story,
            latency_s=record.latency_s,
            input_tokens=completion.input_tokens,
            output_tokens=completion.output_tokens,
            billed_usd=story.billed_usd,
        )
        return answer, self._learn(record, completion, story, done)

    def _too_late(self, story: Story, now: float) -> ProviderError | None:
        """Return why it is not sent after all: its deadline passed while it waited for its turn; or None."""
        return None if story.left_s(self.profile.retry.deadline_s, now) > 0 else self._late(story)

    def _late(self, story: Story) -> ProviderError:
        tried = "; ".join(story.tried)
        text = f"no answer within {self.profile.retry.deadline_s:g} s in all (deadline_s), after {tried}"
        return self._error(text, "rate_limit" if 0 < story.attempts == story.throttled else "timeout")

    async def _in_time(self, call: Call, story: Story) -> Record:
        """Send, for no longer than the call's deadline allows."""
        retry = self.profile.retry
        left = story.left_s(retry.deadline_s, self._ports.clock())
        try:
            async with asyncio.timeout(left if left < self.profile.timeout_s else None) as limit:
                record = await self._ports.send(call)
        except TimeoutError as error:
            if not limit.expired():
                raise ProviderError(
                    f"{self.profile.litellm_model}: {error or 'timed out'}",
                    kind="timeout",
                    provider=self.profile.provider,
                ) from None
            text = f"{self.profile.litellm_model}: no answer within {retry.deadline_s:.0f} s in all (deadline_s)"
            raise ProviderError(text, kind="timeout", provider=self.profile.provider, retryable=False) from None
        return replace(record, attempts=story.attempts)

    def _learn(self, record: Record, completion: Completion, story: Story, done: Aftermath) -> Aftermath:
        self.outage.has_answered = True
        self.outage.answered()
        self.room.answered()
        tokens_in, tokens_out = credible(completion.input_tokens), credible(completion.output_tokens)
        known = tokens_in is not None and tokens_out is not None
        self.expected.answered(tokens_out=tokens_out, tokens_in=tokens_in, estimate=story.estimate)
        return replace(
            done,
            judged=True,
            used=Need(tokens_in, tokens_out) if known else None,  # type: ignore[arg-type] # both are known
            latency_s=record.latency_s,
            told=self._told(record.headers),
        )

    def _learn_error(
        self, error: ProviderError, call: Call, story: Story, done: Aftermath, *, sent_at: float, asked: bool
    ) -> Aftermath:
        # A reply that was no answer is in the story already.
        if len(story.tried) < story.attempts:
            story.note(call, error.kind if error.status is None else f"{error.kind} {error.status}")
        now, is_429 = self._ports.clock(), error.kind == "rate_limit" and error.retryable
        if error.retryable and not is_429:
            self.outage.failed(now, asked=asked)
        elif error.kind in _ABOUT_THE_REQUEST:
            self.outage.answered()
        story.throttled += is_429
        story.counted += not is_429 and not (asked and self.outage.has_answered)
        if is_429:
            self.outage.refused(sent_at)
            self.room.throttled(sent_at, now)
        if self._keeper.purse is not None and error.kind == "timeout":
            self._keeper.purse.unsure(call)
        return replace(
            done,
            judged=True,
            kind=error.kind,
            retryable=error.retryable,
            told=self._told(error.headers),
            pause_s=pause_for(error, story.throttled, self.profile.retry, self._ports.random) if is_429 else None,
            throttled_at=sent_at if is_429 else None,
        )

    def _told(self, headers: Mapping[str, str]) -> list[Told]:
        """Return what headers say of the limits."""
        found = told(headers, self.profile.provider, now=self._ports.wall()) if headers else []
        self.expected.is_limited |= any(one.per_minute for one in found)
        return found

    def _odd(self, message: str, call: Call, story: Story) -> Failure:
        story.note(call, "unknown")
        return story.ended("unknown", message, call, self._ports.wall())

    def _not_now(self, message: str) -> ProviderError:
        """Say why it is not asked now, though it may be later."""
        text = f"{self.profile.litellm_model}: {message}"
        return ProviderError(text, kind="provider_error", provider=self.profile.provider)

    def _error(self, message: str, kind: ErrorKind, retry_after_s: float | None = None) -> ProviderError:
        """Say why nothing was sent."""
        return ProviderError(
            f"{self.profile.litellm_model}: {message}",
            kind=kind,
            provider=self.profile.provider,
            retry_after_s=retry_after_s,
            retryable=retry_after_s is not None,
        )

    def _waiting(self, call: Call, story: Story, reason: str, seconds: float) -> None:
        self._say("waiting", call, story, wait_s=seconds if math.isfinite(seconds) else None, reason=reason)

    def _say(self, kind: EventKind, call: Call, story: Story, **details: Any) -> None:
        self._ports.observe(
            Event(
                kind=kind,
                profile=story.call.name,
                key=call.key,
                asked_key=story.call.key,
                served_by=self.profile.name,
                attempt=story.attempts or None,
                **details,
            )
        )


def _booked(booking: Booking | None) -> dict[str, float]:
    """Return what was counted against the limits for a request, for those who listen; nothing without limits."""
    if booking is None:
        return {}
    return {"input_tokens": booking.need.input_tokens, "output_tokens": booking.need.output_tokens}
