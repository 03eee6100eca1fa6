"""Chosen rows as a `datasets.Dataset`, without a file between.

Knows frames, formats and the outside library; the rows are held in memory, as a frame is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from distilkit.distilling.formats.rows import Rows
from distilkit.distilling.formats.shapes import Format, columns_of
from distilkit.distilling.formats.writing import Wishes, manner_of, objects
from distilkit.errors import InputError
from distilkit.files.objects import to_json_line, to_table
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd


def to_dataset(  # noqa: PLR0913 - those of `write_training` that make sense without a file
    df: pd.DataFrame,
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
    store: Store | str | Path | None = None,
) -> Any:
    """Return the chosen rows as a Hugging Face `datasets.Dataset`, in row order.

    The columns are those of the Parquet files of `write_training`, with `metadata` as JSON text.

    Args:
        df: rows of `distill`, or any frame with `prompt` and `content`.
        format: as in `write_training`.
        thinking: for a format that has no field for it, `"drop"` or `"inline"`; None refuses rows that have some.
        tag: what stands round thinking in a text.
        rows: `"chosen"`, `"valid"` or `"answered"`.
        split: only the rows of this split; None for all, which may not be of several.
        rejected: for `preference`: None for invalid rows; the name of a score, for lower ones.
        pairs: for `preference`: the most pairs for one chosen row.
        system: a system message for rows that bring none.
        metadata: add a column `metadata`: where each answer comes from, and what it cost.
        store: a `Store` or its folder; None for the default one, where there is one.

    Raises:
        InputError: as `write_training`; or `datasets` is not installed.
        StoreError: the named store cannot be read.
    """
    manner = manner_of(format, thinking, tag, metadata=metadata, whole=True)
    wishes = Wishes(manner=manner, rows=rows, rejected=rejected, pairs=pairs, system=system, store=store)
    library, digest = _library(), sha256()
    table = to_table(_told(objects(df, wishes, split), digest), columns_of(manner))
    # Named by its content. The library would pickle the table for a name, which fails with some versions of Arrow.
    return library.Dataset(table, fingerprint=digest.hexdigest()[:16])


def _told(rows: Iterator[dict[str, Any]], digest: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows, with metadata as text, and take them into the digest."""
    for fields in rows:
        if "metadata" in fields:
            fields["metadata"] = json.dumps(fields["metadata"], sort_keys=True)
        digest.update(to_json_line(fields).encode())
        yield fields


def _library() -> Any:
    try:
        import datasets  # type: ignore[import-not-found, unused-ignore] # optional
    except ImportError:
        raise InputError("to_dataset needs datasets; pip install 'distilkit[datasets]'") from None
    return datasets
