"""Which file each row goes into: one for all, one for a split, or one for each.

Knows frames and paths; knows no format.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from distilkit.errors import InputError
from distilkit.files.drafts import check_place
from distilkit.files.objects import ENDINGS, ending

if TYPE_CHECKING:
    import pandas as pd

MARK = "{split}"
# A split's name becomes part of a file's name: nothing that leads elsewhere.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Targets:
    """Where rows go.

    Attributes:
        places: the rows that are written, in order.
        files: for each of them, the number of its file.
        paths: the files.
        names: the split of each file where there is one a split, else ().
    """

    places: list[int]
    files: list[int]
    paths: list[Path]
    names: tuple[str, ...]


def of_split(frame: pd.DataFrame, places: Sequence[int], split: str | None, *, each: bool) -> list[int]:
    """Return those of the rows that are in a split.

    Args:
        frame: the rows; `split` is their column.
        places: those that would be written.
        split: the one that is wanted; None for all there are.
        each: whether every split has a file of its own.

    Raises:
        InputError: there is no such column or split, or rows of several splits would be mixed in one file.
    """
    if split is None and each:
        return list(places)
    found = [value if isinstance(value, str) and value else None for value in _splits(frame, split)]
    there = sorted({str(found[place]) for place in places if found[place] is not None})
    if split is None:
        if len(there) > 1:
            raise InputError(
                f"df= has rows of the splits {', '.join(there)}, which would be mixed in one file; put {MARK} into the "
                f"path for a file each, or say split={('train' if 'train' in there else there[0])!r}"
            )
        return list(places)
    kept = [place for place in places if found[place] == split]
    if not kept:
        raise InputError(f"split={split!r}: no row that is written is in it; there are: {', '.join(there) or 'none'}")
    return kept


def targets(
    path: str | os.PathLike[str], frame: pd.DataFrame, places: Sequence[int], split: str | None, *, overwrite: bool
) -> Targets:
    """Return which row goes into which file.

    Raises:
        InputError: as `of_split`; or a path has an unknown ending or cannot be written, or a split's name is no part
            of a file's name.
    """
    check_ending(path)
    each = MARK in os.fspath(path)
    if not each or split is not None:
        kept = of_split(frame, places, split, each=False)
        target = Path(os.fspath(path).replace(MARK, _checked(split))) if each and split is not None else path
        return Targets(kept, [0] * len(kept), [check_place(target, overwrite=overwrite)], ())
    found = _splits(frame, MARK)
    if bare := [place for place in places if not isinstance(found[place], str) or not found[place]]:
        raise InputError(f"row {bare[0]} has no split, and the path has {MARK}; give each a split, or write one file")
    names = tuple(dict.fromkeys(_checked(str(found[place])) for place in places))
    paths = [check_place(os.fspath(path).replace(MARK, name), overwrite=overwrite) for name in names]
    return Targets(list(places), [names.index(str(found[place])) for place in places], paths, names)


def check_ending(path: str | os.PathLike[str]) -> str:
    """Return the ending of a path that is to be written.

    Raises:
        InputError: it is no path, or has another ending.
    """
    if not isinstance(path, str | os.PathLike) or not isinstance(os.fspath(path), str):
        raise InputError(f"path= takes the path of a file, not {path!r:.200}")
    kind = ending(Path(path))
    if kind is None:
        raise InputError(f"path: {str(path)!r:.200}: training files are written as {', '.join(ENDINGS)}")
    return kind


def _splits(frame: pd.DataFrame, wanted: str | None) -> list[object]:
    if "split" in frame:
        return list(frame["split"].tolist())
    if wanted is None:
        return [None] * len(frame)
    raise InputError("df= has no column split; give it one with split(df), or write one file without it")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InputError(f"split: {name!r:.100} cannot be part of a file's name; use letters, digits, '_', '-' and '.'")
    return name
