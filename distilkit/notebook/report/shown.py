"""Which columns of each analysis a report shows, under which heading, with which digits.

Knows the analyses' column names; computes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from distilkit.notebook.report.figures import (
    between,
    chance,
    count,
    is_missing,
    money,
    p_value,
    ratio,
    score,
    seconds,
    share,
    signed,
)
from distilkit.notebook.report.tables import Column, Line, cell, text
from distilkit.notebook.report.wishes import Wishes

_PROFILE = Column("profile", text("profile"), is_text=True)


def of_summary(wishes: Wishes) -> list[Column]:
    """Return the columns of `summarize`."""
    per_success = [f"cost_per_{wishes.score}_usd"] if wishes.verdicts else []
    return [
        _PROFILE,
        *(
            Column(name, cell(name, score), beneath=_interval(f"{name}_low", f"{name}_high", score))
            for name in wishes.scores
        ),
        Column("prompts", cell("n", count)),
        Column("$ per item", cell("cost_per_item_usd", money)),
        *(Column(f"$ per {wishes.score}", cell(name, money)) for name in per_success),
        Column("median", cell("latency_p50_s", seconds)),
        Column("95 % within", cell("latency_p95_s", seconds)),
        Column("tokens in", cell("input_tokens", count)),
        Column("tokens out", cell("output_tokens", count)),
        Column("thinking", cell("thinking_share", share)),
    ]


def of_frontier() -> list[Column]:
    """Return the columns of `frontier`."""
    return [
        _PROFILE,
        Column("mean", cell("quality", score), beneath=_interval("quality_low", "quality_high", score)),
        Column(
            "$ per item", cell("cost_per_item_usd", money), beneath=_interval("cost_low_usd", "cost_high_usd", money)
        ),
        Column(
            "$ per success",
            cell("cost_per_success_usd", money),
            beneath=_interval("cost_per_success_low_usd", "cost_per_success_high_usd", money),
        ),
        Column("on the frontier", _yes("on_frontier"), is_text=True),
        Column("chance of it", cell("p_frontier", chance)),
        Column("beaten by", text("dominated_by", "–"), is_text=True),
    ]


def of_pairs() -> list[Column]:
    """Return the columns of `pairwise`, with the pair in one."""
    return [
        Column("pair", text("pair"), is_text=True),
        Column("difference", cell("difference", signed), beneath=_interval("low", "high", signed)),
        Column("p (Holm)", cell("p_holm", p_value)),
        Column("who is better", _better, is_text=True),
        Column("cost ratio", cell("cost_ratio", ratio), beneath=_interval("cost_ratio_low", "cost_ratio_high", ratio)),
        Column("prompts", cell("n", count)),
        Column("test", text("test"), is_text=True),
    ]


def of_dollars(wishes: Wishes) -> list[Column]:
    """Return the columns of `attribute_cost`."""
    judged = [("right", "kept_usd"), ("wrong", "rejected_usd"), ("not scored", "ungraded_usd")]
    parts = [
        *[
            ("input", "input_usd"),
            ("cached input", "cached_usd"),
            ("thinking", "thinking_usd"),
            ("answers", "answer_usd"),
        ],
        *(judged if wishes.verdicts else []),
        ("failed", "failed_usd"),
        ("paid now", "billed_usd"),
    ]
    return [
        _PROFILE,
        Column("$ total", cell("cost_usd", money)),
        Column("share", cell("cost_share", share)),
        *(Column(f"$ {title}", cell(name, money)) for title, name in parts),
    ]


def _interval(low: str, high: str, write: Callable[[object], str]) -> Callable[[Line], str]:
    return lambda line: between(line.get(low), line.get(high), write)


def _yes(name: str) -> Callable[[Line], str]:
    return lambda line: "unknown" if is_missing(line.get(name)) else "yes" if line[name] else "no"


def _better(line: Line) -> str:
    """Say who is better where the interval leaves 0 out."""
    low, high = line["low"], line["high"]
    if is_missing(low) or is_missing(high):
        return "unknown"
    if low > 0 or high < 0:
        return str(line["profile_a"] if low > 0 else line["profile_b"])
    return "not sure"
