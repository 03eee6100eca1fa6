from __future__ import annotations

import decimal
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Never

import pytest

from distilkit.store import Entry, SpendRow, Store, StoreWarning, add_up

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path


def _on(entry: Entry, created_at: float | None) -> Entry:
    return replace(entry, record=replace(entry.record, created_at=created_at))


def test_spend_is_added_up_by_day_section_and_profile(store: Store, make_entry: Callable[..., Entry]) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
    entries = [
        _on(make_entry(1, cost="0.1"), midnight - 1),
        _on(make_entry(2, cost="0.2"), midnight - 2),
        _on(make_entry(3, cost="0.4"), midnight),
        _on(make_entry(4, cost="0.8", profile="slow"), midnight),
        _on(make_entry(5, cost="1.6", section="azure"), midnight),
    ]

    store.put_many(entries[:2])
    store.put_many(entries[2:])

    def row(day: int, section: str, profile: str, cost: str, answers: int) -> SpendRow:
        return SpendRow(
            day=date(2026, 3, day),
            section=section,
            profile=profile,
            cost_usd=Decimal(cost),
            answers=answers,
            unknown=0,
        )

    assert store.spend_rows() == [
        row(1, "openai", "fast", "0.3", 2),
        row(2, "azure", "fast", "1.6", 1),
        row(2, "openai", "fast", "0.4", 1),
        row(2, "openai", "slow", "0.8", 1),
    ]


def test_an_unknown_cost_is_counted_not_taken_for_zero(store: Store, make_entry: Callable[..., Entry]) -> None:
    store.put_many([make_entry(1, cost=None), make_entry(2, cost="0.5"), make_entry(3, cost=None)])

    (row,) = store.spend_rows()

    assert (row.cost_usd, row.answers, row.unknown) == (Decimal("0.5"), 3, 2)


def test_an_answer_paid_again_counts_again(store: Store, make_entry: Callable[..., Entry]) -> None:
    for _ in range(3):
        store.put_many([make_entry(1)])

    assert [(row.cost_usd, row.answers) for row in store.spend_rows()] == [(Decimal("0.003"), 3)]
    assert len(store) == 1


def test_sums_are_exact_whatever_the_callers_context(store: Store, make_entry: Callable[..., Entry]) -> None:
    with decimal.localcontext(prec=2):
        store.put_many([make_entry(number, cost="1234567.000000001") for number in range(3)])
        store.put_many([make_entry(7, cost="0.000000000000000001")])

    assert store.spend_rows()[0].cost_usd == Decimal("3703701.000000003000000001")


def test_an_answer_without_a_time_counts_today(store: Store, make_entry: Callable[..., Entry]) -> None:
    before = datetime.now(UTC).date()
    store.put_many([_on(make_entry(1), None)])

    assert before <= store.spend_rows()[0].day <= datetime.now(UTC).date()


@pytest.mark.parametrize("name", ["openai/gpt-4o", 'with "quotes" and \\', "ü\n\0", "half \ud800"])
def test_names_are_kept_as_they_are(store: Store, make_entry: Callable[..., Entry], name: str) -> None:
    store.put_many([make_entry(1, profile=name, section=name)])

    assert [(row.profile, row.section) for row in store.spend_rows()] == [(name, name)]


def test_processes_that_write_at_once_count_exactly(
    tmp_path: Path, child: Callable[..., subprocess.Popen[str]]
) -> None:
    """Four processes, two hundred puts each, costs that floats would get wrong."""
    code = """
store = Store(sys.argv[1])
for number in range(200):
    store.put_many([make_entry(f"{sys.argv[2]} {number}", cost="0.0001")])
store.close()
"""
    processes = [child(code, tmp_path / "store", number) for number in range(4)]
    for process in processes:
        assert process.wait(60) == 0, process.stderr.read()

    with Store(tmp_path / "store") as store:
        assert [(row.cost_usd, row.answers) for row in store.spend_rows()] == [(Decimal("0.0800"), 800)]
        assert len(store) == 800
        assert store.verify() == []


def test_answers_and_spend_are_stored_together_or_not_at_all(
    store: Store, make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    from distilkit.store import ledger

    def fail(*_: object) -> Never:
        raise OSError("in the middle")

    monkeypatch.setattr(ledger, "add", fail)
    with pytest.raises(Exception, match="in the middle"):
        store.put_many([make_entry(1)])
    monkeypatch.undo()

    assert len(store) == 0
    assert store.spend_rows() == []
    store.put_many([make_entry(1)])
    assert len(store) == 1


def test_a_damaged_total_is_told_and_begun_anew(
    store: Store, make_entry: Callable[..., Entry], tamper: Callable[..., None]
) -> None:
    store.put_many([make_entry(1)])
    store.put_many([make_entry(2, profile="other")])
    tamper(store.folder, "UPDATE Cache SET value = x'00' WHERE key LIKE 'spend:%fast%'")

    with pytest.warns(StoreWarning, match="1 damaged total of the ledger"):
        assert [row.profile for row in store.spend_rows()] == ["other"]
    assert len(store.verify()) == 1
    with pytest.warns(StoreWarning, match="begun anew"):
        store.put_many([make_entry(3)])

    assert [(row.profile, row.answers) for row in store.spend_rows()] == [("fast", 1), ("other", 1)]
    assert store.verify() == []


def test_a_total_moved_to_another_day_is_damaged(
    store: Store, make_entry: Callable[..., Entry], tamper: Callable[..., None]
) -> None:
    store.put_many([make_entry(1)])
    tamper(store.folder, "UPDATE Cache SET key = replace(key, '2025', '2024') WHERE key LIKE 'spend:%'")

    with pytest.warns(StoreWarning, match="damaged total"):
        assert store.spend_rows() == []


def _spent(month: int, day: int, section: str, cost: str, *, profile: str = "fast", unknown: int = 0) -> SpendRow:
    return SpendRow(
        day=date(2026, month, day),
        section=section,
        profile=profile,
        cost_usd=Decimal(cost),
        answers=2,
        unknown=unknown,
    )


_ROWS = [
    _spent(4, 1, "openai", "0.8"),
    _spent(3, 1, "openai", "0.1"),
    _spent(3, 31, "azure", "0.2", unknown=1),
    _spent(3, 31, "openai", "0.4", profile="slow"),
]


@pytest.mark.parametrize(
    ("by", "sums"),
    [
        (["day"], {(date(2026, 3, 1),): "0.1", (date(2026, 3, 31),): "0.6", (date(2026, 4, 1),): "0.8"}),
        (["month"], {(date(2026, 3, 1),): "0.7", (date(2026, 4, 1),): "0.8"}),
        (["provider"], {("azure",): "0.2", ("openai",): "1.3"}),
        (["profile"], {("fast",): "1.1", ("slow",): "0.4"}),
        (
            ["provider", "month"],
            {
                ("azure", date(2026, 3, 1)): "0.2",
                ("openai", date(2026, 3, 1)): "0.5",
                ("openai", date(2026, 4, 1)): "0.8",
            },
        ),
        ([], {(): "1.5"}),
    ],
)
def test_spend_can_be_added_up_by_what_rows_have_in_common(by: list[str], sums: dict[object, str]) -> None:
    found = add_up(_ROWS, by)

    assert {each.key: each.cost_usd for each in found} == {key: Decimal(cost) for key, cost in sums.items()}
    assert [each.key for each in found] == list(sums), "in ascending order"
    assert (sum(each.answers for each in found), sum(each.unknown for each in found)) == (8, 1)


def test_adding_up_is_exact_whatever_the_caller_s_context_says() -> None:
    with decimal.localcontext(prec=2):
        (total,) = add_up([_spent(3, 1, "a", "1000"), _spent(3, 1, "a", "1e-30")], ["day"])

    assert total.cost_usd == Decimal("1000.000000000000000000000000000001")


def test_nothing_spent_is_a_sum_of_nothing_in_all_and_no_sum_of_any_day() -> None:
    assert [(each.answers, each.cost_usd, each.unknown) for each in add_up([], [])] == [(0, Decimal(0), 0)]
    assert add_up([], ["day"]) == []
