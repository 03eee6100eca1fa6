"""Which prompts are shown, and in which order.

From a panel and a choice to positions; pure. Knows nothing of HTML or widgets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from distilkit.notebook.viewer.panel import Answer, Panel

Show = Literal["all", "errors", "disagreement", "unrated", "rated"]
"""Which prompts: all, with a failed answer, where the profiles disagree, not rated to the end, rated to the end."""
Sort = Literal["prompt", "disagreement", "cost", "latency", "score"]
"""By what: the frame's order, most disagreement first, dearest first, slowest first, lowest score first."""
SHOWS: tuple[Show, ...] = get_args(Show)
SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the reader has chosen to see.

    Attributes:
        profiles: those shown, in this order.
        sample: the one shown.
        search: a text that the prompt, or one of the answers shown, must hold; case does not matter. "" is any.
        show: which prompts.
        sort: in which order; what is not known comes last.
        reference: the profile whose words the others are compared with, or None.
    """

    profiles: tuple[str, ...]
    sample: int = 0
    search: str = ""
    show: Show = "all"
    sort: Sort = "prompt"
    reference: str | None = None


def chosen(panel: Panel, choice: Choice, rated: Callable[[int, str, int], bool]) -> list[int]:
    """Return the positions of the prompts to show, in order.

    Args:
        panel: the answers.
        choice: what to show of them.
        rated: says of a prompt's position, a profile and a sample whether that answer has a rating.
    """
    if choice.search.strip() == "" and choice.show == "all" and choice.sort == "prompt":
        return list(range(len(panel)))
    kept: list[tuple[float, int]] = []
    for prompt in range(len(panel)):
        answers = [each for each in panel.answers(prompt, choice.profiles, choice.sample) if each is not None]
        if _holds(panel.prompts[prompt], answers, choice.search) and _is_meant(prompt, answers, choice.show, rated):
            kept.append((_rank(answers, choice.sort), prompt))
    kept.sort()
    return [prompt for _, prompt in kept]


def disagreement(answers: Sequence[Answer]) -> float | None:
    """Return how far answers differ: by the first score its range; without one, by their words the share that differ.

    None where fewer than two can be compared. Words are compared without case and spacing.
    """
    scores = [score for answer in answers for score in _scores(answer)]
    if len(scores) > 1:
        return max(scores) - min(scores)
    texts = [" ".join(answer.content.casefold().split()) for answer in answers if answer.content is not None]
    return None if len(texts) < 2 else (len(set(texts)) - 1) / (len(texts) - 1)  # noqa: PLR2004 - two can differ


def _scores(answer: Answer) -> list[float]:
    return [float(score) for score in list(answer.scores.values())[:1] if score is not None]


def _holds(prompt: str, answers: Sequence[Answer], search: str) -> bool:
    wanted = search.strip().casefold()
    if not wanted or wanted in prompt.casefold():
        return True
    texts = (said for answer in answers for said in (answer.content, answer.thinking, answer.error_kind, answer.error))
    return any(wanted in said.casefold() for said in texts if said is not None)


def _is_meant(prompt: int, answers: Sequence[Answer], show: Show, rated: Callable[[int, str, int], bool]) -> bool:
    if show == "errors":
        return any(answer.failed for answer in answers)
    if show == "disagreement":
        return bool(disagreement(answers))
    if show in {"unrated", "rated"}:
        open_ones = [one for one in answers if not one.failed and not rated(prompt, one.profile, one.sample)]
        return bool(open_ones) is (show == "unrated")
    return True


def _rank(answers: Sequence[Answer], sort: Sort) -> float:
    """Return what the prompts are sorted by, smallest first; infinity, last, for what is not known."""
    if sort == "prompt":
        return 0.0
    if sort == "score":
        scores = [score for answer in answers for score in _scores(answer)]
        return sum(scores) / len(scores) if scores else float("inf")
    if sort == "disagreement":
        found = disagreement(answers)
        return float("inf") if found is None else -found
    measured = [answer.cost_usd if sort == "cost" else answer.latency_s for answer in answers]
    known = [float(value) for value in measured if value is not None]
    return -max(known) if known else float("inf")
