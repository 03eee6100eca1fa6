"""The verbs: compare, complete, estimate, and what they share. Each is one body with a blocking and an async face.

Reads like the picture in the design: plan, serve from the store, send the rest, read into a frame, score.
"""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from distilkit._sync import Body, Step, awaiting, blocking
from distilkit.calls import Call, Outcome, Record, plan
from distilkit.engine.events import Event
from distilkit.engine.run import Ports, Send, run
from distilkit.errors import InputError, ProviderError, StoreError
from distilkit.frame import Rows
from distilkit.profiles import Profile, check_params, load_profiles, resolve
from distilkit.progress import Progress, in_kernel, listeners
from distilkit.prompts import to_prompts
from distilkit.provider import Transport, check_ready, warm
from distilkit.scoring import Scores, apply
from distilkit.scoring import check as check_scores
from distilkit.serving import CacheMode, serve, settle_missing
from distilkit.store import Store, Writer

if TYPE_CHECKING:
    import pandas as pd


def _compare(  # noqa: PLR0913 - the main job, and each argument a question users have
    prompts: Any,
    profiles: str | Profile | Sequence[str | Profile] | None = None,
    *,
    score: Scores = None,
    samples: int = 1,
    params: Mapping[str, Any] | None = None,
    system: str | None = None,
    template: str | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
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
        profiles: names from the profile file, built-in `sim/...` names, LiteLLM model strings, or `Profile` objects;
            None for the file's default.
        score: `{"name": scorer}`; each adds a column. See `distilkit.score`.
        samples: answers to each prompt from each profile. Raising it later keeps the answers there are.
        params: generation parameters in OpenAI's names, over the profiles' own; None removes a profile's.
        system: a system message for every prompt that does not bring its own.
        template: a format string over the columns of a DataFrame, e.g. `"{question} Answer with a number."`.
        config: the profile file; None looks in `$DISTILKIT_CONFIG`, `./distilkit.yaml`, `./configs/distilkit.yaml`
            and the user's configuration folder.
        store: a `Store` or its folder; None for `$DISTILKIT_STORE`, else the user's data folder.
        cache: `use` sends what is not stored; `refresh` sends everything again; `only` sends nothing.
        progress: True or False to force or forbid the progress line; None shows it in terminals and notebooks.
        on_event: called with each `Event` of the run, from the sending thread; it should return quickly.
        on_interrupt: Ctrl-C or the notebook's stop button cancels what is in flight; `return` gives the finished rows,
            `raise` raises KeyboardInterrupt.
        send: an async function from `Call` to `Record` that takes the network's place; None for the network.

    Returns:
        A DataFrame with the columns of `distilkit.COLUMNS`, then the caller's own, then the scores. Missing values,
        unknown prices among them, are `<NA>`.

    Raises:
        InputError: an argument is wrong.
        ConfigError: a profile file is wrong, a profile is unknown, or a needed key is not set. Nothing was sent.
        StoreError: the store cannot be opened, or cannot be written while something would have to be sent.
    """
    _check(cache=cache, on_interrupt=on_interrupt, on_event=on_event)
    check_params(params or {})
    asked, own = to_prompts(prompts, template=template, system=system)
    check_scores(score, own.columns if own is not None else ())
    calls = plan(asked, chosen_profiles(profiles, config), params=params or {}, samples=samples)
    rows = Rows(calls)
    line = Progress(len(calls), show=progress)
    with opened_store(store) as kept:
        tell = listeners(line.observe, on_event and _harmless(on_event))
        misses = serve(calls, kept, rows.settle, tell, cache)
        if misses and cache == "only":
            settle_missing(misses, kept, rows.settle)
        elif misses:
            _check_sendable(misses, kept, network=send is None)
            find = kept.get if cache == "use" else _nothing
            work = _send_all(misses, kept, rows.settle, tell, send, find)
            try:
                yield Step(work, line.tick)
            except KeyboardInterrupt:
                line.finish("interrupted")
                if on_interrupt == "raise":
                    raise
                _say_how_to_go_on(len(rows.finished), len(calls))
            else:
                line.finish()
    return apply(_with_own(rows, calls, own), score)


compare = blocking(_compare)
acompare = awaiting(_compare)


def _complete(
    prompt: Any,
    profile: str | Profile,
    *,
    params: Mapping[str, Any] | None = None,
    system: str | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    send: Send | None = None,
) -> Body[pd.Series[Any]]:
    """Ask one profile one prompt, and return its row.

    The row is a Series with the fields of `distilkit.COLUMNS`: `row.content`, `row.thinking`, `row.cost_usd`. Arguments
    are those of `compare`; `prompt` is a text or a list of messages.

    Raises:
        ProviderError: the call failed; `kind` says how. What `compare` raises is raised here too.
    """
    asked = prompt if isinstance(prompt, str) else [prompt]
    frame = yield from _compare(
        asked,
        [profile],
        params=params,
        system=system,
        config=config,
        store=store,
        cache=cache,
        progress=False,
        on_interrupt="raise",
        send=send,
    )
    row = frame.iloc[0]
    if isinstance(row["error_kind"], str):
        raise ProviderError(row["error"], kind=row["error_kind"], provider=row["provider"])  # type: ignore[arg-type] # a Series knows no columns
    return row


complete = blocking(_complete)
acomplete = awaiting(_complete)


def _check(*, cache: str, on_interrupt: str, on_event: object) -> None:
    if cache not in {"use", "refresh", "only"}:
        raise InputError(f"cache= must be 'use', 'refresh' or 'only', not {cache!r}")
    if on_interrupt not in {"return", "raise"}:
        raise InputError(f"on_interrupt= must be 'return' or 'raise', not {on_interrupt!r}")
    if on_event is not None and not callable(on_event):
        raise InputError(f"on_event= must be a function of an Event, not {on_event!r}")


def chosen_profiles(
    profiles: str | Profile | Sequence[str | Profile] | None, config: str | Path | None
) -> list[Profile]:
    """Turn what a caller names into profiles; the file is read only where a name has to be looked up.

    Raises:
        InputError: nothing is named, and the file has no default.
        ConfigError: the file is wrong, or a name is unknown.
    """
    if config is not None and not isinstance(config, str | Path):
        raise InputError(f"config= must be the path of a profile file, not {config!r}")
    if profiles is not None and not isinstance(profiles, str | Profile | Iterable):
        raise InputError(f"profiles= takes names or Profile objects, not {profiles!r}")
    if profiles is None:
        known = load_profiles(config)
        if known.default is None:
            raise InputError("profiles= is missing, and no profile is the default; name one, e.g. profiles='sim/small'")
        return resolve(known.default, known)
    wanted = [profiles] if isinstance(profiles, str | Profile) else list(profiles)
    if not wanted:
        raise InputError("profiles= is empty; name at least one, e.g. profiles=['sim/small']")
    return resolve(wanted, lambda: load_profiles(config))


@contextlib.contextmanager
def opened_store(store: Store | str | Path | None) -> Iterator[Store]:
    """Open the store, or pass on the caller's, which stays open."""
    if isinstance(store, Store):
        yield store
        return
    if store is not None and not isinstance(store, str | Path):
        raise InputError(f"store= takes a Store or the path of its folder, not {store!r}")
    with Store(store) as opened:
        yield opened


def _check_sendable(misses: Sequence[Call], store: Store, *, network: bool) -> None:
    """Refuse before anything is sent: answers that cannot be kept would be paid for twice, a missing key fails all."""
    if store.readonly:
        raise StoreError(f"{len(misses):,} answers are not stored, and new ones could not be kept: {store!r}")
    if network:
        # Before LiteLLM's import begins: two slow imports at once would keep an interrupt waiting for both.
        import pandas as pd  # noqa: F401 - see above

        warm()
        for profile in {call.profile.name: call.profile for call in misses}.values():
            check_ready(profile)


async def _send_all(
    misses: Sequence[Call],
    store: Store,
    settle: Callable[[str, Outcome], None],
    tell: Callable[[Event], None],
    send: Send | None,
    find: Callable[[str], Record | None],
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        writer = await stack.enter_async_context(Writer(store))
        asking: Send = await stack.enter_async_context(Transport()) if send is None else send
        await run(misses, Ports(send=asking, keep=writer.put, settle=settle, observe=tell, find=find))


def _nothing(_key: str) -> Record | None:
    return None


def _harmless(on_event: Callable[[Event], None]) -> Callable[[Event], None]:
    """Keep a listener's mistake from ending the run; it is told about once."""
    told = False

    def listen(event: Event) -> None:
        nonlocal told
        try:
            on_event(event)
        except Exception as error:  # noqa: BLE001 - a listener must not cost answers
            if not told:
                told = True
                warnings.warn(f"on_event raised {type(error).__name__}: {error}", stacklevel=2)

    return listen


def _say_how_to_go_on(finished: int, total: int) -> None:
    stream = sys.stdout if in_kernel() else sys.stderr
    stream.write(
        f"Interrupted: {finished:,} of {total:,} rows are finished and kept. Run the same call again to go on.\n"
    )


def _with_own(rows: Rows, calls: Sequence[Call], own: pd.DataFrame | None) -> pd.DataFrame:
    """Add the caller's columns to the finished rows, by the prompt each row came from."""
    frame = rows.frame()
    if own is None or own.shape[1] == 0:
        return frame
    per_prompt = len(calls) // len(own) if len(own) else 1
    taken = own.iloc[[place // per_prompt for place in rows.finished]].reset_index(drop=True)
    import pandas as pd

    return pd.concat([frame, taken], axis=1)
