"""Whether one more call fits a budget, what was spent of it, and the texts about it."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from random import Random

import pytest

from distilkit.engine.budget import (
    Limit,
    Period,
    Refusal,
    alerts,
    applies,
    limits,
    refusal,
    spent_in,
    total,
    usd,
)
from distilkit.engine.worst import worst_case
from distilkit.profiles import Allowance, Budget, Price
from distilkit.reading import Completion, cost_usd
from distilkit.store import SpendRow

DAY = Limit("day", None, Decimal(10))


def row(day: date, cost: str, section: str = "openai", *, unknown: int = 0) -> SpendRow:
    return SpendRow(day=day, section=section, profile="p", cost_usd=Decimal(cost), answers=1, unknown=unknown)


def asked(
    worst: str, *, spent: str = "0", held: str = "0", limit: Limit = DAY, section: str = "openai"
) -> Refusal | None:
    return refusal([limit], lambda _: Decimal(spent), lambda _: Decimal(held), Decimal(worst), section)


def test_the_limits_of_a_budget_are_those_for_all_and_each_sections() -> None:
    budget = Budget(
        run=Decimal(1),
        daily=Decimal(2),
        monthly=Decimal(3),
        providers={"a": Allowance(daily=Decimal(4)), "b": Allowance(run=Decimal(5), monthly=Decimal(6))},
    )

    assert limits(budget) == (
        Limit("run", None, Decimal(1)),
        Limit("day", None, Decimal(2)),
        Limit("month", None, Decimal(3)),
        Limit("day", "a", Decimal(4)),
        Limit("run", "b", Decimal(5)),
        Limit("month", "b", Decimal(6)),
    )
    assert limits(Budget()) == ()


@pytest.mark.parametrize(
    ("period", "section", "label"),
    [
        ("run", None, "budget of this run"),
        ("day", None, "daily budget"),
        ("month", None, "monthly budget"),
        ("run", "openai", "openai's budget of this run"),
        ("day", "openai", "openai's daily budget"),
        ("month", "openai", "openai's monthly budget"),
    ],
)
def test_a_limit_has_a_name(period: Period, section: str | None, label: str) -> None:
    assert Limit(period, section, Decimal(1)).label == label


def test_a_section_s_limit_is_for_its_profiles_alone() -> None:
    assert applies(Limit("day", "a", Decimal(1)), "a")
    assert not applies(Limit("day", "a", Decimal(1)), "b")
    assert applies(DAY, "b")


def test_a_call_that_fits_to_the_last_digit_is_sent() -> None:
    assert asked("0.1", spent="9.8", held="0.1") is None
    assert asked("0.1000000000000000000000000000000000000001", spent="9.8", held="0.1") is not None


def test_the_caller_s_context_rounds_nothing() -> None:
    with localcontext(prec=2):
        assert asked("0.001", spent="9.9999") is not None
        assert total([Decimal("9.99"), Decimal("0.001"), Decimal("1e-30")]) == Decimal(
            "9.991000000000000000000000000001"
        )


def test_a_call_that_costs_nothing_is_sent_even_when_everything_is_spent() -> None:
    assert asked("0", spent="11") is None


def test_another_section_s_limit_refuses_nothing() -> None:
    assert asked("99", limit=Limit("run", "anthropic", Decimal(1))) is None


def test_what_is_held_may_come_back() -> None:
    assert getattr(asked("1", spent="5", held="4.5"), "may_fit_later", None) is True
    assert getattr(asked("1", spent="9.5", held="0.1"), "may_fit_later", None) is False
    assert getattr(asked("1", spent="9.5"), "may_fit_later", None) is False
    assert getattr(asked("11", held="1"), "may_fit_later", None) is False


def test_a_reason_that_waiting_does_not_cure_goes_first() -> None:
    month = Limit("month", None, Decimal(20))
    spent = {DAY: Decimal(5), month: Decimal(20)}

    refused = refusal([DAY, month], spent.__getitem__, lambda _: Decimal(5), Decimal(1), "openai")

    assert refused == Refusal(month, Decimal(20), Decimal(5), Decimal(1))


def test_a_refusal_says_what_is_spent_and_the_way_out() -> None:
    assert Refusal(DAY, Decimal("9.97"), Decimal(0), Decimal("0.05")).message() == (
        "daily budget of $10.00: $9.97 spent, this call may cost up to $0.05; raise the budget and run the same call "
        "again"
    )


def test_a_refusal_says_what_is_held() -> None:
    limit = Limit("run", "openai", Decimal("2.5"))

    assert Refusal(limit, Decimal(2), Decimal("0.499999"), Decimal("0.0000011")).message() == (
        "openai's budget of this run of $2.50: $2.00 spent, $0.499999 held for calls in flight, this call may cost up "
        "to $0.000002; raise the budget and run the same call again"
    )


def test_a_call_that_never_fits_may_be_made_shorter() -> None:
    limit = Limit("month", None, Decimal(1000))

    assert Refusal(limit, Decimal(0), Decimal(0), Decimal("1000.5")).message() == (
        "monthly budget of $1,000.00: $0.00 spent, this call may cost up to $1,000.50; raise the budget, or lower "
        "max_tokens, and run the same call again"
    )


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        ("0", "$0.00"),
        ("0E+3", "$0.00"),
        ("1E+3", "$1,000.00"),
        ("9.5", "$9.50"),
        ("9.501", "$9.501"),
        ("0.000001", "$0.000001"),
        ("1e-40", "$0.000001"),
        ("9.9999999", "$10.00"),
        ("1000000000000000", "$1,000,000,000,000,000.00"),
    ],
)
def test_dollars_are_written_in_cents_or_exactly_and_never_too_small(dollars: str, text: str) -> None:
    assert usd(Decimal(dollars)) == text


NOW = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)
ROWS = [
    row(date(2025, 3, 31), "0.1"),
    row(date(2026, 2, 28), "0.2"),
    row(date(2026, 3, 1), "0.4"),
    row(date(2026, 3, 31), "0.8"),
    row(date(2026, 3, 31), "1.6", "anthropic", unknown=1),
    row(date(2026, 4, 1), "3.2"),
]


@pytest.mark.parametrize(
    ("period", "section", "spent"),
    [
        ("day", None, "2.4"),
        ("day", "openai", "0.8"),
        ("day", "mistral", "0"),
        ("month", None, "2.8"),
        ("month", "openai", "1.2"),
        ("run", None, "0"),
    ],
)
def test_a_day_and_a_month_are_those_of_now(period: Period, section: str | None, spent: str) -> None:
    assert spent_in(Limit(period, section, Decimal(1)), ROWS, NOW) == Decimal(spent)


def test_a_new_day_and_month_begin_at_midnight_in_utc() -> None:
    later = NOW + timedelta(seconds=1)

    assert spent_in(DAY, ROWS, later) == spent_in(Limit("month", None, Decimal(1)), ROWS, later) == Decimal("3.2")
    assert spent_in(DAY, ROWS, later.astimezone(timezone(timedelta(hours=-8)))) == Decimal("3.2")


def test_what_was_spent_is_added_up_exactly() -> None:
    rows = [row(date(2026, 3, 31), "1e20"), *[row(date(2026, 3, 31), "1e-20")] * 10]

    assert spent_in(DAY, rows, NOW) == Decimal("100000000000000000000.0000000000000000001")


def alert(before: str, after: str, *, at: str = "0.8", limit: Limit = DAY) -> list[str]:
    return alerts([limit], {limit: Decimal(before)}, {limit: Decimal(after)}, Decimal(at))


def test_an_alert_is_said_once_when_its_share_is_reached() -> None:
    assert alert("7.99", "7.999") == []
    assert alert("7.99", "8") == ["daily budget of $10.00: $8.00 spent (80 %)"]
    assert alert("7", "9.9999") == ["daily budget of $10.00: $9.9999 spent (99 %)"]
    assert alert("8", "9") == []


def test_every_limit_has_its_own_alert() -> None:
    others = [DAY, Limit("month", "openai", Decimal(20))]

    texts = alerts(others, dict.fromkeys(others, Decimal(0)), dict.fromkeys(others, Decimal(17)), Decimal("0.8"))

    assert texts == [
        "daily budget of $10.00: $17.00 spent (170 %)",
        "openai's monthly budget of $20.00: $17.00 spent (85 %)",
    ]


def test_a_share_of_nothing_is_passed_with_the_first_dollar() -> None:
    assert alert("0", "0", at="0") == []
    assert alert("0", "1", at="0") == ["daily budget of $10.00: $1.00 spent (10 %)"]
    assert alert("1", "2", at="0") == []
    assert alert("0", "1", limit=Limit("run", None, Decimal(0))) == ["budget of this run of $0.00: $1.00 spent"]


# What a call may cost and what it costs, at random prices and usages.
Cost = tuple[Decimal, Decimal]


def some_costs(random: Random, count: int) -> list[Cost]:
    costs: list[Cost] = []
    while len(costs) < count:
        price = Price(
            input_per_million=Decimal(random.randrange(10**9)).scaleb(-random.randrange(9)),
            output_per_million=Decimal(random.randrange(10**9)).scaleb(-random.randrange(9)),
            cached_input_per_million=Decimal(random.randrange(10**9)).scaleb(-8) if random.random() < 0.5 else None,
        )
        size, most = random.randrange(5000), random.randrange(1, 5000)
        worst = worst_case(
            input_bytes=size, messages=1, images=0, max_output=most, assumed_output=0, price=price, line=None
        )
        inputs = random.randint(0, size)
        used = Completion(
            input_tokens=inputs,
            cached_tokens=random.randint(0, inputs) if price.cached_input_per_million is not None else None,
            output_tokens=random.randint(0, most),
        )
        cost = cost_usd(used, price, None)
        assert worst is not None
        assert cost is not None
        assert cost <= worst.dollars
        # Half of them cost what they may: only those use a budget up.
        costs.append((worst.dollars, random.choice([cost, worst.dollars])))
    return costs


class Sharing:
    """Some runs that share a budget, with up to 64 calls in flight; sums per limit and, for a run's, per run."""

    def __init__(self, random: Random, costs: list[Cost]) -> None:
        self.random = random
        self.costs = costs
        self.runs = random.randint(1, 3)
        scale = random.choice(costs)[0] * random.randint(1, 40)
        kinds: list[tuple[Period, str | None]] = [
            (period, section) for period in ("run", "day", "month") for section in (None, "a", "b")
        ]
        chosen = random.sample(kinds, random.randint(1, 3))
        self.limits = [Limit(period, section, scale * random.randint(1, 9) / 4) for period, section in chosen]
        self.spent: dict[tuple[Limit, int], Decimal] = defaultdict(Decimal)
        self.held: dict[tuple[Limit, int], Decimal] = defaultdict(Decimal)
        self.flying: list[tuple[int, str, Decimal, Decimal]] = []
        self.answered = self.refused = self.waited = 0

    def go(self, calls: int) -> None:
        for _ in range(calls):
            call = (self.random.randrange(self.runs), self.random.choice("ab"), *self.random.choice(self.costs))
            while len(self.flying) >= 64 or not self.admitted(call):
                self.land()
            if self.flying and self.random.random() < 0.3:
                self.land()
            if self.random.random() < 0.01:
                self.midnight()
        while self.flying:
            self.land()

    def admitted(self, call: tuple[int, str, Decimal, Decimal]) -> bool:
        """Say whether the call is dealt with: sent, or refused for good."""
        run, section, worst, _ = call
        refused = refusal(
            self.limits,
            lambda limit: self.spent[at(limit, run)],
            lambda limit: self.held[at(limit, run)],
            worst,
            section,
        )
        if refused is not None and refused.may_fit_later:
            self.waited += 1
            return False
        if refused is not None:
            self.refused += 1
            return True
        self.flying.append(call)
        self.count(self.held, run, section, worst)
        return True

    def land(self) -> None:
        run, section, worst, cost = self.flying.pop(self.random.randrange(len(self.flying)))
        self.count(self.spent, run, section, cost)
        self.count(self.held, run, section, -worst)
        self.answered += 1
        for limit in self.limits:
            assert self.spent[at(limit, run)] <= limit.dollars

    def count(self, sums: dict[tuple[Limit, int], Decimal], run: int, section: str, dollars: Decimal) -> None:
        for limit in self.limits:
            if applies(limit, section):
                sums[at(limit, run)] = total([sums[at(limit, run)], dollars])

    def midnight(self) -> None:
        """Begin a new day; what is in flight will land in it."""
        for place in list(self.spent):
            if place[0].period == "day":
                del self.spent[place]


def at(limit: Limit, run: int) -> tuple[Limit, int]:
    """Return where a run's sum is kept: in its own place, or in the one for all."""
    return limit, run if limit.period == "run" else 0


def test_no_limit_is_ever_exceeded_by_runs_that_share_it() -> None:
    random = Random(20260331)
    costs = some_costs(random, 2000)
    answered = refused = waited = 0
    for _ in range(10_000):
        shared = Sharing(random, costs)
        shared.go(random.choice([6, 6, 12, 80]))
        assert set(shared.held.values()) <= {Decimal(0)}
        answered, refused, waited = answered + shared.answered, refused + shared.refused, waited + shared.waited

    # It is no test where everything fits, or nothing does.
    assert min(answered, refused, waited) > 10_000
