"""What simulated models say: right as often as their skill, repeatable, in the style asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from statistics import mean
from types import MappingProxyType
from typing import Any

import pytest

from distilkit.sim import Dials, Item, items
from distilkit.sim.answer import Choice, answer, chance
from distilkit.sim.asked import read_request
from distilkit.sim.spec import THINKING_STYLES

TASK = items(400)


def said(
    prompt: str, name: str = "m", *, sample: int = 0, fields: Mapping[str, Any] = MappingProxyType({}), **dials: Any
) -> Choice:
    messages = [{"role": "user", "content": prompt}]
    asked = read_request(json.dumps({"model": name, "messages": messages, **fields}).encode(), str(sample))
    return answer(asked, name, Dials(**dials))[0]


def is_right(item: Item, choice: Choice) -> bool:
    return choice.content.splitlines()[-1] == str(item.answer)


def accuracy(task: Sequence[Item], name: str = "m", **dials: Any) -> float:
    return mean(is_right(item, said(item.prompt, name, **dials)) for item in task)


@pytest.mark.parametrize("skill", [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
def test_skill_shows_as_the_score(skill: float) -> None:
    assert accuracy(TASK, "small", skill=skill) == pytest.approx(skill, abs=0.05)


@pytest.mark.parametrize("skill", [0.05, 0.3, 0.55, 0.78, 0.95])
def test_the_chances_over_the_task_average_to_the_skill(skill: float) -> None:
    assert mean(chance(skill, item.difficulty) for item in TASK) == pytest.approx(skill, abs=0.015)


def test_many_models_of_one_skill_score_it_on_average() -> None:
    scores = [accuracy(TASK[:200], f"model-{number}", skill=0.7) for number in range(12)]

    assert mean(scores) == pytest.approx(0.7, abs=0.03)
    assert len(set(scores)) > 3


def test_no_skill_is_never_right_and_full_skill_always() -> None:
    assert accuracy(TASK, skill=0) == 0
    assert accuracy(TASK, skill=1) == 1


def test_hard_items_are_hard_for_every_model() -> None:
    by_difficulty = sorted(TASK, key=lambda item: item.difficulty)

    for name in ("a", "b", "c"):
        assert accuracy(by_difficulty[:130], name, skill=0.6) > accuracy(by_difficulty[-130:], name, skill=0.6) + 0.3


def test_turning_the_skill_up_loses_no_right_answer() -> None:
    for item in TASK:
        if is_right(item, said(item.prompt, skill=0.5)):
            assert is_right(item, said(item.prompt, skill=0.8))


def test_a_wrong_answer_is_of_the_right_kind() -> None:
    for item in TASK:
        last = said(item.prompt, skill=0).content.splitlines()[-1]
        if isinstance(item.answer, str):
            assert last.isalpha()
        else:
            assert float(last) > 0
            assert float(last) != float(item.answer)


@pytest.mark.parametrize("prompt", [TASK[0].prompt, "Is it raining?", "How many of 12 in 30?"])
def test_the_same_question_gets_the_same_answer_and_another_sample_another(prompt: str) -> None:
    samples = [said(prompt, sample=sample, skill=0.5, thinking="tags").content for sample in range(12)]

    assert samples == [said(prompt, sample=sample, skill=0.5, thinking="tags").content for sample in range(12)]
    assert len(set(samples)) > 2


def test_seed_name_and_context_change_the_draws() -> None:
    def pattern(**changes: Any) -> list[bool]:
        return [is_right(item, said(item.prompt, **{"skill": 0.5, **changes})) for item in TASK[:100]]

    assert pattern(seed=1) != pattern()
    assert pattern(name="other") != pattern()


def test_the_dials_that_an_answer_does_not_depend_on_change_nothing() -> None:
    """`Dials.digest` is part of a stored answer's key: it must not promise more than it keeps."""
    plain = said(TASK[0].prompt, thinking="tags")

    assert said(TASK[0].prompt, thinking="tags", latency_s=9, tokens_per_minute=5, error_rate=0.5) == plain


def test_thinking_styles() -> None:
    styles = {style: said(TASK[1].prompt, thinking=style) for style in THINKING_STYLES}
    answered = styles["none"].content

    assert "think" not in answered
    assert styles["tags"].content.startswith("<think>\n")
    assert styles["tags"].content.endswith(f"\n</think>\n\n{answered}")
    assert styles["missing_opening_tag"].content == styles["tags"].content.removeprefix("<think>\n")
    assert styles["reasoning_content"].content == answered
    assert styles["tags"].content == f"<think>\n{styles['reasoning_content'].reasoning}\n</think>\n\n{answered}"
    assert styles["truncated"].content.startswith("<think>\n")
    assert "</think>" not in styles["truncated"].content
    finishes = {style: choice.finish_reason for style, choice in styles.items()}
    assert finishes == {**dict.fromkeys(THINKING_STYLES, "stop"), "truncated": "length"}


def test_thinking_ends_in_the_number_that_is_then_said() -> None:
    for item in TASK[:150]:
        choice = said(item.prompt, skill=0.5, thinking="reasoning_content")
        last = choice.content.splitlines()[-1]
        assert choice.reasoning.endswith(f"So the answer is {last}.")
        assert f" {last}" in choice.reasoning.removesuffix(f"So the answer is {last}.")


@pytest.mark.parametrize("wanted", [100, 400, 3000])
def test_thinking_is_about_as_long_as_asked_for(wanted: int) -> None:
    choice = said(TASK[0].prompt, thinking="reasoning_content", thinking_tokens=wanted)

    assert choice.reasoning_tokens == pytest.approx(wanted, rel=0.2)


def test_verbosity_is_words_round_the_answer() -> None:
    lengths = [len(said(TASK[2].prompt, skill=1, verbosity=verbosity).content) for verbosity in (0, 1, 2, 4, 10)]

    assert lengths[0] == len(str(TASK[2].answer))
    assert lengths == sorted(set(lengths))


@pytest.mark.parametrize("thinking", THINKING_STYLES)
@pytest.mark.parametrize("verbosity", [0, 1, 3])
def test_an_unknown_prompt_gets_an_answer_that_says_it_is_made_up(thinking: str, verbosity: float) -> None:
    choice = said("Write a poem about rain.", thinking=thinking, verbosity=verbosity, thinking_tokens=20)

    assert "simulat" in choice.content.lower() if thinking == "truncated" else "[simulated]" in choice.content


def test_an_unknown_sum_gets_a_number() -> None:
    for prompt in (
        "Weng earns $12 an hour and works 50 minutes. How much did she earn?",
        "How many legs has a spider?",
    ):
        assert float(said(prompt, sample=3).content.splitlines()[-1]) > 0


@pytest.mark.parametrize("thinking", THINKING_STYLES)
@pytest.mark.parametrize("most", [1, 7, 60, 100])
def test_max_tokens_is_honoured(thinking: str, most: int) -> None:
    whole = said(TASK[0].prompt, thinking=thinking, verbosity=3)
    cut = said(TASK[0].prompt, thinking=thinking, verbosity=3, fields={"max_tokens": most})

    assert cut.completion_tokens <= most
    assert len(cut.content) + len(cut.reasoning or "") <= 4 * most
    assert whole.content.startswith(cut.content)
    assert cut.reasoning_tokens <= cut.completion_tokens
    if whole.completion_tokens > most:
        assert cut.finish_reason == "length"
        assert cut.completion_tokens == most


def test_a_stop_text_ends_the_answer_before_it() -> None:
    choice = said("Is it raining?", fields={"stop": ["simulation", "made"]})

    assert choice.content == "[simulated] This model is a "
    assert choice.finish_reason == "stop"


def test_half_a_character_is_answered() -> None:
    assert said("\ud800 what?").content
