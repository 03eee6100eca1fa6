"""What a transaction of the board reads is what was written: states, claims, last failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from distilkit.errors import StoreError
from distilkit.store.board import Board, Claim, LastFailure, Page

HALF = "half a pair: \ud83d"
TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)

Claiming = Callable[..., Claim | None]


@pytest.fixture
def page() -> Iterator[Page]:
    with Board(None) as board, board.transaction() as opened:
        yield opened


@pytest.fixture
def claim(page: Page) -> Claiming:
    def make(key: str = "k", **fields: object) -> Claim | None:
        usual = {"profile": "p", "scope": "s", "section": "x", "run": "r", "dollars": Decimal(0), "now": 1.0}
        return page.claim(key, **{**usual, **fields})

    return make


def failure(key: str = "k", **fields: object) -> LastFailure:
    usual = {"kind": "timeout", "message": "too late", "request_json": "{}", "profile": "p", "at": 1.5}
    return LastFailure(key, **{**usual, **fields})


def test_a_state_is_read_as_it_was_written_last(page: Page) -> None:
    page.write("limits:a", b"old")
    page.write("limits:a", bytes(range(256)) * 40)

    assert page.read("limits:a") == bytes(range(256)) * 40


def test_a_state_that_was_never_written_or_was_deleted_is_none(page: Page) -> None:
    page.write("a", b"")
    page.delete("a")
    page.delete("never there")

    assert page.read("a") is None
    assert page.read("never there") is None


def test_an_empty_state_is_not_none(page: Page) -> None:
    page.write("a", b"")

    assert page.read("a") == b""


@hypothesis_settings(deadline=None)
@given(st.sets(TEXTS, max_size=8), TEXTS)
def test_names_are_those_with_the_prefix(names: set[str], prefix: str) -> None:
    with Board(None) as board, board.transaction() as page:
        for name in names:
            page.write(name, name.encode("utf-8", "replace"))

        assert set(page.names(prefix)) == {name for name in names if name.startswith(prefix)}
        assert set(page.names()) == names


def test_names_come_in_order(page: Page) -> None:
    for name in ("b:2", "a:3", "b:1"):
        page.write(name, b"")

    assert page.names("b:") == ["b:1", "b:2"]


def test_a_claim_says_what_was_claimed(claim: Claiming, page: Page) -> None:
    fields = {"profile": "fast", "scope": "key1", "section": "openai", "run": "r1", "dollars": Decimal("0.10")}
    made = claim("k" * 64, **fields, now=2.5)

    assert made == Claim(id=made.id, key="k" * 64, **fields, owner=1, since=2.5)
    assert page.claims() == [made]


def test_a_claimed_key_is_not_claimed_again_by_the_same_owner(claim: Claiming) -> None:
    assert claim("k") is not None
    assert claim("k") is None


def test_a_released_key_can_be_claimed_again(claim: Claiming, page: Page) -> None:
    first = claim("k")
    page.release(first)

    again = claim("k")
    assert again is not None
    assert again.id != first.id


def test_releasing_twice_does_not_release_the_next_claim(claim: Claiming, page: Page) -> None:
    first = claim("k")
    page.release(first)
    again = claim("k")
    page.release(first)

    assert page.claims() == [again]


def test_a_claim_of_another_board_releases_nothing(claim: Claiming, page: Page) -> None:
    mine = claim("k")
    page.release(replace(mine, owner=99))
    page.release(replace(mine, key="other"))

    assert page.claims() == [mine]


@pytest.mark.parametrize("dollars", ["0.10", "1E-28", "123456789012345678901234567890.000000001", "0"])
def test_the_dollars_held_stay_exact(claim: Claiming, page: Page, dollars: str) -> None:
    page.hold(claim(), Decimal(dollars))

    assert str(page.claims()[0].dollars) == dollars


def test_the_dollars_held_are_summed_by_run_and_section(claim: Claiming, page: Page) -> None:
    claim("a", run="r1", section="x", dollars=Decimal("0.1"))
    claim("b", run="r1", section="x", dollars=Decimal("0.2"))
    claim("c", run="r2", section="x", dollars=Decimal(1))
    claim("d", run="r1", section="y", dollars=Decimal(2))

    assert page.held() == {("r1", "x"): Decimal("0.3"), ("r2", "x"): Decimal(1), ("r1", "y"): Decimal(2)}


def test_what_is_in_flight_is_counted_by_profile(claim: Claiming, page: Page) -> None:
    for key, profile in (("a", "fast"), ("b", "fast"), ("c", "slow")):
        claim(key, profile=profile)

    assert page.in_flight() == {"fast": 2, "slow": 1}


def test_claims_come_oldest_first(claim: Claiming, page: Page) -> None:
    made = [claim(key) for key in "zax"]

    assert page.claims() == made


def test_half_a_surrogate_pair_is_kept_everywhere(claim: Claiming, page: Page) -> None:
    page.write(HALF, b"state")
    made = claim(HALF, profile=HALF, scope=HALF, section=HALF, run=HALF)
    page.failed(HALF, HALF, HALF, HALF, HALF, 1.0)

    assert (page.names(), page.read(HALF)) == ([HALF], b"state")
    assert page.claims() == [made]
    assert page.in_flight() == {HALF: 1}
    assert page.failures([HALF]) == {HALF: LastFailure(HALF, HALF, HALF, HALF, HALF, 1.0)}


def test_a_failure_is_found_by_its_key(page: Page) -> None:
    page.failed("k", "timeout", "too late", '{"model": "m"}', "fast", 1_760_000_000.25)

    expected = LastFailure("k", "timeout", "too late", '{"model": "m"}', "fast", 1_760_000_000.25)
    assert page.failures(["k", "other"]) == {"k": expected}


def test_the_last_failure_of_a_key_counts(page: Page) -> None:
    page.failed_many([failure("k", kind="timeout"), failure("k", kind="rate_limit")])

    assert page.failures(["k"])["k"].kind == "rate_limit"


def test_an_answer_makes_the_failure_forgotten(page: Page) -> None:
    page.failed_many([failure("a"), failure("b")])
    page.answered("a")
    page.answered("never failed")

    assert set(page.failures(["a", "b"])) == {"b"}


def test_ten_thousand_failures_are_found_and_forgotten(page: Page) -> None:
    keys = [f"{number:064x}" for number in range(10_000)]
    page.failed_many(failure(key, message=f"failure of {key}") for key in keys)

    found = page.failures(keys)
    assert found.keys() == set(keys)
    assert found[keys[7]].message == f"failure of {keys[7]}"
    page.answered_many(keys[1:])
    assert set(page.failures(keys)) == {keys[0]}


def test_no_keys_have_no_failures(page: Page) -> None:
    assert page.failures([]) == {}


def test_after_the_transaction_a_page_is_of_no_use() -> None:
    with Board(None) as board:
        with board.transaction() as page:
            pass

        with pytest.raises(StoreError, match="begin another"):
            page.read("a")
        with pytest.raises(StoreError, match="begin another"):
            page.answered_many(["a"])
