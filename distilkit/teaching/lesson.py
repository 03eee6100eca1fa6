"""What is asked of which teachers, and which question comes next: a grid of prompts and teachers, and their samples.

Pure: knows calls and verdicts; sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from distilkit.calls import KEY_VERSION, Call, digest

Until = Literal["teacher", "prompt"]
"""Who has to give a valid answer: each teacher, or one of them."""

# Nothing more fits; the next teacher, or the next sample, would not either.
_SPENT = "budget"


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One sample of one teacher for one prompt, each by its place; in the order of a frame's rows."""

    prompt: int
    teacher: int
    sample: int


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a cell.

    Attributes:
        cell: which.
        valid: whether its row is.
        error_kind: how the call failed, or "".
        hopeless: whether no answer to this prompt can be valid.
    """

    cell: Cell
    valid: bool
    error_kind: str = ""
    hopeless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """How far to go.

    Attributes:
        prompts: how many there are.
        teachers: how many there are, in their order.
        samples: answers asked of each in any case.
        most: the most samples of each, more than `samples` only where none is valid.
        until: who has to give a valid one.
    """

    prompts: int
    teachers: int
    samples: int = 1
    most: int = 1
    until: Until = "teacher"


@dataclass(slots=True)
class State:
    """What is known while a lesson goes on: pairs, prompts and teachers of which nothing more is asked."""

    pairs: set[tuple[int, int]] = field(default_factory=set)
    prompts: set[int] = field(default_factory=set)
    teachers: set[int] = field(default_factory=set)

    def learn(self, lesson: Lesson, found: Iterable[Found]) -> None:
        """Take note of what became of a round.

        A call that failed ends its pair: run again, it is asked again, and what it says then counts first.
        """
        for each in found:
            if each.valid or each.error_kind:
                self.pairs.add((each.cell.prompt, each.cell.teacher))
            if each.hopeless or each.error_kind == _SPENT or (each.valid and lesson.until == "prompt"):
                self.prompts.add(each.cell.prompt)

    def needs(self, prompt: int, teacher: int) -> bool:
        """Say whether a pair has no valid answer yet, and another may be one."""
        given_up = prompt in self.prompts or teacher in self.teachers
        return not given_up and (prompt, teacher) not in self.pairs


def rounds(lesson: Lesson, state: State) -> Iterator[list[Cell]]:
    """Yield what to ask next, round by round, while the caller lets `state` learn; no empty ones.

    Until each teacher has given a valid answer, all are asked at once. Until one has, they are asked one after the
    other: all samples of the first before the second is asked at all.
    """
    everybody = range(lesson.teachers)
    for teachers in [everybody] if lesson.until == "teacher" else [[teacher] for teacher in everybody]:
        for first, last in [(0, lesson.samples), *((each, each + 1) for each in range(lesson.samples, lesson.most))]:
            cells = [
                Cell(prompt, teacher, sample)
                for prompt in range(lesson.prompts)
                for teacher in teachers
                if state.needs(prompt, teacher)
                for sample in range(first, last)
            ]
            if not cells:
                break
            yield cells


def with_sample(call: Call, sample: int) -> Call:
    """Return a call that asks for another sample of the same, with the key that a plan gives it."""
    if call.route is None:
        request = replace(call.request, sample=sample)
        return replace(call, request=request, key=request.key())
    options = tuple(with_sample(option, sample) for option in call.options)
    key = digest([KEY_VERSION, "strategy", call.route.name, [option.key for option in options]])
    return replace(options[0], key=key, route=call.route, options=options)


def calls_of(grid: Sequence[Call], cells: Sequence[Cell], teachers: int) -> list[Call]:
    """Return the calls of some cells; `grid` has sample 0 of each prompt and teacher, in that order."""
    plain = ((grid[cell.prompt * teachers + cell.teacher], cell.sample) for cell in cells)
    return [with_sample(call, sample) if sample else call for call, sample in plain]
