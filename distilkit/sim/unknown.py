"""What a simulated model makes of a prompt that is not in its task: a made-up answer that says so.

Knows nothing of models or of HTTP.
"""

from __future__ import annotations

import hashlib
import re

from distilkit.sim.problem import Posed, Step, Working

NOTE = "[simulated] This model is a simulation and does not know this question; what follows is made up."

_NUMBER = re.compile(r"\d{1,6}")
_ASKS_FOR_NUMBER = re.compile(r"how (?:many|much|old|long|far|fast)|\bsum\b|calculate|number", re.IGNORECASE)
_WORDS = ("amber", "birch", "coral", "delta", "ember")
_SEARCHED = 20_000


def made_up(prompt: str) -> Posed:
    """Return a made-up truth, the same for every model, so that they agree as often as models of their skill would."""
    text = prompt[-_SEARCHED:]
    luck = int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=4).digest())
    numbers = [int(found) for found in _NUMBER.findall(text)]
    working = _number(numbers, luck) if numbers or _ASKS_FOR_NUMBER.search(text) else _word(luck)
    return Posed(text, working, luck % 1000 / 1000, NOTE)


def _number(numbers: list[int], luck: int) -> Working:
    """Put two numbers of the prompt together: the size is then about right."""
    first, second = [*numbers, luck % 17 + 2, luck % 23 + 3][:2]
    ways = [first + second, first * second, abs(first - second), 2 * first + second]
    value = ways[luck % 4] or 1
    return Working([Step("a made-up sum of numbers in the question is {}", value)], [*ways, value + 1, value + 10])


def _word(luck: int) -> Working:
    chosen, *others = _WORDS[luck % len(_WORDS) :] + _WORDS[: luck % len(_WORDS)]
    return Working([Step("a made-up reply to this is {}", chosen)], others)
