"""What sending would take, before it is sent: tokens and dollars, in words, and why a profile cannot be asked.

Asks `estimate` of one profile after the other, so that what is wrong with one does not hide the others. Sends nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.dollars import estimate
from distilkit.errors import DistilkitError
from distilkit.markup import escape
from distilkit.notebook.playground.wish import Wish
from distilkit.notebook.style import QUIET, TEXT, counted, dollars, folded, named
from distilkit.provider import check_ready
from distilkit.store import Store
from distilkit.targets import chosen_profiles, members_of, opened_store

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What one profile would take. None where a limit or a price is not known.

    Attributes:
        problem: why it cannot be asked, or None.
        stored: whether its answer is in the store.
    """

    name: str
    problem: str | None = None
    stored: bool = False
    tokens_in: int = 0
    tokens_low: int | None = 0
    tokens_high: int | None = 0
    usd_low: float | None = 0.0
    usd_high: float | None = 0.0


def forecasts(wish: Wish, config: Any, store: Store | str | Path | None) -> list[Forecast]:
    """Return what each profile would take, in the order asked."""
    if wish.fresh:
        # What is asked anew is sent whatever is stored.
        with tempfile.TemporaryDirectory(prefix="distilkit-") as nothing:
            return _forecasts(wish, config, nothing)
    return _forecasts(wish, config, store)


def _forecasts(wish: Wish, config: Any, store: Store | str | Path | None) -> list[Forecast]:
    try:
        with opened_store(store) as kept:
            return [_forecast(wish, name, config, kept) for name in wish.targets]
    except DistilkitError as error:
        return [Forecast(name=name, problem=str(error)) for name in wish.targets]


def _forecast(wish: Wish, name: str, config: Any, store: Store) -> Forecast:
    try:
        found = estimate(
            wish.prompt, wish.targets[name], params=wish.params, system=wish.system, config=config, store=store
        )
    except DistilkitError as error:
        return Forecast(name=name, problem=str(error))
    row = found.iloc[0]
    if row["to_send"] and (problem := _missing(wish, name, config)) is not None:
        return Forecast(name=name, problem=problem)
    return Forecast(
        name=name,
        stored=not row["to_send"],
        tokens_in=int(row["input_tokens"]),
        tokens_low=_known(row, "output_tokens_low"),
        tokens_high=_known(row, "output_tokens_high"),
        usd_low=_known(row, "cost_usd_low"),
        usd_high=_known(row, "cost_usd_high"),
    )


def _missing(wish: Wish, name: str, config: Any) -> str | None:
    """Return what a profile lacks on this machine, such as a key; None where it can be asked."""
    try:
        for target in chosen_profiles(wish.targets[name], config):
            for profile in members_of(target):
                check_ready(profile)
    except DistilkitError as error:
        return str(error)
    return None


def _known(row: pd.Series[Any], name: str) -> Any:
    import pandas as pd

    value = row[name]
    return None if pd.isna(value) else value.item() if hasattr(value, "item") else value


def forecast_html(found: Sequence[Forecast]) -> str:
    """Return forecasts as HTML: a line for all, each profile's behind a fold, and at once who cannot be asked."""
    ready = [each for each in found if each.problem is None]
    wrong = "".join(_problem_html(each) for each in found if each.problem is not None)
    total = f'<div style="{TEXT}">{escape(told(ready))}</div>' if ready else ""
    lines = "".join(f'<li style="{TEXT}">{escape(f"{named(each.name)}: {_line([each])}")}</li>' for each in ready)
    each = folded("By profile", f'<ul style="margin:0;padding-left:1.2em">{lines}</ul>') if len(ready) > 1 else ""
    return f"{total}{each}{wrong}"


def told(ready: Sequence[Forecast]) -> str:
    """Return what all of them take together, in one line.

    >>> told([Forecast(name="a", tokens_in=10, tokens_low=1, tokens_high=100, usd_low=0.001, usd_high=0.02)])
    'Estimate: 1 request, 10 tokens in, 1 to 100 out, $0.001 to $0.02'
    >>> told([Forecast(name="a", stored=True)])
    'Estimate: nothing to send, the answer is in the store: $0'
    """
    return f"Estimate: {_line(ready)}"


def _line(ready: Sequence[Forecast]) -> str:
    sending = [each for each in ready if not each.stored]
    if not sending:
        return f"nothing to send, the answer{' is' if len(ready) == 1 else 's are'} in the store: $0"
    stored = f", {len(ready) - len(sending)} more from the store" if len(sending) < len(ready) else ""
    tokens_in = counted(sum(each.tokens_in for each in sending), "token")
    low, high = _sum([each.tokens_low for each in sending]), _sum([each.tokens_high for each in sending])
    out = f"{low or 0:,} to {high:,} out" if high is not None else "no upper limit known for what comes out"
    return f"{counted(len(sending), 'request')}{stored}, {tokens_in} in, {out}, {_dollars(sending)}"


def _dollars(sending: Sequence[Forecast]) -> str:
    """Return the dollars of those with a price, and who has none: what is not known is not zero."""
    priced = [each for each in sending if each.usd_low is not None]
    if not priced:
        return "cost unknown"
    low, high = _sum([each.usd_low for each in priced]), _sum([each.usd_high for each in priced])
    without = [named(each.name) for each in sending if each.usd_low is None]
    missing = f", and cost unknown for {', '.join(without)}" if without else ""
    if high is None:
        return f"{dollars(low)} or more: set Max tokens to know the most{missing}"
    return f"{dollars(low)}{'' if low == high else f' to {dollars(high)}'}{missing}"


def _sum(values: Sequence[Any]) -> Any:
    return None if None in values else sum(values)


def _problem_html(each: Forecast) -> str:
    said = f"⚠ {named(each.name)} cannot be asked: {each.problem}"
    return f'<div dir="auto" style="{TEXT};{QUIET}">{escape(said)}</div>'
