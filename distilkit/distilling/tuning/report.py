"""What was counted over a file, and how it becomes a frame.

Knows faults and rules; reads no file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from distilkit.distilling.tuning.faults import Fault
from distilkit.distilling.tuning.rules import READ_ON, Rules

if TYPE_CHECKING:
    import pandas as pd

LISTED = 100
"""So many lines are listed for each rule; how many broke it is counted to the end."""


@dataclass(slots=True)
class Tally:
    """What is counted while the lines go by; it grows by some hundred bytes an example, for the duplicates."""

    rules: Rules
    context: int | None
    model: str
    seen: dict[bytes, int] = field(default_factory=dict)
    asked: dict[bytes, int] = field(default_factory=dict)
    broken: Counter[str] = field(default_factory=Counter)
    listed: list[tuple[int | None, Fault]] = field(default_factory=list)
    examples: int = 0
    tokens: int = 0
    largest: int = 0

    def note(self, line: int | None, fault: Fault) -> None:
        """Count a fault, and list it while there is room."""
        self.broken[fault.rule] += 1
        if self.broken[fault.rule] <= LISTED:
            self.listed.append((line, fault))


def _counts(
    tally: Tally, size: int, price: float | None, epochs: int | None
) -> Iterator[tuple[str, float | None, str]]:
    read = tally.examples > 0
    trained = tally.tokens * epochs if read and epochs is not None else None
    encoding = f"an estimate with the encoding of {tally.model}"
    yield "examples", tally.examples if read else None, ""
    yield "bytes", size, ""
    yield "tokens", tally.tokens if read else None, encoding
    yield "largest_example_tokens", tally.largest if read else None, encoding
    yield "example_context_tokens", tally.context, "" if tally.context else "not published; state context="
    yield "trained_tokens", trained, "" if epochs else "state epochs="
    known = trained is not None and price is not None
    yield "cost_usd", trained * price / 1e6 if known else None, "" if known else "state price_per_million= and epochs="  # type: ignore[operator] # both are known


def to_frame(tally: Tally, size: int, price: float | None, epochs: int | None, *, stated: bool) -> pd.DataFrame:
    """Return the counts, then what is wrong, as `check_training` describes them.

    Args:
        tally: what was counted.
        size: of the file, in bytes.
        price: dollars for a million trained tokens; None for unknown.
        epochs: None where the provider chooses.
        stated: whether the caller said how many tokens an example may have.
    """
    import pandas as pd

    published = f"{tally.rules.context_source or tally.rules.source} (read {READ_ON})" if tally.context else ""
    sources = {"example_context_tokens": "stated" if stated else published}
    counts = [
        (None, name, "info", value, told, "", sources.get(name, ""))
        for name, value, told in _counts(tally, size, price, epochs)
    ]
    found = [
        (line, fault.rule, fault.severity, tally.broken[fault.rule], fault.detail, fault.way_out, fault.source)
        for line, fault in tally.listed
    ]
    texts = pd.StringDtype("python")
    types: dict[str, Any] = {"line": "Int64", "rule": texts, "severity": texts, "value": "Float64"}
    types |= dict.fromkeys(("detail", "way_out", "source"), texts)
    columns = list(zip(*counts, *found, strict=True))
    return pd.DataFrame(
        {
            name: pd.array(list(values), dtype=dtype)
            for (name, dtype), values in zip(types.items(), columns, strict=True)
        }
    )
