"""How the numbers of a run are said: times, dollars, rates, and why something waits. Texts, not yet escaped."""

from __future__ import annotations

from decimal import Decimal

from distilkit.markup import plain
from distilkit.progress.look import Bar, Look, Rate

_REASONS = {
    "rate_limit": "limits",
    "budget": "dollars in flight",
    "retry": "another try",
    "another run asks the same": "the same is being asked already",
}
_UNITS = {"requests": "requests", "tokens": "tokens", "input_tokens": "input tokens", "output_tokens": "output tokens"}
_LONGEST = 200
_MINUTE_S, _HOUR_S = 60, 3_600
# Below this, seconds are worth reading beside minutes.
_FINE_S = 600


def shown(text: str) -> str:
    r"""Return a foreign text on one line, without what a terminal would run or turn, and not longer than any name is.

    >>> shown("a\x1b[2Jb\u202ec\nd")
    'a?[2Jb?c d'
    """
    line = " ".join(plain(text[: 4 * _LONGEST]).split())[:_LONGEST]
    return "".join(each if each.isprintable() and each != "\N{REPLACEMENT CHARACTER}" else "?" for each in line)


def duration(seconds: float) -> str:
    """Return a time as one would say it.

    >>> [duration(seconds) for seconds in (0.4, 42, 92, 1500, 3700)]
    ['0 s', '42 s', '1 min 32 s', '25 min', '1 h 01 min']
    """
    whole = int(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _FINE_S:
        minutes, rest = divmod(whole, _MINUTE_S)
        return f"{minutes} min {rest:02} s" if rest else f"{minutes} min"
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S} min"
    hours, rest = divmod(whole, _HOUR_S)
    return f"{hours:,} h {rest // _MINUTE_S:02} min"


def about(seconds: float) -> str:
    """Return an estimated time, no finer than anybody can know it, and never 0.

    >>> [about(seconds) for seconds in (0.4, 17, 93, 1501)]
    ['1 s', '17 s', '1 min 30 s', '25 min']
    """
    step = 1 if seconds < 20 else 5 if seconds < 60 else 10 if seconds < _FINE_S else _MINUTE_S  # noqa: PLR2004 - coarser with distance
    return duration(max(1, step * round(seconds / step)))


def dollars(amount: Decimal) -> str:
    """Return US dollars with the digits worth reading.

    >>> [dollars(Decimal(text)) for text in ("0", "0.00001234", "0.1234", "12.346", "1234.5")]
    ['$0', '$0.0000123', '$0.1234', '$12.35', '$1,234.50']
    """
    if not amount:
        return "$0"
    if amount >= 1:
        return f"${amount:,.2f}"
    if amount >= Decimal("0.01"):
        return f"${amount:.4f}"
    return f"${float(f'{amount:.3g}'):.12f}".rstrip("0")


def money(bar: Bar, *, is_over: bool = False) -> str:
    """Return what was paid, and about how much it will be; an unknown cost is no zero."""
    if bar.spent_usd is None:
        return "cost unknown"
    paid = dollars(bar.spent_usd)
    if is_over or bar.expected_usd is None or bar.done >= bar.total:
        return paid
    return f"{paid}, about {_roughly(bar.expected_usd)} in all"


def _roughly(amount: Decimal) -> str:
    """Return an estimated amount with the two digits that anybody can know.

    >>> [_roughly(Decimal(text)) for text in ("0", "0.00123", "0.4567", "1.26", "1263")]
    ['$0', '$0.0012', '$0.46', '$1.30', '$1,300.00']
    """
    rough = Decimal(f"{amount:.2g}")
    return dollars(rough) if rough >= 1 or not rough else f"${rough:.12f}".rstrip("0")


def short_money(bar: Bar) -> str:
    """Return the same where there is little room."""
    return money(bar).replace(", about ", " of ~").removesuffix(" in all")


def queue(bar: Bar) -> str:
    """Return how many wait, for what, and how long still; empty for nobody."""
    if not bar.waiting:
        return ""
    if bar.reason is None:
        return f"{bar.waiting:,} queued"
    next_s = f", next in {about(bar.wait_s)}" if bar.wait_s is not None and bar.wait_s >= 1 else ""
    return f"{bar.waiting:,} waiting: {_REASONS.get(bar.reason, shown(bar.reason))}{next_s}"


def short_queue(bar: Bar) -> str:
    """Return the same where there is little room."""
    return queue(bar).replace(" waiting: ", " wait: ").replace(", next in ", ", ")


def short_left(bar: Bar) -> str:
    """Return about how long it still takes, where there is little room."""
    return f"~{about(bar.left_s)}" if left(bar) and bar.left_s else ""


def left(bar: Bar) -> str:
    """Return about how long it still takes; empty where that is not known, or nothing is left."""
    return f"about {about(bar.left_s)} left" if bar.left_s and bar.done < bar.total else ""


def rate(one: Rate) -> str:
    """Return what went out in the last minute.

    >>> rate(Rate(unit="tokens", used=12_345.6, limit=20_000)), rate(Rate(unit="requests", used=7))
    ('12,346/20,000 tokens/min', '7 requests/min')
    """
    of = "" if one.limit is None else f"/{one.limit:,}"
    return f"{one.used:,.0f}{of} {_UNITS[one.unit]}/min{' (shared)' if one.is_shared else ''}"


def ends(bar: Bar) -> list[str]:
    """Return how rows ended so far, and what had to be tried once more."""
    counts = (
        (bar.answered, "answered"),
        (bar.from_store, "from the store"),
        (bar.failed, "failed"),
        (bar.retried, "retried"),
    )
    return [f"{count:,} {word}" for count, word in counts if count]


def going(bar: Bar) -> list[str]:
    """Return what is out and what waits."""
    return [text for text in (f"{bar.in_flight:,} in flight" if bar.in_flight else "", queue(bar)) if text]


def time(look: Look) -> str:
    """Return how long it has taken, and about how long it still takes."""
    if not look.has_sent and not look.note and look.whole.done < look.whole.total:
        return f"starting, {duration(look.elapsed_s)}"
    still = "" if look.note else left(look.whole)
    return ", ".join(text for text in (duration(look.elapsed_s), still) if text)
