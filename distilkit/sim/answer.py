"""What a simulated model says: right or wrong by its skill, thinking in its style, the same for the same question.

Pure: from dials and a request to texts and token counts. Knows nothing of HTTP, limits or faults.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from random import Random
from typing import Any

from distilkit.sim.asked import Asked, tokens
from distilkit.sim.judging import case_in, judged
from distilkit.sim.problem import Posed
from distilkit.sim.shaped import Form
from distilkit.sim.spec import Dials
from distilkit.sim.truth import find
from distilkit.sim.unknown import made_up
from distilkit.sim.wording import said_plainly, thought
from distilkit.sim.working import Said, rightly, wrongly

# How much harder the hardest item is than the easiest, in log odds. At skill 0.7 they are answered rightly 16 and
# 99 times in 100.
_SLOPE = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer.

    Attributes:
        content: the text, with the thinking in it where that is the style.
        reasoning: thinking in a field of its own, or None.
        finish_reason: `stop`, or `length` where the text was cut.
        completion_tokens: all of them, thinking included.
        reasoning_tokens: those of the thinking.
    """

    content: str
    reasoning: str | None
    finish_reason: str
    completion_tokens: int
    reasoning_tokens: int


def answer(asked: Asked, name: str, dials: Dials) -> list[Choice]:
    """Return the choices of a reply.

    They depend on `name`, the dials that `Dials.digest` covers, the messages and the sample; `max_tokens`, `stop` and
    `n` cut them.
    """
    case = case_in(asked.prompt) if asked.schema is None else None
    if case is not None:
        # Whoever cannot tell guesses, and is right half the time.
        share = (1 + chance(dials.skill, case.question.difficulty)) / 2
        said = judged(case, asked, name, dials, share)
        return [_told(asked, dials, said, _rng(asked, name, dials, index)) for index in range(asked.n)]
    # A repair of an answer comes after the question it answers.
    known = (find(text) for text in (asked.prompt, *(asked.earlier if asked.schema is not None else ())))
    question = next((posed for posed in known if posed), None) or made_up(asked.prompt)
    return [_choice(asked, dials, question, _rng(asked, name, dials, index)) for index in range(asked.n)]


def chance(skill: float, difficulty: float) -> float:
    """Return the probability of a right answer, 0 to 1.

    A logistic curve over the difficulty, shifted so that its mean over difficulties from 0 to 1 is the skill: the
    integral of the curve, set equal to the skill, is solved for the shift in closed form.

    >>> [round(chance(0.7, difficulty), 2) for difficulty in (0, 0.5, 1)]
    [0.99, 0.8, 0.16]
    """
    if not 0 < skill < 1:
        return float(skill >= 1)
    half = exp(_SLOPE / 2)
    area = exp(_SLOPE * skill)
    odds = (area - 1) / (half - area / half) * exp(_SLOPE * (0.5 - difficulty))
    return odds / (1 + odds)


def _rng(asked: Asked, name: str, dials: Dials, index: int) -> Random:
    key = f"{dials.seed} {name} {asked.said} {asked.sample} {index}"
    return Random(int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()))  # noqa: S311 - repeatable


def _choice(asked: Asked, dials: Dials, question: Posed, rng: Random) -> Choice:
    is_right = rng.random() < chance(dials.skill, question.difficulty)
    said = rightly(question) if is_right else wrongly(question, rng)
    return _told(asked, dials, said, rng)


def _told(asked: Asked, dials: Dials, said: Said, rng: Random) -> Choice:
    plain = said_plainly(said, dials.verbosity) if asked.schema is None else _shaped(asked.schema, said, dials, rng)
    if dials.thinking == "none":
        return _cut(plain, None, "", asked)
    thinking = thought(said, dials.thinking_tokens, rng)
    return _styled(dials, plain, thinking, asked)


def _shaped(schema: Mapping[str, Any], said: Said, dials: Dials, rng: Random) -> str:
    """Return the answer as JSON. The less skill, the more often a property is forgotten."""
    any_object = {"type": "object", "properties": {"reason": {"type": "string"}, "answer": {"type": "number"}}}
    return Form(schema or any_object).filled(said, complete=rng.random() >= (1 - dials.skill) / 4)


def _styled(dials: Dials, plain: str, thinking: str, asked: Asked) -> Choice:
    match dials.thinking:
        case "reasoning_content":
            return _cut(plain, thinking, thinking, asked)
        case "missing_opening_tag":
            return _cut(f"{thinking}\n</think>\n\n{plain}", None, thinking, asked)
        case "truncated":
            # As if the token limit had come before the end of the thinking.
            return _cut(f"<think>\n{thinking[: len(thinking) * 3 // 4]}", None, thinking, asked, finish_reason="length")
        case _:
            return _cut(f"<think>\n{thinking}\n</think>\n\n{plain}", None, thinking, asked)


def _cut(content: str, reasoning: str | None, thinking: str, asked: Asked, finish_reason: str = "stop") -> Choice:
    """Apply `stop` and `max_tokens`, and count."""
    for stop in asked.stop:
        if (at := content.find(stop)) >= 0:
            content, finish_reason = content[:at], "stop"
    if asked.max_tokens is not None and tokens(reasoning or "") + tokens(content) > asked.max_tokens:
        reasoning = reasoning and reasoning[: asked.max_tokens * 4]
        content = content[: (asked.max_tokens - tokens(reasoning or "")) * 4]
        finish_reason = "length"
    total = max(1, tokens(reasoning or "") + tokens(content))
    return Choice(
        content=content,
        reasoning=reasoning,
        finish_reason=finish_reason,
        completion_tokens=total,
        reasoning_tokens=min(tokens(thinking), total),
    )
