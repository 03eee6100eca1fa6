"""Rows asked again: those that failed, or those chosen, and nothing else changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.calls import Call, Record
from distilkit.errors import ProviderError
from distilkit.profiles import Profile

SCORE = {"yes": lambda row: row.content == "yes"}


class Provider:
    """Answers `yes`, cut off at `max_tokens` below 100; prompts in `broken` fail."""

    def __init__(self) -> None:
        self.sent: list[Call] = []
        self.broken: set[str] = set()

    async def __call__(self, call: Call) -> Record:
        self.sent.append(call)
        if call.prompt in self.broken:
            raise ProviderError("too odd", kind="invalid_request", provider="sim")
        short = call.request.params.get("max_tokens", 1_000) < 100
        text, reason = ("ye", "length") if short else ("yes", "stop")
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}
        usage = {"prompt_tokens": 1, "completion_tokens": 1}
        return Record(provider="sim", raw={"model": "m", "choices": [choice], "usage": usage}, latency_s=0.1)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def ask(provider: Provider, tmp_path: Path) -> Any:
    def ask(prompts: Any, **more: Any) -> pd.DataFrame:
        return dk.compare(prompts, ["sim/small"], send=provider, store=tmp_path, progress=False, **more)

    return ask


def again(df: pd.DataFrame, provider: Provider, store: Path, *args: Any, **more: Any) -> pd.DataFrame:
    return dk.rerun(df, *args, send=provider, store=store, progress=False, **more)


def test_what_failed_is_asked_again_without_the_prompts(provider: Provider, ask: Any, tmp_path: Path) -> None:
    provider.broken = {"b"}
    before = ask(["a", "b", "c"])
    provider.broken, provider.sent = set(), []

    after = again(before, provider, tmp_path)

    assert [call.prompt for call in provider.sent] == ["b"]
    assert after["content"].tolist() == ["yes", "yes", "yes"]
    assert after["error"].isna().all()
    assert after.index.equals(before.index)
    assert after.dtypes.equals(before.dtypes)


def test_what_was_cut_off_is_asked_with_more_tokens(provider: Provider, ask: Any, tmp_path: Path) -> None:
    cut = ask(["a", "b"], params={"max_tokens": 50, "temperature": 0.5})
    provider.sent = []

    whole = again(cut, provider, tmp_path, cut["finish_reason"] == "length", params={"max_tokens": 500})

    assert whole["finish_reason"].tolist() == ["stop", "stop"]
    assert provider.sent[0].request.params == {"max_tokens": 500, "temperature": 0.5}
    assert set(whole["key"]).isdisjoint(cut["key"])


def test_own_columns_stay_and_scores_are_made_anew(provider: Provider, ask: Any, tmp_path: Path) -> None:
    tasks = pd.DataFrame({"prompt": ["a", "b"], "topic": ["x", "y"]})
    cut = ask(tasks, params={"max_tokens": 50}, score=SCORE)
    where = [True, False]

    plain = again(cut, provider, tmp_path, where, params={"max_tokens": 500})
    scored = again(cut, provider, tmp_path, where, params={"max_tokens": 500}, score=SCORE)

    assert plain["topic"].tolist() == scored["topic"].tolist() == ["x", "y"]
    assert pd.isna(plain["yes"][0])
    assert plain["yes"][1] == cut["yes"][1]
    assert scored["yes"].tolist() == [True, False]


def test_the_verdicts_of_distill_go_where_a_row_was_asked_again(provider: Provider, ask: Any, tmp_path: Path) -> None:
    cut = ask(["a", "b"], params={"max_tokens": 50})
    judged = dk.distill(cut)

    again_asked = again(judged, provider, tmp_path, [True, False], params={"max_tokens": 500})

    assert {"valid", "reasons", "evidence", "chosen", "split"}.issubset(judged)
    assert again_asked.columns.tolist() == cut.columns.tolist()
    assert dk.distill(again_asked)["valid"].notna().all()


def test_nothing_to_ask_gives_the_frame_back(provider: Provider, ask: Any, tmp_path: Path) -> None:
    fine = ask(["a"])
    provider.sent = []

    pd.testing.assert_frame_equal(again(fine, provider, tmp_path), fine)
    assert provider.sent == []


def test_with_nothing_to_ask_all_rows_are_scored_all_the_same(provider: Provider, ask: Any, tmp_path: Path) -> None:
    fine = ask(["a"], score=None)
    provider.sent = []

    once = again(fine, provider, tmp_path, score=SCORE)
    twice = again(once, provider, tmp_path, score=SCORE)

    assert once["yes"].tolist() == twice["yes"].tolist()
    assert once["yes"].notna().all()
    assert twice.columns.tolist() == once.columns.tolist()
    assert provider.sent == []


def test_an_answered_question_is_not_paid_for_again(provider: Provider, ask: Any, tmp_path: Path) -> None:
    fine = ask(["a"])
    provider.sent = []

    after = again(fine, provider, tmp_path, [True])

    assert provider.sent == []
    assert after["from_store"].tolist() == [True]


@pytest.mark.parametrize(
    ("where", "words"),
    [([True], "1 values for 2 rows"), (["x", "y"], "True or False for each row"), ("length", "True or False")],
)
def test_a_wrong_mask_is_named(provider: Provider, ask: Any, tmp_path: Path, where: Any, words: str) -> None:
    with pytest.raises(dk.InputError, match=words):
        again(ask(["a", "b"]), provider, tmp_path, where)


def test_another_store_does_not_know_what_was_asked(provider: Provider, ask: Any, tmp_path: Path) -> None:
    with pytest.raises(dk.InputError, match="does not know what 1 of the rows asked"):
        again(ask(["a"]), provider, tmp_path / "other", [True])


def test_a_frame_that_is_none_of_ours_is_named(provider: Provider, tmp_path: Path) -> None:
    with pytest.raises(dk.InputError, match="lacks the columns key"):
        again(pd.DataFrame({"profile": ["a"]}), provider, tmp_path)


def test_only_failed_sends_what_failed_and_leaves_the_rest(provider: Provider, ask: Any) -> None:
    provider.broken = {"b"}
    ask(["a", "b"])
    provider.broken, provider.sent = set(), []

    frame = ask(["a", "b", "new"], only_failed=True)

    assert [call.prompt for call in provider.sent] == ["b"]
    assert frame["content"].tolist()[:2] == ["yes", "yes"]
    assert "never asked" in frame["error"][2]


def test_what_was_answered_since_has_not_failed(provider: Provider, ask: Any) -> None:
    provider.broken = {"a"}
    ask(["a"])
    provider.broken = set()
    ask(["a"])
    provider.sent = []

    ask(["a"], only_failed=True, cache="refresh")

    assert provider.sent == []


def test_a_strategys_row_is_asked_of_the_strategy(provider: Provider, tmp_path: Path) -> None:
    members = [Profile(name=name, provider="sim", model=name, section="s") for name in ("one", "two")]
    team = dk.Strategy(name="team", policy="round_robin", profiles=members)
    provider.broken = {"a"}
    before = dk.compare(["a"], [team], send=provider, store=tmp_path, progress=False)
    provider.broken = set()

    after = again(before, provider, tmp_path, profiles=[team])

    assert after["profile"].tolist() == ["team"]
    assert after["content"].tolist() == ["yes"]


def test_a_ready_made_scorer_finds_its_column(provider: Provider, ask: Any, tmp_path: Path) -> None:
    tasks = pd.DataFrame({"prompt": ["a", "b"], "answer": ["yes", "no"]})
    score = {"right": dk.score.exact("answer")}
    cut = ask(tasks, params={"max_tokens": 50}, score=score)

    whole = again(cut, provider, tmp_path, [True, True], params={"max_tokens": 500}, score=score)

    assert whole["right"].tolist() == [True, False]


def test_a_scorer_without_its_column_is_refused_before_anything_is_sent(
    provider: Provider, ask: Any, tmp_path: Path
) -> None:
    cut = ask(["a"], params={"max_tokens": 50})
    provider.sent = []

    with pytest.raises(dk.InputError, match="needs a column 'answer'"):
        again(cut, provider, tmp_path, [True], params={"max_tokens": 500}, score=dk.score.exact("answer"))
    assert provider.sent == []


def test_a_mask_in_another_order_is_refused(provider: Provider, ask: Any, tmp_path: Path) -> None:
    frame = ask(["a", "b"])

    with pytest.raises(dk.InputError, match="where="):
        again(frame, provider, tmp_path, (frame["content"] == "yes").iloc[::-1])


def test_a_doubled_index_touches_no_other_row(provider: Provider, ask: Any, tmp_path: Path) -> None:
    score = {"yes": lambda row: row.content == "yes"}
    twice = pd.concat([ask(["a"], params={"max_tokens": 50}, score=score), ask(["b"], score=score)])

    after = again(twice, provider, tmp_path, [True, False], params={"max_tokens": 500})

    assert pd.isna(after["yes"].iloc[0])
    assert after["yes"].iloc[1]


def judged_by(text: str) -> Any:
    """Return a scorer whose judge says `text` of every answer, and a list of what it was asked."""
    from distilkit.scoring.judges import judge

    return judge(Profile(name="judge", provider="sim", model="judge", section="s"), text, scale="yes/no")


class Judging(Provider):
    """Says `Verdict: yes` where it judges an answer that is `yes`."""

    async def __call__(self, call: Call) -> Record:
        record = await super().__call__(call)
        if call.profile.name == "judge":
            verdict = "yes" if "\nyes\n[[end of answer" in call.prompt else "no"
            record.raw["choices"][0]["message"]["content"] = f"Verdict: {verdict}"
        return record


def test_a_judge_is_asked_about_the_new_answers_only(tmp_path: Path) -> None:
    provider, score = Judging(), {"good": judged_by("Is it yes?")}
    how: dict[str, Any] = {"send": provider, "store": tmp_path, "progress": False, "score": score}
    cut = dk.compare(["a", "b"], ["sim/small"], params={"max_tokens": 50}, **how)
    provider.sent = []

    whole = dk.rerun(cut, [True, False], params={"max_tokens": 500}, **how)

    assert cut["good"].tolist() == [False, False]
    assert whole["good"].tolist() == [True, False]
    assert whole["good_billed_usd"].tolist()[1] == 0
    assert [call.profile.name for call in provider.sent].count("judge") == 1
    assert whole.columns.tolist() == cut.columns.tolist()


def test_without_the_judge_what_it_said_of_old_answers_is_unknown(tmp_path: Path) -> None:
    provider, score = Judging(), {"good": judged_by("Is it yes?")}
    how: dict[str, Any] = {"send": provider, "store": tmp_path, "progress": False}
    cut = dk.compare(["a", "b"], ["sim/small"], params={"max_tokens": 50}, score=score, **how)

    whole = dk.rerun(cut, [True, False], params={"max_tokens": 500}, **how)

    assert whole["good"].tolist() == [pd.NA, False]
    for ending in ("explanation", "cost_usd", "billed_usd", "input_tokens", "output_tokens"):
        assert whole[f"good_{ending}"].isna().tolist()[0]
