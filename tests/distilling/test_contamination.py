"""Prompts that share words with the texts a model will be tested on."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.distilling import contamination
from distilkit.distilling.contamination import check_evaluation, contaminated
from distilkit.errors import InputError

NATALIA = "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May."


def test_eight_words_in_a_row_mark_a_prompt() -> None:
    prompt = "Last year Natalia sold clips to 48 of her friends, all in June."

    assert contaminated([prompt], [NATALIA]) == ['evaluation[0]: "natalia sold clips to 48 of her friends"']


def test_seven_do_not() -> None:
    assert contaminated(["Last year Natalia sold clips to 48 of her sisters, all in June."], [NATALIA]) == [None]


def test_how_many_can_be_chosen() -> None:
    prompt = "Last year Natalia sold clips to 48 of her sisters, all in June."

    assert contaminated([prompt], [NATALIA], words=7) == ['evaluation[0]: "natalia sold clips to 48 of her"']
    assert contaminated(["Natalia sold clips to 48 of her friends."], [NATALIA + " Why?"], words=13) != [None]


def test_case_punctuation_and_unicode_forms_are_overlooked() -> None:
    prompt = "NATALIA sold, clips to \uff14\uff18 of - her “friends”: in april"

    assert contaminated([prompt], [NATALIA]) == ['evaluation[0]: "natalia sold clips to 48 of her friends in april"']


def test_the_evidence_names_the_list_and_the_first_text_of_it() -> None:
    evaluation = {"own": ["Something else."], "gsm8k": ["Why?", NATALIA, NATALIA]}

    (evidence,) = contaminated([NATALIA], evaluation)

    assert evidence is not None
    assert evidence.startswith('gsm8k[1]: "natalia sold clips')


def test_long_evidence_is_cut() -> None:
    text = " ".join(f"word{nth}" for nth in range(100))

    (evidence,) = contaminated([text], [text])

    assert evidence is not None
    assert evidence.endswith('word29…"')


def test_a_short_evaluation_text_is_found_in_a_longer_prompt() -> None:
    assert contaminated(["Please answer: how many apples has Tom? Think."], ["How many apples has Tom?"]) == [
        'evaluation[0]: "how many apples has tom"'
    ]


def test_a_short_prompt_is_found_in_a_longer_evaluation_text() -> None:
    assert contaminated(["How many apples has Tom?"], ["Ann has 3. How many apples has Tom? Give a number."]) == [
        'evaluation[0]: "how many apples has tom"'
    ]


def test_fewer_than_five_words_mark_only_the_same_prompt() -> None:
    evaluation = ["Who was Newton?"]

    assert contaminated(["who was newton", "Who was Newton? Tell me.", "Who was he?"], evaluation) == [
        'evaluation[0]: "who was newton"',
        None,
        None,
    ]


def test_signs_between_numbers_tell_questions_apart() -> None:
    prompts = ["What is 2+2?", "What is 2-2?", "What is 2 + 2 ?", "What is 2 × 2?"]

    assert [bool(flag) for flag in contaminated(prompts, ["What is 2 + 2?"])] == [True, False, True, False]


def test_in_scripts_without_spaces_a_character_is_a_word() -> None:
    assert contaminated(["娜塔莉亚在四月份卖了四十八个", "今天天气很好"], ["请问娜塔莉亚在四月份卖了多少"]) == [
        'evaluation[0]: "娜 塔 莉 亚 在 四 月 份 卖 了"',
        None,
    ]


def test_marks_on_letters_do_not_cut_words() -> None:
    """In Hindi each vowel sign would, and eight parts are three words."""
    assert contaminated(["नमस्ते दुनिया कैसे हो"], ["नमस्ते दुनिया कैसे थे"]) == [None]


def test_missing_prompts_and_texts_are_passed_over() -> None:
    evaluation: Any = pd.Series(["", None, pd.NA, float("nan"), NATALIA], dtype=object)

    (nothing, found) = contaminated([None, NATALIA], evaluation)

    assert nothing is None
    assert str(found).startswith("evaluation[4]")


def test_no_evaluation_texts_mark_nothing() -> None:
    assert contaminated([NATALIA, ""], []) == [None, None]
    assert contaminated([], [NATALIA]) == []


WORDS = st.lists(st.sampled_from("abc"), max_size=9).map(" ".join)


def by_looking_at_all(prompt: str, texts: list[str], words: int) -> int | None:
    said = prompt.split()
    for nth, text in enumerate(texts):
        other = text.split()
        length = min(words, len(said), len(other))
        if length and (said == other or length >= min(5, words)) and _runs(said, length) & _runs(other, length):
            return nth
    return None


def _runs(words: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=6), st.integers(1, 8), st.integers(1, 12))
def test_the_result_is_that_of_looking_at_every_pair(
    prompts: list[str], texts: list[str], words: int, held: int
) -> None:
    """Whatever part of the texts is held at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contamination, "_HELD", held)
        flags = contaminated(prompts, texts, words)

    named = [None if flag is None else int(flag[len("evaluation[") : flag.index("]")]) for flag in flags]
    assert named == [by_looking_at_all(prompt, texts, words) for prompt in prompts]


def test_an_equal_hash_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contamination, "_hashes", lambda said, length: [0] * max(0, len(said) - length + 1))

    assert contaminated([NATALIA, "one two three four five six seven eight nine"], ["a b c d e f g h", NATALIA]) == [
        None,  # both texts have the same hash, and only the first is held
        None,
    ]


@pytest.mark.parametrize(
    ("evaluation", "said"),
    [
        ("one text", "evaluation must be a list of texts, not str"),
        ({"own": "one text"}, "own must be a list of texts, not str"),
        ({"a", "b"}, "evaluation must be a list of texts, not set"),
        (7, "evaluation must be a list of texts, not int"),
        (["a", 7], r"evaluation\[1\] is int, not a text"),
        ({"own": ["a", ["b"]]}, r"own\[1\] is list, not a text"),
        (pd.DataFrame({"question": ["a"]}), r"evaluation is a table; name its column"),
    ],
)
def test_what_holds_no_texts_is_refused_with_its_place(evaluation: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_evaluation(evaluation)


@pytest.mark.parametrize("words", [0, -8, 2.5, True, "8", None])
def test_a_run_of_no_words_is_refused(words: Any) -> None:
    with pytest.raises(InputError, match="words= must be a whole number"):
        contaminated(["a"], ["a"], words=words)


def test_real_questions_are_found_again_and_only_they(shared_data: Path) -> None:
    with (shared_data / "gsm8k_mixtral_gpt4.csv").open(encoding="utf-8", newline="") as file:
        prompts = [row["prompt"] for row in csv.DictReader(file)]
    asked = [f"Question: {prompt.upper()}\nAnswer:" for prompt in prompts]

    flags = contaminated(asked, {"gsm8k": prompts[:100]})

    assert [str(flag).partition(":")[0] for flag in flags[:100]] == [f"gsm8k[{nth}]" for nth in range(100)]
    assert sum(flag is not None for flag in flags[100:]) <= 30
