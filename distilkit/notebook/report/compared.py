"""How good, how sure, for how much, how fast: the analyses as tables and plots, each with how it was made.

From a frame to sections. Computes nothing itself; an analysis that this frame does not allow says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import comb

from distilkit import plot
from distilkit.analysis.dollars.attribution import attribute_cost
from distilkit.analysis.pairs.paired import pairwise
from distilkit.analysis.summary import summarize
from distilkit.analysis.worth.frontier import frontier
from distilkit.errors import InputError
from distilkit.markup import escape
from distilkit.notebook.report import shown
from distilkit.notebook.report.figures import clipped, money, plural, prose, score, seconds, signed
from distilkit.notebook.report.images import figure
from distilkit.notebook.report.tables import Line, lines_of, notes, table
from distilkit.notebook.report.wishes import MARGIN, MOST_DRAWN, Section, Wishes

# Of more pairs than these nobody reads a table; then each is compared with one.
_MOST_PAIRS = 15
_SAID_IN_ALT = 6


def compared(wishes: Wishes, recommended: str | None) -> list[Section]:
    """Return the sections of the analyses, in the order they are read."""
    sections = [Section("quality", "Quality, dollars, time", _trying(_quality, wishes))]
    if wishes.score is not None:
        sections.append(Section("worth", "Who is worth the money", _trying(_worth, wishes)))
        if len(wishes.profiles) > 1:
            pairs = partial(_pairs, recommended=recommended)
            sections.append(Section("pairs", "Who is better, and how sure", _trying(pairs, wishes)))
    if "cost_usd" in wishes.frame:
        sections.append(Section("dollars", "Where the dollars went", _trying(_dollars, wishes)))
    if "latency_s" in wishes.frame:
        sections.append(Section("time", "How long it took", _trying(_time, wishes)))
    return sections


def _trying(make: Callable[[Wishes], str], wishes: Wishes) -> str:
    try:
        return make(wishes)
    except InputError as error:
        return f"<p>This cannot be told of these rows: {escape(error)}</p>"


def _how(made: str) -> str:
    return f'<p class="how">{prose(made)}</p>'


def _quality(wishes: Wishes) -> str:
    found = summarize(wishes.frame, list(wishes.scores), cluster=wishes.cluster, missing=wishes.missing)
    lines = lines_of(found)
    columns = shown.of_summary(wishes)
    made = (
        "Means are over prompts, with the samples of a prompt averaged first. Intervals are at 95 %: Wilson's for "
        "verdicts, t with the skewness taken out for other numbers; within clusters where they are given. Dollars are "
        "list prices; one that is unknown makes its sum unknown. Seconds are of the answers that came."
    )
    return table("One row a profile", columns, lines) + notes(lines) + _how(made)


def _worth(wishes: Wishes) -> str:
    found = frontier(wishes.frame, wishes.score, cluster=wishes.cluster, missing=wishes.missing)
    lines = lines_of(found)
    alt = f"Points, mean {wishes.score} against US dollars per item. " + _listed(
        lines, lambda line: f"{line['profile']}: {score(line['quality'])} at {money(line['cost_per_item_usd'])}"
    )
    drawn = (
        "A filled point is on the frontier: no other profile costs no more and scores no less. The stepped line is the "
        "best that one profile gives for the money, the dashed one what a mix of two gives. A shaded region holds "
        "95 % of the joint bootstrap of mean cost and mean score."
    )
    made = (
        "The chance is the share of bootstrap replicates in which no other profile beats this one, when the prompts "
        "are drawn anew; the same prompts for every profile. Dollars for a success are all dollars over all successes."
    )
    # From the frame there are regions; what its clusters change, the table holds.
    # Of many profiles the table is drawn: it has them all already, and regions of so many cover each other.
    is_told = wishes.cluster or wishes.missing != "drop" or len(wishes.profiles) > MOST_DRAWN
    source = found if is_told else wishes.frame
    picture = figure(lambda: plot.frontier(source, score=wishes.score), alt=alt, made=drawn)
    return picture + table("The frontier, cheapest first", shown.of_frontier(), lines) + notes(lines) + _how(made)


def _pairs(wishes: Wishes, recommended: str | None) -> str:
    against = None
    if comb(len(wishes.profiles), 2) > _MOST_PAIRS:
        against = str(wishes.conditions.get("reference") or recommended or wishes.profiles[0])
    found = pairwise(wishes.frame, wishes.score, reference=against, cluster=wishes.cluster, missing=wishes.missing)
    lines = [{**line, "pair": f"{line['profile_a']} − {line['profile_b']}"} for line in lines_of(found)]
    margin = wishes.conditions.get("margin", None if "quality" in wishes.conditions else MARGIN)
    alt = f"Paired differences in mean {wishes.score} with their intervals. " + _listed(
        lines, lambda line: f"{line['pair']}: {signed(line['difference'])}"
    )
    drawn = (
        "A row is the first profile minus the second on the same prompts; filled where the interval leaves 0 out. "
        "The band, where there is one, is what would not matter."
    )
    made = (
        "Differences are taken prompt by prompt, so that what makes a prompt hard for both cancels. Intervals are at "
        "95 % (Tango's score interval for verdicts, else t). p is two-sided, of McNemar's exact test or of flipped "
        "signs; Holm's adjustment counts all rows. The cost ratio is the first's dollars over the second's, with an "
        "interval by a joint bootstrap."
    )
    left_out = (
        "" if against is None else _how(f"Of {plural(comb(len(wishes.profiles), 2), 'pair')}, those with {against}.")
    )
    if len(found) > MOST_DRAWN:
        drawn += f" Drawn are the first {MOST_DRAWN} of {plural(len(found), 'pair')}."
    picture = figure(lambda: plot.forest(found.head(MOST_DRAWN), margin=margin), alt=alt, made=drawn)
    return picture + table("Pairs", shown.of_pairs(), lines) + left_out + notes(lines, "pair") + _how(made)


def _dollars(wishes: Wishes) -> str:
    found = attribute_cost(wishes.frame, kept=wishes.score if wishes.verdicts else None)
    lines = lines_of(found)
    made = (
        "US dollars at list price, summed over all rows. Input, cached input and output need the list prices that the "
        "costs imply; thinking is its share of the output tokens. Wrong and failed answers were paid for too."
    )
    parts = [table("By profile", shown.of_dollars(wishes), lines), notes(lines), _how(made)]
    spread = "Dollars per item, a dot a prompt, one row a profile. " + _listed(
        lines, lambda line: f"{line['profile']}: {money(line['cost_usd'])} in all"
    )
    dots = "A dot is one prompt, its samples averaged; the diamond is the mean, which is what is paid."
    parts.append(figure(lambda: plot.costs(wishes.drawn), alt=spread, made=dots + wishes.undrawn))
    if {"input_tokens", "output_tokens"} <= {*wishes.frame.columns}:
        bars = "Bars of mean tokens per answer, one row a profile: input, cached input, thinking and answer."
        split = "Mean tokens of an answer. Where a provider does not say how a part divides, it is one hatched piece."
        parts.append(figure(lambda: plot.tokens(wishes.drawn), alt=bars, made=split + wishes.undrawn))
    return "\n".join(parts)


def _time(wishes: Wishes) -> str:
    lines = lines_of(summarize(wishes.frame, []))
    alt = "Seconds per answer, a dot an answer, one row a profile. " + _listed(
        lines, lambda line: f"{line['profile']}: median {seconds(line['latency_p50_s'])}"
    )
    made = (
        "A dot is one answer; marked are the 50th and the 95th percentile. Answers from the store have the time they "
        "took when they were made; failures are left out."
    )
    return figure(lambda: plot.latency(wishes.drawn), alt=alt, made=made + wishes.undrawn)


def _listed(lines: Sequence[Line], told: Callable[[Line], str]) -> str:
    """Say the first few lines in words, and how many more there are."""
    more = len(lines) - _SAID_IN_ALT
    said = [clipped(told(line), 160) for line in lines[:_SAID_IN_ALT]]
    return "; ".join([*said, *([f"{more:,} more in the table"] if more > 0 else [])]) + "."
