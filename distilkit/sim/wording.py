"""Words round a working: as few or as many as the dials say, in an answer or in thinking.

Knows nothing of problems, models or HTTP.
"""

from __future__ import annotations

from random import Random

from distilkit.sim.working import Said

_MUSINGS = (
    "Let me read the question once more.",
    "First I want to be clear about what is asked.",
    "I should keep track of the units.",
    "Let me write down what is given.",
    "Nothing else in the question changes this.",
    "I could also go about this from the other end.",
    "Before going on, let me check the figures so far.",
    "A rough estimate first would not hurt.",
    "Let me go through it step by step.",
    "That looks plausible, but I want to be careful.",
)
_CLOSINGS = (
    "Each step uses only what the question states.",
    "The units agree with what was asked.",
    "A rough estimate gives a similar figure.",
    "The same result comes out when the steps are taken again.",
)
# From here up the whole working is shown, and from there up more is said about it.
_WORKING_SHOWN = 1.5
_MORE_SAID = 2.0


def said_plainly(said: Said, verbosity: float) -> str:
    r"""Return the answer in words: the bare value, one sentence, the working, or more. It ends with the value.

    >>> said_plainly(Said(("Two and two are 4.",), "4"), 1)
    'Two and two are 4.\n\n4'
    """
    words = _words(said, verbosity)
    return "\n\n".join([*([said.note] if said.note else []), *words, said.value])


def _words(said: Said, verbosity: float) -> list[str]:
    if verbosity < 1 / 2:
        return []
    if verbosity < _WORKING_SHOWN:
        return [said.sentences[-1]]
    more = round(4 * max(0.0, verbosity - _MORE_SAID))
    return [" ".join([*said.sentences, *(_CLOSINGS[index % len(_CLOSINGS)] for index in range(more))])]


def thought(said: Said, tokens: int, rng: Random) -> str:
    """Return thinking of about that many tokens (4 characters each) that ends in the value."""
    working = [*said.sentences, f"So the answer is {said.value}."]
    if said.note:
        working.insert(0, "I am a simulated model, so this working is made up.")
    missing = 4 * tokens - sum(len(sentence) + 1 for sentence in working)
    start = rng.randrange(len(_MUSINGS))
    musings: list[str] = []
    while missing > 0:
        musings.append(_MUSINGS[(start + len(musings)) % len(_MUSINGS)])
        missing -= len(musings[-1]) + 1
    return " ".join([*musings, *working])
