"""`start`: what is checked before a run begins, and how it is watched. The rest is what `compare` does.

Knows no thread and no widget.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.api import Question, asking, check_question
from distilkit.engine.events import Event
from distilkit.engine.ports import Send
from distilkit.errors import InputError
from distilkit.profiles import Budget
from distilkit.progress import listeners
from distilkit.prompts import to_prompts
from distilkit.running import Manner
from distilkit.scoring import Scores
from distilkit.scoring import check as check_scores
from distilkit.serving import CacheMode
from distilkit.starting.run import Run, Seen
from distilkit.store import Store
from distilkit.structured import EXTRA
from distilkit.targets import Wanted

if TYPE_CHECKING:
    import pandas as pd


def start(  # noqa: PLR0913 - the arguments of compare
    prompts: Any,
    profiles: Wanted = None,
    *,
    score: Scores = None,
    schema: Any = None,
    samples: int = 1,
    params: Mapping[str, Any] | None = None,
    system: str | None = None,
    template: str | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    stream: bool = False,
    batch: bool = False,
    budget: Any = None,
    only_failed: bool = False,
    progress: bool | None = None,
    on_event: Callable[[Event], None] | None = None,
    send: Send | None = None,
) -> Run:
    """Begin what `compare` does, and return a `Run` at once; the cell, or the script, goes on.

        run = dk.start(questions, ["sonnet", "local-llama"], score={"correct": dk.score.exact("answer")})
        run.df              # the rows until now, without scores
        run.stop()          # end with the rows that are finished
        df = run.result()   # wait for the end; `await run` in async code

    In a notebook it shows its progress and a button to stop it, and at the end one line. Several may run at once; they
    share limits and budgets as any runs do. The arguments are those of `compare`. In a script, wait for the result:
    a process that ends takes its runs with it, and what is answered is stored.

    Args:
        prompts: as in `compare`.
        profiles: as in `compare`.
        score: as in `compare`; scorers work in the run's own thread.
        schema: as in `compare`.
        samples: as in `compare`.
        params: as in `compare`.
        system: as in `compare`.
        template: as in `compare`.
        config: as in `compare`.
        store: as in `compare`.
        cache: as in `compare`.
        stream: as in `compare`.
        batch: as in `compare`.
        budget: as in `compare`.
        only_failed: as in `compare`.
        progress: False shows nothing in a notebook's cell; elsewhere nothing is shown anyway.
        on_event: as in `compare`.
        send: as in `compare`.

    Raises:
        InputError: an argument is wrong. Nothing was sent.
        ConfigError: a profile file is wrong, or a profile is unknown. Nothing was sent. Later errors are kept, and
            raised by `result`.
    """
    if progress not in {None, True, False}:
        raise InputError(f"progress= must be True, False or None, not {progress!r}")
    manner = Manner(
        store=store,
        cache=cache,
        budget=Budget.of(budget),
        only_failed=only_failed,
        progress=False,
        on_event=on_event,
        send=send,
        stream=stream,
        batch=batch,
    )
    question = Question(
        prompts=prompts,
        profiles=profiles,
        schema=schema,
        samples=samples,
        params=params,
        system=system,
        template=template,
        config=config,
    )
    seen = Seen(_checked(question, score))
    watched = replace(manner, on_event=listeners(seen.hear, on_event), begun=seen.take)
    return Run(asking(question, watched, score), seen)


def _checked(question: Question, score: Scores) -> pd.DataFrame | None:
    """Refuse at once what can be known to be wrong, and return the caller's own columns."""
    check_question(question)
    _, own = to_prompts(question.prompts, template=question.template, system=question.system)
    taken = [] if own is None else list(own.columns)
    check_scores(score, [*taken, *(EXTRA if question.schema is not None else ())])
    return own
