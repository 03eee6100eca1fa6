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
from distilkit.engine.gate import Found, Gate, Paused, Ticket
from distilkit.engine.keeping import Keeper
from distilkit.engine.needs import Need, expected_need, policy_for, too_large
from distilkit.engine.outage import Outage
from distilkit.engine.retry import pause_for
from distilkit.engine.room import Room
from distilkit.engine.seen import Seen
from distilkit.engine.sheet import Aftermath
from distilkit.engine.spread import Spread
from distilkit.engine.story import Story
from distilkit.engine.tokens import count_messages, max_output_tokens
from distilkit.errors import ErrorKind, ProviderError, StoreError
from distilkit.profiles.profile import Profile, RateLimit
from distilkit.provider.headers import Told, told
from distilkit.reading import Completion

# The output expected of a model that has not answered yet, where the request sets no limit; in tokens.
_FIRST_GUESS = 500
# These are about the request, not about the provider's health.
_ABOUT_THE_REQUEST: frozenset[ErrorKind] = frozenset({"invalid_request", "context_length", "content_filter"})
_LONGEST_LOOK_S = 5.0
# The share of the newest reply in the correction of the estimate, and how far that may go.
_NEWEST = 0.1
_LEAST_RATIO, _MOST_RATIO = 0.25, 8.0
_UNLIMITED = RateLimit()


class Backend:
    """One profile's part in a run.

    Attributes:
        closed: why nothing more is sent to it, or None.
        room: its requests in flight.
        outage: whether it is down.
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
        self._policy = policy_for(profile)
        self._outputs = Spread()
        self._input_ratio = 1.0
        # Counting tokens takes time, and is only worth it where somebody else counts them too.
        self._is_limited = profile.limits != _UNLIMITED

    async def ask(self, call: Call, story: Story, rule: Rule) -> Answer | Failure | ProviderError:
        """Send one plain call once.

        Returns an answer; a failure that ends the row, whoever else could be asked; or why this profile has none.
        """
        story.estimate = self._count(call)
        need = functools.partial(self._need, call, story)
        if (reason := too_large(need(), self.profile.limits, self._policy)) is not None:
            return self._error(reason, "rate_limit")
        async with self.room:
            if (ended := await self._until_up(call, story)) is not None:
                return ended
            asked = self.outage.begin(is_retry=story.attempts > 0)
            try:
                verdict = await self._gate.enter(
                    call, need, self._worst(call), functools.partial(self._waiting, call, story)
                )
                if not isinstance(verdict, Ticket):
                    return self._turned_away(verdict, call, story)
                return await self._use(verdict, call, story, rule, asked=asked)
            finally:
                self.outage.left(asked=asked)

    def recall(self, seen: Seen) -> None:
        """Begin with what the profile was seen to do before this run."""
        if seen.output_tokens is not None:
            self._outputs.add(seen.output_tokens)

    def close(self, failure: Failure) -> None:
        """Send nothing more to this profile; the first reason stays."""
        if self.closed is None:
            self.closed = replace(failure, created_at=self._ports.wall())

    def expected_output(self, call: Call) -> float:
        """Return the output tokens expected of an answer, from this profile's own answers in this run."""
        return self._bounded(self._outputs.mean if self._outputs.count else _FIRST_GUESS, call)

    @staticmethod
    def _bounded(tokens: float, call: Call) -> float:
        limit = max_output_tokens(call.request.params)
        return tokens if limit is None else min(tokens, limit)

    def _count(self, call: Call) -> int:
        return count_messages(call.request.messages, call.request.model) if self._is_limited else 0

    def _need(self, call: Call, story: Story) -> Need:
        """Return what to book, by what is known now."""
        if not self._is_limited:
            return Need()
        limit = max_output_tokens(call.request.params)
        # What is booked too much comes back with the answer; what is booked too little is over the limit until then.
        output = self._outputs.mean + self._outputs.deviation if self._outputs.count else _FIRST_GUESS
        return expected_need(story.estimate * self._input_ratio, self._bounded(output, call), limit, self._policy)

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
        self, verdict: Found | Paused | Refusal, call: Call, story: Story
    ) -> Answer | Failure | ProviderError:
        if isinstance(verdict, Found):
            self._say("from_store", call, story)
            return story.found(call, verdict.record)
        if isinstance(verdict, Paused):
            return self._error("nothing was sent", "rate_limit", retry_after_s=verdict.seconds)
        return Failure(
            kind="budget",
            message=f"not sent: {verdict.message()}",
            attempts=story.attempts,
            tried=tuple(story.tried),
            created_at=self._ports.wall(),
            record=story.record,
            billed_usd=story.billed_usd if story.record else None,
            served=call,
        )

    async def _use(
        self, ticket: Ticket, call: Call, story: Story, rule: Rule, *, asked: bool
    ) -> Answer | Failure | ProviderError:
        now = self._ports.clock()
        done = Aftermath(call=call, claim=ticket.claim, booking=ticket.booking, rule=rule)
        try:
            if (ended := self._ended(story)) is not None:
                return ended
            done = replace(done, sent=True, judged=False)
            story.since = now if story.since is None else story.since
            story.attempts += 1
            self._say("sent", call, story)
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
            answer, completion = await self._keeper.judge(call, record, story)
        except ProviderError as error:
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
        self._say("answered", call, story, latency_s=record.latency_s, billed_usd=story.billed_usd)
        return answer, self._learn(record, completion, story, done)

    async def _in_time(self, call: Call, story: Story) -> Record:
        """Send, for no longer than the call's deadline allows."""
        retry = self.profile.retry
        left = story.left_s(retry.deadline_s, self._ports.clock())
        try:
            async with asyncio.timeout(left if left < self.profile.timeout_s else None):
                record = await self._ports.send(call)
        except TimeoutError:
            text = f"{self.profile.litellm_model}: no answer within {retry.deadline_s:.0f} s in all (deadline_s)"
            raise ProviderError(text, kind="timeout", provider=self.profile.provider, retryable=False) from None
        return replace(record, attempts=story.attempts)

    def _learn(self, record: Record, completion: Completion, story: Story, done: Aftermath) -> Aftermath:
        self.outage.has_answered = True
        self.outage.answered()
        self.room.answered()
        if completion.output_tokens is not None:
            self._outputs.add(completion.output_tokens)
        tokens_in, tokens_out = completion.input_tokens, completion.output_tokens
        known = tokens_in is not None and tokens_out is not None
        if tokens_in is not None and story.estimate:
            self._correct_estimate(tokens_in / story.estimate)
        return replace(
            done,
            judged=True,
            used=Need(tokens_in, tokens_out) if known else None,  # type: ignore[arg-type] # both are known
            latency_s=record.latency_s,
            told=self._told(record.headers),
        )

    def _correct_estimate(self, ratio: float) -> None:
        """Take in how the tokens a provider counted in a request compare with the estimate: tokenizers differ."""
        # Against the estimate as it was counted: correcting a correction that is on its way already would swing.
        bounded = min(max(ratio, _LEAST_RATIO), _MOST_RATIO)
        self._input_ratio += _NEWEST * (bounded - self._input_ratio)

    def _learn_error(
        self, error: ProviderError, call: Call, story: Story, done: Aftermath, *, sent_at: float, asked: bool
    ) -> Aftermath:
        # A reply that was no answer is in the story already.
        if story.served is not call or len(story.tried) < story.attempts:
            story.note(call, error.kind if error.status is None else f"{error.kind} {error.status}")
        now, is_429 = self._ports.clock(), error.kind == "rate_limit" and error.retryable
        if error.retryable and not is_429:
            self.outage.failed(now, asked=asked)
        elif error.kind in _ABOUT_THE_REQUEST:
            self.outage.answered()
        story.throttled += is_429
        story.counted += not is_429 and not (asked and self.outage.has_answered)
        if is_429:
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
        self._is_limited = self._is_limited or any(one.per_minute for one in found)
        return found

    def _odd(self, message: str, call: Call, story: Story) -> Failure:
        story.note(call, "unknown")
        return Failure(
            kind="unknown",
            message=message,
            attempts=story.attempts,
            tried=tuple(story.tried),
            created_at=self._ports.wall(),
            served=call,
        )

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
            Event(kind=kind, profile=story.call.name, key=call.key, attempt=story.attempts or None, **details)
        )
