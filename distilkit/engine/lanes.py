"""Workers: each takes the next call, and asks until it is answered, refused for good, or out of patience.

A plain lane asks its one profile, and never another. A routed lane asks the members of a strategy, one after the
other. Knows backends and choices; knows no board and no provider.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from distilkit.calls import Answer, Call, Failure, Outcome
from distilkit.engine.backend import Backend
from distilkit.engine.choice import Choice
from distilkit.engine.events import Event
from distilkit.engine.ports import Ports
from distilkit.engine.retry import wait_before_retry
from distilkit.engine.routing import may_fail_over
from distilkit.engine.story import Story
from distilkit.engine.verdicts import Guard
from distilkit.errors import ErrorKind, ProviderError

# After one of these, every other call of the profile would fail alike; they are not sent.
_HOPELESS: frozenset[ErrorKind] = frozenset({"authentication", "model_not_found", "connection"})
_PLAIN = Guard()
# A strategy with nobody to ask looks again this often.
_LONGEST_LOOK_S = 1.0


class Lane:
    """The calls to one profile, or to one strategy."""

    def __init__(
        self, calls: Iterator[Call], backends: Mapping[str, Backend], choice: Choice | None, ports: Ports
    ) -> None:
        self._calls = calls
        self._backends = backends
        self._choice = choice
        self._ports = ports
        self._told_waiting = ""

    async def work(self) -> None:
        """Take calls until there are none, and settle each."""
        for call in self._calls:
            outcome = await (self._plain(call) if self._choice is None else self._routed(call, self._choice))
            if isinstance(outcome, Failure):
                self._say_failed(call, outcome)
            self._ports.settle(call, outcome)

    async def _plain(self, call: Call) -> Outcome:
        story, backend = Story(call), self._backends[call.profile.name]
        while True:
            if backend.closed is not None and not story.attempts:
                return backend.closed
            came = await backend.ask(call, story, _PLAIN)
            if not isinstance(came, ProviderError):
                return came
            wait = self._wait(came, story, backend)
            if wait is None:
                self._close_if_hopeless(backend, came)
                return story.failure(came, call, self._ports.wall())
            await self._pause(came, story, wait)

    async def _routed(self, call: Call, choice: Choice) -> Outcome:
        story = Story(call, since=self._ports.clock())
        asked: list[str] = []
        last: tuple[Call, ProviderError] | None = None
        while True:
            option = choice.next(call, asked)
            if isinstance(option, Call):
                came = await self._ask(option, story, choice)
                if not isinstance(came, ProviderError) and came is not self._backend(option).closed:
                    return came
                last = option, _as_error(came, option)
                if not may_fail_over(last[1].kind):
                    return story.failure(last[1], option, self._ports.wall())
                if last[1].kind != "connection":  # the breaker counts those, and tries again
                    self._close_if_hopeless(self._backend(option), last[1])
                asked.append(option.profile.name)
            elif asked and last and (wait := self._wait(last[1], story, self._backend(last[0]))) is not None:
                # Nobody else can be asked now: the same again, as a plain profile would be.
                asked = []
                await self._pause(last[1], story, wait)
            elif option is None or self._out_of_time(story, call, option):
                return self._none_left(call, story, last, choice.reasons(call))
            else:
                self._say_waiting(call, option, choice)
                await self._ports.sleep(min(option, _LONGEST_LOOK_S))

    async def _ask(self, option: Call, story: Story, choice: Choice) -> Answer | Failure | ProviderError:
        before = story.attempts
        try:
            return await self._backend(option).ask(option, story, choice.guard(option))
        finally:
            choice.over(option, sent=story.attempts > before)

    def _backend(self, call: Call) -> Backend:
        return self._backends[call.profile.name]

    def _out_of_time(self, story: Story, call: Call, wait: float) -> bool:
        return story.left_s(call.profile.retry.deadline_s, self._ports.clock()) <= wait

    def _none_left(
        self, call: Call, story: Story, last: tuple[Call, ProviderError] | None, reasons_alone: str
    ) -> Failure:
        """End a row that no member of the strategy answers; where none has answered any, ask them no more."""
        backends = [self._backend(option) for option in call.options]
        if last is None:
            closed = [each.closed for each in backends if each.closed is not None]
            kind: ErrorKind = closed[0].kind if closed else "timeout"
            reasons = "; ".join(each.message for each in closed)
            text = reasons or f"not sent: no member of {call.name} was available in time{reasons_alone}"
            return Failure(kind=kind, message=text, created_at=self._ports.wall())
        if last[1].retryable and not any(each.outage.has_answered for each in backends):
            for each in backends:
                text = f"not sent, because no member of {call.name} answered: {last[1].message}"
                each.close(Failure(kind=last[1].kind, message=text))
        return story.failure(last[1], last[0], self._ports.wall())

    def _wait(self, error: ProviderError, story: Story, backend: Backend) -> float | None:
        """Return the seconds before the next attempt, or None where there is none."""
        retry = backend.profile.retry
        if backend.outage.is_hopeless(self._ports.clock()):
            return None
        wait = wait_before_retry(error, attempt=story.counted, retry=retry, random=self._ports.random)
        if wait is None or story.left_s(retry.deadline_s, self._ports.clock()) <= wait:
            return None
        # The door makes everybody wait for a 429; a profile that is down has a wait of its own.
        return 0.0 if error.kind == "rate_limit" or backend.outage.is_down else wait

    def _close_if_hopeless(self, backend: Backend, error: ProviderError) -> None:
        """Send nothing more where every other call would fail alike, or where an outage has lasted too long."""
        if error.kind in _HOPELESS and not backend.outage.has_answered:
            backend.close(Failure(kind=error.kind, message=f"not sent, because the first call failed: {error.message}"))
        elif backend.outage.is_hopeless(self._ports.clock()):
            text = f"not sent, because call after call failed: {error.message}"
            backend.close(Failure(kind=error.kind, message=text))

    async def _pause(self, error: ProviderError, story: Story, wait: float) -> None:
        event = Event(
            kind="retrying",
            profile=story.call.name,
            key=story.call.key,
            asked_key=story.call.key,
            attempt=story.attempts,
            wait_s=wait,
            reason=error.kind,
        )
        self._ports.observe(event)
        if wait > 0:
            await self._ports.sleep(wait)

    def _say_waiting(self, call: Call, seconds: float, choice: Choice) -> None:
        if self._told_waiting != (reasons := choice.reasons(call)):
            self._told_waiting = reasons
            reason = f"nobody to ask{reasons}"
            event = Event(
                kind="waiting",
                profile=call.name,
                key=call.key,
                asked_key=call.key,
                wait_s=seconds,
                reason=reason,
            )
            self._ports.observe(event)

    def _say_failed(self, call: Call, failure: Failure) -> None:
        event = Event(
            kind="failed",
            profile=call.name,
            key=call.key,
            asked_key=call.key,
            attempt=failure.attempts,
            billed_usd=Decimal(0) if failure.record is None else failure.billed_usd,
            reason=failure.kind,
        )
        self._ports.observe(event)


def _as_error(came: Failure | ProviderError | Answer, call: Call) -> ProviderError:
    """Turn a closed profile into a reason to ask the next one."""
    if isinstance(came, ProviderError):
        return came
    text = came.message if isinstance(came, Failure) else "answered"
    kind = came.kind if isinstance(came, Failure) else "unknown"
    return ProviderError(text, kind=kind, provider=call.profile.provider)
