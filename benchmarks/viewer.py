"""Looking at ten thousand rows: `dk.view` beside `DataFrame.to_html`, in seconds and kB.

What is timed is what the kernel does: making the view, its first page, and what the notebook's file keeps of it; then a
search, a sort and the next page. Answers have some 600 characters, as models write them. Widgets are made without a
browser; what is sent to one is the page's string, whose size is printed.

    python benchmarks/viewer.py [--prompts 1000] [--profiles 10] [--to-html-rows 1000]
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

import ipywidgets  # noqa: F401 - its import is not what is measured
import pandas as pd

from distilkit.notebook.viewer import view

_Made = TypeVar("_Made")


def main() -> None:
    """Measure both and print the table."""
    options = _options()
    frame = _frame(options.prompts, options.profiles)
    seconds, shown = _timed(lambda: view(frame))
    saving, bundle = _timed(shown._repr_mimebundle_)
    print(f"{options.prompts:,} prompts × {options.profiles} profiles, {len(frame):,} rows")
    print(f"{'':<28}{'seconds':>9}{'kB':>9}")
    _print("view, first page", seconds, len(_page(shown)))
    _print("view, as saved", saving, len(bundle["text/html"]))
    controls = shown._controls  # noqa: SLF001 - what a reader's browser changes
    for name, control, value in (("search", controls._search, "word 7"), ("sort", controls._sort, "disagreement")):  # noqa: SLF001 - the same
        _print(f"view, {name}", _timed(lambda control=control, value=value: setattr(control, "value", value))[0], 0)
    _print("view, next page", _timed(shown._next.click)[0], len(_page(shown)))  # noqa: SLF001 - the same
    part = frame.head(options.to_html_rows)
    slow, html = _timed(part.to_html)
    scale = len(frame) / len(part)
    _print("to_html", slow * scale, int(len(html) * scale))
    print(
        f"to_html was measured on {len(part):,} rows and scaled; ratio of the first to it: {slow * scale / seconds:.0f}"
    )
    shown.close()


def _page(shown: Any) -> str:
    return str(shown._page.value)  # noqa: SLF001 - what is sent to the browser


def _print(name: str, seconds: float, size: int) -> None:
    print(f"{name:<28}{seconds:>9.3f}{size / 1000 or '':>9}")


def _timed(work: Callable[[], _Made]) -> tuple[float, _Made]:
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made


def _frame(prompts: int, profiles: int) -> pd.DataFrame:
    drawn = random.Random(0)  # noqa: S311 - no secret
    rows = prompts * profiles
    texts = [" ".join(f"word {drawn.randrange(1000)}" for _ in range(70)) for _ in range(rows)]
    return pd.DataFrame(
        {
            "prompt_id": pd.array([row // profiles for row in range(rows)], dtype="Int64"),
            "profile": pd.array([f"provider/model-{row % profiles}" for row in range(rows)], dtype="string"),
            "prompt": pd.array([f"question {row // profiles}" for row in range(rows)], dtype="string"),
            "content": pd.array(texts, dtype="string"),
            "thinking": pd.array(texts, dtype="string"),
            "output_tokens": pd.array([300] * rows, dtype="Int64"),
            "cost_usd": pd.array([drawn.random() / 100 for _ in range(rows)], dtype="Float64"),
            "latency_s": pd.array([drawn.random() * 10 for _ in range(rows)], dtype="Float64"),
            "correct": pd.array([drawn.random() < 0.7 for _ in range(rows)], dtype="boolean"),
        }
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=1_000)
    parser.add_argument("--profiles", type=int, default=10)
    parser.add_argument("--to-html-rows", type=int, default=1_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
