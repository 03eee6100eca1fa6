"""The page about providers says what the cases came to, no more and no less."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from .attempts import Attempts
from .cases import BY_NAME, CASES
from .matrix import ALL_CELLS, Matrix, Outcome
from .support import FAILS, page, row, table


@pytest.fixture(scope="module")
def rows(attempts: Attempts, matrix: Matrix) -> list[list[str]]:
    return table(attempts, matrix)


def test_nothing_in_the_table_fails(rows: list[list[str]]) -> None:
    assert [cell for cells in rows for cell in cells if FAILS in cell] == []


def test_the_page_is_what_came_out(rows: list[list[str]], repository: Path) -> None:
    written = (repository / "docs" / "providers.md").read_text("utf-8")

    assert page(rows) == written, "the page is old; `make support` writes it again"


def test_every_case_has_its_row(rows: list[list[str]]) -> None:
    assert [cells[0] for cells in rows] == [case.name.replace("_", " ") for case in CASES]


def test_a_case_that_fails_says_so_in_its_row(attempts: Attempts, matrix: Matrix) -> None:
    case = BY_NAME["openai"]
    other = replace(case, path="/v2/chat/completions", address="https://elsewhere.example", variables=("NOBODYS_KEY",))
    taken = {cell.name: Outcome(None, 1, "") for cell in ALL_CELLS}

    cells = row(other, Attempts(attempts._server, attempts._folder / "other"), replace(matrix, outcomes=taken))

    assert [place for place, cell in enumerate(cells) if FAILS in cell] == [2, 5, 7, 12, 13]
