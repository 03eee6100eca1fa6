"""The rounds of a lesson as one frame, in the order of prompts, teachers and samples; and what is said at the end.

Knows columns; knows nothing of how they came.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from distilkit.analysis import usage
from distilkit.distilling.cells import verdicts_of
from distilkit.distilling.choosing import prompt_ids
from distilkit.progress import in_kernel
from distilkit.progress.words import dollars
from distilkit.scoring import Scores
from distilkit.scoring.applying import made
from distilkit.teaching.lesson import Cell

if TYPE_CHECKING:
    import pandas as pd

_VERDICTS = ("valid", "reasons", "evidence")


def joined(parts: Sequence[pd.DataFrame], cells: Sequence[Cell], scores: Scores) -> pd.DataFrame:
    """Return the parts as one frame, the rows in the order of their cells."""
    import pandas as pd

    if len(parts) == 1:
        whole = parts[0]
    else:
        kinds = _score_types(parts, made(scores))
        whole = pd.concat([part.astype({name: kinds[name] for name in kinds if name in part}) for part in parts])
    order = sorted(range(len(cells)), key=cells.__getitem__)
    # A reason may first have come in a later round, and then stands at the end.
    scored = [name for name in made(scores) if name in whole]
    rest = [name for name in whole.columns if name not in {*scored, *_VERDICTS}]
    return whole[[*rest, *scored, *_VERDICTS]].iloc[order].reset_index(drop=True)


def _score_types(parts: Sequence[pd.DataFrame], scores: Sequence[str]) -> dict[str, str]:
    """Return, of scores that are verdicts in some round, what they are in all: of a round without any nobody can tell.

    One that is a number in another round is a number.
    """
    kinds = {name: [part[name] for part in parts if name in part] for name in scores}
    return {
        name: "boolean" if all(column.dtype == "boolean" or column.isna().all() for column in columns) else "Float64"
        for name, columns in kinds.items()
        if any(column.dtype == "boolean" for column in columns)
    }


def say(frame: pd.DataFrame, rounds: int, *, show: bool | None) -> None:
    """Write one line on what became of it all, where a progress line would be, if anything was sent.

    Args:
        frame: the whole, judged.
        rounds: how many there were.
        show: as `progress=` of `compare`.
    """
    if show is False or not (~frame["from_store"].fillna(value=True)).any():
        return
    if in_kernel():
        stream = sys.stdout
    elif sys.stderr is not None and (show or sys.stderr.isatty()):
        stream = sys.stderr
    else:
        return
    stream.write(f"{line(frame, rounds)}\n")


def line(frame: pd.DataFrame, rounds: int) -> str:
    """Say how many prompts have a valid answer, how many are chosen, and what this run paid for the answers."""
    prompts, valid = prompt_ids(frame), verdicts_of(frame, "valid")
    good = {prompt for prompt, each in zip(prompts, valid, strict=True) if each}
    chosen = sum(each is True for each in verdicts_of(frame, "chosen"))
    billed = usage.total(usage.numbers(frame.loc[usage.paid(frame)], "billed_usd"))
    parts = [
        f"{len(good):,} of {len(set(prompts)):,} prompts have a valid answer",
        f"{chosen:,} chosen",
        f"{len(frame):,} rows in {rounds:,} round{'' if rounds == 1 else 's'}",
        "cost unknown" if billed is None else dollars(Decimal(str(billed))),
    ]
    return "distilkit: " + " · ".join(parts)
