"""Where a reader is, and what he does there: turns pages, rates, types keys, takes back.

Knows a panel and notes; knows nothing of widgets or HTML.
"""

from __future__ import annotations

from dataclasses import dataclass

from distilkit.notebook.style import counted
from distilkit.notebook.viewer.choosing import Choice, chosen
from distilkit.notebook.viewer.notes import Notes
from distilkit.notebook.viewer.page import Reader
from distilkit.notebook.viewer.panel import Panel
from distilkit.notebook.viewer.scales import preferred
from distilkit.notebook.viewer.typed import BACK, keys_between


@dataclass(frozen=True, slots=True)
class _Typed:
    """A key, and what was there before it."""

    prompt: int
    card: int
    sample: int
    before: dict[str, float | None]


class Desk:
    """A reader's place among the prompts.

    Args:
        panel: the answers.
        notes: what is said of them.
        seed: of the order of a blind reading, None where the names are shown.

    Attributes:
        order: the positions of the prompts that fit the choice, in its order. A rating does not change it: a prompt
            would vanish under the reader's hands.
        at: the first prompt shown, as a position in `order`.
        step: how many prompts are shown.
        card: which answer of the prompt the next key rates.
        choice: what is chosen to be seen.
        seed: as above.
    """

    def __init__(self, panel: Panel, notes: Notes, seed: int | None) -> None:
        self.order, self.at, self.step, self.card = list(range(len(panel))), 0, 1, 0
        self.choice = Choice(profiles=tuple(panel.profiles), sample=panel.samples[0] if panel.samples else 0)
        self.seed = seed
        self._panel, self._notes = panel, notes
        self._typed: list[_Typed] = []

    @property
    def reader(self) -> Reader:
        """How the pages are to be made."""
        return Reader(panel=self._panel, choice=self.choice, rated=self._notes.words, seed=self.seed)

    @property
    def shown(self) -> list[int]:
        """The prompts of this page."""
        return self.order[self.at : self.at + self.step]

    @property
    def prompt(self) -> int | None:
        """The prompt that is being rated, None where none fits the choice."""
        return self.order[self.at] if self.order else None

    @property
    def has_more(self) -> bool:
        """Whether there is a page after this one."""
        return self.at + self.step < len(self.order)

    def look(self, choice: Choice, step: int) -> None:
        """Choose what to see; the prompt in sight stays in sight if it fits."""
        here = self.prompt
        self.choice, self.step = choice, step
        self.order = chosen(self._panel, choice, self._is_rated)
        self._go(self.order.index(here) if here in self.order else 0)

    def turn(self, pages: int) -> None:
        """Go on, or back."""
        self._go(self.at + pages * self.step)

    def order_of(self, prompt: int) -> list[str]:
        """Return the profiles in the order in which the prompt's answers are shown."""
        return self.reader.order(prompt)

    def candidates(self, prompt: int) -> list[str]:
        """Return those of them that gave an answer, which can be rated."""
        answers = self._panel.answers(prompt, self.order_of(prompt), self.choice.sample)
        return [each.profile for each in answers if each is not None and not each.failed]

    def rate(self, nth: int, value: float | None) -> None:
        """Rate the answer on this card, None to take the rating back."""
        if (profile := self._profile(nth)) is not None:
            self._put({profile: value})
            self.card = nth

    def comment(self, nth: int, said: str) -> None:
        """Note what was said of the answer on this card."""
        if (profile := self._profile(nth)) is not None and self.prompt is not None:
            self._notes.comment(self.prompt, profile, self.choice.sample, said.strip())

    def best(self, nth: int | None) -> None:
        """Say which card has the best answer, None for a tie."""
        if self.prompt is not None and (nth is None or self._profile(nth) is not None):
            best = None if nth is None else self._profile(nth)
            self._put(dict(preferred(self.candidates(self.prompt), best)))

    def type(self, before: str, after: str) -> None:
        """Do what the keys say that lead from one text to the other."""
        for key in keys_between(before, after):
            if key == BACK:
                self._take_back()
            else:
                self._press(key.lower())

    def told(self, word: str) -> list[str]:
        """Return where the reader is, in a few words each; `word` is what a step is called."""
        found, everything = len(self.order), len(self._panel)
        parts = [counted(everything, "prompt") if found == everything else f"{found:,} of {everything:,} prompts"]
        if found:
            parts.append(f"{word} {self.at // self.step + 1:,} of {-(-found // self.step):,}")
        if rated := self._notes.count:
            parts.append(f"{counted(rated, 'answer')} rated")
        if stale := self._notes.stale:
            parts.append(f"{counted(stale, 'rating')} of other answers, not counted")
        return [*parts, self._notes.trouble] if self._notes.trouble else parts

    def _go(self, place: int) -> None:
        self.at = max(0, min(place, len(self.order) - 1)) // self.step * self.step
        self.card = next(iter(self._ratable()), 0)

    def _ratable(self) -> list[int]:
        if self.prompt is None:
            return []
        candidates = self.candidates(self.prompt)
        return [nth for nth, profile in enumerate(self.order_of(self.prompt)) if profile in candidates]

    def _profile(self, nth: int) -> str | None:
        """Return whose answer is on this card, None where there is none to rate."""
        return self.order_of(self.prompt)[nth] if self.prompt is not None and nth in self._ratable() else None

    def _is_rated(self, prompt: int, profile: str, sample: int) -> bool:
        rating = self._notes.get(prompt, profile, sample)
        return rating is not None and rating.value is not None

    def _put(self, values: dict[str, float | None]) -> None:
        if self.prompt is not None:
            self._notes.rate(self.prompt, values, self.choice.sample)

    def _press(self, key: str) -> None:
        """Rate by a key and go on; a space goes on. Each key is remembered, for Backspace takes one back."""
        if self.prompt is None:
            self._typed.append(_Typed(-1, 0, 0, {}))
            return
        prompt, card = self.prompt, self.card
        values = self._meant(key, prompt)
        ratings = {profile: self._notes.get(prompt, profile, self.choice.sample) for profile in values}
        before = {profile: rating.value if rating else None for profile, rating in ratings.items()}
        self._typed.append(_Typed(prompt, card, self.choice.sample, before))
        if values:
            self._put(dict(values))
        if values or key == " ":
            self._advance()

    def _meant(self, key: str, prompt: int) -> dict[str, float]:
        """Return what a key says of which profile; {} for nothing."""
        scale, ratable = self._notes.scale, self._ratable()
        if scale.comparing:
            nth = ord(key) - ord("a") if len(key) == 1 else -1
            if key != "=" and nth not in ratable:
                return {}
            return preferred(self.candidates(prompt), None if key == "=" else self.order_of(prompt)[nth])
        if key in scale.keys and self.card in ratable:
            return {self.order_of(prompt)[self.card]: scale.keys[key]}
        return {}

    def _advance(self) -> None:
        later = [nth for nth in self._ratable() if nth > self.card]
        if later and not self._notes.scale.comparing:
            self.card = later[0]
        elif self.has_more:
            self.turn(1)

    def _take_back(self) -> None:
        if not self._typed:
            return
        last = self._typed.pop()
        if last.prompt < 0:
            return
        if last.before:
            self._notes.rate(last.prompt, last.before, last.sample)
        if last.prompt in self.order and last.sample == self.choice.sample:
            self._go(self.order.index(last.prompt))
            self.card = last.card
