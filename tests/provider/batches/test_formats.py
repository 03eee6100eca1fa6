"""Each provider's words for batches, as documented: addresses, bodies, states, results."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.provider.batches.anthropic import ANTHROPIC
from distilkit.provider.batches.mistral import MISTRAL
from distilkit.provider.batches.openai import AZURE, OPENAI
from distilkit.provider.batches.values import Format

OPENAI_URL = "https://api.openai.com/v1/chat/completions"
AZURE_URL = "https://me.openai.azure.com/openai/deployments/mini/chat/completions?api-version=2024-10-21"
AZURE_V1_URL = "https://me.openai.azure.com/openai/v1/chat/completions"
ANTHROPIC_URL = "https://api.anthropic.com/v1/messages"
MISTRAL_URL = "https://api.mistral.ai/v1/chat/completions"


@pytest.mark.parametrize(
    ("way", "url", "batches"),
    [
        (OPENAI, OPENAI_URL, "https://api.openai.com/v1/batches"),
        (AZURE, AZURE_URL, "https://me.openai.azure.com/openai/batches?api-version=2024-10-21"),
        (AZURE, AZURE_V1_URL, "https://me.openai.azure.com/openai/v1/batches"),
        (ANTHROPIC, ANTHROPIC_URL, "https://api.anthropic.com/v1/messages/batches"),
        (MISTRAL, MISTRAL_URL, "https://api.mistral.ai/v1/batch/jobs"),
    ],
)
def test_batches_are_where_the_provider_says(way: Format, url: str, batches: str) -> None:
    assert way.place(url, "m").at(way.collection) == batches


def test_names_from_the_provider_lead_nowhere_else() -> None:
    place = OPENAI.place(OPENAI_URL, "m")

    assert place.at("files", "../../x?y", "content") == "https://api.openai.com/v1/files/..%2F..%2Fx%3Fy/content"


@pytest.mark.parametrize(
    ("way", "url", "line"),
    [
        (
            OPENAI,
            OPENAI_URL,
            {"custom_id": "k", "method": "POST", "url": "/v1/chat/completions", "body": {"x": 1, "model": "m"}},
        ),
        (
            AZURE,
            AZURE_URL,
            {"custom_id": "k", "method": "POST", "url": "/chat/completions", "body": {"x": 1, "model": "m"}},
        ),
        (ANTHROPIC, ANTHROPIC_URL, {"custom_id": "k", "params": {"x": 1}}),
        (MISTRAL, MISTRAL_URL, {"custom_id": "k", "body": {"x": 1}}),
    ],
)
def test_a_request_is_written_as_documented(way: Format, url: str, line: dict[str, Any]) -> None:
    assert way.line(way.place(url, "m"), "k", {"x": 1}) == line


def test_a_batch_is_marked_where_the_provider_takes_marks() -> None:
    openai = OPENAI.create(OPENAI.place(OPENAI_URL, "m"), "file-1", "t")
    mistral = MISTRAL.create(MISTRAL.place(MISTRAL_URL, "m"), "file-1", "t")

    assert openai == {
        "input_file_id": "file-1",
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "metadata": {"distilkit": "t"},
    }
    assert mistral == {
        "input_files": ["file-1"],
        "endpoint": "/v1/chat/completions",
        "model": "m",
        "metadata": {"distilkit": "t"},
    }


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("validating", "running"),
        ("Validating", "running"),
        ("in_progress", "running"),
        ("finalizing", "running"),
        ("something new", "running"),
        ("cancelling", "cancelling"),
        ("completed", "completed"),
        ("failed", "failed"),
        ("expired", "expired"),
        ("cancelled", "cancelled"),
    ],
)
def test_openai_s_states(status: str, state: str) -> None:
    assert OPENAI.batch({"id": "b", "status": status}, OPENAI.place(OPENAI_URL, "m")).state == state


def test_azure_s_times_and_counts_may_be_texts_and_nothing() -> None:
    body = {
        "id": "b",
        "status": "Validating",
        "created_at": "2024-07-19T17:13:57.2491382+00:00",
        "expires_at": None,
        "request_counts": {"total": None},
        "error_file_id": "",
        "metadata": None,
    }

    batch = AZURE.batch(body, AZURE.place(AZURE_URL, "m"))

    assert batch.created_at == pytest.approx(1_721_409_237.249)
    assert (batch.ends_by, batch.total, batch.results, batch.token) == (None, None, (), None)


def test_both_of_openai_s_files_are_results() -> None:
    body = {"id": "b", "status": "completed", "output_file_id": "o", "error_file_id": "e"}

    results = OPENAI.batch(body, OPENAI.place(OPENAI_URL, "m")).results

    assert [address.rpartition("/files/")[2] for address in results] == ["o/content", "e/content"]


@pytest.mark.parametrize(
    ("status", "counts", "state"),
    [
        ("in_progress", {"processing": 2}, "running"),
        ("canceling", {"processing": 2}, "cancelling"),
        ("ended", {"succeeded": 1, "expired": 1}, "completed"),
        ("ended", {"expired": 2}, "expired"),
        ("ended", {"canceled": 2}, "cancelled"),
        ("ended", {"errored": 2}, "completed"),
    ],
)
def test_anthropic_s_states(status: str, counts: dict[str, int], state: str) -> None:
    body = {"id": "b", "processing_status": status, "request_counts": counts}

    batch = ANTHROPIC.batch(body, ANTHROPIC.place(ANTHROPIC_URL, "m"))

    assert batch.state == state
    assert batch.total == 2


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("QUEUED", "running"),
        ("RUNNING", "running"),
        ("SUCCESS", "completed"),
        ("FAILED", "failed"),
        ("TIMEOUT_EXCEEDED", "expired"),
        ("CANCELLATION_REQUESTED", "cancelling"),
        ("CANCELLED", "cancelled"),
    ],
)
def test_mistral_s_states(status: str, state: str) -> None:
    assert MISTRAL.batch({"id": "b", "status": status}, MISTRAL.place(MISTRAL_URL, "m")).state == state


@pytest.mark.parametrize("way", [OPENAI, AZURE, MISTRAL])
@pytest.mark.parametrize(
    ("line", "status", "unrun"),
    [
        ({"custom_id": "k", "response": {"status_code": 200, "body": {}}, "error": None}, 200, ""),
        ({"custom_id": "k", "response": {"status_code": 400, "body": {"error": {}}}, "error": None}, 400, ""),
        ({"custom_id": "k", "response": None, "error": {"code": "batch_expired"}}, None, "expired"),
        ({"custom_id": "k", "response": None, "error": {"code": "batch_cancelled"}}, None, "cancelled"),
        ({"custom_id": "k", "response": None, "error": {"code": "other", "message": "m"}}, 500, ""),
        ({"custom_id": "k", "error": "in words"}, 500, ""),
        ({"custom_id": "k"}, 500, ""),
    ],
)
def test_lines_of_results(way: Format, line: dict[str, Any], status: int | None, unrun: str) -> None:
    result = way.result(line)

    assert (result.key, result.status, result.unrun) == ("k", status, unrun)


@pytest.mark.parametrize(
    ("told", "status", "unrun"),
    [
        ({"type": "succeeded", "message": {"type": "message"}}, 200, ""),
        ({"type": "expired"}, None, "expired"),
        ({"type": "canceled"}, None, "cancelled"),
        ({"type": "errored", "error": {"type": "error", "error": {"type": "overloaded_error"}}}, 529, ""),
        ({"type": "errored", "error": {"type": "invalid_request_error", "message": "m"}}, 400, ""),
        ({"type": "postponed"}, 500, ""),
        ({}, 500, ""),
    ],
)
def test_lines_of_anthropic_s_results(told: dict[str, Any], status: int | None, unrun: str) -> None:
    result = ANTHROPIC.result({"custom_id": "k", "result": told})

    assert (result.key, result.status, result.unrun) == ("k", status, unrun)


@pytest.mark.parametrize("way", [OPENAI, AZURE, ANTHROPIC, MISTRAL])
@pytest.mark.parametrize("body", [{}, {"id": 7, "status": [], "request_counts": 3, "errors": "x", "metadata": 1}])
def test_odd_words_raise_nothing(way: Format, body: dict[str, Any]) -> None:
    place = way.place(OPENAI_URL, "m")

    assert way.batch(body, place).id == ""
    assert way.listed({"data": [body, 3, None]}, place, way.listing(1e9)).more is None
    assert way.result(body).key is None
