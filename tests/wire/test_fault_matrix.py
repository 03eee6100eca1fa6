"""Every fault of every provider: one request, the right kind, retryable or not, the right wait, and no key shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import distilkit as dk

from .case import PROMPT
from .cases import BY_NAME
from .faults import VERDICTS, Cell
from .matrix import ALL_CELLS, Matrix, Outcome, wrong
from .refusal import Verdict
from .refusals import FORMATS
from .running import crowded_environment
from .server import Reply, Server


@pytest.mark.parametrize("cell", [pytest.param(cell, id=cell.name) for cell in ALL_CELLS])
def test_a_fault_is_said_to_be_what_it_is(cell: Cell, matrix: Matrix) -> None:
    assert wrong(cell, matrix.outcomes[cell.name]) == []


def test_no_byte_of_a_request_is_sent_on_by_a_redirect(matrix: Matrix) -> None:
    assert matrix.elsewhere == []


def test_the_matrix_is_large() -> None:
    assert len(FORMATS) >= 14
    assert len(VERDICTS) >= 25
    assert len(ALL_CELLS) >= 14 * 25


def test_a_wrong_outcome_is_found(matrix: Matrix) -> None:
    [cell] = [cell for cell in ALL_CELLS if cell.name == "openai-throttled_for_seconds"]
    good = matrix.outcomes[cell.name]
    other = replace(cell, verdict=Verdict("timeout", retryable=False))

    assert len(wrong(other, good)) == 3
    assert len(wrong(cell, replace(good, requests=2))) == 1
    assert len(wrong(cell, replace(good, shown="canary-key-0123456789"))) == 1
    assert wrong(cell, Outcome(None, 1, "")) == ["it was taken for an answer"]


RETRIED = """
providers:
  p: {{type: {word}, base_url: "{url}", model: "{model}", retry: {{max_attempts: 3, backoff_s: 0.001}}}}
"""


@pytest.mark.parametrize("name", ["anthropic", "google", "cohere", "ollama_native", "vllm"])
def test_each_attempt_of_a_run_is_one_request(name: str, tmp_path: Path) -> None:
    case, form = BY_NAME[name], FORMATS[name]
    broken = Reply(form.wrap(500, "no"), 500)
    file = tmp_path / "profiles.yaml"

    with Server() as server, crowded_environment():
        url = server.at("retried", broken, broken, Reply(case.reply)) + case.base
        file.write_text(RETRIED.format(word=case.word, url=url, model=case.model), "utf-8")
        row = dk.compare([PROMPT], ["p"], config=file, store=tmp_path / "store", progress=False).iloc[0]

        assert row["content"].strip() == "4"
        assert row["attempts"] == len(server.seen["retried"]) == 3
