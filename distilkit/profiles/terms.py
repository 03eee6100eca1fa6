"""Whether a provider's terms of use allow its answers as training data: as somebody read them, and where, and when.

Values. Nothing is built in: terms change, and only who reads them knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date as day
from typing import Literal, get_args

Training = Literal["allowed", "disallowed", "unknown"]
"""What the terms say of training on answers; `unknown` where nobody has said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the terms of use say of training on answers.

    Attributes:
        training: `allowed`, `disallowed` or `unknown`.
        source: where that is said, an address or a text; None where it is not stated.
        date: the day on which it was read there, as `2026-01-31`; None where it is not stated.

    Raises:
        ValueError: a field is none of these; the text names it.
    """

    training: Training = "unknown"
    source: str | None = None
    date: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is none; a `datetime.date` becomes its text."""
        if self.training not in get_args(Training):
            raise ValueError(f"training must be one of {', '.join(get_args(Training))}, not {self.training!r:.80}")
        if self.source is not None and not (isinstance(self.source, str) and self.source.strip()):
            raise ValueError(f"source must be a text that says where the terms stand, not {self.source!r:.80}")
        if isinstance(self.date, day):
            object.__setattr__(self, "date", self.date.isoformat()[:10])
        if self.date is not None:
            check_day(self.date)

    @classmethod
    def of(cls, given: object) -> Terms:
        """Return the terms themselves, or make them of a mapping with their fields, or of the word alone.

        Raises:
            ValueError: it is none of these, or a field is unknown or wrong.
        """
        if isinstance(given, Terms):
            return given
        if isinstance(given, str):
            return cls(training=given)  # type: ignore[arg-type] # checked by the class
        if not isinstance(given, Mapping):
            raise ValueError(f"takes a mapping such as {{'training': 'allowed'}}, not {type(given).__name__}")  # noqa: TRY004 - one kind of error, which the caller turns into its own
        known = [each.name for each in fields(cls)]
        strange = [str(name)[:80] for name in given if name not in known]
        if strange:
            raise ValueError(f"has no field {strange[0]!r}; its fields are {', '.join(known)}")
        return cls(**given)


def check_day(text: object) -> str:
    """Return a day written as `2026-01-31`.

    Raises:
        ValueError: it is not.
    """
    try:
        if day.fromisoformat(str(text)).isoformat() == text:
            return str(text)
    except ValueError:
        pass
    raise ValueError("must be a day written as 2026-01-31")
