"""Ask some rows of a finished frame again: those that failed, or those that are chosen, with other parameters.

What was asked is in the store, for answers and for failures, so the prompts are not needed. Knows frames and the
store; knows no provider.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from distilkit._sync import Body, awaiting, blocking
from distilkit.analysis.columns import score_columns
from distilkit.calls import Call, Request
from distilkit.distilling.reasons import ADDED
from distilkit.engine.events import Event
from distilkit.engine.ports import Send
from distilkit.errors import InputError
from distilkit.frame import COLUMNS, Rows
from distilkit.planning import again
from distilkit.profiles import Budget, Profile, Route, Strategy, check_params
from distilkit.running import Manner, running
from distilkit.scoring import Scorer, Scores
from distilkit.scoring import check as check_scores
from distilkit.scoring.applying import made, ready, scored
from distilkit.scoring.judges.asking import INTERRUPTED, noticing
from distilkit.scoring.judges.beside import PAIR_DTYPES
from distilkit.serving import CacheMode, last_failures
from distilkit.store import Store
from distilkit.structured import EXTRA, StructuredRows, prepare, structured
from distilkit.targets import chosen, opened_store

if TYPE_CHECKING:
    import pandas as pd


def _rerun(  # noqa: PLR0913 - the arguments of compare that matter here
    df: pd.DataFrame,
    where: Any = None,
    *,
    params: Mapping[str, Any] | None = None,
    score: Scores = None,
    schema: Any = None,
    profiles: Sequence[Profile | Strategy] = (),
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    budget: Any = None,
    progress: bool | None = None,
    on_event: Callable[[Event], None] | None = None,
    on_interrupt: Literal["return", "raise"] = "return",
    send: Send | None = None,
) -> Body[pd.DataFrame]:
    """Ask some rows of a frame from `compare` again, and return the whole frame with their new answers.

        df = dk.rerun(df)                                                        # what failed
        df = dk.rerun(df, df["finish_reason"] == "length", params={"max_tokens": 2000})   # what was cut off

    Args:
        df: a frame from `compare`, with its columns.
        where: which rows: True for each to ask again, as long as the frame; None for those that failed.
        params: generation parameters over those that were sent; None removes one.
        score: the scorers, for the new answers and the old. Without them the scores of the new answers are `<NA>`.
        schema: the shape of the answers, for a frame that was made with one. Without it, `parsed` and `schema_error`
            of the new answers are `<NA>`.
        profiles: `Profile` and `Strategy` objects of the frame that no file names.
        config: the profile file the other names are looked up in.
        store: the store the frame was made with.
        cache: as in `compare`; `refresh` asks again what is stored.
        budget: as in `compare`.
        progress: as in `compare`.
        on_event: as in `compare`.
        on_interrupt: as in `compare`; rows that were not finished stay as they were.
        send: as in `compare`.

    Raises:
        InputError: an argument is wrong, or the store does not know what a row asked. Nothing was sent.
        ConfigError: a profile of the frame is unknown. Nothing was sent.
    """
    manner = Manner(
        store=store,
        cache=cache,
        budget=Budget.of(budget),
        progress=progress,
        on_event=on_event,
        on_interrupt=on_interrupt,
        send=send,
    )
    check_params(params or {})
    structure = None if schema is None else prepare(schema, params)
    _check_frame(df)
    scorers = check_scores(score, _own(df, score))
    places = _places(df, where)
    if not places:
        return (yield from _scored_anew(df, scorers, score, manner, config))
    given = [profiles] if isinstance(profiles, Profile | Strategy) else profiles
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InputError(f"profiles= takes Profile and Strategy objects, not {profiles!r}")
    given = list(given)
    if odd := [each for each in given if not isinstance(each, Profile | Strategy)]:
        raise InputError(f"profiles= takes Profile and Strategy objects that no file names, not {odd[0]!r}")
    own = {each.name: each for each in given}
    names = list(dict.fromkeys(str(df["profile"].iloc[place]) for place in places))
    named = chosen([own.get(name, name) for name in names], config)
    with opened_store(store) as kept:
        requests = _requests(kept, [str(df["key"].iloc[place]) for place in places])
    targets = {target.name: target for target in named.targets}
    calls = [_call(df, place, targets, request, params or {}) for place, request in zip(places, requests, strict=True)]
    within = manner.within(named)
    judging = ready(scorers, within, config, calls, list(dict.fromkeys(df["profile"].astype(str))))
    # The stored requests ask for the shape already.
    body: Body[Rows | StructuredRows] = (
        running(calls, within) if structure is None else structured(calls, structure, within)
    )
    rows, interrupted = yield from noticing(body)
    new = rows.frame()
    merged = _merged(df, [places[nth] for nth in rows.finished], new, score)
    judging = judging and judging.after(new, INTERRUPTED if interrupted else None)
    return (yield from scored(merged, scorers, judging))


rerun = blocking(_rerun)
arerun = awaiting(_rerun)


def _scored_anew(
    df: pd.DataFrame, scorers: Mapping[str, Scorer], score: Scores, manner: Manner, config: str | Path | None
) -> Body[pd.DataFrame]:
    """Score a frame of which no row is asked again, so that the columns do not hang on whether any row failed."""
    judging = ready(scorers, manner, config, [], list(dict.fromkeys(df["profile"].astype(str))))
    old = df.drop(columns=[name for name in made(score) if name in df])
    return (yield from scored(old, scorers, judging)).copy()


def _check_frame(df: object) -> None:
    import pandas as pd

    if not isinstance(df, pd.DataFrame):
        raise InputError(f"df: must be a frame from compare, not {type(df).__name__}")
    missing = [name for name in ("key", "profile", "prompt_id", "prompt", "sample", "error_kind") if name not in df]
    if missing:
        raise InputError(f"df: lacks the columns {', '.join(missing)}; pass a frame from compare, with its columns")
    if not df.columns.is_unique:
        raise InputError("df: has a column twice; pass a frame from compare, with its columns")


def _own(df: pd.DataFrame, score: Scores) -> list[str]:
    """Return the columns that will be there before scoring."""
    own = made(score)
    return [str(name) for name in df.columns if name not in COLUMNS and name not in own]


def _places(df: pd.DataFrame, where: Any) -> list[int]:
    import pandas as pd

    if isinstance(where, pd.Series) and not where.index.equals(df.index):
        raise InputError("where= has other row labels than df; take it from the same frame")
    mask = df["error_kind"].notna() if where is None else where
    try:
        flags = pd.Series(mask).astype("boolean").fillna(value=False).tolist()
    except (TypeError, ValueError):
        raise InputError("where= must be True or False for each row, such as df['finish_reason'] == 'length'") from None
    if len(flags) != len(df):
        raise InputError(f"where= has {len(flags):,} values for {len(df):,} rows; take it from the same frame")
    return [place for place, flag in enumerate(flags) if flag]


def _requests(store: Store, keys: Sequence[str]) -> list[Request]:
    """Return what each key asked: of answers and of failures."""
    known = {entry.key: entry.request for entry in store.entries(list(dict.fromkeys(keys)))}
    lost = [key for key in keys if key not in known]
    failures = last_failures(store, lost)
    known |= {key: Request.from_dict(json.loads(failure.request_json)) for key, failure in failures.items()}
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise InputError(
            f"df: the store {str(store.folder)!r} does not know what {len(unknown):,} of the rows asked, the first "
            f"with key {unknown[0][:12]}; pass the store= of the frame, or call compare with the prompts"
        )
    return [known[key] for key in keys]


def _call(
    df: pd.DataFrame,
    place: int,
    targets: Mapping[str, Profile | Route],
    request: Request,
    params: Mapping[str, Any],
) -> Call:
    row = df.iloc[place]
    name, prompt_id = str(row["profile"]), row["prompt_id"]
    target = targets.get(name)
    if target is None:
        raise InputError(f"df: its profile {name!r} is now called otherwise; name it in profiles= or in the file")
    try:
        plain = prompt_id if isinstance(prompt_id, str) else int(prompt_id)
    except (TypeError, ValueError):
        raise InputError(f"df: row {place} has no usable prompt_id, but {prompt_id!r}") from None
    return again(plain, str(row["prompt"]), target, request, params)


def _merged(df: pd.DataFrame, places: Sequence[int], new: pd.DataFrame, score: Scores) -> pd.DataFrame:
    """Put new rows in the places of the old: without the columns of `score`, which are made anew for all rows."""
    import pandas as pd

    # The verdicts of `distill` are about other answers, and about all rows together.
    result = df.drop(columns=list(ADDED)) if set(ADDED).issubset(df) else df.copy()
    for name, dtype in {**COLUMNS, **EXTRA}.items():
        if name in result:
            column = result[name].astype("object")
            column.iloc[list(places)] = new[name].astype("object").to_numpy() if name in new else pd.NA
            result[name] = _fitting(column, result[name].dtype, dtype)
    if score:
        return result.drop(columns=[name for name in made(score) if name in result])
    for name in _about(score_columns(result, None), result):
        column = result[name].copy()
        column.iloc[list(places)] = pd.NA
        result[name] = column
    return result


def _about(scores: Sequence[str], frame: pd.DataFrame) -> list[str]:
    """Return the columns that hold scores, reasons, or what a judge said and cost."""
    endings = ("", "_reason", *(f"_{ending}" for ending in PAIR_DTYPES))
    return [column for name in scores for ending in endings if (column := f"{name}{ending}") in frame]


def _fitting(column: pd.Series, dtype: Any, usual: str) -> pd.Series:
    """Return a column of the type it had, where that holds all its values: a frame read from a file may have others."""
    import pandas as pd

    for each in () if isinstance(dtype, pd.CategoricalDtype) else (dtype, usual):
        try:
            kept = column.astype(each or "object")  # type: ignore[arg-type] # any dtype, or its name
        except (TypeError, ValueError):
            continue
        if kept.isna().equals(column.isna()):
            return kept
    return column
