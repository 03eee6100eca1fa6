"""The check for contamination: prompts that share words with the texts a model will be tested on.

Eight words in a row that are the same mark a prompt; Brown et al. 2020 (GPT-3), appendix C, did so with thirteen. Case,
Unicode forms and punctuation are overlooked; in scripts without spaces a character counts as a word, and so does what
calculates with the number after it. Evaluation texts are read a part at a time, so memory does not grow with them.
Knows texts; knows nothing of frames.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from math import isnan
from typing import Any

from distilkit.distilling.reasons import Flags
from distilkit.errors import InputError

Evaluation = Sequence[str] | Mapping[str, Sequence[str]]
"""Texts that a model will be tested on: one list, or several by name."""

Run = tuple[str, ...]
"""Words in a row."""

WORDS = 8
"""So many words in a row mark a prompt."""

# A shorter text counts as a whole, where it has so many words; with fewer, only a prompt that is nothing else.
_FEWEST = 5
# How many runs of words of the evaluation texts are held at a time: some 100 MB.
_HELD = 1_000_000
_SHOWN = 30  # words of the evidence

# Without their signs 2+2 and 2-2 would be the same words.
_SIGN = r"[-+*/=<>^%\u00d7\u00f7\u2212](?=\s?[\d(])"
_ASCII_WORD = re.compile(rf"[a-z0-9]+|{_SIGN}")
# Thai, kana and Han are written without spaces; the marks on letters are part of a word.
_NO_SPACES = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKS = r"\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
_WORD = re.compile(rf"[{_NO_SPACES}]|(?:[^\W_{_NO_SPACES}]|[{_MARKS}])+|{_SIGN}")


@dataclass(frozen=True, slots=True)
class _Text:
    """An evaluation text.

    Attributes:
        name: what evidence calls it, such as `gsm8k[17]`.
        words: its words.
    """

    name: str
    words: Run


def contaminated(prompts: Sequence[str | None], evaluation: Evaluation, words: int = WORDS) -> Flags:
    """Flag the prompts that share a run of `words` words with an evaluation text.

    The evidence names the first such text, counted from 0, and the first run of words they share, as in
    `gsm8k[17]: "natalia sold clips to 48 of her friends"`.

    A prompt, or an evaluation text, that has fewer words counts as a whole where it has at least 5: it must stand in
    the other from its first word to its last. One with fewer than 5 marks only a prompt of exactly its words.

    Args:
        prompts: None is never flagged.
        evaluation: texts, or lists of texts by name; missing ones are passed over.
        words: how long a run is.

    >>> contaminated(["Q: How many apples has Tom? A:", "Hi."], {"own": ["How many apples has Tom?"]})
    ['own[0]: "how many apples has tom"', None]

    Raises:
        InputError: `evaluation` holds no texts, or `words` is no whole number from 1.
    """
    check_evaluation(evaluation, words)
    fewest = min(_FEWEST, words)
    lengths = {words} | _short_lengths(prompts, fewest, words)
    flags: list[str | None] = [None] * len(prompts)
    for part in _parts(evaluation, words):
        held = _Held.of(part, lengths, fewest)
        for nth, prompt in enumerate(prompts):
            if prompt is not None and flags[nth] is None:
                flags[nth] = held.evidence(_words(prompt))
    return flags


def check_evaluation(evaluation: Any, words: int = WORDS) -> None:
    """Refuse what holds no evaluation texts, before anything is paid.

    Raises:
        InputError: it is no list of texts and no mapping of names to lists, or `words` is no whole number from 1.
    """
    if isinstance(words, bool) or not isinstance(words, int) or words < 1:
        raise InputError(f"words= must be a whole number, 1 or more, not {words!r}")
    for name, texts in _lists(evaluation):
        _check_list(name, texts)
        for place, text in enumerate(texts):
            if not isinstance(text, str) and not _missing(text):
                raise InputError(f"evaluation=: {name}[{place}] is {type(text).__name__}, not a text")


def _check_list(name: str, texts: Any) -> None:
    listed = (
        hasattr(texts, "__len__") and hasattr(texts, "__getitem__") and not isinstance(texts, str | bytes | Mapping)
    )
    if hasattr(texts, "columns"):
        raise InputError(f"evaluation=: {name} is a table; name its column, as in evaluation=table['question']")
    if not listed:
        raise InputError(f"evaluation=: {name} must be a list of texts, not {type(texts).__name__}")


def _lists(evaluation: Any) -> list[tuple[str, Any]]:
    if isinstance(evaluation, Mapping):
        return [(str(name), texts) for name, texts in evaluation.items()]
    return [("evaluation", evaluation)]


def _missing(text: Any) -> bool:
    # None, NaN, and pandas' own way of saying nothing.
    return text is None or type(text).__name__ in {"NAType", "NaTType"} or (isinstance(text, float) and isnan(text))


def _words(text: str) -> Run:
    return tuple(found[0] for found in _each_word(text))


def _each_word(text: str) -> Iterator[re.Match[str]]:
    if text.isascii():
        return _ASCII_WORD.finditer(text.lower())
    return _WORD.finditer(unicodedata.normalize("NFKC", text).casefold())


def _short_lengths(prompts: Sequence[str | None], fewest: int, words: int) -> set[int]:
    """Return how many words the prompts have that are shorter than a run and count as a whole."""
    texts = (prompt for prompt in prompts if prompt is not None)
    return {count for text in texts if fewest <= (count := sum(1 for _ in islice(_each_word(text), words))) < words}


def _parts(evaluation: Evaluation, words: int) -> Iterator[list[_Text]]:
    """Yield the evaluation texts in order, as many at a time as may be held."""
    part: list[_Text] = []
    held = 0
    for name, texts in _lists(evaluation):
        for place, text in enumerate(texts):
            said = _words(text) if isinstance(text, str) else ()
            if not said:
                continue
            part.append(_Text(f"{name}[{place}]", said))
            held += max(1, len(said) - words + 1)
            if held >= _HELD:
                yield part
                part, held = [], 0
    yield part


def _hashes(said: Run, length: int) -> Iterator[int]:
    """Return a hash of each run of `length` words, in order."""
    return map(hash, zip(*(said[start:] for start in range(length)), strict=False))


Index = dict[int, dict[int, int]]
"""For runs of so many words: the first text that has the run of this hash."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A part of the evaluation texts, ready to be looked up. Runs are held as hashes, and compared before they count.

    Attributes:
        texts: the part.
        fewest: how many words a short text must have to be looked for inside another.
        runs: of the texts' runs of words.
        whole: of the texts that are shorter than a run, as a whole.
    """

    texts: list[_Text]
    fewest: int
    runs: Index
    whole: Index

    @classmethod
    def of(cls, texts: list[_Text], lengths: set[int], fewest: int) -> _Held:
        """Index a part by runs of each of `lengths`."""
        runs: Index = {length: {} for length in lengths}
        whole: Index = {}
        for nth, text in enumerate(texts):
            for length, first in runs.items():
                for run in _hashes(text.words, length):
                    first.setdefault(run, nth)
            if len(text.words) < max(lengths):
                whole.setdefault(len(text.words), {}).setdefault(hash(text.words), nth)
        return cls(texts, fewest, runs, whole)

    def evidence(self, said: Run) -> str | None:
        """Return what the first text and these words share, or None."""
        for nth, length in sorted(self._candidates(said)):
            shared = _shared(said, self.texts[nth].words, length)
            if shared:
                more = "…" if len(shared) > _SHOWN else ""
                return f'{self.texts[nth].name}: "{" ".join(shared[:_SHOWN])}{more}"'
        return None

    def _candidates(self, said: Run) -> Iterator[tuple[int, int]]:
        """Yield texts that seem to share a run with these words, and how long it is."""
        longest = min(len(said), max(self.runs))
        yield from self._hits(said, longest, self.runs.get(longest, {}))
        for length, first in self.whole.items():
            if length == len(said) or self.fewest <= length < len(said):
                yield from self._hits(said, length, first)

    @staticmethod
    def _hits(said: Run, length: int, first: dict[int, int]) -> Iterator[tuple[int, int]]:
        # Most prompts share nothing, which is found out fastest like this.
        if first and not first.keys().isdisjoint(_hashes(said, length)):
            yield from {(first[run], length) for run in _hashes(said, length) if run in first}


def _shared(said: Run, text: Run, length: int) -> Run:
    """Return the first run of at least `length` words that both have, as long as it goes on; () for none."""
    places: dict[Run, int] = {}
    for place in range(len(text) - length + 1):
        places.setdefault(text[place : place + length], place)
    for start in range(len(said) - length + 1):
        found = places.get(said[start : start + length])
        if found is not None:
            more = takewhile(lambda both: both[0] == both[1], zip(said[start:], text[found:], strict=False))
            return tuple(word for word, _ in more)
    return ()
