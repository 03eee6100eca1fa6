"""What of a prompt format is left in an answer."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.distilling.leaks import tag_leaks
from distilkit.distilling.markers import CANDIDATE, marker_at

MARKERS = [
    *("<think>", "</think>", "<thinking>", "</thinking>", "<thought>", "<reason>", "<reasoning>", "<reflection>"),
    *("<scratchpad>", "<seed:think>", "</seed:think>", "[THINK]", "[/THINK]", "◁think▷", "◁/think▷", "<THINK>"),
    *("<think time=3>", "<|begin_of_thought|>", "<|end_of_thought|>", "<|begin_of_solution|>"),
    *("<|START_THINKING|>", "<|END_RESPONSE|>", "<|channel|>", "<|end|>", "<|return|>", "<|message|>"),
    *("<|im_start|>", "<|im_end|>", "<|im_assistant|>", "<|endoftext|>", "<|eot_id|>", "<|start_header_id|>"),
    *("<|begin_of_text|>", "<|user|>", "<|assistant|>", "<|system|>", "<|python_tag|>", "<|END_OF_TURN_TOKEN|>"),
    *("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "[TOOL_CALLS]", "[TOOL_RESULTS]", "[/AVAILABLE_TOOLS]"),
    *("<start_of_turn>", "<end_of_turn>", "<end_of_utterance>", "<|turn>", "<turn|>", "<|channel>", "<channel|>"),
    *("<|tool_call>", "<tool_response|>", "<tool_call>", "</tool_call>", "<tool_response>", "<function_calls>"),
    *(
        "<function=search>",
        "<invoke name=",
        "<\uff5cend▁of▁sentence\uff5c>",
        "<\uff5ctool▁calls▁begin\uff5c>",
        "<\uff5cUser\uff5c>",
    ),
]

HARMLESS = [
    "",
    "It is 4.",
    "3 < 4 and 5 > 2, [1] and [Note].",
    "I think so. <b>think</b>",
    "the mean <|psi|> and <|x|>",
    "f <| x |> g",
    "<thinker>, <thought/process>, <reasons>",
    "[think] about it",
    "a <tool> of <system> design",
    "<s>old</s> new <s>price</s>",
    "the <unk> token in the middle",
    r"\[ x < y \]",
    "a < think or b > c",
]


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_outside_code_is_found_wherever_it_stands(marker: str) -> None:
    assert tag_leaks([f"{marker}It is 4.", f"It {marker} is 4.", f"It is 4.\n{marker}"]) == [
        f"{marker} at character 0",
        f"{marker} at character 3",
        f"{marker} at character 9",
    ]


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_in_code_is_what_the_answer_is_about(marker: str) -> None:
    assert tag_leaks([f"Use `{marker}` here.", f"So:\n```\n{marker}\n```\nThat is it."]) == [None, None]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_marker_is_none(text: str) -> None:
    assert tag_leaks([text]) == [None]


@pytest.mark.parametrize("token", ["</s>", "<eos>", "[EOS]", "<pad>"])
def test_a_token_that_may_be_a_word_counts_at_the_end(token: str) -> None:
    assert tag_leaks([f"It is 4.{token}\n", f"It is {token} 4."]) == [f"{token} at character 8", None]


@pytest.mark.parametrize("token", ["<s>", "<bos>", "[gMASK]"])
def test_a_token_that_may_be_a_word_counts_at_the_start(token: str) -> None:
    assert tag_leaks([f" {token} It is 4.", f"It is {token} 4."]) == [f"{token} at character 1", None]


def test_a_token_at_the_end_of_code_is_code() -> None:
    assert tag_leaks(["Ends with `</s>`", "```\n</s>\n```"]) == [None, None]


def test_the_first_marker_is_the_evidence() -> None:
    assert tag_leaks(["`<think>` a </think> b <|im_end|>"]) == ["</think> at character 12"]


def test_a_long_tag_is_cut() -> None:
    (evidence,) = tag_leaks([f"<think note='{'a' * 100}'>"])

    assert evidence == f"<think note='{'a' * 47}… at character 0"


def test_a_missing_answer_is_not_flagged() -> None:
    assert tag_leaks([None]) == [None]


@pytest.mark.parametrize(
    "part",
    [
        *(
            "<think>",
            "`<think>`",
            "<",
            "</",
            "<a",
            "<|",
            "<|a",
            "<thin ",
            "[",
            "[TH",
            "◁",
            "`",
            "``` ",
            "`\n",
            "\n```\n",
        ),
        *("<|start|", "<|channel", "<think ", "<\uff5c", "<<S", "<think>`"),
    ],
)
def test_much_of_anything_is_read_in_one_pass(part: str) -> None:
    """What grew with the square of the length would not end."""
    many = part * (200_000 // len(part))

    tag_leaks([many, f"```\n{many}", f"`{many}`"])


def test_a_megabyte_of_tags_in_code_is_passed_over() -> None:
    assert tag_leaks(["```\n" + "<think>" * 150_000, f"`{'<think>' * 150_000}`"]) == [None, None]


@given(st.text(alphabet="<|>[]/aTHINKthinksy_◁▷\uff5cS ", max_size=40))
def test_nothing_is_a_marker_that_does_not_start_like_one(text: str) -> None:
    """The quick look leaves out nothing that the careful one would find."""
    found = {at for at in range(len(text)) if text[at] in "<[◁" and marker_at(text, at)}

    assert found <= {candidate.start() for candidate in CANDIDATE.finditer(text)}


def test_real_answers_hold_no_markers(shared_data: Path) -> None:
    with (shared_data / "gsm8k_mixtral_gpt4.csv").open(encoding="utf-8", newline="") as file:
        answers = [row[name] for row in csv.DictReader(file) for name in row if name.endswith("_response")]

    assert [flag for flag in tag_leaks(answers) if flag] == []
