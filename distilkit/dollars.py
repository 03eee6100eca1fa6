"""Tokens and dollars before a run (`estimate`), and dollars spent so far (`spend`).

Sends nothing. Knows the plan, the store and price tables; knows no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.api import chosen_profiles, opened_store
from distilkit.calls import Call, Record, plan
from distilkit.engine.tokens import count_messages, max_output_tokens
from distilkit.profiles import Profile, check_params
from distilkit.prompts import to_prompts
from distilkit.provider import limits_of, price_line
from distilkit.reading import Completion, cost_usd, read
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd

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
    profiles: str | Profile | Sequence[str | Profile] | None = None,
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

    Returns:
        One row a profile: `calls`, `from_store`, `to_send`, `input_tokens`, `output_tokens_low`, `output_tokens_high`,
        `cost_usd_low`, `cost_usd_high`, `basis`. `<NA>` where a limit or a price is not known.

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
        rows = [_forecast(profile, [call for call in calls if call.profile is profile], kept) for profile in chosen]
    import pandas as pd

    columns = zip(*rows, strict=True) if rows else [()] * len(_COLUMNS)
    return pd.DataFrame(
        {
            name: pd.array(list(values), dtype=dtype)  # type: ignore[call-overload] # any dtype's name
            for (name, dtype), values in zip(_COLUMNS.items(), columns, strict=True)
        }
    )


def spend(store: Store | str | Path | None = None) -> pd.DataFrame:
    """Return what was paid for the answers in the store: one row a day (UTC), provider section and profile.

    Columns: `day`, `provider`, `profile`, `answers`, `cost_usd` (of those with a known price), `unknown` (answers
    without one).
    """
    import pandas as pd

    with opened_store(store) as kept:
        rows = kept.spend_rows()
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(pd.Series([row.day for row in rows], dtype="str")),
            "provider": pd.array([row.section for row in rows], dtype="string"),
            "profile": pd.array([row.profile for row in rows], dtype="string"),
            "answers": pd.array([row.answers for row in rows], dtype="Int64"),
            "cost_usd": pd.array([float(row.cost_usd) for row in rows], dtype="Float64"),
            "unknown": pd.array([row.unknown for row in rows], dtype="Int64"),
        }
    )
    return frame.sort_values(["day", "provider", "profile"], ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Output:
    """Tokens one answer may take."""

    low: float
    high: float | None
    basis: str


def _forecast(profile: Profile, calls: Sequence[Call], store: Store) -> tuple[Any, ...]:
    distinct = {call.key: call for call in calls}
    stored = store.get_many(list(distinct))
    sending = [call for key, call in distinct.items() if key not in stored]
    tokens_in = sum(count_messages(call.request.messages, call.request.model) for call in sending)
    output = _output(profile, sending, list(stored.values()))
    low, high = round(output.low * len(sending)), None if output.high is None else round(output.high * len(sending))
    line = None if profile.price or not sending else price_line(profile.provider, profile.model)
    return (
        profile.name,
        len(calls),
        sum(call.key in stored for call in calls),
        len(sending),
        tokens_in,
        low,
        high if sending else 0,
        _cost(profile, line, tokens_in, low) if sending else 0.0,
        _cost(profile, line, tokens_in, high) if sending else 0.0,
        output.basis if sending else "all in the store",
    )


def _output(profile: Profile, sending: Sequence[Call], stored: Sequence[Record]) -> _Output:
    used = sorted(tokens for record in stored if (tokens := read(record, profile.thinking).output_tokens) is not None)
    if len(used) >= _ENOUGH:
        low, high = used[len(used) // 10], used[-1 - len(used) // 10]
        return _Output(low, high, f"10 to 90 % of {len(used)} stored answers")
    asked = [call.request.params for call in sending]
    limits = [limit for params in asked if isinstance(limit := max_output_tokens(params), int)]
    if sending and len(limits) == len(sending):
        return _Output(1, sum(limits) / len(limits), "1 token to max_tokens")
    most = limits_of(profile.provider, profile.model)[1] if sending else None
    return _Output(1, most, "1 token to the model's most" if most else "no upper limit known; set max_tokens")


def _cost(profile: Profile, line: Mapping[str, str] | None, tokens_in: int, tokens_out: int | None) -> float | None:
    if tokens_out is None:
        return None
    cost: Decimal | None = cost_usd(
        Completion(input_tokens=tokens_in, cached_tokens=0, output_tokens=tokens_out), profile.price, line
    )
    return None if cost is None else float(cost)
