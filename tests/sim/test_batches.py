"""The simulator's batches: OpenAI's words, and the answers that single requests get."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

import pytest

FORM = "b0undary"


def upload(url: str, entries: list[Any]) -> str:
    text = "\n".join(json.dumps(entry) for entry in entries)
    body = (
        f'--{FORM}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--{FORM}\r\n'
        f'Content-Disposition: form-data; name="file"; filename="f.jsonl"\r\n\r\n{text}\r\n--{FORM}--\r\n'
    )
    request = urllib.request.Request(  # noqa: S310 - always loopback
        f"{url}/files", data=body.encode(), headers={"content-type": f"multipart/form-data; boundary={FORM}"}
    )
    with urllib.request.urlopen(request, timeout=20) as reply:  # noqa: S310
        return str(json.load(reply)["id"])


def ended(send: Any, url: str, name: str) -> dict[str, Any]:
    until = time.monotonic() + 20
    while (body := send(f"{url}/batches/{name}").json)["status"] == "in_progress" and time.monotonic() < until:
        time.sleep(0.05)
    return dict(body)


def entry(name: Any, prompt: str, **fields: Any) -> dict[str, Any]:
    body = {"model": "m", "messages": [{"role": "user", "content": prompt}]}
    return {"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": body, **fields}


def test_a_batch_is_answered_as_single_requests_are(serve: Any, ask: Any, send: Any) -> None:
    server = serve(requests_per_minute=2)
    file = upload(server.url, [entry(f"k{nth}", f"question {nth}?") for nth in range(5)])

    made = send(f"{server.url}/batches", {"input_file_id": file, "metadata": {"a": "b"}}).json
    batch = ended(send, server.url, made["id"])
    lines = send(f"{server.url}/files/{batch['output_file_id']}/content").body.splitlines()
    found = {line["custom_id"]: line["response"] for line in map(json.loads, lines)}

    assert made["status"] == "in_progress"
    assert batch["metadata"] == {"a": "b"}
    assert batch["request_counts"] == {"total": 5, "completed": 5, "failed": 0}
    single = ask(server, "question 0?").message
    assert found["k0"]["body"]["choices"][0]["message"] == single
    # Answered once in the batch and once by itself.
    assert server.stats()["answered_more_than_once"] == 1


def test_samples_are_told_apart_by_the_header_of_a_line(serve: Any, send: Any) -> None:
    server = serve()
    entries = [entry("a", "q?"), entry("b", "q?", headers={"x-distilkit-sample": "1"})]
    made = send(f"{server.url}/batches", {"input_file_id": upload(server.url, entries)}).json

    batch = ended(send, server.url, made["id"])
    lines = send(f"{server.url}/files/{batch['output_file_id']}/content").body.splitlines()

    assert server.stats()["distinct_requests"] == 2
    assert [json.loads(line)["custom_id"] for line in lines] == ["a", "b"]


def test_a_file_that_is_none_makes_a_batch_that_failed(serve: Any, send: Any) -> None:
    server = serve()
    made = send(f"{server.url}/batches", {"input_file_id": upload(server.url, [{"custom_id": "a"}])}).json

    assert made["status"] == "failed"
    assert "Line 1" in made["errors"]["data"][0]["message"]


@pytest.mark.parametrize(
    "line", [entry(["a"], "q?"), entry(None, "q?"), entry("a", "q?", headers="x"), entry("a", "q?", body=[]), "x", []]
)
def test_a_line_of_an_odd_shape_makes_a_batch_that_failed(serve: Any, send: Any, line: Any) -> None:
    server = serve()
    made = send(f"{server.url}/batches", {"input_file_id": upload(server.url, [line])}).json

    assert made["status"] == "failed"


def test_a_model_that_is_no_text_fails_its_line_alone(serve: Any, send: Any) -> None:
    server = serve()
    odd = entry("a", "q?", body={"model": ["m"], "messages": []})
    made = send(f"{server.url}/batches", {"input_file_id": upload(server.url, [odd, entry("b", "q?")])}).json

    assert ended(send, server.url, made["id"])["request_counts"] == {"total": 2, "completed": 1, "failed": 1}


def test_what_is_no_form_or_no_name_of_a_file_is_refused(serve: Any, send: Any) -> None:
    server = serve()

    assert send(f"{server.url}/files", {}).status == 400
    assert send(f"{server.url}/batches", {"input_file_id": ["x"]}).status == 400


def test_a_cancelled_batch_answers_nothing(serve: Any, send: Any) -> None:
    server = serve()
    made = send(f"{server.url}/batches", {"input_file_id": upload(server.url, [entry("a", "q?")])}).json

    assert send(f"{server.url}/batches/{made['id']}/cancel", b"").json["status"] == "cancelled"
    assert send(f"{server.url}/batches").json["data"][0]["status"] == "cancelled"
    assert server.stats()["answers"] == 0


def test_what_is_not_there_is_refused_in_openai_s_words(serve: Any, send: Any) -> None:
    server = serve()

    assert send(f"{server.url}/batches/none").status == 404
    assert send(f"{server.url}/files/none/content").status == 404
    assert send(f"{server.url}/batches", {"input_file_id": "none"}).status == 400
    assert send(f"{server.url}/batches", b"{").status == 400
