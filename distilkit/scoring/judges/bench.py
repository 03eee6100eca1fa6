"""Who judges, and how it is asked: from prompts to replies, by a run like any other.

One reply for each prompt, also where nothing may be sent: then only what is stored is known, and the rest says why.
Knows runs and the store; knows no rubric and no verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from distilkit._sync import Body
from distilkit.batching.batchable import check as check_batchable
from distilkit.calls import Call, Prompt
from distilkit.engine.events import Event
from distilkit.engine.ports import Send
from distilkit.errors import ConfigError, DistilkitError, InputError
from distilkit.frame import Rows
from distilkit.planning import plan
from distilkit.profiles import Budget, Profile, Strategy, check_params
from distilkit.provider import check_ready
from distilkit.running import Manner, running
from distilkit.scoring.judges.asking import INTERRUPTED, Asking, begun, noticing
from distilkit.scoring.judges.replies import Reply, replies_of
from distilkit.serving import CacheMode, serve
from distilkit.store import Store
from distilkit.targets import Chosen, chosen, members_of, opened_store

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN_COST = (
    "not judged: what was asked before has an unknown cost, and the run has a budget; run the same call again"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Who judges, and how it is asked.

    Attributes:
        profile: the profile, or strategy, by name or as an object.
        params: generation parameters over the profile's own; None removes one.
        samples: how many verdicts on each question.
        config: the profile file; None for that of the run.
        store: where verdicts are kept where the judge is no part of a run.
        cache: the same, as in `compare`.
        budget: the same, dollars that may be spent.
        progress: the same.
        on_event: the same.
        on_interrupt: the same.
        send: the same.
    """

    profile: str | Profile | Strategy
    params: Mapping[str, Any] = field(default_factory=dict)
    samples: int = 1
    config: str | Path | None = None
    store: Store | str | Path | None = None
    cache: CacheMode = "use"
    budget: Any = None
    progress: bool | None = None
    on_event: Callable[[Event], None] | None = None
    on_interrupt: Literal["return", "raise"] = "return"
    send: Send | None = None

    def __post_init__(self) -> None:
        """Refuse what can be known to be wrong.

        Raises:
            InputError: an argument is none of what it may be.
        """
        if not isinstance(self.profile, str | Profile | Strategy):
            raise InputError(f"a judge is one profile, by name or as an object, not {self.profile!r}")
        check_params(self.params)
        plan([], [], params=self.params, samples=self.samples)
        self.manner()

    def manner(self) -> Manner:
        """Return how it is asked where it is no part of a run."""
        return Manner(
            store=self.store,
            cache=self.cache,
            budget=Budget.of(self.budget),
            progress=self.progress,
            on_event=self.on_event,
            on_interrupt=self.on_interrupt,
            send=self.send,
        )

    def chosen(self, asking: Asking | None) -> Chosen:
        """Look the judge up; raises ConfigError where it is unknown."""
        config = self.config
        return chosen(self.profile, asking.config if config is None and asking is not None else config)

    def ready(self, asking: Asking) -> None:
        """Refuse before anything is paid what can be known to be wrong.

        Raises:
            ConfigError: the profile is unknown; or its key is not set, and the run would pay for answers.
        """
        named = self.chosen(asking)
        try:
            for target in named.targets if asking.manner.send is None else ():
                for profile in members_of(target):
                    check_ready(profile)
        except ConfigError:
            if asking.would_pay():
                raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What judges replied.

    Attributes:
        replies: for each prompt, one a sample.
        rows: the calls, in the columns of a frame from `compare`; None where none was made.
        stopped: why nothing more may be sent, or None.
    """

    replies: Sequence[Sequence[Reply]]
    rows: pd.DataFrame | None = None
    stopped: str | None = None


def asked(prompts: Sequence[str], bench: Bench, asking: Asking | None) -> Body[Heard]:
    """Put prompts to a judge, equal ones once, and return its replies.

    Raises:
        ConfigError, InputError: outside a run, as `compare`. Within one they become the reason of every reply.
    """
    if not prompts:
        return Heard(replies=[])
    run = asking or begun(bench.manner(), bench.config)
    named = bench.chosen(asking)
    written = [Prompt(nth, text, [{"role": "user", "content": text}]) for nth, text in enumerate(prompts)]
    calls = plan(written, named.targets, params=bench.params, samples=bench.samples)
    rest = run.rest()
    rows, unasked, interrupted = None, run.stopped or UNKNOWN_COST, False
    if run.stopped is None and rest is not None:
        try:
            rows, interrupted = yield from noticing(running(calls, _manner(run, calls, rest, named)))
            unasked = INTERRUPTED
        except DistilkitError as error:
            # Within a run the answers are there: what a judge lacks must not cost the caller the frame.
            if asking is None:
                raise
            unasked = f"not judged: {error}"
    known = rows or _stored(calls, run.manner)
    replies = replies_of(known, len(calls), unasked)
    return Heard(
        replies=[replies[start : start + bench.samples] for start in range(0, len(replies), bench.samples)],
        rows=None if rows is None else rows.frame(),
        stopped=INTERRUPTED if interrupted else None,
    )


def _manner(run: Asking, calls: Sequence[Call], rest: Budget, named: Chosen) -> Manner:
    """Return how a judge is asked within a run: never in part, by batches only where its provider has them."""
    batch = run.manner.batch
    if batch:
        try:
            check_batchable(calls, own_send=run.manner.send is not None, streamed=False)
        except InputError:
            batch = False
    # What this run has asked anew is new, also where a second judge asks the same.
    cache: CacheMode = "use" if run.has_asked(calls) else run.manner.cache
    own = replace(run.manner, budget=rest, only_failed=False, stream=False, batch=batch, listen=None, cache=cache)
    # Sections that the run limits and the judge has nothing to do with are no mistake here.
    return own.within(replace(named, sections=named.sections | rest.providers.keys()))


def _stored(calls: Sequence[Call], manner: Manner) -> Rows:
    """Return what is stored already, and send nothing."""
    rows = Rows(calls)
    if manner.cache != "refresh":
        with opened_store(manner.store) as kept:
            serve(calls, kept, rows.settle, lambda _: None, "use")
    return rows
