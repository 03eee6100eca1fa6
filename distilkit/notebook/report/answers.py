"""Prompts with their answers side by side: where the profiles disagree most, and the first ones as they came.

From a frame to sections; everything said is escaped and cut. Knows scores only as numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from distilkit.analysis.columns import numbers_of
from distilkit.markup import escape
from distilkit.notebook.groups import grouped
from distilkit.notebook.report import figures
from distilkit.notebook.report.tables import Line, lines_of
from distilkit.notebook.report.wishes import Section, Wishes

_LONGEST_PROMPT = 3_000
_LONGEST_ANSWER = 2_000
_MOST_PROFILES = 8
_LONGEST_SUMMARY = 110


def answers(wishes: Wishes) -> list[Section]:
    """Return the prompts on which the profiles disagree most, and the first of the others."""
    if not wishes.examples or "content" not in wishes.frame:
        return []
    apart = _disagreements(wishes)
    chosen, sections = apart[: wishes.examples], []
    if wishes.score is not None and len(wishes.profiles) > 1:
        sections.append(Section("disagreements", "Where they disagree", _disagreed(wishes, chosen, len(apart))))
    others = [each for each in wishes.frame["prompt_id"].unique() if each not in {*chosen}][: wishes.examples]
    if others:
        left = wishes.prompts - len(chosen) - len(others)
        told = (
            f"The first {figures.plural(len(others), 'prompt')} not shown above, as they came, each with its first "
            f"answer. {figures.plural(left, 'more prompt')} left out."
        )
        body = f'<p class="how">{escape(told)}</p>\n{_prompts(wishes, others)}'
        sections.append(Section("examples", "Examples", body))
    return sections


def _disagreements(wishes: Wishes) -> list[Any]:
    """Return the ids of the prompts with unlike scores, the furthest apart first, else in their order."""
    if wishes.score is None:
        return []
    prompts, ids = pd.factorize(wishes.frame["prompt_id"].to_numpy(dtype=object))
    profiles, _ = pd.factorize(wishes.frame["profile"].to_numpy(dtype=object))
    means = numbers_of(wishes.frame, wishes.score).groupby([prompts, profiles]).mean()
    by_prompt = means.groupby(level=0)
    apart = (by_prompt.max() - by_prompt.min()).dropna()
    return [ids[place] for place in apart[apart > 0].sort_values(ascending=False, kind="stable").index]


def _disagreed(wishes: Wishes, chosen: Sequence[Any], count: int) -> str:
    if not chosen:
        return f"<p>On none of the {figures.plural(wishes.prompts, 'prompt')} do their scores differ.</p>"
    told = (
        f"On {count:,} of {figures.plural(wishes.prompts, 'prompt')} the profiles' mean {wishes.score} differs; here "
        f"are the {len(chosen):,} with the greatest difference, each with its first answer. Open one to read it."
    )
    return f'<p class="how">{escape(told)}</p>\n{_prompts(wishes, chosen)}'


def _prompts(wishes: Wishes, chosen: Iterable[Any]) -> str:
    by_prompt = dict(grouped(wishes.frame[wishes.frame["prompt_id"].isin(list(chosen))], "prompt_id"))
    return "\n".join(_prompt(wishes, each, by_prompt[each]) for each in chosen)


def _prompt(wishes: Wishes, prompt_id: object, rows: pd.DataFrame) -> str:
    prompt = next((str(each) for each in rows["prompt"].dropna()), "") if "prompt" in rows else ""
    title = figures.clipped(prompt, _LONGEST_SUMMARY) or f"prompt {prompt_id}"
    first = rows.drop_duplicates("profile")
    cards = "".join(_answer(wishes, line) for line in lines_of(first.head(_MOST_PROFILES)))
    more = len(first) - _MOST_PROFILES
    left_out = f'<p class="how">{figures.plural(more, "more profile")} left out.</p>' if more > 0 else ""
    whole = f"<h4>Prompt {escape(prompt_id)}</h4>{_text(prompt, _LONGEST_PROMPT)}" if prompt else ""
    return (
        f"<details><summary>{escape(title)}<small>{figures.strung(_marks(wishes, rows))}</small></summary>\n"
        f'{whole}<div class="answers">{cards}</div>{left_out}</details>'
    )


def _marks(wishes: Wishes, rows: pd.DataFrame) -> Iterator[str]:
    """Say of each profile what it scored on this prompt, over its samples."""
    if wishes.score is None:
        return
    for name, own in grouped(rows, "profile")[:_MOST_PROFILES]:
        scored = numbers_of(own, wishes.score).dropna()
        if scored.empty:
            said = "not scored"
        elif wishes.verdicts:
            said = (
                f"{int(scored.sum())} of {len(scored)} right"
                if len(scored) > 1
                else "right"
                if scored.iloc[0]
                else "wrong"
            )
        else:
            said = figures.score(scored.mean())
        yield f"{figures.clipped(str(name), 60)}: {said}"


def _answer(wishes: Wishes, line: Line) -> str:
    thinking = line.get("thinking")
    folded = (
        "" if figures.is_missing(thinking) else f"<details><summary>thinking</summary>{_text(str(thinking))}</details>"
    )
    return (
        f'<div class="answer"><h4>{escape(figures.clipped(str(line["profile"]), 80))}</h4>'
        f"<small>{figures.strung(_facts(wishes, line))}</small>{folded}{_said(line)}</div>"
    )


def _facts(wishes: Wishes, line: Line) -> Iterator[str]:
    if wishes.score is not None and not figures.is_missing(value := line.get(wishes.score)):
        yield ("right" if value else "wrong") if wishes.verdicts else f"{wishes.score} {figures.score(value)}"
    if "cost_usd" in line:
        cost = figures.money(line["cost_usd"])
        yield "cost unknown" if cost == figures.UNKNOWN else cost
    if not figures.is_missing(line.get("output_tokens")):
        yield figures.plural(int(line["output_tokens"]), "token")
    if not figures.is_missing(taken := line.get("latency_s")):
        yield figures.seconds(taken)


def _said(line: Line) -> str:
    if not figures.is_missing(line.get("error_kind")):
        message = "" if figures.is_missing(line.get("error")) else figures.clipped(str(line["error"]), 300)
        return f"<p><b>Failed</b>, {escape(line['error_kind'])}. {escape(message)}</p>"
    content = "" if figures.is_missing(line.get("content")) else str(line["content"])
    return _text(content) if content.strip() else '<p class="unknown">no answer</p>'


def _text(said: str, longest: int = _LONGEST_ANSWER) -> str:
    more = len(said) - longest
    cut = f'<p class="how">{figures.plural(more, "more character")} left out.</p>' if more > 0 else ""
    return f'<pre dir="auto" tabindex="0">{escape(said[:longest])}</pre>{cut}'
