"""The decision: whom to use, in the sentence of `recommend`, with its figures.

From a recommendation to HTML. Decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from distilkit.analysis.choosing.recommend import recommend
from distilkit.errors import InputError
from distilkit.markup import escape
from distilkit.notebook.report import figures
from distilkit.notebook.report.tables import lines_of
from distilkit.notebook.report.wishes import MARGIN, Section, Wishes

_BADGES = {"accept": "surely good enough", "inconclusive": "good enough by its mean, not surely", "none": "nobody fits"}
_MADE = (
    "The cheapest profile that is good enough: {enough}. The verdict is one-sided at 95 %, with all candidates "
    "taken into account (Holm 1979); the interval beside the mean is two-sided. It holds for prompts like these."
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The section of the decision, and its sentence."""

    section: Section
    sentence: str
    profile: str | None


def decided(wishes: Wishes) -> Decision:
    """Return whom to use.

    Raises:
        InputError: as `recommend` does, or there are conditions but no score.
    """
    if wishes.score is None:
        return _undecided(wishes)
    table = recommend(wishes.frame, wishes.score, cluster=wishes.cluster, missing=wishes.missing, **wishes.conditions)
    (line,) = lines_of(table)
    sentence = str(line["reason"])
    profile = None if figures.is_missing(line["profile"]) else str(line["profile"])
    return Decision(
        Section("decision", "Decision", _box(line, sentence, profile) + _beneath(line, wishes)), sentence, profile
    )


def _undecided(wishes: Wishes) -> Decision:
    if wishes.conditions:
        raise InputError(
            f"{next(iter(wishes.conditions))}= needs a score to decide by, and the frame has none; "
            "add one with compare(..., score=...) or name its column in score="
        )
    sentence = "No decision: the answers have no score, so this report tells of dollars, time and failures only."
    return Decision(Section("decision", "Decision", f"<p>{escape(sentence)}</p>"), sentence, None)


def _box(line: Mapping[str, Any], sentence: str, profile: str | None) -> str:
    verdict = line["verdict"] if line["verdict"] in _BADGES else "none"
    pick = "" if profile is None else f'<p class="pick">{escape(figures.clipped(profile, 80))}</p>\n'
    return (
        f'<div class="decision {verdict}">\n<span class="badge">{_BADGES[verdict]}</span>\n{pick}'
        f"<p>{figures.prose(sentence)}</p>\n{_figures(line) if profile else ''}</div>\n"
    )


def _figures(line: Mapping[str, Any]) -> str:
    interval = figures.between(line["quality_low"], line["quality_high"], figures.score)
    told = {
        f"mean {line['score']}": figures.score(line["quality"]) + (f" ({interval})" if interval else ""),
        "per answer": figures.money(line["cost_per_item_usd"]),
        "for all of them": figures.money(line["cost_usd"]),
        "95 % of answers within": figures.seconds(line["latency_p95_s"]),
        "prompts scored": figures.count(line["n"]),
    }
    items = "".join(
        f"<div><dt>{figures.prose(name)}</dt><dd>{figures.prose(value)}</dd></div>" for name, value in told.items()
    )
    return f'<dl class="figures">{items}</dl>\n'


def _beneath(line: Mapping[str, Any], wishes: Wishes) -> str:
    told = [
        f"<li><b>{title}</b>: {figures.prose(figures.clipped(str(line[name]), 1500))}</li>"
        for title, name in (("Not chosen", "rejected"), ("Keep in mind", "note"))
        if not figures.is_missing(line[name])
    ]
    listed = f'<ul class="notes">{"".join(told)}</ul>\n' if told else ""
    return f'{listed}<p class="how">{figures.prose(_MADE.format(enough=_enough(wishes)))}</p>'


def _enough(wishes: Wishes) -> str:
    asked = wishes.conditions
    if "quality" in asked:
        enough = f"a mean {wishes.score} of {asked['quality']:g} or more"
    else:
        reference = asked.get("reference", "the best")
        enough = f"no worse than {reference} by {asked.get('margin', MARGIN):g} or more"
    limits = [
        f"{name} {asked[name]:g}{unit}"
        for name, unit in (("budget", " US dollars"), ("latency", " s"))
        if name in asked
    ]
    return " and ".join([enough, *(f"within the {each}" for each in limits)])
