"""What the checks of a training set cost: CPU seconds, rows a second and memory, each beside a naive way to do it.

Each check runs in a process of its own over synthetic rows (a prompt of some 35 words, an answer of some 100) of which
a few leak, refuse, repeat another or stand in the evaluation texts. Memory is what the peak grew by during the check.
The naive way runs beside the check over as many rows as it can do; both must flag equally many. `near` compares
all here, and would hash what is left where texts resemble each other too much; `hashed` is that for every row.

    python benchmarks/cleaning.py [--rows 10000 100000] [--checks near leaks ...]
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Flags = Sequence[str | None]

MOST, LEAST = 450, 20


@dataclass(frozen=True)
class Rows:
    """Synthetic rows, and the texts a model will be tested on."""

    ids: list[int]
    prompts: list[str]
    answers: list[str]
    evaluation: list[str]


def main() -> None:
    """Run each check at each size in a process of its own and print the table."""
    options = _options()
    if options.one:
        print(json.dumps(_measured(options.one, options.rows[0])))
        return
    head = ("check", "rows", "CPU s", "rows/s", "MB", "flagged", "naive rows", "naive / check")
    print(("{:<14}{:>9}{:>9}{:>11}{:>7}{:>9}{:>12}{:>15}").format(*head))
    for check in options.checks:
        for rows in options.rows:
            command = [sys.executable, __file__, "--one", check, "--rows", str(rows)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            _print(check, rows, json.loads(done.stdout.splitlines()[-1]))


def _print(check: str, rows: int, figures: dict[str, float]) -> None:
    rate, ratio = rows / figures["cpu_s"], figures["naive_s"] / figures["same_rows_s"]
    print(
        f"{check:<14}{rows:>9,}{figures['cpu_s']:>9.2f}{rate:>11,.0f}{figures['peak_mb']:>7,.0f}"
        f"{figures['flagged']:>9,}{figures['naive_rows']:>12,}{ratio:>15.1f}",
        flush=True,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--checks", nargs="+", default=list(CHECKS), choices=list(CHECKS))
    parser.add_argument("--one", choices=list(CHECKS), help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(check: str, rows: int) -> dict[str, float]:
    run, naive, most = CHECKS[check]
    few = _rows(min(rows, most))
    run(_rows(100))  # what is loaded on first use
    same_rows_s, ours = _timed(run, few)
    naive_s, theirs = _timed(naive, few)
    assert sum(flag is not None for flag in ours) == sum(flag is not None for flag in theirs) > 0
    made = _rows(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu_s, flags = _timed(run, made)
    return {
        "cpu_s": cpu_s,
        "peak_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
        "flagged": sum(flag is not None for flag in flags),
        "naive_rows": len(few.ids),
        "naive_s": naive_s,
        "same_rows_s": same_rows_s,
    }


def _timed(run: Callable[[Rows], Flags], rows: Rows) -> tuple[float, Flags]:
    before = time.process_time()
    flags = run(rows)
    return time.process_time() - before, flags


def _rows(count: int) -> Rows:
    """Make rows: of a hundred, one leaks, one refuses, one is short, one is tested on, three nearly repeat another."""
    chance = random.Random(1)  # noqa: S311 - the same rows each time
    words = ["".join(chance.choices("etaoinshrdlucmfwypvbgk", k=chance.randint(2, 9))) for _ in range(5_000)]
    usual = [1 / rank for rank in range(1, 5_001)]
    said = [chance.choices(words, usual, k=1_000) for _ in range(200)]

    def text(least: int, most: int) -> str:
        # Slices of a pool, shuffled: far faster than drawing each word, and as unlike each other.
        size = chance.randint(least, most)
        return " ".join(chance.sample(chance.choice(said), size))

    prompts, answers = [text(15, 60) for _ in range(count)], [text(40, 160) for _ in range(count)]
    for nth in range(count):
        if nth % 100 == 7:
            answers[nth] += "<|im_end|>"
        elif nth % 100 == 17:
            answers[nth] = f"I'm sorry, but I can't help with that. {answers[nth]}"
        elif nth % 100 == 47:
            answers[nth] = f"just {nth}"
        elif nth % 100 in {37, 57, 77}:
            other = chance.randrange(nth - 6)
            prompts[nth], answers[nth] = f"{prompts[other]} so", f"so {answers[other]}"
    evaluation = [text(30, 60) for _ in range(1_000)]
    for nth in range(27, count, 100):
        evaluation[nth % 1_000] = f"asked: {prompts[nth]}"
    return Rows(list(range(count)), prompts, answers, evaluation)


def _leaks(rows: Rows) -> Flags:
    from distilkit.distilling.leaks import tag_leaks

    return tag_leaks(rows.answers)


def _leaks_naive(rows: Rows) -> Flags:
    """Look for each of some forty markers in each text, code or not."""
    names = ["think", "thinking", "thought", "reason", "reasoning", "reflection", "scratchpad"]
    special = ["im_start", "im_end", "eot_id", "endoftext", "user", "assistant", "system", "end", "channel", "message"]
    markers = [f"<{name}>" for name in names] + [f"</{name}>" for name in names] + [f"<|{name}|>" for name in special]
    markers += ["[inst]", "[/inst]", "<<sys>>", "<start_of_turn>", "<end_of_turn>", "<tool_call>", "</tool_call>"]
    return [next((marker for marker in markers if marker in text.lower()), None) for text in rows.answers]


def _refusals(rows: Rows) -> Flags:
    from distilkit.distilling.refusals import refusals

    return refusals(rows.answers)


def _refusals_naive(rows: Rows) -> Flags:
    """Look for English phrases anywhere in each text."""
    phrases = [
        "i'm sorry, but i can't",
        "i cannot help",
        "i can't help",
        "i am unable to",
        "i cannot assist",
        "as an ai",
    ]
    return [next((phrase for phrase in phrases if phrase in text.lower()), None) for text in rows.answers]


def _long(rows: Rows) -> Flags:
    from distilkit.distilling.lengths import too_long

    return too_long(rows.answers, MOST)


def _short(rows: Rows) -> Flags:
    from distilkit.distilling.lengths import too_short

    return too_short(rows.answers, LEAST)


def _counts(rows: Rows) -> list[int]:
    from distilkit.engine.tokens import count_text

    return [count_text(text, "gpt-4o") for text in rows.answers]


def _contaminated(rows: Rows) -> Flags:
    from distilkit.distilling.contamination import contaminated

    return contaminated(rows.prompts, rows.evaluation)


def _contaminated_naive(rows: Rows) -> Flags:
    """Hold each prompt's runs of words against those of each evaluation text."""
    tested = [_runs(text.replace(":", "").split()) for text in rows.evaluation]
    asked = (_runs(text.split()) for text in rows.prompts)
    return [next(("same" for runs in tested if runs & mine), None) for mine in asked]


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + 8]) for start in range(len(words) - 7)}


def _exact(rows: Rows) -> Flags:
    from distilkit.distilling.duplicates import duplicates

    same = [*rows.prompts[:-1], rows.prompts[0].upper()]
    return duplicates(rows.ids, same, rows.answers, least=None)


def _exact_naive(rows: Rows) -> Flags:
    """Compare each row with each before it."""
    texts = [" ".join(text.lower().split()) for text in [*rows.prompts[:-1], rows.prompts[0].upper()]]
    return [next(("same" for other in texts[:nth] if other == text), None) for nth, text in enumerate(texts)]


def _near(rows: Rows) -> Flags:
    from distilkit.distilling.duplicates import duplicates

    return duplicates(rows.ids, rows.prompts, rows.answers)


def _near_naive(rows: Rows) -> Flags:
    """Compare each row with each before it that is no duplicate."""
    from rapidfuzz import fuzz

    kept: list[tuple[str, str]] = []
    flags: list[str | None] = []
    for prompt, answer in zip(rows.prompts, rows.answers, strict=True):
        like = any(fuzz.ratio(prompt, one) >= 95 and fuzz.ratio(answer, two) >= 95 for one, two in kept)
        flags.append("like" if like else None)
        if not like:
            kept.append((prompt, answer))
    return flags


def _hashed(rows: Rows) -> Flags:
    from distilkit.distilling.lsh import firsts_hashed

    found = firsts_hashed(list(zip(rows.prompts, rows.answers, strict=True)), 95.0)
    return [None if each is None else str(each) for each in found]


# The check, the naive way, and over how many rows that can be done.
CHECKS: dict[str, tuple[Callable[[Rows], Flags], Callable[[Rows], Flags], int]] = {
    "leaks": (_leaks, _leaks_naive, 10_000),
    "refusals": (_refusals, _refusals_naive, 10_000),
    "too_long": (_long, lambda rows: ["long" if count > MOST else None for count in _counts(rows)], 10_000),
    "too_short": (_short, lambda rows: ["short" if count < LEAST else None for count in _counts(rows)], 10_000),
    "contaminated": (_contaminated, _contaminated_naive, 1_000),
    "exact": (_exact, _exact_naive, 2_000),
    "near": (_near, _near_naive, 2_000),
    "hashed": (_hashed, _near_naive, 2_000),
}

if __name__ == "__main__":
    main()
