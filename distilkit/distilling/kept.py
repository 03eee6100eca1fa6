"""`distilled`: a training set that was kept, read from the store again: both sides, with thinking and verdicts.

Content, thinking and tokens are read anew from what the provider said. Knows frames and the store; asks nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.calls import Answer, Call, Failure, Request
from distilkit.distilling.reasons import ADDED, texts, truths
from distilkit.distilling.split import hashes_of
from distilkit.errors import InputError
from distilkit.frame import Rows
from distilkit.profiles.profile import Profile, ThinkingRules
from distilkit.prompts import to_prompts
from distilkit.serving import last_failures
from distilkit.store import Store, verdicts
from distilkit.store.entry import Entry
from distilkit.store.verdicts import Verdict
from distilkit.targets import opened_store

if TYPE_CHECKING:
    import pandas as pd

# Rows at a time: an entry holds the whole reply.
_AT_ONCE = 2_000


def distilled(
    name: str | None = None, *, valid: bool | None = None, store: Store | str | Path | None = None
) -> pd.DataFrame:
    """Return a set that `distill` kept, read from the store: answers that may be learnt from, and those that may not.

        dk.distilled("arithmetic", valid=True)     # responses
        dk.distilled("arithmetic", valid=False)    # invalid responses, with their thinking and what is wrong with them

    Nothing is asked or paid. The answers are read anew, so a better reading of thinking shows here too; the verdicts
    are those of the time. Scores and columns of the prompts are not kept: the frame of `distill` has them.

    Args:
        name: the set's, as in `distill(name=)`; None for the one that was kept last.
        valid: True for valid rows, False for the others, None for all.
        store: a `Store` or its folder, as in `distill`.

    Returns:
        The columns of `distilkit.COLUMNS`, then `prompt_hash`, `valid`, `reasons`, `evidence`, `chosen` and `split`, in
        the order the rows had. `cost_usd` is what the row cost when it was judged. A call that failed is a row with its
        `error_kind`. An answer that is no longer in the store is one too, and then not valid.

    Raises:
        InputError: there is no such set; the text names those there are.
        StoreError: the store cannot be read.
    """
    import pandas as pd

    if valid is not None and not isinstance(valid, bool):
        raise InputError(f"valid= must be True, False or None, not {valid!r}")
    with opened_store(store) as opened:
        rows = verdicts.read(opened.folder, name)
        parts = [_frame(opened, part) for part in _parts(rows)]
    whole = pd.concat(parts, ignore_index=True) if parts else _frame_of([], [])
    return whole if valid is None else whole.loc[(whole["valid"] == valid).to_numpy()].reset_index(drop=True)


def _parts(rows: Sequence[Verdict]) -> Iterator[list[Verdict]]:
    rest = iter(rows)
    while part := list(islice(rest, _AT_ONCE)):
        yield part


def _frame(store: Store, rows: Sequence[Verdict]) -> pd.DataFrame:
    entries = {entry.key: entry for entry in store.entries(list({row.key for row in rows}))}
    lost = [row.key for row in rows if row.key not in entries]
    asked = {} if store.readonly or not lost else last_failures(store, lost)
    requests = {key: failure.request_json for key, failure in asked.items()}
    calls = [_call(row, entries.get(row.key), requests.get(row.key)) for row in rows]
    return _frame_of(rows, [(call, _outcome(row, entries.get(row.key))) for row, call in zip(rows, calls, strict=True)])


def _call(row: Verdict, entry: Entry | None, request_json: str | None) -> Call:
    if entry is not None:
        request = entry.request
    elif request_json is not None:
        request = Request.from_dict(json.loads(request_json))
    else:
        request = Request(model="unknown/unknown", messages=[])
    provider, _, model = request.model.partition("/")
    profile = Profile(
        name=str(row.about.get("profile", "")),
        provider=provider,
        model=model,
        section=provider,
        thinking=ThinkingRules(**row.about.get("thinking", {})),
    )
    text = row.about.get("prompt") or (to_prompts([request.messages])[0][0].text if request.messages else "")
    name = row.about.get("prompt_id", "")
    return Call(prompt_id=name, prompt=text, profile=profile, request=request, key=row.key)


def _outcome(row: Verdict, entry: Entry | None) -> Answer | Failure:
    if entry is not None and "error_kind" not in row.about:
        return Answer(record=entry.record, from_store=True)
    plain = "its answer is no longer in the store"
    return Failure(kind=row.about.get("error_kind", "unknown"), message=row.about.get("error", plain))


def _frame_of(rows: Sequence[Verdict], settled: Sequence[tuple[Call, Answer | Failure]]) -> pd.DataFrame:
    """Read the answers, and lay the verdicts over them."""
    table = Rows([call for call, _ in settled])
    for call, outcome in settled:
        table.settle(call, outcome)
    frame = table.frame()
    gone = [isinstance(outcome, Failure) and row.valid for row, (_, outcome) in zip(rows, settled, strict=True)]
    valid = [row.valid and not lost for row, lost in zip(rows, gone, strict=True)]
    reasons = ["empty_answer" if lost else row.reasons for row, lost in zip(rows, gone, strict=True)]
    said = [
        '{"empty_answer": "no longer in the store"}' if lost else row.evidence
        for row, lost in zip(rows, gone, strict=True)
    ]
    added = {
        "prompt_hash": texts(frame, hashes_of(frame["prompt"].tolist())),
        "valid": truths(frame, valid),
        "reasons": texts(frame, reasons),
        "evidence": texts(frame, said),
        "chosen": truths(frame, [row.chosen and each for row, each in zip(rows, valid, strict=True)]),
        "split": texts(
            frame, [row.about.get("split") if each else None for row, each in zip(rows, valid, strict=True)]
        ),
    }
    return frame.assign(**{name: added[name] for name in ADDED}, **_as_it_was(frame, rows))


def _as_it_was(frame: pd.DataFrame, rows: Sequence[Verdict]) -> dict[str, Any]:
    import pandas as pd

    served = [row.about.get("served_by") for row in rows]
    return {
        "served_by": texts(frame, served),
        "cost_usd": pd.array([row.about.get("cost_usd") for row in rows], dtype="Float64"),
    }
