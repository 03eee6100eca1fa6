"""Working a problem out aloud: rightly, or with a slip as people make them.

Knows problems; knows nothing of styles, models or HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from distilkit.sim.problem import Posed, Step, Value


@dataclass(frozen=True, slots=True)
class Said:
    """A working and the answer it ends in.

    Attributes:
        sentences: the steps; the last one states the answer.
        value: the answer, as it is written.
        note: what stands before everything, or "".
    """

    sentences: tuple[str, ...]
    value: str
    note: str = ""


def rightly(posed: Posed) -> Said:
    """Work it out."""
    return _aloud(posed, list(posed.working.steps))


def wrongly(posed: Posed, rng: Random) -> Said:
    """Work it out with a slip: a step forgotten, or its result wrong. Never the right answer."""
    steps = list(posed.working.steps)
    slip = rng.choice(_slips(posed))
    stopped_at = [index for index, step in enumerate(steps) if step.value == slip]
    if stopped_at:
        return _aloud(posed, steps[: stopped_at[0] + 1])
    return _aloud(posed, [*steps[:-1], Step(steps[-1].says, slip)])


def _slips(posed: Posed) -> list[Value]:
    right = posed.working.answer
    likely = [*posed.working.slips, *(_earlier(posed) if not isinstance(right, str) else ())]
    # Through str: 4 and 4.0 would be one answer to a reader.
    wrong = {str(value): value for value in likely if str(value) != str(right) and _sensible(value)}
    return list(wrong.values()) or list(_near(right))


def _earlier(posed: Posed) -> Iterator[Value]:
    return (step.value for step in posed.working.steps[:-1])


def _near(right: Value) -> Iterator[Value]:
    return iter([f"not {right}"] if isinstance(right, str) else [right + 1, right + 10])


def _sensible(value: Value) -> bool:
    return isinstance(value, str) or value > 0


def _aloud(posed: Posed, steps: list[Step]) -> Said:
    sentences = tuple(_sentence(step) for step in steps)
    return Said(sentences, str(steps[-1].value), posed.note)


def _sentence(step: Step) -> str:
    text = step.says.format(step.value)
    return f"{text[:1].upper()}{text[1:]}."
