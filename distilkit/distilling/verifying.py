"""What an answer must pass before it may be learnt from: verifiers, the least they must give, and who fell through.

A verifier is a score: of `verify=`, made like those of `compare`, or a column that is there already. Asks nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any

from distilkit.distilling.answers import failed
from distilkit.distilling.cells import numbers_of, texts_of
from distilkit.distilling.reasons import ADDED, Flags
from distilkit.errors import InputError
from distilkit.scoring import Scorer, Scores, names

if TYPE_CHECKING:
    import pandas as pd

Verify = Scores | str | Sequence[str]
"""What `verify=` takes: scores as `compare` does, or the names of columns that are there."""

Least = Mapping[str, float] | float | None
"""What `least=` takes: the least score that passes, by name; one number where there is one verifier."""


@dataclass(frozen=True, slots=True)
class Verifying:
    """What an answer must pass.

    Attributes:
        scores: the scores that have to be made.
        columns: the columns that hold verdicts or numbers, those of `scores` among them.
        least: by column, the number from which on a row passes; verdicts need none.
    """

    scores: Scores = None
    columns: tuple[str, ...] = ()
    least: Mapping[str, float] = field(default_factory=dict)


def verifying(verify: Verify = None, least: Least = None) -> Verifying:
    """Return what a caller asks for.

    Raises:
        InputError: an argument is of a wrong type, a verifier has the name of a column that distilling makes, or
            `least` names something else than a verifier.
    """
    scores = verify if isinstance(verify, Mapping | Scorer) or callable(verify) else None
    columns = tuple(names(scores)) if scores is not None else _columns(verify)
    if taken := [name for name in columns if name in ADDED]:
        raise InputError(
            f"verify= names {taken[0]!r}, a column that distill makes anew; give the verifier another name"
        )
    return Verifying(scores, columns, _bounds(least, columns))


def check_there(wanted: Verifying, columns: Iterable[str]) -> None:
    """Refuse a verifier that is neither made nor there.

    Raises:
        InputError: one of them is; the text names it.
    """
    there = [*columns, *(() if wanted.scores is None else wanted.columns)]
    for name in wanted.columns:
        if name not in there:
            raise InputError(
                f"verify= names the column {name!r}, which is not there; to make it, "
                f"write verify={{{name!r}: a scorer}}, such as dk.score.exact()"
            )


def verifier_failed(frame: pd.DataFrame, wanted: Verifying) -> Flags:
    """Flag the answers that a verifier did not pass, or could not judge; rows without an answer are not its business.

    Raises:
        InputError: a column is not there, holds no numbers, or holds others than 0 and 1 and `least` does not say which
            of them pass.
    """
    check_there(wanted, map(str, frame.columns))
    said: list[list[str]] = [[] for _ in range(len(frame))]
    for name in wanted.columns:
        for place, words in _fallen(frame, name, wanted.least.get(name)):
            said[place].append(words)
    return [None if none or not words else "; ".join(words) for words, none in zip(said, failed(frame), strict=True)]


def _fallen(frame: pd.DataFrame, name: str, least: float | None) -> Iterable[tuple[int, str]]:
    """Yield the places that a verifier did not pass, each with what it said."""
    values, why = numbers_of(frame, name), texts_of(frame, f"{name}_reason")
    if least is None and (odd := next((each for each in values if each not in {None, 0.0, 1.0}), None)) is not None:
        raise InputError(
            f"verifier {name!r} gives numbers, such as {odd:g}; say from which one on an answer passes, e.g. "
            f"least={{{name!r}: 0.5}}. Answers that were asked for are stored: nothing is paid again"
        )
    for place, value in enumerate(values):
        if value is None:
            yield place, f"{name}: <NA>" + (f" ({why[place]})" if why[place] else "")
        elif least is not None and value < least:
            yield place, f"{name}: {value:g} < {least:g}"
        elif least is None and not value:
            yield place, f"{name}: False"


def _columns(verify: Any) -> tuple[str, ...]:
    given = [verify] if isinstance(verify, str) else verify if verify is not None else []
    if not isinstance(given, Sequence) or not all(isinstance(name, str) and name for name in given):
        raise InputError(
            "verify= takes scorers by name, such as {'correct': dk.score.exact('answer')}, a function of a row, or the "
            f"names of columns that are there; not {verify!r:.200}"
        )
    return tuple(dict.fromkeys(given))


def _bounds(least: Any, columns: Sequence[str]) -> dict[str, float]:
    if least is None:
        return {}
    if not isinstance(least, Mapping):
        if len(columns) != 1:
            raise InputError(
                f"least={least!r} is for one verifier, and there are {len(columns)}; name it: {{name: 0.5}}"
            )
        least = {columns[0]: least}
    for name, bound in least.items():
        if name not in columns:
            raise InputError(
                f"least= names {name!r}, which verify= does not; there are: {', '.join(columns) or 'none'}"
            )
        if isinstance(bound, bool) or not isinstance(bound, Real) or not math.isfinite(bound):
            raise InputError(f"least=: that of {name!r} must be a number, such as 0.5, not {bound!r}")
    return {name: float(bound) for name, bound in least.items()}
