"""The sections of a card that tell how the rows may be used: parts, terms of use, files, versions, limits.

From counted facts to Markdown. All that others said goes through `card_text.said`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from distilkit.distilling.card_facts import Parts, Teacher, Verifier
from distilkit.distilling.card_files import Listed
from distilkit.distilling.card_sections import unknown_costs
from distilkit.distilling.card_text import UNKNOWN, count, said, source, table
from distilkit.distilling.cells import texts_of
from distilkit.distilling.terms import Standing

if TYPE_CHECKING:
    import pandas as pd

_RULE = (
    "A prompt's part is decided by its text alone: u = the first 8 hexadecimal digits of the SHA-256 of the prompt, in "
    "lower case and with its white space folded, divided by 2^32. So the same prompt is always in the same part, and "
    "rows that are added later move no other."
)


def parted(parts: Parts | None) -> str:
    """Tell how the rows are parted."""
    if parts is None:
        return "The rows are not parted."
    rows = [[said(name), count(many), count(parts.prompts[name])] for name, many in parts.rows.items()]
    shared = (
        "No prompt stands in two parts."
        if not parts.shared
        else f"**{count(parts.shared)} prompts stand in more than one part**: not all rows were parted by this rule."
    )
    return "\n\n".join([table(("Part", "Rows", "Prompts"), rows, numbers=(1, 2)), _RULE.replace("^", "\\^"), shared])


def allowed(found: Sequence[Standing]) -> str:
    """Tell what the terms of use of each teacher say of training."""
    rows = [
        [
            said(each.provider or UNKNOWN),
            said(each.teacher),
            count(each.rows),
            f"**{each.terms.training}**" if each.terms.training == "disallowed" else each.terms.training,
            source(each.terms.source) if each.terms.source else "not stated",
            each.terms.date or "not stated",
        ]
        for each in found
    ]
    titles = ("Provider", "Teacher", "Chosen rows", "Training on answers", "Source", "Read on")
    parts = [table(titles, rows, numbers=(2,))] if rows else ["No row is chosen."]
    parts.append("As stated by who made this set; `unknown` means that nobody has said.")
    return "\n\n".join(parts)


def against(found: Sequence[Standing]) -> str:
    """Return what a card says first where terms of use do not allow training on chosen rows; "" where all is well."""
    rows = sum(each.rows for each in found if each.terms.training == "disallowed")
    if not rows:
        return ""
    verb = "row is an answer" if rows == 1 else "rows are answers"
    return (
        f"> **Not allowed as training data:** {count(rows)} chosen {verb} of teachers whose terms of use do not allow "
        "training on them. See the terms of use below."
    )


def filed(files: Sequence[Listed]) -> str:
    """Tell which files there are, and how to know that they are these."""
    if not files:
        return "No file is named."
    rows = [[said(each.name), said(each.part or ""), count(each.size), f"`{each.sha256}`"] for each in files]
    return table(("File", "Part", "Bytes", "SHA-256"), rows, numbers=(2,))


def versioned(versions: Mapping[str, str | None], teachers: Sequence[Teacher]) -> str:
    """Tell which versions wrote the card, and which seeds were sent."""
    lines = [
        f"* {name} {said(version or UNKNOWN)} (installed when this card was written)"
        for name, version in versions.items()
    ]
    seeds = [
        f"{said(each.name)} {', '.join(said(seed) for seed in sorted(each.seeds))}" for each in teachers if each.seeds
    ]
    lines.append(f"* Seeds sent: {'; '.join(seeds)}" if seeds else "* Seeds sent: none that is known")
    lines.append("* Choice, duplicates and parts are without chance: the same rows give the same set.")
    return "\n".join(lines)


def limited(
    frame: pd.DataFrame, teachers: Sequence[Teacher], verifiers: Sequence[Verifier], terms: Sequence[Standing]
) -> str:
    """Tell what is not known, and what validity does not mean."""
    chosen = sum(each.chosen for each in teachers)
    lines = [
        "* The answers were written by models. `valid` says that they passed the checks above, not that they are true."
    ]
    if not verifiers:
        lines.append("* No verifier judged them: wrong answers are among them.")
    if told := unknown_costs(frame):
        lines.append(f"* {told} Sums with an unknown cost in them are unknown.")
    if missing := sum(each.without_record for each in teachers):
        lines.append(
            f"* Of {count(missing)} of {count(chosen)} chosen rows the parameters and the model served are not known."
        )
    if undated := sum(each.chosen for each in teachers if each.times is None):
        lines.append(f"* Of {count(undated)} chosen rows it is not known when they were answered.")
    if unsaid := sum(each.rows for each in terms if each.terms.training == "unknown"):
        lines.append(
            f"* Of {count(unsaid)} chosen rows nobody has said whether the terms of use allow training on them."
        )
    if "valid" not in frame:
        lines.append("* The rows have no verdicts: no check has left a trace.")
    if simulated := sum(name == "sim" for name in texts_of(frame, "provider")):
        lines.append(
            f"* {count(simulated)} rows were written by a simulator, for trying things out: they are no training data."
        )
    return "\n".join(lines)
