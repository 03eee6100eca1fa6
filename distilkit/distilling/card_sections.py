"""The sections of a card that tell how the rows came about: teachers, the funnel, checks, thinking, duplicates.

From counted facts to Markdown. All that others said goes through `card_text.said`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from distilkit.distilling import kinds
from distilkit.distilling.card_facts import Teacher, Verifier, listed
from distilkit.distilling.card_text import UNKNOWN, count, dollars, said, table
from distilkit.distilling.cells import is_missing, numbers_of, texts_of
from distilkit.distilling.reasons import evidence_of

if TYPE_CHECKING:
    import pandas as pd

MEANINGS = {
    "empty_answer": "no answer, or the call failed",
    "truncated": "cut off before its end",
    "tag_leak": "a thinking tag, a template marker or a special token is left in the answer",
    "reasoning_missing": "no reasoning that can be read",
    "refusal": "declines to answer",
    "verifier_failed": "a verifier did not let it through, or could not judge it",
    "duplicate_of": "the same as, or nearly the same as, an earlier chosen row",
    "contaminated_with": "its prompt shares words with an evaluation text",
    "too_long": "longer than was wished for",
    "too_short": "shorter than was wished for",
}


def made(teachers: Sequence[Teacher], stated: Mapping[str, str]) -> str:
    """Tell who answered, with what, when, and for how much; `stated` are the prices of the profile file, by teacher."""
    rows = [
        [
            said(each.name),
            _names(each.providers),
            _names(each.models),
            _names(each.served),
            count(each.asked),
            count(each.chosen),
            dollars(each.cost_usd),
            UNKNOWN if each.times is None else _span(*each.times),
        ]
        for each in teachers
    ]
    titles = (
        "Teacher",
        "Provider",
        "Model asked",
        "Model served",
        "Rows",
        "Chosen",
        "Cost, all rows",
        "Answered (UTC)",
    )
    parts = [table(titles, rows, numbers=(4, 5, 6)), "Costs are at list price, whether or not this run paid them."]
    for title, name in (("Parameters as sent", "params"), ("Prices, from LiteLLM's table, dollars a token", "prices")):
        lines = [f"* {said(each.name)}: {_values(getattr(each, name))}" for each in teachers if getattr(each, name)]
        if lines:
            parts.append(f"{title}:")
            parts.append("\n".join(lines))
    if lines := [f"* {said(name)}: {said(price)}" for name, price in stated.items()]:
        parts += ["Prices, as the profile file states them, dollars a million tokens:", "\n".join(lines)]
    return "\n\n".join(parts)


def _names(counts: Mapping[str, int]) -> str:
    return ", ".join(said(text) if text else "others" for text, _ in listed(counts)) or UNKNOWN


def _values(counts: Mapping[str, int]) -> str:
    """Return values with how many rows each has; one alone needs no count."""
    found = listed(counts)
    if len(found) == 1:
        return said(found[0][0])
    return "; ".join(f"{said(text) if text else 'others'} ({many:,} rows)" for text, many in found)


def _span(first: str, last: str) -> str:
    return first[:10] if first[:10] == last[:10] else f"{first[:10]} to {last[:10]}"


def left(steps: pd.DataFrame, frame: pd.DataFrame) -> str:
    """Tell how many rows each step left, and what a valid row cost."""
    columns = ("step", "rows", "cost_usd", "lost", "lost_cost_usd", "cost_per_row_usd")
    rows = [
        [
            said(row["step"]),
            count(_whole(row["rows"])),
            dollars(_figure(row["cost_usd"])),
            # The parts of what was chosen lose nothing.
            *((count(_whole(row["lost"])), dollars(_figure(row["lost_cost_usd"]))) if _has(row, "lost") else ("", "")),
            dollars(_figure(row["cost_per_row_usd"])) if _has(row, "lost") and _whole(row["rows"]) else "",
        ]
        for row in steps[list(columns)].to_dict("records")
    ]
    titles = ("Step", "Rows left", "Cost", "Lost", "Cost of the lost", "Cost of all, a row left")
    parts = [table(titles, rows, numbers=range(1, 6)), _per_valid_row(steps)]
    if told := unknown_costs(frame):
        parts.append(told)
    parts.append("A step that no row fell at is not listed: the rows do not say which checks were made.")
    return "\n\n".join(parts)


def _per_valid_row(steps: pd.DataFrame) -> str:
    found = {str(row["step"]): row for row in steps.to_dict("records")}
    last = found.get("valid")
    if last is None:
        return "The rows have no verdicts: nobody has said which are valid."
    cost = _figure(last["cost_per_row_usd"])
    if not _whole(last["rows"]):
        return "No row is valid, so there is no cost of a valid row."
    return f"A valid row cost **{dollars(cost)}**, what was lost on the way included."


def unknown_costs(frame: pd.DataFrame) -> str:
    """Say how many rows have no known cost, and what the others come to; "" where all are known."""
    from math import fsum

    known = [cost for cost in numbers_of(frame, "cost_usd") if cost is not None]
    missing = len(frame) - len(known)
    if not missing:
        return ""
    rest = f"the others come to {dollars(fsum(known))}" if known else "nor has any other"
    return f"{count(missing)} of {count(len(frame))} rows have no known cost; {rest}."


def checked(verifiers: Sequence[Verifier], reasons: Mapping[str, int]) -> str:
    """Tell what each verifier said, and why rows are not valid."""
    parts = []
    if verifiers:
        rows = [
            [said(each.name), said(each.what or ""), count(each.passed), count(each.failed), count(each.unjudged)]
            for each in verifiers
        ]
        parts.append(table(("Verifier", "What it is", "Passed", "Failed", "No verdict"), rows, numbers=(2, 3, 4)))
    else:
        parts.append("No verifier is named, and none has left a trace: whether an answer is right was not checked.")
    if reasons:
        found = [[said(name), count(many), MEANINGS.get(name, "")] for name, many in reasons.items()]
        parts.append("Rows that are not valid, by reason; a row may have several:")
        parts.append(table(("Reason", "Rows", "What it means"), found, numbers=(1,)))
    else:
        parts.append("No row is held to be invalid.")
    return "\n\n".join(parts)


def thought(counted: dict[str, dict[str, int]]) -> str:
    """Tell which kinds of thinking the chosen rows hold."""
    rows = [
        [said(kind), count(sum(by.values())), ", ".join(f"{said(name)} {many:,}" for name, many in by.items())]
        for kind, by in counted.items()
    ]
    parts = [table(("Thinking", "Chosen rows", "By teacher"), rows, numbers=(1,))] if rows else ["No row is chosen."]
    if len([kind for kind in counted if kind != kinds.UNKNOWN]) > 1:
        parts.append("**The chosen rows mix kinds of thinking.** A model that is trained on them all learns a mixture.")
    if "encrypted" in counted:
        parts.append("**Encrypted thinking cannot be read**, and is no reasoning to learn from.")
    return "\n\n".join(parts)


def alike(frame: pd.DataFrame) -> str:
    """Tell how many duplicates and contaminated rows were found; all of them are out of the set."""
    found = [evidence_of(text) for text in texts_of(frame, "evidence") if text]
    copies = [said_of["duplicate_of"] for said_of in found if "duplicate_of" in said_of]
    near = sum("% like " in text for text in copies)
    shared = sum("contaminated_with" in said_of for said_of in found)
    return "\n".join(
        [
            f"* Duplicates among the chosen, taken out: {count(len(copies))}, of them near ones: {count(near)}.",
            f"* Rows whose prompt shares words with an evaluation text, taken out: {count(shared)}.",
            "* Nothing found is not the same as nothing there: the rows do not say whether it was looked for.",
        ]
    )


def _has(row: Mapping[Any, Any], name: str) -> bool:
    return not is_missing(row[name])


def _whole(value: Any) -> int:
    return 0 if is_missing(value) else int(value)


def _figure(value: Any) -> float | None:
    return None if is_missing(value) else float(value)
