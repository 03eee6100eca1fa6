"""Answers side by side, as a static table: prompts down, profiles across, further samples and thinking folded.

From a frame to HTML and text, everything escaped and cut. Knows no shell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from distilkit.analysis.columns import score_columns
from distilkit.markup import escape
from distilkit.notebook import style
from distilkit.notebook.groups import grouped
from distilkit.screen import clip

if TYPE_CHECKING:
    import pandas as pd

_MOST_PROMPTS = 20
_MOST_SAMPLES = 5
_LONGEST = 4_000
_CELL = f"text-align:left;vertical-align:top;padding:.5em .8em;border-bottom:{style.LINE};white-space:normal"
_WIDE = "min-width:16em;max-width:40em"


def bundle(frame: pd.DataFrame, name: str | None) -> dict[str, str]:
    """Return what a notebook shows of a frame from `compare`, and what a terminal shows.

    Args:
        frame: the answers.
        name: of the variable that has it beside `_`, or None.
    """
    summary = _summary(frame, name)
    profiles = [str(each) for each in frame["profile"].unique()]
    by_prompt = grouped(frame, "prompt_id")[:_MOST_PROMPTS]
    scores = score_columns(frame, None)
    head = "".join(
        f'<th scope="col" style="{_CELL}">{escape(style.named(each))}</th>' for each in ["prompt", *profiles]
    )
    body = "".join(_row(rows, profiles, scores) for _, rows in by_prompt)
    table = (
        f'<table style="border-collapse:collapse;margin:0"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )
    more = int(frame["prompt_id"].nunique()) - len(by_prompt)
    left_out = style.quiet(f"{style.counted(more, 'more prompt')} in the frame") if more else ""
    scrolled = f'<div style="overflow-x:auto">{table}</div>'
    html = style.block("compare", f"{style.facts(summary)}{scrolled}{left_out}")
    return {"text/html": html, "text/plain": "\n".join([" · ".join(summary), *_lines(frame)])}


def _summary(frame: pd.DataFrame, name: str | None) -> list[str]:
    failed = int(frame["error_kind"].notna().sum())
    costs = frame.loc[frame["error_kind"].isna(), "cost_usd"]
    known = None if costs.isna().any() else float(costs.sum())
    return [
        style.counted(int(frame["prompt_id"].nunique()), "prompt"),
        style.counted(int(frame["profile"].nunique()), "profile"),
        style.counted(len(frame), "answer"),
        style.dollars(known) + ("" if known is None else " at list price"),
        *([f"{failed:,} failed"] if failed else []),
        "the frame is in _" + (f" and in {name}" if name else ""),
    ]


def _row(rows: pd.DataFrame, profiles: Sequence[str], scores: Sequence[str]) -> str:
    own = {str(profile): part.to_dict("records") for profile, part in grouped(rows, "profile")}
    cells = "".join(f'<td style="{_CELL};{_WIDE}">{_answers(own.get(each, []), scores)}</td>' for each in profiles)
    return (
        f'<tr><th scope="row" style="{_CELL};{_WIDE};font-weight:400">{_said(rows["prompt"].iloc[0])}</th>{cells}</tr>'
    )


def _answers(samples: Sequence[Mapping[Any, Any]], scores: Sequence[str]) -> str:
    shown = [_answer(each, scores) for each in samples[: _MOST_SAMPLES + 1]]
    if not shown:
        return style.quiet("not asked")
    more = [style.folded(f"sample {number}", html) for number, html in enumerate(shown[1:], 2)]
    left = len(samples) - len(shown)
    return (
        shown[0] + "".join(more) + (style.quiet(f"{style.counted(left, 'more sample')} in the frame") if left else "")
    )


def _answer(row: Mapping[Any, Any], scores: Sequence[str]) -> str:
    facts = style.facts(_facts(row, scores), "margin-top:.4em")
    if isinstance(row["error_kind"], str):
        kind = escape(style.named(row["error_kind"]))
        return f"<div><b>Failed</b>, {kind}</div>{style.quiet(clip(row['error'], 300))}{facts}"
    thinking = row["thinking"]
    folded = style.folded("thinking", _said(thinking)) if isinstance(thinking, str) and thinking else ""
    content = row["content"] if isinstance(row["content"], str) else ""
    return f"{folded}{_said(content) if content.strip() else style.quiet('no answer')}{facts}"


def _facts(row: Mapping[Any, Any], scores: Sequence[str]) -> Iterator[str]:
    """Say what is known of an answer: its scores, dollars, tokens and seconds."""
    for name in scores:
        value = _known(row[name])
        yield f"{style.named(name)}: {style.UNKNOWN if value is None else _score(value)}"
    if isinstance(row["error_kind"], str):
        return
    yield style.dollars(_known(row["cost_usd"]))
    if (tokens := _known(row["output_tokens"])) is not None:
        yield style.counted(int(tokens), "token")
    yield "from the store" if _known(row["from_store"]) else style.seconds(_known(row["latency_s"]))


def _score(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else f"{value:.3g}"


def _known(value: Any) -> Any:
    import pandas as pd

    return None if pd.isna(value) else value


def _said(text: Any) -> str:
    said = str(text)
    more = len(said) - _LONGEST
    cut = style.quiet(f"{style.counted(more, 'more character')} in the frame") if more > 0 else ""
    return style.text(said[:_LONGEST]) + cut


def _lines(frame: pd.DataFrame) -> Iterator[str]:
    """Say the first answers in a terminal, one a line."""
    first = frame.head(_MOST_PROMPTS)
    for profile, prompt, content, kind in first[["profile", "prompt", "content", "error_kind"]].itertuples(index=False):
        said = f"failed, {kind}" if isinstance(kind, str) else content if isinstance(content, str) else "no answer"
        yield f"{clip(profile, 40)} | {clip(prompt, 40)} | {clip(said, 100)}"
