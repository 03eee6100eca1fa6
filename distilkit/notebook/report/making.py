"""`report`: a comparison as one page that can be sent to colleagues.

Checks what is asked, has the parts made, and writes the page. Knows the parts; computes nothing itself.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.analysis.columns import check_columns, codes_of, numbers_of, score_columns
from distilkit.analysis.panel import Missing
from distilkit.errors import InputError
from distilkit.markup import escape
from distilkit.notebook.report.answers import answers
from distilkit.notebook.report.asked import asked, subtitle, versions
from distilkit.notebook.report.compared import compared
from distilkit.notebook.report.decided import decided
from distilkit.notebook.report.failures import failures
from distilkit.notebook.report.figures import clipped, plural
from distilkit.notebook.report.made import Report
from distilkit.notebook.report.page import page
from distilkit.notebook.report.wishes import Section, Wishes
from distilkit.notebook.report.writing import check_target, write_whole
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd

_MOST_EXAMPLES = 50
_TEXTS = ("model", "provider", "key", "prompt", "content", "thinking", "finish_reason", "error_kind", "error")


def report(  # noqa: PLR0913 - the conditions are those of recommend, each a question of its own
    frame: pd.DataFrame,
    path: str | os.PathLike[str] = "report.html",
    *,
    score: str | None = None,
    title: str | None = None,
    notes: str | None = None,
    quality: float | None = None,
    margin: float | None = None,
    reference: str | None = None,
    budget: float | None = None,
    items: int | None = None,
    latency: float | None = None,
    cluster: str | None = None,
    missing: Missing = "drop",
    examples: int = 8,
    date: str | dt.date | None = None,
    store: Store | str | Path | None = None,
    overwrite: bool = False,
) -> Report:
    """Write a comparison as one HTML page: what was asked, whom to use, how sure that is, and the answers behind it.

        dk.report(df, "report.html")
        dk.report(df, "report.html", quality=0.8, budget=50, items=100_000, notes="Second round.", overwrite=True)

    The page is one file for any browser, light and dark, on paper and on a telephone. It holds no script and asks for
    nothing outside itself. The same rows and arguments give the same bytes, on the same versions of the libraries.
    Long answers are cut, and of many prompts, rows and pairs some are shown; the page says what it leaves out.

    Args:
        frame: from `compare`, or any with `profile` and `prompt_id`; what else is missing is left out or unknown.
        path: where to write it, an .html file.
        score: the score that decides; None for the first there is. Without one there is no decision.
        title: of the page; None for the counts.
        notes: a text of your own, shown under the decision; an empty line begins a paragraph.
        quality: as in `recommend`, which decides: the least mean score.
        margin: as in `recommend`: how much worse than the reference is still good enough.
        reference: as in `recommend`: the profile to be no worse than.
        budget: as in `recommend`: US dollars in all.
        items: as in `recommend`: how many prompts these are for.
        latency: as in `recommend`: seconds within which 95 % of the answers are to come.
        cluster: a column that says which prompts belong together, such as the document they are about.
        missing: what a missing answer counts as: `drop` leaves its prompt out, `fail` scores it 0.
        examples: how many prompts to show with their answers, of those the profiles disagree on and of the others.
        date: of the report, shown as it is; None for none, so that the bytes do not depend on the day.
        store: where the parameters are looked up; None for the usual store. Only read.
        overwrite: replace a file that is there.

    Returns:
        A `Report`: the path, wherever one is taken; in a notebook a link, with the decision.

    Raises:
        InputError: an argument is wrong, a column is missing or of the wrong kind, the file exists, or it cannot be
            written. Nothing was written.
    """
    target = check_target(path, overwrite=overwrite)
    asked_for = {
        "quality": quality,
        "margin": margin,
        "reference": reference,
        "budget": budget,
        "items": items,
        "latency": latency,
    }
    conditions = {name: value for name, value in asked_for.items() if value is not None}
    wishes = _wishes(frame, score, conditions, cluster, missing, examples)
    named = _words("title", title) or f"{plural(len(wishes.profiles), 'profile')} on {plural(wishes.prompts, 'prompt')}"
    decision = decided(wishes)
    sections = [
        decision.section,
        *_notes(_words("notes", notes)),
        asked(wishes, store),
        *compared(wishes, decision.profile),
        failures(wishes),
        *answers(wishes),
    ]
    named = clipped(named, 200)
    html = page(named, subtitle(wishes, None if date is None else clipped(str(date), 40)), sections, versions())
    write_whole(target, html, overwrite=overwrite)
    return Report(target, named, decision.sentence, len(html.encode()))


def _wishes(
    frame: pd.DataFrame,
    score: str | None,
    conditions: Mapping[str, Any],
    cluster: str | None,
    missing: Missing,
    examples: object,
) -> Wishes:
    """See that the frame can be reported on, and which score decides."""
    check_columns(frame)
    if frame.empty:
        raise InputError("the frame has no rows; there is nothing to report")
    if score is not None and not isinstance(score, str):
        raise InputError(f"score= takes the name of one column, not {score!r:.200}")
    if isinstance(examples, bool) or not isinstance(examples, int) or not 0 <= examples <= _MOST_EXAMPLES:
        raise InputError(f"examples= must be a number from 0 to {_MOST_EXAMPLES}, not {examples!r:.200}")
    # A score that no answer has decides nothing; where every answer failed, that is what the report is to tell.
    found = score_columns(frame, None)
    known_ones = [name for name in found if frame[name].notna().any()]
    names = [*known_ones, *(name for name in found if name not in known_ones)] if known_ones else []
    if score is not None:
        names = [*score_columns(frame, score), *(name for name in names if name != score)]
    known = numbers_of(frame, names[0]).dropna() if names else None
    return Wishes(
        frame=_readable(frame.reset_index(drop=True)),
        scores=tuple(names),
        verdicts=known is not None and len(known) > 0 and bool(known.isin((0, 1)).all()),
        conditions=conditions,
        cluster=cluster,
        missing=missing,
        examples=examples,
    )


def _readable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with texts where texts are expected: a list of content parts is shown as it is written."""
    if "sample" in frame:
        codes_of(frame, "sample")
    odd = {name: frame[name] for name in _TEXTS if name in frame and frame[name].dtype == object}
    return frame.assign(**{name: column.map(str, na_action="ignore").astype(object) for name, column in odd.items()})


def _words(argument: str, words: object) -> str:
    if words is not None and not isinstance(words, str):
        raise InputError(f"{argument}= takes a text, not {type(words).__name__}")
    return words or ""


def _notes(words: str) -> list[Section]:
    paragraphs = [each.strip() for each in words.replace("\r\n", "\n").split("\n\n") if each.strip()]
    body = "\n".join(f'<p style="white-space:pre-wrap;overflow:hidden">{escape(each)}</p>' for each in paragraphs)
    return [Section("notes", "Notes", body)] if body else []
