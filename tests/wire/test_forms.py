"""A form of JSON reaches each provider that has a mode for it, in the mode that is chosen for it."""

from __future__ import annotations

import pytest

from .attempts import Attempts
from .case import Case
from .cases import CASES


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_a_form_reaches_a_provider_that_has_a_mode_for_it(case: Case, attempts: Attempts) -> None:
    assert attempts.wrong_form(case) == []
