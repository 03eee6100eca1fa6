"""Judging as a simulated model does it: it knows the truth of the built-in task, and its skill says how well.

A prompt is one for a judge when it has a question and one answer or two between marks, as `[[question 0a1b...]]` and
`[[end of question 0a1b...]]` with 16 hexadecimal digits, and says of the last line, `Verdict: X`, what X may be. Pure;
knows nothing of HTTP or of who words such prompts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from distilkit.sim.asked import Asked
from distilkit.sim.problem import Posed, Value
from distilkit.sim.spec import Dials
from distilkit.sim.truth import find
from distilkit.sim.unknown import made_up
from distilkit.sim.working import Said

_OPENING = re.compile(r"(?m)^\[\[(question|reference|answer|answer A|answer B) ([0-9a-f]{16})\]\]\n")
_ENDING = "\nVerdict: X\nwhere X is "
_RANGE = re.compile(r"a (whole )?number from (-?[\d.]{1,12}) \(worst\) to (-?[\d.]{1,12}) \(best\)\.")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,12})?")
_LONGEST_ENDING = 4_000
_NOTE = "[simulated] This judge is a simulation."


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a judge is asked.

    Attributes:
        question: the question, with its truth.
        answers: the answers, in the order they are shown.
        choices: what the verdict may be: from worst to best, or `A`, `B` and `tie` for two answers.
        whole: whether the choices are the ends of a range of whole numbers.
    """

    question: Posed
    answers: tuple[str, ...]
    choices: tuple[str, ...]
    whole: bool = False


def case_in(prompt: str) -> Case | None:
    """Return what a prompt asks a judge, or None where it asks none."""
    _, marked, ending = prompt.rpartition(_ENDING)
    if not marked or len(ending) > _LONGEST_ENDING:
        return None
    parts = _parts(prompt)
    answers = tuple(parts[name] for name in ("answer", "answer A", "answer B") if name in parts)
    choices, whole = _choices(ending.strip())
    if not answers or not choices or (len(answers) > 1) != ("tie" in choices):
        return None
    question = parts.get("question", "")
    return Case(question=find(question) or made_up(question), answers=answers, choices=choices, whole=whole)


def judged(case: Case, asked: Asked, name: str, dials: Dials, share: float) -> Said:
    """Return a verdict: by what the model believes of each answer, or by which stands first.

    Args:
        case: what is asked.
        asked: the request.
        name: the model's name.
        dials: of which `position_bias` and `seed` count.
        share: the probability with which it sees rightly whether an answer is right.
    """
    believed = [_believes(case, answer, f"{dials.seed} {name} {asked.sample}", share) for answer in case.answers]
    luck = _rng(f"{dials.seed} {name} {asked.said} {asked.sample} position").random()
    if len(believed) == 1:
        sentence = f"The answer looks {_word(believed[0])} to me."
        return _said(sentence, _graded(case, asked, name, dials, is_right=believed[0]))
    if luck < dials.position_bias:
        return _said("The first answer convinces me more.", "A")
    sentence = f"Answer A looks {_word(believed[0])} to me, and answer B {_word(believed[1])}."
    return _said(sentence, "tie" if believed[0] == believed[1] else "A" if believed[0] else "B")


def _said(sentence: str, verdict: str) -> Said:
    return Said((sentence,), f"Verdict: {verdict}", _NOTE)


def _word(is_right: bool) -> str:  # noqa: FBT001 - the one thing it is about
    return "right" if is_right else "wrong"


def _believes(case: Case, answer: str, who: str, share: float) -> bool:
    """Say whether an answer is right, as the model sees it: the same wherever the answer stands."""
    rng = _rng(f"{who} {case.question.question} {answer}")
    return _is_right(answer, case.question.working.answer) == (rng.random() < share)


def _is_right(answer: str, truth: Value) -> bool:
    """Say whether an answer ends in the truth."""
    last = answer.rstrip().rpartition("\n")[2]
    if isinstance(truth, str):
        return re.search(rf"\b{re.escape(truth)}\b", last, re.IGNORECASE) is not None
    numbers = _NUMBER.findall(last.replace(",", ""))
    return bool(numbers) and float(numbers[-1]) == float(truth)


def _graded(case: Case, asked: Asked, name: str, dials: Dials, *, is_right: bool) -> str:
    """Return one of the choices: at the right end, and now and then a step from it."""
    if not case.whole:
        return case.choices[-1 if is_right else 0]
    worst, best = (int(choice) for choice in case.choices)
    step = _rng(f"{dials.seed} {name} {asked.said} {asked.sample} step").randrange(2) if best - worst > 2 else 0  # noqa: PLR2004 - ends that stay apart
    return str(best - step if is_right else worst + step)


def _parts(prompt: str) -> Mapping[str, str]:
    """Return what stands between marks, by name; the numbers of both marks must agree."""
    parts: dict[str, str] = {}
    position = 0
    while opening := _OPENING.search(prompt, position):
        end = prompt.find(f"\n[[end of {opening[1]} {opening[2]}]]", opening.end() - 1)
        if end < 0:
            position = opening.end()
            continue
        parts.setdefault(opening[1], prompt[opening.end() : max(end, opening.end())])
        position = max(end, opening.end())
    return parts


def _choices(ending: str) -> tuple[tuple[str, ...], bool]:
    if found := _RANGE.fullmatch(ending):
        return (found[2], found[3]), bool(found[1])
    words = tuple(re.findall(r"`([^`\n]{1,100})`", ending))
    # `yes` or `no` names the better first.
    return (words[::-1] if words == ("yes", "no") else words), False


def _rng(key: str) -> Random:
    digest = hashlib.blake2b(key.encode(errors="replace"), digest_size=8).digest()
    return Random(int.from_bytes(digest))  # noqa: S311 - repeatable
