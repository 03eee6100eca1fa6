"""What was asked: how much, of whom, with which parameters, when; and what made the report.

From a frame to HTML; parameters come from the store, where it knows them. Knows nothing of scores or dollars.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.analysis import usage
from distilkit.calls import Request
from distilkit.errors import StoreError
from distilkit.notebook.groups import grouped
from distilkit.notebook.report.figures import clipped, count, is_missing, plural
from distilkit.notebook.report.tables import Column, cell, table, text
from distilkit.notebook.report.wishes import Section, Wishes
from distilkit.store import Store
from distilkit.targets import opened_store

if TYPE_CHECKING:
    import pandas as pd

_PACKAGES = ("distilkit", "litellm", "pandas", "numpy", "scipy", "matplotlib")
# A profile's rows share their parameters, but for a change of the file between two runs.
_LOOKED_AT = 200
_SHOWN_SETS = 3


def subtitle(wishes: Wishes, date: str | None) -> str:
    """Return the counts in one line, with the date the caller gives the report."""
    frame = wishes.frame
    samples = int(frame["sample"].nunique()) if "sample" in frame else 1
    parts = [plural(len(wishes.profiles), "profile"), plural(wishes.prompts, "prompt"), plural(len(frame), "answer")]
    if samples > 1:
        parts.insert(2, plural(samples, "sample"))
    if when := _when(frame):
        parts.append(f"answered {when}")
    return " · ".join([*parts, *([date] if date else [])])


def asked(wishes: Wishes, store: Store | str | Path | None) -> Section:
    """Return the section: one row a profile, who it is and how it was asked."""
    requests = _requests(wishes, store)
    lines = [_line(str(name), rows, requests.get(str(name), [])) for name, rows in grouped(wishes.frame, "profile")]
    columns = [
        Column("profile", text("profile"), is_text=True),
        Column("model", text("model"), beneath=text("provider", ""), is_text=True),
        Column("rows", cell("rows", count)),
        Column("failed", cell("failed", count)),
        Column("from the store", cell("stored", count)),
        Column("parameters", text("params"), is_text=True, is_long=True),
        Column("answered", text("when"), is_text=True),
    ]
    made = (
        "Counts are of rows: one for each prompt, profile and sample. Parameters are those that were sent, "
        "as the store knows them; what is not listed was left to the provider. Times are UTC."
    )
    body = table("Who was asked, and how", columns, lines) + f'<p class="how">{made}</p>'
    return Section("asked", "What was asked", body)


def versions() -> str:
    """Return what made the report, in one line; no library is loaded for it."""
    found = [f"Python {platform.python_version()}"]
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} (version unknown)")
    return f"Made with {', '.join(found)}. This page is one file: it holds no script and asks for nothing outside it."


def _line(name: str, rows: pd.DataFrame, requests: Iterable[Request]) -> dict[str, Any]:
    return {
        "profile": name,
        "model": _values(rows, "model"),
        "provider": _values(rows, "provider"),
        "rows": len(rows),
        "failed": int(usage.failed(rows).sum()) if "error_kind" in rows else None,
        "stored": int(usage.numbers(rows, "from_store").sum()) if "from_store" in rows else None,
        "params": _parameters(requests),
        "when": _when(rows) or None,
    }


def _values(rows: pd.DataFrame, name: str) -> str | None:
    found = [str(value) for value in rows[name].dropna().unique()[:3]] if name in rows else []
    return ", ".join(found) or None


def _parameters(requests: Iterable[Request]) -> str | None:
    told = list(dict.fromkeys(_told(request.params) for request in requests))
    more = [plural(len(told) - _SHOWN_SETS, "more set")] if len(told) > _SHOWN_SETS else []
    return "; or ".join([*told[:_SHOWN_SETS], *more]) or None


def _told(params: Mapping[str, Any]) -> str:
    each = [f"{name}={clipped(json.dumps(value, ensure_ascii=False), 60)}" for name, value in sorted(params.items())]
    return ", ".join(each) or "none"


def _requests(wishes: Wishes, store: Store | str | Path | None) -> dict[str, list[Request]]:
    """Return what some rows of each profile asked; nothing where the rows have no keys or the store cannot be read."""
    frame = wishes.frame
    if "key" not in frame:
        return {}
    keys = {str(name): _some(rows["key"]) for name, rows in grouped(frame, "profile")}
    if not any(keys.values()):
        return {}
    try:
        # Opened for reading: a report makes no store.
        with opened_store(store) if isinstance(store, Store) else Store(store, readonly=True) as kept:
            every = dict.fromkeys(key for some in keys.values() for key in some)
            known = {entry.key: entry.request for entry in kept.entries(list(every))}
    except StoreError:
        return {}
    return {name: [known[key] for key in some if key in known] for name, some in keys.items()}


def _some(column: pd.Series[Any]) -> list[str]:
    return [str(key) for key in column.dropna().unique()[:_LOOKED_AT]]


def _when(rows: pd.DataFrame) -> str:
    """Return the day of the answers, or the first and the last; "" where no times are known."""
    if "created_at" not in rows or rows["created_at"].dropna().empty:
        return ""
    try:
        ends = [rows["created_at"].dropna().min(), rows["created_at"].dropna().max()]
    except TypeError:  # values that are no times, and have no order
        return ""
    if any(is_missing(end) or not hasattr(end, "strftime") for end in ends):
        return ""
    first, last = (end.strftime("%Y-%m-%d") for end in ends)
    return str(first) if first == last else f"{first} to {last}"
