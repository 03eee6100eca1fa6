"""The verbs: compare, complete, estimate, and what they share. Each is one body with a blocking and an async face.

Reads like the picture in the design: plan, serve from the store, send the rest, read into a frame, score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from distilkit._sync import Body, awaiting, blocking
from distilkit.calls import Call
from distilkit.engine.events import Event
from distilkit.engine.ports import Send
from distilkit.errors import ProviderError
from distilkit.frame import Rows
from distilkit.planning import plan
from distilkit.profiles import Budget, Profile, Strategy, check_params
from distilkit.prompts import to_prompts
from distilkit.running import Manner, running, saying
from distilkit.scoring import Scores
from distilkit.scoring import check as check_scores
from distilkit.scoring.applying import ready, scored
from distilkit.scoring.judges.asking import INTERRUPTED, noticing
from distilkit.serving import CacheMode
from distilkit.store import Store
from distilkit.structured import EXTRA, StructuredRows, check_columns, prepare, shaped, structured
from distilkit.targets import Wanted, chosen

if TYPE_CHECKING:
    import pandas as pd


def _compare(  # noqa: PLR0913 - the main job, and each argument a question users have
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
    on_interrupt: Literal["return", "raise"] = "return",
    send: Send | None = None,
) -> Body[pd.DataFrame]:
    """Ask every profile every prompt, and return one row for each (prompt, profile, sample).

    Answers are on disk before they are shown: run it again, after a crash or tomorrow, and only what is missing is
    sent. A call that fails is a row with `error_kind` and `error`.

    Args:
        prompts: a text; a list or Series of texts or of message lists; or a DataFrame with a column `prompt` (or with
            the columns `template` names). A column `prompt_id` names the prompts. Other columns stay in the result.
        profiles: names from the profile file, of strategies too, built-in `sim/...` names, LiteLLM model strings, or
            `Profile` and `Strategy` objects; None for the file's default. A plain profile is never answered by another.
        score: `{"name": scorer}`; each adds a column. See `distilkit.score`.
        schema: a pydantic model, or a JSON schema as a mapping: what each answer must look like. Adds the columns
            `parsed`, the object or `<NA>`, and `schema_error`, why there is none. See docs/structured.md.
        samples: answers to each prompt from each profile. Raising it later keeps the answers there are.
        params: generation parameters in OpenAI's names, over the profiles' own; None removes a profile's.
        system: a system message for every prompt that does not bring its own.
        template: a format string over the columns of a DataFrame, e.g. `"{question} Answer with a number."`.
        config: the profile file; None looks in `$DISTILKIT_CONFIG`, `./distilkit.yaml`, `./configs/distilkit.yaml`
            and the user's configuration folder.
        store: a `Store` or its folder; None for `$DISTILKIT_STORE`, else the user's data folder.
        cache: `use` sends what is not stored; `refresh` sends everything again; `only` sends nothing.
        stream: ask for streamed answers: the rows are the same, and `ttft_s` says when the first token came.
        batch: hand over what is not stored to the provider's batch API, at half the price, and wait for it, up to a
            day; run the same call again after an interrupt. See docs/batch.md.
        budget: dollars that may be spent: an amount for this run, or a mapping such as `{"run": 5, "daily": 20}`;
            beside what the profile file says. What does not fit is a row of kind `budget`; run again with more.
        only_failed: send only what failed before; what was never asked becomes a row that says so.
        progress: True or False to force or forbid the progress line; None shows it in terminals and notebooks.
        on_event: called with each `Event` of the run, from the sending thread; it should return quickly.
        on_interrupt: Ctrl-C or the notebook's stop button cancels what is in flight; `return` gives the finished rows,
            `raise` raises KeyboardInterrupt. A second press does not wait until what is cancelled has ended.
        send: an async function from `Call` to `Record` that takes the network's place; None for the network.

    Returns:
        A DataFrame with the columns of `distilkit.COLUMNS`, then the caller's own, then the scores. Missing values,
        unknown prices among them, are `<NA>`.

    Raises:
        InputError: an argument is wrong, or a budget is set and a price is not known. Nothing was sent.
        ConfigError: a profile file is wrong, a profile is unknown, or a needed key is not set. Nothing was sent.
        StoreError: the store cannot be opened, or cannot be written while something would have to be sent.
    """
    manner = Manner(
        store=store,
        cache=cache,
        budget=Budget.of(budget),
        only_failed=only_failed,
        progress=progress,
        on_event=on_event,
        on_interrupt=on_interrupt,
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
    return (yield from saying(asking(question, manner, score)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of whom; the arguments of `compare` of the same names."""

    prompts: Any
    profiles: Wanted = None
    schema: Any = None
    samples: int = 1
    params: Mapping[str, Any] | None = None
    system: str | None = None
    template: str | None = None
    config: str | Path | None = None


def check_question(question: Question) -> None:
    """Refuse at once what `compare` would refuse when it begins; raises as it does."""
    check_params(question.params or {})
    to_prompts(question.prompts, template=question.template, system=question.system)
    chosen(question.profiles, question.config)


def asking(question: Question, manner: Manner, score: Scores = None) -> Body[pd.DataFrame]:
    """Ask, and score: what `compare` does once its arguments are sorted; raises as it does."""
    params = question.params or {}
    check_params(params)
    structure = None if question.schema is None else prepare(question.schema, params)
    asked, own = to_prompts(question.prompts, template=question.template, system=question.system)
    taken = [] if own is None else list(own.columns)
    if structure is not None:
        check_columns(taken)
    scorers = check_scores(score, [*taken, *(EXTRA if structure is not None else ())])
    named = chosen(question.profiles, question.config)
    calls = plan(asked, named.targets, params=params, samples=question.samples)
    within = manner.within(named)
    judging = ready(scorers, within, question.config, calls, [target.name for target in named.targets])
    body: Body[Rows | StructuredRows] = (
        running(calls, within) if structure is None else structured(shaped(calls, structure), structure, within)
    )
    rows, interrupted = yield from noticing(body)
    frame = with_own(rows, calls, own)
    judging = judging and judging.after(frame, INTERRUPTED if interrupted else None)
    return (yield from scored(frame, scorers, judging, on_interrupt=manner.on_interrupt))


compare = blocking(_compare)
acompare = awaiting(_compare)


def _complete(  # noqa: PLR0913 - those of `compare` that make sense for one row
    prompt: Any,
    profile: str | Profile | Strategy,
    *,
    schema: Any = None,
    params: Mapping[str, Any] | None = None,
    system: str | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    budget: Any = None,
    send: Send | None = None,
) -> Body[pd.Series[Any]]:
    """Ask one profile one prompt, and return its row.

    The row is a Series with the fields of `distilkit.COLUMNS`: `row.content`, `row.thinking`, `row.cost_usd`; with
    `schema=` also `parsed` and `schema_error`. Arguments are those of `compare`; `prompt` is a text or a list of
    messages.

    Raises:
        ProviderError: the call failed; `kind` says how. What `compare` raises is raised here too.
    """
    manner = Manner(store=store, cache=cache, budget=Budget.of(budget), progress=False, on_interrupt="raise", send=send)
    question = Question(
        prompts=one(prompt), profiles=profile, schema=schema, params=params, system=system, config=config
    )
    return (yield from completing(question, manner))


def one(prompt: Any) -> Any:
    """Return one prompt as prompts."""
    return prompt if isinstance(prompt, str) else [prompt]


def completing(question: Question, manner: Manner) -> Body[pd.Series[Any]]:
    """Ask a question of one prompt and one profile, and return its row; raises as `complete` does."""
    frame = yield from asking(question, manner)
    row = frame.iloc[0]
    if isinstance(row["error_kind"], str):
        raise ProviderError(row["error"], kind=row["error_kind"], provider=row["provider"])  # type: ignore[arg-type] # a Series knows no columns
    return row


complete = blocking(_complete)
acomplete = awaiting(_complete)


def with_own(rows: Rows | StructuredRows, calls: Sequence[Call], own: pd.DataFrame | None) -> pd.DataFrame:
    """Add the caller's columns to the finished rows, by the prompt each row came from."""
    frame = rows.frame()
    if own is None or own.shape[1] == 0:
        return frame
    per_prompt = len(calls) // len(own) if len(own) else 1
    taken = own.iloc[[place // per_prompt for place in rows.finished]].reset_index(drop=True)
    import pandas as pd

    return pd.concat([frame, taken], axis=1)
