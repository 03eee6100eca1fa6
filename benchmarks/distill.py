"""From 100,000 answers to a training file with its card: seconds of each stage, rows a second, peak memory.

The rows are made up: a third as many prompts as answers, some answers cut off, leaking a tag, refusing, wrong, or the
same as another. Nothing is asked. Then the same verdicts by a pipeline as one writes it in a notebook, with
`DataFrame.apply` a row and every pair held against every other, at a size where that ends; both in one process, one
after the other.

    python benchmarks/distill.py [--rows 100000] [--beside 5000] [--seed 1]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from rapidfuzz import fuzz

from distilkit.distilling.card import dataset_card
from distilkit.distilling.formats import write_training
from distilkit.distilling.funnel import funnel
from distilkit.distilling.pipeline import concluded, contamination, own_verdicts, wishes
from distilkit.scoring import exact
from distilkit.scoring.applying import apply

WORDS = [f"{first}{second}" for first in "bdfgklmnprst" for second in ("al", "en", "ir", "os", "um", "ay", "ed", "ock")]
ANSWERS_A_PROMPT = 3
EVALUATION = 1_000
WORDS_SHARED = 8
ALIKE = 95.0


def main() -> None:
    """Measure both, and print."""
    options = _options()
    warnings.simplefilter("ignore")
    rows = made_up(options.rows, dice(options.seed))
    tests = evaluation(rows, dice(0))
    before = _peak_mb()
    seconds, valid = ours(rows, tests, shown=True)
    print(f"rows            {len(rows):,}, valid {valid:,}")
    print(f"rows a second   {len(rows) / seconds:,.0f}")
    print(f"peak memory     {_peak_mb():,.0f} MB, of which {before:,.0f} MB before the first stage (the rows, imports)")
    few = rows.head(options.beside)
    fast, ours_valid = ours(few, tests, shown=False)
    slow, naive_valid = timed(lambda: naive(few, tests))
    print(f"\nat {len(few):,} rows   {fast:.2f} s, by apply {slow:.1f} s: {slow / fast:.1f} times as long")
    print(f"valid           {ours_valid:,}, by apply {naive_valid:,}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--beside", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def dice(seed: int) -> random.Random:
    """Return the same chance each time."""
    return random.Random(seed)  # noqa: S311 - made-up rows, no secret


def made_up(count: int, chance: random.Random) -> pd.DataFrame:
    """Return rows as `compare` gives them, with a column `answer`."""
    prompts = [_words(chance, 25) for _ in range(count // ANSWERS_A_PROMPT + 1)]
    truth = [str(chance.randrange(1000)) for _ in prompts]
    places = [place // ANSWERS_A_PROMPT for place in range(count)]
    return pd.DataFrame(
        {
            "prompt_id": places,
            "profile": [f"teacher-{place % ANSWERS_A_PROMPT}" for place in range(count)],
            "provider": "made up",
            "prompt": [prompts[place] for place in places],
            "content": [_answer(truth[place], chance) for place in places],
            "thinking": [_words(chance, 40) for _ in places],
            "thinking_kind": "raw",
            "finish_reason": ["length" if chance.random() < 0.02 else "stop" for _ in places],
            "output_tokens": [chance.randrange(20, 400) for _ in places],
            "cost_usd": [chance.random() / 1000 for _ in places],
            "answer": [truth[place] for place in places],
        }
    )


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count))


def _answer(truth: str, chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.02:
        return f"<think>{_words(chance, 5)}</think>{truth}"
    if kind < 0.03:
        return "I'm sorry, but I can't help with that."
    return truth if kind < 0.8 else str(chance.randrange(1000))


def evaluation(rows: pd.DataFrame, chance: random.Random) -> list[str]:
    """Return texts that a student would be tested on; a hundred of them were asked of the teachers."""
    asked = rows["prompt"].iloc[: 100 * ANSWERS_A_PROMPT : ANSWERS_A_PROMPT].tolist()
    return [_words(chance, 30) for _ in range(EVALUATION - len(asked))] + asked


def ours(rows: pd.DataFrame, tests: list[str], *, shown: bool) -> tuple[float, int]:
    """Run every stage; return the seconds of all, and how many rows are valid."""
    stages: dict[str, float] = {}
    wanted = wishes(verify=["correct"], evaluation=tests, near=ALIKE)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with stage(stages, "verify"):
            frame = apply(rows, {"correct": exact("answer")})
        with stage(stages, "contamination"):
            prompts = dict(zip(frame["prompt_id"].map(str), frame["prompt"], strict=True))
            shared = contamination(prompts, wanted)
        with stage(stages, "other checks"):
            frame = own_verdicts(frame, wanted, shared)
        with stage(stages, "choice, duplicates, split"):
            frame = concluded(frame, wanted)
        with stage(stages, "funnel"):
            funnel(frame)
        with stage(stages, "write"):
            files: Any = write_training(
                frame, place / "{split}.jsonl", format="reasoning_content", metadata=True, store=place / "none"
            )
        with stage(stages, "card"):
            dataset_card(frame, place / "README.md", files=files, store=place / "none")
    if shown:
        for name, seconds in stages.items():
            print(f"{name:<26}{seconds:6.2f} s{len(rows) / seconds:12,.0f} rows a second")
    return sum(stages.values()), int(frame["valid"].sum())


def naive(rows: pd.DataFrame, tests: list[str]) -> int:
    """Do it as one does at first: a function a row, and each chosen row held against all before it."""
    known = {gram for text in tests for gram in _grams(text)}

    def why(row: pd.Series) -> str:
        if row["finish_reason"] == "length":
            return "truncated"
        if "<think>" in row["content"]:
            return "tag_leak"
        if row["content"].lower().startswith("i'm sorry"):
            return "refusal"
        if row["content"].strip() != row["answer"]:
            return "verifier_failed"
        return "contaminated_with" if _grams(row["prompt"]) & known else ""

    frame = rows.assign(reasons=rows.apply(why, axis=1))
    valid = frame[frame["reasons"] == ""]
    chosen = valid.groupby("prompt_id", group_keys=False)[list(valid.columns)].apply(
        lambda group: group.nsmallest(1, "cost_usd")
    )
    texts: list[str] = []
    copies = 0
    for _, row in chosen.iterrows():
        text = f"{row['prompt']}\n{row['content']}"
        if any(fuzz.ratio(text, other) >= ALIKE for other in texts):
            copies += 1
        else:
            texts.append(text)
    chosen = chosen.assign(split=chosen["prompt"].apply(_split))
    with tempfile.TemporaryDirectory() as folder, Path(folder, "train.jsonl").open("w", encoding="utf-8") as file:
        for _, row in chosen.iterrows():
            said = {"role": "assistant", "content": row["content"], "reasoning_content": row["thinking"]}
            file.write(json.dumps({"messages": [{"role": "user", "content": row["prompt"]}, said]}) + "\n")
    return len(valid) - copies


def _grams(text: str) -> set[str]:
    words = text.lower().split()
    return {" ".join(words[place : place + WORDS_SHARED]) for place in range(len(words) - WORDS_SHARED + 1)}


def _split(prompt: str) -> str:
    digest = hashlib.sha256(" ".join(prompt.lower().split()).encode()).hexdigest()
    return "train" if int(digest[:8], 16) / 2**32 >= 0.1 else "test"


@contextmanager
def stage(stages: dict[str, float], name: str) -> Iterator[None]:
    """Note how many seconds the block takes."""
    begun = time.perf_counter()
    yield
    stages[name] = time.perf_counter() - begun


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Return seconds and result."""
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
