"""Results: every one becomes a row, whatever the provider sends; none is billed or kept twice."""

from __future__ import annotations

import errno
import io
import json
import tempfile
from typing import Any

import pytest

from distilkit.batching import collecting
from distilkit.batching.overview import batches
from distilkit.errors import StoreError
from distilkit.store import Store, Writer
from distilkit.store.batchfile import BatchFile

FORMATS = ["openai", "azure", "anthropic", "mistral"]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_request_that_failed_is_a_row_of_its_kind_and_the_others_are_answered(
    ask: Any, profile: Any, provider: Any, kind: str
) -> None:
    provider.errored["two"] = (400, "maximum context length is 8 tokens")

    frame = ask(["one", "two", "three"], profile(kind)).frame

    assert frame["error_kind"].fillna("").tolist() == ["", "context_length", ""]
    assert frame["content"].notna().tolist() == [True, False, True]
    assert "maximum context length" in frame["error"][1]


@pytest.mark.parametrize("kind", FORMATS[:3])
@pytest.mark.parametrize(("end", "error_kind"), [("expired", "timeout"), ("cancelled", "unknown")])
def test_what_was_not_run_is_a_row_that_says_so_and_may_be_handed_over_again(
    ask: Any, profile: Any, provider: Any, kind: str, end: str, error_kind: str
) -> None:
    provider.end, provider.unrun = end, {"two"}
    first = ask(["one", "two"], profile(kind)).frame
    provider.end, provider.unrun = "completed", set()
    second = ask(["one", "two"], profile(kind)).frame

    assert first["content"].notna().tolist() == [True, False]
    assert first["error_kind"][1] == error_kind
    assert "not billed" in first["error"][1]
    assert second["content"].notna().all()
    assert sorted(provider.handed_over.values()) == [1, 2]


def test_a_batch_that_failed_as_a_whole_is_rows_with_its_reason(ask: Any, profile: Any, provider: Any) -> None:
    provider.end = "failed"

    frame = ask(["one", "two"], profile()).frame

    assert frame["error_kind"].tolist() == ["invalid_request"] * 2
    assert frame["error"].str.contains("line 1 is bad").all()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_request_without_a_result_is_a_row_that_says_so(ask: Any, profile: Any, provider: Any, kind: str) -> None:
    provider.omit = {"two"}

    frame = ask(["one", "two"], profile(kind)).frame

    assert frame["content"].notna().tolist() == [True, False]
    assert "ended without a result" in frame["error"][1]


@pytest.mark.parametrize("kind", FORMATS)
def test_results_that_are_torn_are_fetched_again_and_nothing_is_billed_twice(
    ask: Any, profile: Any, provider: Any, store: Any, kind: str
) -> None:
    provider.torn = 1

    ran = ask(["one", "two"], profile(kind))

    assert ran.frame["content"].notna().all()
    assert _spent(store) == pytest.approx(0.012)
    assert not ran.said("alert")


def test_a_line_that_stays_torn_is_a_row_with_the_reason(ask: Any, profile: Any, provider: Any) -> None:
    provider.torn = 99

    ran = ask(["one", "two"], profile())

    assert ran.frame["content"].notna().sum() == 1
    assert ran.frame["error"].str.contains("1 of its lines are torn").sum() == 1
    assert "torn" in ran.said("alert")[0].reason


@pytest.mark.parametrize("line", ["", "[]", "nonsense", '{"custom_id": 7}', '{"response": {}}'])
def test_odd_lines_cost_no_other(ask: Any, profile: Any, provider: Any, line: str) -> None:
    provider.lines = [line]

    assert ask(["one", "two"], profile()).frame["content"].notna().all()


def test_doubled_and_strange_results_are_told_of_and_billed_once(
    ask: Any, profile: Any, provider: Any, store: Any, calls: Any
) -> None:
    key = calls(["one"], profile())[0].key
    reply = {"status_code": 200, "body": {"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}}
    provider.lines = [json.dumps({"custom_id": name, "response": reply}) for name in (key, "f" * 64)]

    ran = ask(["one"], profile())

    assert ran.frame["content"].tolist() == ["answer to one"]
    assert _spent(store) == pytest.approx(0.006)
    assert {event.reason.partition("results is ")[2] for event in ran.said("alert")} == {
        "doubled, and passed over",
        "of requests that are not in it, and passed over",
    }


def test_a_reply_that_is_no_answer_is_billed_and_never_served(
    ask: Any, profile: Any, provider: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = provider._line

    def filtered(job: Any, key: str, body: Any) -> Any:
        made = line(job, key, body)
        made["response"]["body"]["choices"][0]["finish_reason"] = "content_filter"
        return made

    monkeypatch.setattr(provider, "_line", filtered)

    row = ask(["one"], profile()).frame.iloc[0]

    assert row["error_kind"] == "content_filter"
    assert row["billed_usd"] == pytest.approx(0.006)
    with Store(store) as kept:
        assert len(kept) == 0
        assert sum(each.answers for each in kept.spend_rows()) == 1


def test_results_at_another_host_are_not_asked_for_with_the_key(ask: Any, profile: Any, provider: Any) -> None:
    provider.results_host = "http://127.0.0.1:9"

    frame = ask(["one"], profile("anthropic")).frame

    assert frame["error_kind"].tolist() == ["connection"]
    assert "keys stay" in frame["error"][0]


@pytest.mark.parametrize(
    "host",
    ["http://[::1", "file://", "http://127.0.0.1:99999", "http://a@127.0.0.1:{port}", "https://127.0.0.1:{port}"],
)
def test_an_address_of_results_that_is_none_of_the_profile_s_is_not_asked(
    ask: Any, profile: Any, provider: Any, host: str
) -> None:
    provider.results_host = host.format(port=provider.port)

    error = ask(["one"], profile("anthropic")).frame["error"][0]

    assert "keys stay at the profile's host" in error
    assert not any(path.endswith("/results") for _, path in provider.seen)


def test_an_address_of_results_may_be_in_capitals(ask: Any, profile: Any, provider: Any) -> None:
    provider.results_host = provider.url.replace("http", "HTTP")

    assert ask(["one"], profile("anthropic")).frame["content"].tolist() == ["answer to one"]


def test_answers_that_cannot_be_kept_are_fetched_by_the_next_run(
    ask: Any, profile: Any, provider: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_self: Any, _entry: Any) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "put", full)
        first = ask(["one"], profile())
    still = batches(store)["state"].tolist()
    second = ask(["one"], profile())

    assert "the disk is full" in first.frame["error"][0]
    assert still == ["submitted"]
    assert second.frame["content"].tolist() == ["answer to one"]
    assert provider.handed_over.total() == 1


def test_a_crash_between_keeping_and_noting_bills_nothing_twice(
    ask: Any, profile: Any, provider: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(BatchFile, "finish", crash)
        with pytest.raises(KeyboardInterrupt):
            ask(["one", "two"], profile())
    with Store(store) as kept:
        assert len(kept) == 2
    frame = ask(["one", "two"], profile()).frame

    assert frame["from_store"].all()
    assert _spent(store) == pytest.approx(0.012)
    assert provider.handed_over.total() == 2


def test_what_was_kept_before_a_crash_is_not_kept_again_by_who_collects_the_rest(
    ask: Any, profile: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed, finish = [False], BatchFile.finish

    def crash_after_one(self: BatchFile, token: str, keys: Any) -> None:
        if not crashed[0]:
            crashed[0] = True
            raise KeyboardInterrupt
        finish(self, token, keys)

    monkeypatch.setattr(collecting, "_AT_ONCE", 1)
    monkeypatch.setattr(BatchFile, "finish", crash_after_one)
    with pytest.raises(KeyboardInterrupt):
        ask(["one", "two"], profile())

    frame = ask(["one", "two"], profile()).frame

    assert sorted(frame["from_store"].tolist()) == [False, True]
    assert _spent(store) == pytest.approx(0.012)


def test_what_the_run_does_not_ask_itself_is_collected_with_the_rest(
    ask: Any, profile: Any, provider: Any, store: Any, clock: Any
) -> None:
    provider.ends_after = 10**6
    _interrupted(ask, clock, ["one", "two"], profile())
    provider.ends_after = 0

    ask(["one"], profile())

    with Store(store) as kept:
        assert len(kept) == 2


def test_a_secret_in_a_result_is_hidden(ask: Any, profile: Any, provider: Any, canary: str) -> None:
    provider.errored["two"] = (400, f"the key {canary} is odd")

    frame = ask([f"say {canary}", "two"], profile()).frame

    assert frame["content"][0] == "answer to say [hidden]"
    assert canary not in frame["error"][1]


def test_a_secret_in_the_reason_of_a_failed_batch_is_hidden_and_the_reason_is_short(
    ask: Any, profile: Any, provider: Any, canary: str, store: Any
) -> None:
    provider.end, provider.reason = "failed", f"the key {canary} is odd {'z' * 100_000}"

    error = ask(["one"], profile()).frame["error"][0]

    assert "the key [hidden] is odd" in error
    assert len(error) < 1_000
    assert canary not in str(batches(store)["note"][0])


def test_a_reason_with_half_a_character_is_a_row_like_any(ask: Any, profile: Any, provider: Any, store: Any) -> None:
    provider.end, provider.reason = "failed", "odd \ud83d"

    assert "odd \ufffd" in ask(["one"], profile()).frame["error"][0]
    assert batches(store)["state"].tolist() == ["failed"]


def test_results_that_are_missing_are_fetched_again(ask: Any, profile: Any, provider: Any, store: Any) -> None:
    provider.omit_once = {"two"}

    frame = ask(["one", "two"], profile()).frame

    assert frame["content"].tolist() == ["answer to one", "answer to two"]
    assert provider.handed_over.total() == 2
    assert _spent(store) == pytest.approx(0.012)


def test_a_disk_without_room_for_results_is_named_and_the_batch_is_collected_by_the_next_run(
    ask: Any, profile: Any, provider: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            del data
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "TemporaryFile", Full)
        first = ask(["one"], profile())
    slept = list(clock.slept)
    second = ask(["one"], profile())

    assert "No space left on device; make room, or set TMPDIR" in first.frame["error"][0]
    assert sum(slept) < 10
    assert second.frame["content"].tolist() == ["answer to one"]
    assert provider.handed_over.total() == 1


def _interrupted(ask: Any, clock: Any, prompts: list[str], profile: Any) -> None:
    sleep = clock.sleep

    async def stop(seconds: float) -> None:
        if seconds >= 2:
            raise KeyboardInterrupt
        await sleep(seconds)

    clock.sleep = stop
    with pytest.raises(KeyboardInterrupt):
        ask(prompts, profile)
    clock.sleep = sleep


def _spent(folder: Any) -> float:
    with Store(folder) as store:
        return float(sum(row.cost_usd for row in store.spend_rows()))
