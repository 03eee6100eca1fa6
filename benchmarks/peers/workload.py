"""The prompts that every contestant is given, and the words in which it is told of them and reports back.

Only the standard library: this file is read inside the peers' own environments, where distilkit is not. Knows no
contestant and no server.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

MODEL = "bench"
KEY = "canary-key"
WARM_UP = ["Is the tea warm?"]
# Far more than an answer takes: a client that reserves all of it starves itself, and no answer is cut.
MAX_TOKENS = 200
_TEXT = (
    "the ledger shows that seven boxes of tea were sent to the harbour on Monday and that two of them came back "
    "unopened because the captain had left early with most of his crew and nobody could sign for the rest"
)


@dataclass(frozen=True)
class Told:
    """What a contestant is told.

    Attributes:
        url: the server to ask.
        warm_url: one without limits, to ask `WARM_UP` first, so that no import falls into the time.
        prompts: how many there are.
        requests_per_minute: what the server at `url` allows.
        tokens_per_minute: the same.
    """

    url: str
    warm_url: str
    prompts: int
    requests_per_minute: int
    tokens_per_minute: int


def prompts(count: int) -> list[str]:
    """Return `count` different prompts of 10 to 300 words, the same ones every time: many short, a few long."""
    chance = random.Random(7)  # noqa: S311 - the same for every contestant
    return [_prompt(nth, min(300, max(10, round(chance.lognormvariate(3.6, 0.7)))), chance) for nth in range(count)]


def told() -> Told:
    """Read what the command line says."""
    parser = argparse.ArgumentParser()
    for address in ("--url", "--warm-url"):
        parser.add_argument(address, required=True)
    for number in ("--prompts", "--requests-per-minute", "--tokens-per-minute"):
        parser.add_argument(number, type=int, required=True)
    return Told(**vars(parser.parse_args()))


def arguments(told: Told) -> list[str]:
    """Return the command line that says it, which `told` reads."""
    words = [(f"--{name.replace('_', '-')}", str(value)) for name, value in asdict(told).items()]
    return [word for pair in words for word in pair]


def report(seconds: float, rows: int, version: str, lost: Iterable[str] = ()) -> None:
    """Say how long it took, how many prompts have an answer in hand, of which client, and why the others have none."""
    reasons = "; ".join(f"{times} x {reason[:160]}" for reason, times in Counter(lost).most_common(2))
    print(json.dumps({"seconds": seconds, "rows": rows, "version": version, "lost": reasons}), flush=True)


def _prompt(nth: int, words: int, chance: random.Random) -> str:
    return f"Note {nth}: {' '.join(chance.choices(_TEXT.split(), k=words))}. What is said of the tea?"
