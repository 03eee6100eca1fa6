"""Means that somebody published, or a summary: one row a profile, without the prompts behind it.

From a frame to rows of the frontier. Knows nothing of chance: that went with the prompts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from distilkit.analysis import usage
from distilkit.analysis.caveats import joined
from distilkit.analysis.columns import first_row, numbers_of, score_columns
from distilkit.errors import InputError

_COST = "cost_per_item_usd"
_MEANS = "means without prompts: nothing is known about chance"


def is_published(frame: pd.DataFrame) -> bool:
    """Return whether a frame holds means: dollars an item, but no prompts."""
    return "prompt_id" not in frame and _COST in frame


def rows(frame: pd.DataFrame, score: str | None, *, cluster: str | None) -> list[dict[str, object]]:
    """Return what a table of means says about each profile, by the names of the frontier's columns.

    Raises:
        InputError: a profile is missing or there twice, a score or cost is no number, or `cluster` is asked for.
    """
    if cluster is not None:
        raise InputError("cluster= needs the prompts: a frame with prompt_id, not one row a profile")
    _check_profiles(frame)
    name = _score(frame, score)
    table = pd.DataFrame({"profile": frame["profile"].astype(object).map(str), "score": name})
    table["quality"] = numbers_of(frame, name)
    table[_COST] = _costs(frame)
    sources = {
        "n": f"{name}_n",
        "quality_low": f"{name}_low",
        "quality_high": f"{name}_high",
        "cost_per_success_usd": f"cost_per_{name}_usd",
    }
    for target, source in sources.items():
        table[target] = usage.numbers(frame, source)
    if "missing" in frame:
        table["missing"] = frame["missing"]
    table = table.astype(object).where(table.notna(), None)
    table["note"] = [_note(*pair) for pair in zip(table["quality"], table[_COST], strict=True)]
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _check_profiles(frame: pd.DataFrame) -> None:
    if "profile" not in frame:
        raise InputError("the frame needs a column 'profile': one row a profile")
    names = frame["profile"]
    if names.isna().any():
        raise InputError(
            f"column 'profile' is empty in row {first_row(frame, names.isna())!r}; name it or drop the row"
        )
    twice = names.duplicated()
    if twice.any():
        raise InputError(
            f"profile {names[twice.to_numpy()].iloc[0]!r} is there twice; a table of means has one row a profile, and "
            "a table of answers needs the column 'prompt_id'"
        )


def _score(frame: pd.DataFrame, score: str | None) -> str:
    """Return the column of the score: the one named, or the only one of a summary, which has an interval."""
    if score is not None:
        if not isinstance(score, str):
            raise InputError(f"score= takes the name of one column, not {score!r}")
        return score_columns(frame, score)[0]
    ends = "_interval"
    names = [name.removesuffix(ends) for name in frame.columns if isinstance(name, str) and name.endswith(ends)]
    there = [name for name in names if name in frame]
    if len(there) == 1:
        return there[0]
    raise InputError("name the column of the score in score=; a table of means does not say which it is")


def _costs(frame: pd.DataFrame) -> pd.Series:
    costs = usage.numbers(frame, _COST)
    values = costs.to_numpy(dtype=float, na_value=np.nan)
    wrong = (values < 0) | np.isinf(values)
    if wrong.any():
        raise InputError(f"{_COST} is {values[wrong][0]:g} in row {first_row(frame, wrong)!r}; unknown is NaN")
    return costs


def _note(quality: object, cost: object) -> str | None:
    unknown = [what for what, value in (("score", quality), ("cost", cost)) if value is None]
    left_out = [f"{' and '.join(unknown)} unknown, left out of the frontier"] if unknown else []
    return joined([_MEANS, *left_out])
