"""Both sides of a set kept in the store, and read from it again; where it cannot be kept, a warning and no crash."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from distilkit.calls import Call, Record
from distilkit.distilling.kept import distilled
from distilkit.errors import InputError, ProviderError
from distilkit.frame import COLUMNS
from distilkit.profiles import Profile
from distilkit.profiles.profile import Price, Retry, ThinkingRules
from distilkit.progress import RunWarning
from distilkit.store import Store
from distilkit.teaching import distill

TEACHER = Profile(
    name="small",
    provider="custom_openai",
    model="m",
    section="s",
    base_url="http://127.0.0.1:9",
    price=Price(input_per_million=1_000, output_per_million=1_000),
    retry=Retry(max_attempts=1),
)


async def send(call: Call) -> Record:
    """Answer `wrong` to b, nothing to c, and `right` to all others, with thinking."""
    if call.prompt == "c":
        raise ProviderError("it does not like it", kind="invalid_request", provider="custom_openai")
    said = "wrong" if call.prompt == "b" else "right"
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": f"<think>hm</think>{said}"},
        "finish_reason": "stop",
    }
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    return Record(provider="custom_openai", raw={"model": "m", "choices": [choice], "usage": usage}, created_at=1.76e9)


def taught(store: Any, prompts: Any = ("a", "b", "c"), profile: Profile = TEACHER, **more: Any) -> pd.DataFrame:
    verify = {"right": lambda row: row.content.endswith("right")}
    return distill(list(prompts), profile, verify=verify, near=None, store=store, progress=False, send=send, **more)


def test_the_set_is_read_from_the_store_as_it_was(tmp_path: Path) -> None:
    frame = taught(tmp_path, name="abc")

    again = distilled("abc", store=tmp_path)

    # A failure has no more than its kind and its words; nothing is paid now.
    ours = frame.drop(columns=["right", "billed_usd", "from_store", "attempts", "tried", "created_at", "latency_s"])
    pd.testing.assert_frame_equal(again[ours.columns], ours)
    assert list(again.columns) == [*COLUMNS, *(name for name in frame.columns if name not in {*COLUMNS, "right"})]
    assert again["billed_usd"].sum() == 0


def test_each_side_has_its_thinking(tmp_path: Path) -> None:
    taught(tmp_path, name="abc")

    good, bad = distilled("abc", valid=True, store=tmp_path), distilled("abc", valid=False, store=tmp_path)

    assert good[["content", "thinking"]].to_numpy().tolist() == [["right", "hm"]]
    assert bad[["content", "thinking", "reasons"]].iloc[0].tolist() == ["wrong", "hm", "verifier_failed"]
    assert bad[["prompt", "error_kind", "reasons"]].iloc[1].tolist() == ["c", "invalid_request", "empty_answer"]


def test_a_set_without_a_name_is_kept_until_the_next(tmp_path: Path) -> None:
    taught(tmp_path)
    taught(tmp_path, ["a"])

    assert distilled(store=tmp_path)["prompt"].tolist() == ["a"]


def test_thinking_is_read_by_the_rules_of_its_profile(tmp_path: Path) -> None:
    async def late(call: Call) -> Record:
        record = await send(call)
        record.raw["choices"][0]["message"]["content"] = "first <think>hm</think> right"
        return record

    anywhere = Profile(**{**_fields(TEACHER), "thinking": ThinkingRules(anywhere=True)})
    frame = distill(["a"], anywhere, store=tmp_path, progress=False, send=late, name="late")

    assert frame["thinking"].tolist() == distilled("late", store=tmp_path)["thinking"].tolist() == ["hm"]


def _fields(profile: Profile) -> dict[str, Any]:
    return {
        name: getattr(profile, name) for name in ("name", "provider", "model", "section", "base_url", "price", "retry")
    }


def test_an_answer_that_is_gone_is_no_longer_valid(tmp_path: Path) -> None:
    taught(tmp_path, name="abc")
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db, db:
        db.execute("DELETE FROM Cache WHERE length(key) = 64")

    again = distilled("abc", store=tmp_path)

    assert again["valid"].tolist() == [False] * 3
    assert again["chosen"].tolist() == [False] * 3
    assert again["reasons"].tolist() == ["empty_answer", "verifier_failed", "empty_answer"]


def test_answers_from_elsewhere_are_not_kept_and_a_name_for_them_is_warned_of(tmp_path: Path) -> None:
    rows = pd.DataFrame({"prompt": ["a"], "content": ["b"]})

    with pytest.warns(RunWarning, match="nothing is kept"):
        distill(rows, name="mine", store=tmp_path)
    distill(rows, store=tmp_path)
    assert not (tmp_path / "verdicts.db").exists()


def test_answers_of_this_store_that_are_judged_again_are_kept_under_a_name(tmp_path: Path) -> None:
    frame = taught(tmp_path)

    distill(frame, verify=["right"], name="second", store=tmp_path)

    assert distilled("second", valid=True, store=tmp_path)["prompt"].tolist() == ["a"]


def test_a_store_that_is_read_only_gives_the_frame_and_a_warning(tmp_path: Path) -> None:
    taught(tmp_path)

    with Store(tmp_path, readonly=True) as store, pytest.warns(RunWarning, match="not kept.*read-only"):
        frame = taught(store, ["a", "b"], name="again")

    assert frame["valid"].tolist() == [True, False]
    with Store(tmp_path, readonly=True) as store:
        assert len(distilled(store=store)) == 3


def test_a_damaged_file_of_verdicts_costs_no_answer(tmp_path: Path) -> None:
    taught(tmp_path)
    for file in tmp_path.glob("verdicts.db*"):
        file.write_bytes(b"no database " * 1_000)

    with pytest.warns(RunWarning, match="the verdicts are not kept"):
        frame = taught(tmp_path)

    assert frame["valid"].tolist() == [True, False, False]


def test_a_wrong_side_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="valid= must be"):
        distilled(valid="yes", store=tmp_path)  # type: ignore[arg-type] # that is the mistake
    with pytest.raises(InputError, match="no verdicts are kept here"):
        distilled("abc", store=tmp_path)
