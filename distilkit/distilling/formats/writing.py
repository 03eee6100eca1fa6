"""Training files: chosen rows, in one of seven formats, whole or not at all, with nothing lost that was not given up.

Knows frames, formats and files; knows no provider's rules (`tuning`) and no student's template (`rendering`).
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from distilkit.distilling.formats.asked import Asked
from distilkit.distilling.formats.example import Example, Unfit, check_letters, texts_in
from distilkit.distilling.formats.inline import Tag
from distilkit.distilling.formats.pairs import pairs as paired
from distilkit.distilling.formats.rows import Rows, cells_of, check_frame, examples, named, selected
from distilkit.distilling.formats.shapes import Format, Manner, carry_of, columns_of, written, written_pair
from distilkit.distilling.formats.splits import Targets, check_ending, of_split, targets
from distilkit.errors import InputError
from distilkit.files.drafts import drafts
from distilkit.files.objects import sink
from distilkit.progress import RunWarning
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd

Unfits = Literal["raise", "drop"]
"""What becomes of a row that cannot be carried as it is."""

_Origins = Iterator[Mapping[str, Any]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is written of a frame, and how; the arguments of `write_training`."""

    manner: Manner
    rows: Rows = "chosen"
    rejected: str | None = None
    pairs: int = 1
    system: str | None = None
    store: Store | str | Path | None = None
    unfit: Unfits = "raise"


def write_training(  # noqa: PLR0913 - a file has many sides, and each is said where it is written
    df: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    format: Format,  # noqa: A002 - the word of every such function
    thinking: Literal["drop", "inline"] | None = None,
    tag: str | tuple[str, str] = "think",
    rows: Rows = "chosen",
    split: str | None = None,
    rejected: str | None = None,
    pairs: int = 1,
    system: str | None = None,
    metadata: bool = False,
    unfit: Unfits = "raise",
    store: Store | str | Path | None = None,
    overwrite: bool = False,
) -> Path | dict[str, Path]:
    """Write the chosen rows of a frame as a training file, in row order.

    What was asked is taken from a column `messages`, else from the store by `key` (so that system messages and earlier
    turns are there), else from `prompt`. The file appears whole or not at all, and the same rows give the same bytes.

    Args:
        df: from `distill`, or any frame with `prompt` and `content`, and `thinking` where there is some.
        path: ends in `.jsonl`, `.jsonl.gz` or `.parquet`. With `{split}` in it, one file is written for each split.
        format: `openai_chat`, `reasoning_content`, `thinking`, `prompt_completion`, `inline_think`, `sharegpt` or
            `preference`; docs/training_files.md shows each.
        thinking: for a format that has no field for it: `"drop"` leaves thinking out, `"inline"` puts it into the text
            within `tag`. None refuses to write rows that have some.
        tag: what stands round thinking in a text: a name, or a pair such as `("[THINK]", "[/THINK]")`.
        rows: `"chosen"` for training, all `"valid"` ones, or all that are `"answered"`.
        split: only the rows of this split; None for all, which may not be of several.
        rejected: for `preference`: None pairs each row with invalid ones; the name of a score, with lower ones.
        pairs: for `preference`: the most pairs for one chosen row.
        system: a system message for rows that bring none.
        metadata: add a field `metadata`: where each answer comes from, and what it cost.
        unfit: a row that cannot be carried as it is: `"raise"`, or `"drop"` it with a warning that counts them.
        store: a `Store` or its folder; None for the default one, where there is one.
        overwrite: replace a file that exists.

    Returns:
        The path; with `{split}`, the paths by split.

    Raises:
        InputError: an argument is wrong, there is nothing to write, a row cannot be carried (named with the reason and
            a way out), or a file exists or cannot be written. Nothing was written.
        StoreError: the named store cannot be read.
    """
    check_frame(df)
    manner = manner_of(format, thinking, tag, metadata=metadata, whole=check_ending(path) == ".parquet")
    wishes = Wishes(
        manner=manner, rows=rows, rejected=rejected, pairs=pairs, system=system, store=store, unfit=_checked(unfit)
    )
    _check_thinking(df, wishes)
    aims = targets(path, df, selected(df, rows), split, overwrite=overwrite)
    kind, columns = check_ending(path), columns_of(manner)
    with drafts(aims.paths, overwrite=overwrite) as files:
        _fill(df, aims, wishes, files, kind, columns)
    return dict(zip(aims.names, aims.paths, strict=True)) if aims.names else aims.paths[0]


def manner_of(
    format: Format,  # noqa: A002 - as above
    thinking: str | None,
    tag: str | tuple[str, str],
    *,
    metadata: bool,
    whole: bool,
) -> Manner:
    """Return how examples are written; raises InputError as `write_training` does."""
    carry = carry_of(format, thinking)
    return Manner(format=format, carry=carry, tag=Tag.of(tag), metadata=metadata, whole=whole)


def objects(df: pd.DataFrame, wishes: Wishes, split: str | None) -> Iterator[dict[str, Any]]:
    """Yield the objects that a file would hold; raises as `write_training` does."""
    check_frame(df)
    _check_thinking(df, wishes)
    places = of_split(df, selected(df, wishes.rows), split, each=False)
    for _, fields in _told(df, Targets(places, [0] * len(places), [], ()), wishes):
        yield fields


def _fill(
    df: pd.DataFrame, aims: Targets, wishes: Wishes, files: list[IO[bytes]], kind: str, columns: Mapping[str, Any]
) -> None:
    sinks = [sink(kind, file, columns) for file in files]
    counts = [0] * len(sinks)
    try:
        for number, fields in _told(df, aims, wishes):
            if wishes.manner.metadata and wishes.manner.whole:
                fields["metadata"] = json.dumps(fields["metadata"], sort_keys=True)
            sinks[number].write(fields)
            counts[number] += 1
        if not all(counts):
            raise InputError(f"{aims.paths[counts.index(0)]}: every row was left out, so there is nothing to write")
        for each in sinks:
            each.end()
    finally:
        for each in sinks:
            each.close()


def _told(df: pd.DataFrame, aims: Targets, wishes: Wishes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each object with the number of its file."""
    dropped, first = 0, ""
    with Asked(wishes.store, wishes.system) as asked:
        told = _pairs if wishes.manner.format == "preference" else _singles
        for number, place, fields in told(df, aims, wishes, asked):
            if not isinstance(fields, Unfit):
                yield number, fields
                continue
            text = f"{named(df, place)} {fields}"
            if wishes.unfit == "raise":
                raise InputError(f'{text}; or leave such rows out with unfit="drop"')
            first = first or text
            dropped += 1
        asked.warn(stacklevel=5)
    if dropped:
        text = f"{dropped:,} rows could not be carried as they are and were left out, the first: {first}"
        warnings.warn(text, RunWarning, stacklevel=5)


def _singles(
    df: pd.DataFrame, aims: Targets, wishes: Wishes, asked: Asked
) -> Iterator[tuple[int, int, dict[str, Any] | Unfit]]:
    origins = _origins(df, aims.places, wishes)
    for number, place, example in zip(aims.files, aims.places, examples(df, aims.places, asked, origins), strict=True):
        yield number, place, _shaped(example, wishes.manner)


def _pairs(
    df: pd.DataFrame, aims: Targets, wishes: Wishes, asked: Asked
) -> Iterator[tuple[int, int, dict[str, Any] | Unfit]]:
    found = paired(df, aims.places, rejected=wishes.rejected, most=wishes.pairs)
    files = dict(zip(aims.places, aims.files, strict=True))
    sides = [[pair[side] for pair in found] for side in (0, 1)]
    streams = [examples(df, places, asked, _origins(df, places, wishes)) for places in sides]
    for place, better, worse in zip(sides[0], *streams, strict=True):
        yield files[place], place, _shaped_pair(better, worse, wishes.manner)


def _origins(df: pd.DataFrame, places: list[int], wishes: Wishes) -> _Origins:
    if not wishes.manner.metadata:
        return None
    from distilkit.distilling.provenance import provenance

    return provenance(df.iloc[places], wishes.store)


def _shaped(example: Example | Unfit, manner: Manner) -> dict[str, Any] | Unfit:
    try:
        example = _fit(example)
        _check_texts(example, manner)
        fields = written(example, manner)
    except Unfit as unfit:
        return unfit
    return {**fields, "metadata": dict(example.provenance)} if manner.metadata else fields


def _shaped_pair(better: Example | Unfit, worse: Example | Unfit, manner: Manner) -> dict[str, Any] | Unfit:
    try:
        better, worse = _fit(better), _fit(worse)
        _check_texts(better, manner)
        _check_texts(worse, manner)
        fields = written_pair(better, worse, manner)
    except Unfit as unfit:
        return unfit
    if manner.metadata:
        fields["metadata"] = {"chosen": dict(better.provenance), "rejected": dict(worse.provenance)}
    return fields


def _fit(example: Example | Unfit) -> Example:
    if isinstance(example, Unfit):
        raise example
    return example


def _check_texts(example: Example, manner: Manner) -> None:
    texts = texts_in(list(example.messages))
    thinking = None if manner.carry == "drop" else example.thinking
    check_letters(example.answer, thinking, *texts, whole=manner.whole)


def _check_thinking(df: pd.DataFrame, wishes: Wishes) -> None:
    """Refuse at once what would be refused at the first row that has thinking."""
    if wishes.manner.carry != "none" or "thinking" not in df or wishes.unfit == "drop":
        return
    written_rows = set(selected(df, wishes.rows))
    for place, thinking in enumerate(cells_of(df, "thinking")):
        if isinstance(thinking, str) and thinking and place in written_rows:
            raise InputError(
                f"{named(df, place)} has thinking, which format={wishes.manner.format!r} cannot carry: say "
                'thinking="drop" to leave it out, thinking="inline" to put it into the text, or take a format with a '
                "field for it, such as reasoning_content"
            )


def _checked(unfit: Unfits) -> Unfits:
    if unfit not in ("raise", "drop"):
        raise InputError(f'unfit={unfit!r}: take "raise" or "drop"')
    return unfit
