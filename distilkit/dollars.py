"""Tokens and dollars before a run (`estimate`), and dollars spent so far (`spend`).

Sends nothing. Knows the plan, the store and price tables; knows no network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from distilkit.calls import Call, Record
from distilkit.engine.tokens import count_messages, max_output_tokens
from distilkit.errors import InputError
from distilkit.planning import plan
from distilkit.profiles import Profile, Route, Strategy, check_params
from distilkit.prompts import to_prompts
from distilkit.provider import limits_of, price_line
from distilkit.reading import Completion, cost_usd, read
from distilkit.store import SPEND_BY, Store, add_up
from distilkit.targets import chosen_profiles, opened_store

if TYPE_CHECKING:
    import pandas as pd

_Number = TypeVar("_Number", int, float)

# With fewer stored answers than this, their spread says too little about the rest.
_ENOUGH = 5
_COLUMNS = {
    "profile": "string",
    "calls": "Int64",
    "from_store": "Int64",
    "to_send": "Int64",
    "input_tokens": "Int64",
    "output_tokens_low": "Int64",
    "output_tokens_high": "Int64",
    "cost_usd_low": "Float64",
    "cost_usd_high": "Float64",
    "basis": "string",
}


def estimate(
    prompts: Any,
    profiles: str | Profile | Strategy | Sequence[str | Profile | Strategy] | None = None,
    *,
    samples: int = 1,
    params: Mapping[str, Any] | None = None,
    system: str | None = None,
    template: str | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
) -> pd.DataFrame:
    """Say what `compare` with the same arguments would send, before anything is sent: tokens and dollars, as a range.

    Input tokens are counted with tiktoken (exact for OpenAI's models, an estimate for others). Output tokens are not
    known beforehand. Where at least 5 of these calls are answered in the store, the range is the 10th to the 90th
    percentile of their output, times the calls to send; otherwise it runs from 1 token an answer to `max_tokens`, or
    to the most the model can write, and `basis` says which.

    A strategy's call may be answered by any of its profiles: its range runs from the least of them to the most, and an
    answer of any of them in the store answers it.

    Returns:
        One row a profile or strategy: `calls`, `from_store`, `to_send`, `input_tokens`, `output_tokens_low`,
        `output_tokens_high`, `cost_usd_low`, `cost_usd_high`, `basis`. `<NA>` where a limit or a price is not known.

    Raises:
        InputError: an argument is wrong.
        ConfigError: a profile file is wrong, or a profile is unknown.
        StoreError: the store cannot be read.
    """
    check_params(params or {})
    asked, _ = to_prompts(prompts, template=template, system=system)
    chosen = chosen_profiles(profiles, config)
    calls = plan(asked, chosen, params=params or {}, samples=samples)
    with opened_store(store) as kept:
        rows = [_row(target, [call for call in calls if call.name == target.name], kept) for target in chosen]
    import pandas as pd

    columns = zip(*rows, strict=True) if rows else [()] * len(_COLUMNS)
    return pd.DataFrame(
        {
            name: pd.array(list(values), dtype=dtype)  # type: ignore[call-overload] # any dtype's name
            for (name, dtype), values in zip(_COLUMNS.items(), columns, strict=True)
        }
    )


def spend(store: Store | str | Path | None = None, *, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Return what was paid for the answers in the store. Sums are exact; only the result is a float.

    Args:
        store: the store, its folder, or None for the usual one.
        by: one row for each `"day"`, `"month"`, `"provider"` or `"profile"`, or for each combination of several of
            them in a list; `"total"` for one row in all; None for `["day", "provider", "profile"]`.

    Returns:
        The columns that `by` names (`day` in UTC, `month` as its first day, `provider` the section of the profile
        file, `profile`), then `answers`, `cost_usd` (of those with a known price) and `unknown` (answers without one:
        where it is not 0, `cost_usd` is a lower bound).

    Raises:
        InputError: `by` is none of these.
        StoreError: the store cannot be read.
    """
    names = _spend_columns(by)
    with opened_store(store) as kept:
        sums = add_up(kept.spend_rows(), names)
    import pandas as pd

    columns: dict[str, Any] = {}
    for place, name in enumerate(names):
        values: list[Any] = [each.key[place] for each in sums]
        dates = name in ("day", "month")
        columns[name] = pd.to_datetime(pd.Series(values, dtype="str")) if dates else pd.array(values, dtype="string")
    return pd.DataFrame(
        {
            **columns,
            "answers": pd.array([each.answers for each in sums], dtype="Int64"),
            "cost_usd": pd.array([float(each.cost_usd) for each in sums], dtype="Float64"),
            "unknown": pd.array([each.unknown for each in sums], dtype="Int64"),
        }
    )


def _spend_columns(by: object) -> list[str]:
    asked = ["day", "provider", "profile"] if by is None else [by] if isinstance(by, str) else by
    if isinstance(asked, Sequence) and list(asked) == ["total"]:
        return []
    if not isinstance(asked, Sequence) or not asked or any(word not in SPEND_BY for word in asked):
        raise InputError(f"by= must be 'total', or one or several of {', '.join(map(repr, SPEND_BY))}, not {by!r}")
    return list(dict.fromkeys(asked))


@dataclass(frozen=True, slots=True)
class _Output:
    """Tokens one answer may take."""

    low: float
    high: float | None
    basis: str


@dataclass(frozen=True, slots=True)
class _Forecast:
    """What the calls to send take, all of them at one profile. None where not known."""

    input_tokens: int
    output_low: int
    output_high: int | None
    cost_low: float | None
    cost_high: float | None
    basis: str


def _row(target: Profile | Route, calls: Sequence[Call], store: Store) -> tuple[Any, ...]:
    distinct = {call.key: call for call in calls}
    stored = store.get_many([option.key for call in distinct.values() for option in call.choices])
    answered = {key for key, call in distinct.items() if any(option.key in stored for option in call.choices)}
    sending = [call for key, call in distinct.items() if key not in answered]
    counts = (len(calls), sum(call.key in answered for call in calls), len(sending))
    if not sending:
        return target.name, *counts, 0, 0, 0, 0.0, 0.0, "all in the store"
    members = target.members if isinstance(target, Route) else (target,)
    forecasts = []
    for place, profile in enumerate(members):
        own = [call.choices[place].key for call in distinct.values()]
        records = [stored[key] for key in own if key in stored]
        forecasts.append(_forecast(profile, [call.choices[place] for call in sending], records))
    return target.name, *counts, *astuple(_any_of(members, forecasts))


def _any_of(members: Sequence[Profile], each: Sequence[_Forecast]) -> _Forecast:
    """Return the range that holds whichever profile answers; unknown where one profile's end is unknown."""
    if len(each) == 1:
        return each[0]
    bases = "; ".join(dict.fromkeys(one.basis for one in each))
    return _Forecast(
        max(one.input_tokens for one in each),
        min(one.output_low for one in each),
        _end(max, [one.output_high for one in each]),
        _end(min, [one.cost_low for one in each]),
        _end(max, [one.cost_high for one in each]),
        f"any of: {', '.join(member.name for member in members)}; {bases}",
    )


def _end(choose: Callable[[list[_Number]], _Number], values: Sequence[_Number | None]) -> _Number | None:
    known = [value for value in values if value is not None]
    return choose(known) if len(known) == len(values) else None


def _forecast(profile: Profile, sending: Sequence[Call], stored: Sequence[Record]) -> _Forecast:
    tokens_in = sum(count_messages(call.request.messages, call.request.model) for call in sending)
    output = _output(profile, sending, stored)
    low, high = round(output.low * len(sending)), None if output.high is None else round(output.high * len(sending))
    line = None if profile.price else price_line(profile.provider, profile.model)
    cheap, dear = (_cost(profile, line, tokens_in, tokens_out) for tokens_out in (low, high))
    return _Forecast(tokens_in, low, high, cheap, dear, output.basis)


def _output(profile: Profile, sending: Sequence[Call], stored: Sequence[Record]) -> _Output:
    used = sorted(tokens for record in stored if (tokens := read(record, profile.thinking).output_tokens) is not None)
    if len(used) >= _ENOUGH:
        low, high = used[len(used) // 10], used[-1 - len(used) // 10]
        return _Output(low, high, f"10 to 90 % of {len(used)} stored answers")
    asked = [call.request.params for call in sending]
    limits = [limit for params in asked if isinstance(limit := max_output_tokens(params), int)]
    if len(limits) == len(sending):
        return _Output(1, sum(limits) / len(limits), "1 token to max_tokens")
    most = limits_of(profile.provider, profile.model)[1]
    return _Output(1, most, "1 token to the model's most" if most else "no upper limit known; set max_tokens")


def _cost(profile: Profile, line: Mapping[str, str] | None, tokens_in: int, tokens_out: int | None) -> float | None:
    if tokens_out is None:
        return None
    cost: Decimal | None = cost_usd(
        Completion(input_tokens=tokens_in, cached_tokens=0, output_tokens=tokens_out), profile.price, line
    )
    return None if cost is None else float(cost)
