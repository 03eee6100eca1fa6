"""The table: which columns, in which order, of which type.

`COLUMNS` is the contract between asking and analysing. Knows calls and outcomes; knows nothing of providers or files.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from distilkit.calls import Answer, Call, Failure, Outcome, Record
from distilkit.reading import cost_usd, read
from distilkit.store.measures import sound

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: dict[str, str] = {
    "prompt_id": "",  # Int64, or string where the caller named the prompts
    "profile": "string",
    "model": "string",
    "provider": "string",
    "served_by": "string",
    "sample": "Int64",
    "prompt": "string",
    "content": "string",
    "thinking": "string",
    "thinking_kind": "string",
    "finish_reason": "string",
    "input_tokens": "Int64",
    "cached_tokens": "Int64",
    "output_tokens": "Int64",
    "reasoning_tokens": "Int64",
    "cost_usd": "Float64",
    "billed_usd": "Float64",
    "latency_s": "Float64",
    "ttft_s": "Float64",
    "attempts": "Int64",
    "tried": "string",
    "from_store": "boolean",
    "error_kind": "string",
    "error": "string",
    "created_at": "datetime64[us, UTC]",
    "key": "string",
}
"""Every column of a frame from `compare`, in order, with its pandas dtype."""


class Rows:
    """The rows of a run while it grows: what becomes of each key is read into columns the moment it is known.

    Only the columns are held, not the records, so a hundred thousand rows fit in little memory.

    Args:
        calls: the plan; one row each, in this order. Several calls may share a key.
    """

    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls = calls
        self._values: list[tuple[Any, ...] | None] = [None] * len(calls)
        self._places: dict[tuple[str, str], list[int]] = {}
        for place, call in enumerate(calls):
            self._places.setdefault(call.slot, []).append(place)

    def settle(self, call: Call, outcome: Outcome) -> None:
        """Fill the row of every call that asks the same of the same name. The first bears what was billed."""
        for nth, place in enumerate(self._places[call.slot]):
            call = self._calls[place]
            if isinstance(outcome, Failure):
                self._values[place] = _failed(call, outcome, first=nth == 0)
            else:
                self._values[place] = _answered(call, outcome, first=nth == 0)

    def as_now(self) -> Rows:
        """Return the rows as they are at this moment: what is settled later, from any thread, is not among them."""
        still = Rows(())
        still._calls, still._places, still._values = self._calls, self._places, list(self._values)
        return still

    @property
    def finished(self) -> list[int]:
        """The places, in the plan's order, of the rows that are known."""
        return [place for place, values in enumerate(self._values) if values is not None]

    def frame(self) -> pd.DataFrame:
        """Return the finished rows, in the plan's order, with every column of `COLUMNS`."""
        return to_frame([values for values in self._values if values is not None])


def to_frame(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """Build the frame from rows in the order of `COLUMNS`; None becomes `<NA>`."""
    import pandas as pd

    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    typed = {name: _typed(values, dtype) for (name, dtype), values in zip(COLUMNS.items(), columns, strict=True)}
    return pd.DataFrame(typed)


def _typed(values: Sequence[Any], dtype: str) -> Any:
    import pandas as pd

    if dtype.startswith("datetime64"):
        return pd.to_datetime(pd.Series(values, dtype="float64"), unit="s", utc=True).astype("datetime64[us, UTC]")
    if not dtype:
        dtype = "Int64" if all(isinstance(value, int) for value in values) else "string"
    if dtype == "string":
        # Python strings: an Arrow column refuses the lone surrogates that some models emit.
        return pd.array([None if value is None else str(value) for value in values], dtype=pd.StringDtype("python"))
    return pd.array(values, dtype=dtype)  # type: ignore[call-overload] # any dtype's name


def _answered(call: Call, answer: Answer, *, first: bool) -> tuple[Any, ...]:
    record, served = sound(answer.record), answer.served or call
    billed = answer.billed_usd if first else Decimal(0)
    return (
        *_asked(call, served, answered=True),
        *_said(served, record),
        _dollars(billed),
        record.latency_s,
        record.ttft_s,
        record.attempts,
        "; ".join(record.tried) or None,
        answer.from_store,
        None,
        None,
        record.created_at,
        served.key,
    )


def _failed(call: Call, failure: Failure, *, first: bool) -> tuple[Any, ...]:
    record, served = failure.record and sound(failure.record), failure.served or call.choices[0]
    said = (None,) * 9 if record is None else _said(served, record)
    billed = failure.billed_usd if first or failure.billed_usd is None else Decimal(0)
    return (
        *_asked(call, served, answered=False),
        *said,
        _dollars(billed),
        record.latency_s if record else None,
        None,
        failure.attempts,
        "; ".join(failure.tried) or None,
        False,
        failure.kind,
        failure.message,
        failure.created_at,
        served.key,
    )


def _asked(call: Call, served: Call, *, answered: bool) -> tuple[Any, ...]:
    """Return the first columns: what was asked for, and the model that answered, or that was asked last."""
    profile = served.profile
    return (
        call.prompt_id,
        call.name,
        profile.litellm_model,
        profile.provider,
        profile.name if answered else None,
        call.request.sample,
        call.prompt,
    )


def _said(call: Call, record: Record) -> tuple[Any, ...]:
    completion = read(record, call.profile.thinking)
    return (
        completion.content,
        completion.thinking,
        completion.thinking_kind,
        completion.finish_reason,
        completion.input_tokens,
        completion.cached_tokens,
        completion.output_tokens,
        completion.reasoning_tokens,
        _dollars(cost_usd(completion, call.profile.price, record.price)),
    )


def _dollars(amount: Decimal | None) -> float | None:
    """Leave exact arithmetic: sums were made in Decimal, a frame holds floats."""
    return None if amount is None else float(amount)
