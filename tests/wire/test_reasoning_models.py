"""What a model does not take as it is given is not sent so, and the record and one warning a profile say it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .case import Case
from .cases import CASES
from .running import Ran

CHANGED = [pytest.param(case, id=case.name) for case in CASES if case.changed]


@pytest.mark.parametrize("case", CHANGED)
def test_the_record_says_what_became_of_parameters(case: Case, ran: Callable[[str], Ran]) -> None:
    record = ran(case.name).record

    assert record is not None
    assert tuple(record.changed) == case.changed
    assert {"model", *record.sent} == case.expected_body.keys() - {"messages"}


@pytest.mark.parametrize("case", CHANGED)
def test_the_run_warns_of_it_once_for_each_profile(case: Case, ran: Callable[[str], Ran]) -> None:
    assert ran(case.name).warned == [f"{case.name}: {sentence}" for sentence in case.changed]


def test_nothing_is_said_where_nothing_was_changed(ran: Callable[[str], Ran]) -> None:
    record = ran("openai").record

    assert record is not None
    assert tuple(record.changed) == ()
    assert ran("openai").warned == []
