"""What a profile was seen to do: means of the lately seen, and bytes that survive damage."""

from __future__ import annotations

import pytest

from distilkit.engine.seen import Seen


def test_the_first_answer_is_the_mean_and_later_ones_move_it() -> None:
    seen = Seen().after(None, latency_s=2.0, output_tokens=100, now=5.0)
    assert (seen.latency_s, seen.output_tokens, seen.answered, seen.answered_at) == (2.0, 100, 1, 5.0)

    seen = seen.after(None, latency_s=1.0, output_tokens=None, now=6.0)

    assert seen.latency_s == pytest.approx(1.9)
    assert seen.output_tokens == 100


def test_a_failure_is_counted_and_changes_no_mean() -> None:
    seen = Seen().after(None, latency_s=2.0, output_tokens=100, now=5.0)

    failed = seen.after("timeout", latency_s=None, output_tokens=None, now=9.0)

    assert (failed.failed, failed.failed_at, failed.kind, failed.latency_s) == (1, 9.0, "timeout", 2.0)


def test_it_comes_back_from_its_bytes() -> None:
    seen = Seen(answered=3, latency_s=1.5, kind="timeout")

    assert Seen.load(seen.dump()) == seen


@pytest.mark.parametrize("blob", [None, b"", b"[]", b"\xff", b'{"later": 1}', b"{"])
def test_what_cannot_be_read_is_nothing_seen(blob: bytes | None) -> None:
    assert Seen.load(blob) == Seen()
