"""How tables and texts look in a terminal: rounded, aligned, and with nothing in them that a terminal would run.

Knows summaries; knows no command.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from distilkit.analysis.columns import score_columns
from distilkit.analysis.summary import summarize
from distilkit.profiles import Strategy

if TYPE_CHECKING:
    import pandas as pd


def one_line(text: str) -> str:
    """Return a text as one line, without the control characters that a terminal would run."""
    shown = " ".join(text.split("\n"))
    return "".join(character if character.isprintable() else "?" for character in shown)


def plain(text: str) -> str:
    """Return a text with its lines, without the other control characters that a terminal would run."""
    return "".join(character if character.isprintable() or character in "\n\t" else "?" for character in text)


def facts(row: pd.Series[Any]) -> str:
    """Return on one line who answered, with how many tokens, for how much, how fast."""
    tokens = f"{_number(row['input_tokens'])} tokens in, {_number(row['output_tokens'])} out"
    cost = "cost unknown" if _missing(row["cost_usd"]) else f"${_dollars(row['cost_usd'])}"
    time = "from the store" if row["from_store"] else f"{_seconds(row['latency_s'])} s"
    if not row["from_store"] and not _missing(row["ttft_s"]):
        time += f", first token after {_seconds(row['ttft_s'])} s"
    return " · ".join([clip(row["served_by"]), tokens, cost, time])


def clip(text: Any, width: int = 100) -> str:
    """Return the start of a text, as one line."""
    shown = one_line(str(text))
    return shown if len(shown) <= width else f"{shown[: width - 1]}…"


def print_summary(frame: pd.DataFrame) -> None:
    """Print one line a profile: how well, for how much, how fast."""
    summary = summarize(frame)
    shown: dict[str, Any] = {"profile": summary["profile"], "rows": summary["rows"], "failed": summary["errors"]}
    for name in score_columns(frame, None):
        shown[name] = [_share(*values) for values in zip(*(summary[name + end] for end in _ENDS), strict=True)]
        shown[f"$ per {name}"] = summary[f"cost_per_{name}_usd"].map(_dollars)
    for title, column, written in _SHOWN:
        shown[title] = summary[column].map(written)
    import pandas as pd

    print_table(pd.DataFrame(shown))
    for profile, note in zip(summary["profile"], summary["note"], strict=True):
        if isinstance(note, str):
            print(f"{clip(profile)}: {one_line(note)}")


_ENDS = ("", "_low", "_high")


def _unknown(write: Callable[[float], str]) -> Callable[[Any], str]:
    """Write a number, or say that it is not known; never a zero in its place."""
    return lambda value: "unknown" if _missing(value) else write(float(value))


def _missing(value: Any) -> bool:
    """Return whether a cell is `<NA>`, None or NaN."""
    import pandas as pd

    return bool(pd.isna(value))


_dollars = _unknown(lambda value: f"{value:.6f}" if 0 < value < 0.01 else f"{value:.4f}")  # noqa: PLR2004 - digits worth showing
_seconds = _unknown(lambda value: f"{value:.2f}")
_percent = _unknown(lambda value: f"{value:.0%}")
_number = _unknown(lambda value: f"{value:,.0f}")

_SHOWN = (
    ("$ per item", "cost_per_item_usd", _dollars),
    ("$ total", "cost_usd", _dollars),
    ("$ billed", "billed_usd", _dollars),
    ("median s", "latency_p50_s", _seconds),
    ("p95 s", "latency_p95_s", _seconds),
    ("tokens in", "input_tokens", _number),
    ("tokens out", "output_tokens", _number),
    ("thinking", "thinking_share", _percent),
)


def _share(mean: Any, low: Any, high: Any) -> str:
    if _missing(mean):
        return "unknown"
    if _missing(low):
        return f"{mean:.3f}"
    return f"{mean:.3f} ({low:.3f} to {high:.3f})"


_PROFILE = {
    "profile": "profile",
    "type": "type",
    "model": "model",
    "base_url": "address",
    "requests_per_minute": "req/min",
    "tokens_per_minute": "tokens/min",
    "input_per_million": "$/M in",
    "output_per_million": "$/M out",
    "key": "key",
}


def print_profiles(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print one line a profile, as its table gives them; `-` stands for what the file does not say."""
    import pandas as pd

    cells = [{title: _cell(row.get(name)) for name, title in _PROFILE.items()} for row in rows]
    for row in cells:
        if row["key"].endswith(_NOT_SET):
            row["key"] = f"not set: {row['key'].removesuffix(_NOT_SET)}"
    print_table(pd.DataFrame(cells, columns=list(_PROFILE.values())))


def print_strategies(strategies: Iterable[Strategy]) -> None:
    """Print one line a strategy: its rule, and whom it asks, with their weights."""
    import pandas as pd

    rows = [(clip(each.name), each.policy, clip(", ".join(_members(each)))) for each in strategies]
    print_table(pd.DataFrame(rows, columns=["strategy", "policy", "profiles"]))


def _members(strategy: Strategy) -> list[str]:
    if strategy.quality is not None:
        asked = [f"{name} ({strategy.evidence[name].quality:.3g})" for name in strategy.asked]
        never = [name for name in strategy.names if name not in strategy.asked]
        return [*asked, f"never {', '.join(never)}"] if never else asked
    shares = strategy.weights
    return [f"{name} ({shares[name]:g})" if shares else name for name in strategy.names]


_NOT_SET = " (not set)"


def _cell(value: Any) -> str:
    return "-" if value is None else clip(f"{value:,}" if isinstance(value, int) else value, 100)


# So many rows stand side by side in a terminal, where the columns do not.
_FEW = 5


def print_table(frame: pd.DataFrame) -> None:
    """Print a whole frame; what is missing in it is unknown. One too wide for the terminal is turned on its side."""
    import pandas as pd

    if frame.empty:
        print("no rows")
        return
    shown = _harmless(frame)
    with pd.option_context("display.max_colwidth", 100):
        text = shown.to_string(index=False, na_rep="unknown")
        if len(shown) <= _FEW and _width(text) > shutil.get_terminal_size().columns:
            turned = shown.set_index(shown.columns[0]).T.to_string(na_rep="unknown").replace(shown.columns[0], "", 1)
            text = min(text, turned, key=_width)
        print(text)


def _width(table: str) -> int:
    return len(table.partition("\n")[0])


def print_lines(text: str) -> None:
    """Print a text of several lines, each without what a terminal would run."""
    for line in text.split("\n"):
        print(one_line(line))


def _harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with every text, and column name, as one line that a terminal can show."""
    import pandas as pd

    columns = {
        one_line(str(name)): column
        if pd.api.types.is_numeric_dtype(column.dtype)
        else pd.Series([one_line(value) if isinstance(value, str) else value for value in column], dtype=object)
        for name, column in frame.reset_index(drop=True).items()
    }
    return pd.DataFrame(columns)
