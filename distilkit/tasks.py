"""The built-in task as a DataFrame: word problems with known answers, for a first run without a key.

The items come from the simulator's generator; nothing here knows how they are answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distilkit.errors import InputError
from distilkit.sim.task import items

if TYPE_CHECKING:
    import pandas as pd


def sample_task(n: int = 60, *, seed: int = 0) -> pd.DataFrame:
    """Return `n` word problems: `prompt_id`, `prompt`, `answer` (as text), `kind`, `difficulty` (0 easy to 1 hard).

    The same seed gives the same problems, and the first 60 of 600 are the 60 of 60.

    Raises:
        InputError: `n` is not a whole number from 1, or more than there are.
    """
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise InputError(f"n= must be a whole number from 1, not {n!r}")
    import pandas as pd

    try:
        chosen = items(n, seed=seed)
    except ValueError as error:
        raise InputError(f"n=: {error}") from None
    return pd.DataFrame(
        {
            "prompt_id": [item.id for item in chosen],
            "prompt": [item.prompt for item in chosen],
            "answer": [str(item.answer) for item in chosen],
            "kind": [item.kind for item in chosen],
            "difficulty": [item.difficulty for item in chosen],
        }
    )
