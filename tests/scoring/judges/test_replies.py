"""What replies cost together: unknown is not zero, and what was never sent costs nothing."""

from __future__ import annotations

from distilkit.scoring.judges.replies import Bill, Reply

ANSWERED = Reply(content="x", bill=Bill(cost_usd=0.5, billed_usd=0.25, input_tokens=3, output_tokens=4))
UNKNOWN = Reply(content="x", bill=Bill(input_tokens=3, output_tokens=4))
REFUSED = Reply(error_kind="invalid_request", error="no")


def test_two_answers_cost_their_sum() -> None:
    assert Bill.of([ANSWERED, ANSWERED]) == Bill(cost_usd=1.0, billed_usd=0.5, input_tokens=6, output_tokens=8)


def test_one_unknown_cost_makes_the_sum_unknown() -> None:
    assert Bill.of([ANSWERED, UNKNOWN]) == Bill(input_tokens=6, output_tokens=8)


def test_a_refusal_costs_nothing_beside_an_answer_and_is_unknown_alone() -> None:
    assert Bill.of([ANSWERED, REFUSED]) == ANSWERED.bill
    assert Bill.of([REFUSED]) == Bill()


def test_trouble_names_the_kind_where_a_call_failed() -> None:
    assert REFUSED.trouble == "the judge failed: invalid_request: no"
    assert Reply(error="not judged: interrupted").trouble == "not judged: interrupted"
    assert ANSWERED.trouble is None
