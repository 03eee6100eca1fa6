"""The render check: does what the teacher wrote reach the text that the student is trained on?

Knows turns and texts; knows no file.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from distilkit.distilling.formats.inline import Tag
from distilkit.distilling.formats.rows import Rows
from distilkit.distilling.formats.shapes import Format
from distilkit.distilling.rendering.process import Renderer
from distilkit.distilling.rendering.templates import load
from distilkit.distilling.rendering.turns import ANSWER, REASONING, Turn, of_file, of_frame
from distilkit.errors import InputError
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd

Need = Literal["required", "optional", "ignored"]
"""Whether reasoning must reach the student: in every row, where there is some, or not at all."""

_NEEDS = ("required", "optional", "ignored")
_WAYS_OUT = {
    "reasoning_missing": 'leave the row out, or say thinking="optional"',
    "reasoning_dropped": "write the file in the format whose field the template reads, or change the template",
    "reasoning_changed": "the template rewrites reasoning; change the template",
    "answer_dropped": "the template does not show the answer; change the template",
    "answer_changed": "the template rewrites the answer; change the template",
    "marker_in_text": "leave the row out: the student would read it as the end of a turn or of its reasoning",
    "wrong_order": "the template shows the answer before its reasoning; change the template",
    "template_error": "change the template, or leave the row out",
    "unfit": "write it in another format, or leave the row out",
    "earlier_reasoning_dropped": "many templates do so on purpose; the last turn is what is learnt",
}
# How markers of templates look: <|im_end|>, </think>, [/INST], and those with the bars of other alphabets.
_MARKER = re.compile(r"<[^<>\s]{1,60}>|\[/?[A-Z][A-Z_]{1,40}\]")
_SHOWN = 160
_LONGEST_S = 1_000_000
# What a template may ask for and no row has. A token that is not known is empty: its text does not matter here.
_ABSENT: Mapping[str, Any] = {
    "tools": None,
    "documents": None,
    **dict.fromkeys(("bos_token", "eos_token", "pad_token", "unk_token"), ""),
}


class Problem(NamedTuple):
    """What is wrong with a row: which, of what kind, and what showed it."""

    row: int
    problem: str
    detail: str


def check_render(  # noqa: PLR0913 - what is rendered, with what, and how strictly
    source: pd.DataFrame | str | os.PathLike[str],
    template: str | os.PathLike[str],
    *,
    thinking: Need = "required",
    format: Format | None = None,  # noqa: A002 - the word of every such function
    on_problem: Literal["raise", "return"] = "raise",
    rows: Rows = "chosen",
    tag: str | tuple[str, str] = "think",
    system: str | None = None,
    store: Store | str | Path | None = None,
    variables: Mapping[str, Any] | None = None,
    timeout_s: float = 10.0,
) -> pd.DataFrame:
    """Render every example with a student's chat template, and look whether reasoning and answer are in the text.

    Each must stand there letter by letter (without the white space round it, which templates trim), in the last turn,
    the reasoning before the answer. Each row is rendered twice, once with marks in place of both, so that a text that
    stands elsewhere in the conversation is not taken for the answer. A marker that the template itself writes, such as
    `<|im_end|>`, may not stand in either.

    The template is a program: it runs in jinja2's sandbox, set up as tokenizers do, in a process of its own with 1 GB
    of memory, no keys, `timeout_s` a row, and a text of at most four times what it was given and a million letters.

    Args:
        source: a frame, or the path of a training file.
        template: the text of a chat template; or the path of a `.jinja` file, a `tokenizer_config.json`, or a folder.
        thinking: `"required"`, every row must have reasoning and show it; `"optional"`, those that have some;
            `"ignored"`, only the answer counts.
        format: of a frame, how its rows are shown to the template: `reasoning_content` where it is None, or
            `thinking`, `inline_think`, `openai_chat`. Of a file, its format; None goes by its fields.
        on_problem: `"raise"` the first, with a count of all; or `"return"` them.
        rows: of a frame, as in `write_training`.
        tag: what stands round thinking within a text.
        system: of a frame, as in `write_training`.
        store: of a frame, as in `write_training`.
        variables: more for the template, such as `{"enable_thinking": True}`.
        timeout_s: seconds that the template may take for one row.

    Returns:
        A row for each problem: `row`, the place in the frame from 0, or the line of the file from 1; `problem`;
        `severity`, `error`, or `note` for reasoning of earlier turns that is not shown; `detail`, what showed it;
        `way_out`. Empty when all is well.

    Raises:
        InputError: an argument is wrong, the template is not valid or does not end in time, there is nothing to
            render; or, with `on_problem="raise"`, a row has a problem that is an error.
        StoreError: the named store cannot be read.
    """
    if thinking not in _NEEDS:
        raise InputError(f"thinking={thinking!r}: take one of {', '.join(map(repr, _NEEDS))}")
    if on_problem not in ("raise", "return"):
        raise InputError(f'on_problem={on_problem!r}: take "raise" or "return"')
    _check_bounds(timeout_s, variables)
    ends = Tag.of(tag)
    loaded = load(template)
    if isinstance(source, str | os.PathLike):
        turns = of_file(source, format=format, tag=ends)
    else:
        turns = of_frame(source, format=format or "reasoning_content", tag=ends, rows=rows, system=system, store=store)
    with Renderer(loaded.source, timeout_s) as renderer:
        shared = {**_ABSENT, **loaded.tokens, **(variables or {}), "add_generation_prompt": False}
        problems, count = _all(turns, renderer, shared, thinking)
    found = _frame(problems)
    if on_problem == "raise":
        _raise(found, count)
    return found


def _check_bounds(timeout_s: Any, variables: Any) -> None:
    """Refuse what no process could be asked with."""
    if isinstance(timeout_s, bool) or not isinstance(timeout_s, int | float) or not 0 < timeout_s <= _LONGEST_S:
        raise InputError(f"timeout_s={timeout_s!r}: take seconds above 0, at most {_LONGEST_S:,}")
    try:
        json.dumps({} if variables is None else {**variables})
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"variables= takes a mapping of what JSON can hold: {error}") from None


def _all(turns: Iterable[Turn], renderer: Renderer, shared: Mapping[str, Any], need: Need) -> tuple[list[Problem], int]:
    problems: list[Problem] = []
    count = 0
    for turn in turns:
        count += 1
        problems += _of_turn(turn, renderer, shared, need)
    if not count:
        raise InputError("source: has no example, so there is nothing to render")
    return problems, count


def _of_turn(turn: Turn, renderer: Renderer, shared: Mapping[str, Any], need: Need) -> list[Problem]:
    if turn.unfit is not None:
        return [Problem(turn.number, "unfit", turn.unfit)]
    tools = {} if turn.tools is None else {"tools": turn.tools}
    texts = renderer.texts([{**shared, **tools, "messages": each} for each in (turn.messages, turn.probe)])
    if isinstance(texts, str):
        return [Problem(turn.number, "template_error", texts)]
    found = (*problems_of(turn, texts[0], texts[1], need), *markers_of(turn, texts[1], need))
    return [Problem(turn.number, *told) for told in found]


def problems_of(turn: Turn, text: str, probe: str, need: Need) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a text that a template made of a turn, given what it made of the marked one."""
    thinking, answer = (turn.thinking or "").strip(), turn.answer.strip()
    start = _start(text, probe)
    seen = start
    if need == "required" and not thinking:
        yield "reasoning_missing", "the row has no reasoning"
    if need != "ignored" and thinking:
        place = text.find(thinking, start) if REASONING in probe else -1
        if place < 0:
            dropped = REASONING not in probe
            yield "reasoning_dropped" if dropped else "reasoning_changed", _end_of(text, start)
        seen = start if place < 0 else place + len(thinking)
    if ANSWER not in probe:
        yield "answer_dropped", _end_of(text, start)
    elif (place := text.find(answer, seen)) < 0:
        early = seen > start and text.find(answer, start) >= 0 and probe.find(ANSWER) < probe.find(REASONING)
        yield "wrong_order" if early else "answer_changed", _end_of(text, start)
    if need != "ignored" and any(each.strip() not in text[:start] for each in turn.earlier):
        yield "earlier_reasoning_dropped", _shown(text[:start])


def markers_of(turn: Turn, probe: str, need: Need) -> Iterator[tuple[str, str]]:
    """Yield what stands in a row's own texts and is a marker of the template, such as `<|im_end|>` or `</think>`."""
    texts = {"answer": turn.answer} if need == "ignored" else {"reasoning": turn.thinking or "", "answer": turn.answer}
    for name, text in texts.items():
        for marker in dict.fromkeys(_MARKER.findall(text)):
            # What the template writes itself stands there more often than in what it was given.
            if probe.count(marker) > _times(marker, turn.probe):
                yield "marker_in_text", f"{marker} in the {name}, at character {text.find(marker)}"


def _times(marker: str, value: Any) -> int:
    if isinstance(value, str):
        return value.count(marker)
    if isinstance(value, Mapping):
        return sum(_times(marker, each) for each in value.values())
    return sum(_times(marker, each) for each in value) if isinstance(value, list | tuple) else 0


def _start(text: str, probe: str) -> int:
    """Return where the last turn's own texts begin: where the two texts part, at the latest at the first mark."""
    marks = [place for mark in (REASONING, ANSWER) if (place := probe.find(mark)) >= 0]
    shared = os.path.commonprefix([text, probe])  # noqa: RUF071 - letters are what is meant
    return min([len(shared), *marks])


def _end_of(text: str, start: int) -> str:
    return _shown(text[start:])


def _shown(text: str) -> str:
    return f"{text[:_SHOWN]!r}{' …' if len(text) > _SHOWN else ''}"


def _frame(problems: list[Problem]) -> pd.DataFrame:
    import pandas as pd

    texts = pd.StringDtype("python")
    notes = {"earlier_reasoning_dropped"}
    return pd.DataFrame(
        {
            "row": pd.array([each.row for each in problems], dtype="Int64"),
            "problem": pd.array([each.problem for each in problems], dtype=texts),
            "severity": pd.array(["note" if each.problem in notes else "error" for each in problems], dtype=texts),
            "detail": pd.array([each.detail for each in problems], dtype=texts),
            "way_out": pd.array([_WAYS_OUT[each.problem] for each in problems], dtype=texts),
        }
    )


def _raise(found: pd.DataFrame, count: int) -> None:
    errors = found[found["severity"] == "error"]
    if errors.empty:
        return
    first = errors.iloc[0]
    told = ", ".join(f"{problem} {times:,}" for problem, times in Counter(errors["problem"].tolist()).items())
    raise InputError(
        f"{errors['row'].nunique():,} of {count:,} examples do not reach the student as they were written ({told}); "
        f"the first is row {first['row']}: {first['problem']}: {first['detail']}; {first['way_out']}; "
        'or look at all of them with on_problem="return"'
    )
