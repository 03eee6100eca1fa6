"""The list of models of each provider, in its documented form, at its documented address, with its own key only."""

from __future__ import annotations

import pytest

from .attempts import Attempts
from .case import Case
from .cases import CASES


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_the_models_of_a_provider_are_listed(case: Case, attempts: Attempts) -> None:
    got = attempts.listed(case)

    assert got.wrong == ()
    assert got.asked.startswith("GET ")
