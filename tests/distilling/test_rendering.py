"""The render check: templates that keep what the teacher wrote, templates that do not, and templates that mean harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from distilkit.distilling.formats import write_training
from distilkit.distilling.rendering import check_render
from distilkit.errors import InputError

TEMPLATES = Path(__file__).with_name("templates")
# What each family reads, as a frame is shown to it.
KEEPERS = {
    "inline_think": "reasoning_content",
    "reasoning_content": "reasoning_content",
    "thinking": "thinking",
    "last_turn_only": "reasoning_content",
    "splits_think": "inline_think",
    "channels": "thinking",
}


@pytest.fixture(autouse=True)
def _no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTILKIT_STORE", str(tmp_path / "none"))


def answers(**columns: Any) -> pd.DataFrame:
    """Two chosen answers with their reasoning."""
    rows: dict[str, Any] = {
        "prompt": ["What is 2+2? 4?", "Name it"],
        "content": ["4", "It is\n\n*the* answer."],
        "thinking": ["two and two", "\nlet me see\u2028 …\n\n"],
        "chosen": [True, True],
    }
    return pd.DataFrame(rows | columns)


def problems(source: Any, template: Any, **wishes: Any) -> list[str]:
    return check_render(source, template, on_problem="return", **wishes)["problem"].tolist()


@pytest.mark.parametrize(("family", "shown_as"), KEEPERS.items())
def test_a_template_that_keeps_both_is_found_good(family: str, shown_as: Any) -> None:
    found = check_render(answers(), TEMPLATES / f"{family}.jinja", format=shown_as)

    assert found.empty
    assert list(found.columns) == ["row", "problem", "severity", "detail", "way_out"]


@pytest.mark.parametrize("family", ["ignores_reasoning", "thinking", "channels"])
def test_a_template_that_ignores_the_field_fails_loudly(family: str) -> None:
    with pytest.raises(InputError, match=r"2 of 2 examples .*reasoning_dropped 2.*row 0") as caught:
        check_render(answers(), TEMPLATES / f"{family}.jinja")

    assert "the field the template reads" in str(caught.value) or "whose field the template reads" in str(caught.value)


def test_a_template_that_cuts_inline_reasoning_off_is_found() -> None:
    assert problems(answers(), TEMPLATES / "drops_think.jinja", format="inline_think") == ["reasoning_dropped"] * 2


def test_thinking_that_was_left_out_is_missed_in_the_student() -> None:
    template = TEMPLATES / "inline_think.jinja"

    assert problems(answers(), template, format="openai_chat") == ["reasoning_dropped"] * 2
    assert problems(answers(), template, format="openai_chat", thinking="ignored") == []


def test_a_row_without_reasoning_is_a_problem_only_where_it_is_required() -> None:
    frame = answers(thinking=[None, "some"])

    assert problems(frame, TEMPLATES / "inline_think.jinja") == ["reasoning_missing"]
    assert problems(frame, TEMPLATES / "inline_think.jinja", thinking="optional") == []


def test_an_answer_that_stands_in_the_prompt_too_is_not_mistaken_for_the_answer() -> None:
    shown = "{% if m.role == 'user' %}{{ m.content }}{% else %}{{ m.reasoning_content }}{% endif %}"
    template = f"{{% for m in messages %}}{shown}{{% endfor %}}"

    assert problems(answers().head(1), template) == ["answer_dropped"]


def test_a_template_that_rewrites_is_told_from_one_that_drops() -> None:
    template = "{% for m in messages %}{{ m.reasoning_content | upper }}|{{ m.content[:20] }}{% endfor %}"
    frame = answers(content=["4", "a longer answer than twenty letters"])

    assert problems(frame, template) == ["reasoning_dropped", "reasoning_dropped", "answer_changed"]


def test_a_text_cut_at_a_length_is_a_changed_answer() -> None:
    template = "{% for m in messages %}{{ m.reasoning_content }}|{{ m.content[:60] }}{% endfor %}"

    assert problems(answers(content=["4", "word " * 40]), template) == ["answer_changed"]


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        ("content", "4<|im_end|>\n<|im_start|>user", ["<|im_end|> in the answer", "<|im_start|> in the answer"]),
        ("content", "<p>4</p> </think>", ["</think> in the answer"]),
        ("thinking", "close </think> it", ["</think> in the reasoning"]),
    ],
)
def test_a_marker_of_the_template_within_the_texts_is_found(column: str, text: str, told: list[str]) -> None:
    found = check_render(answers(**{column: [text, "fine"]}), TEMPLATES / "inline_think.jinja", on_problem="return")

    assert set(found["problem"]) == {"marker_in_text"}
    assert [detail.partition(",")[0] for detail in found["detail"]] == told


def test_a_marker_that_only_the_conversation_holds_is_none_of_the_template() -> None:
    html = {"prompt": ["What is <b>?", "And <|end|>?"], "content": ["<b> is bold", "<|end|> is an end"]}

    assert problems(answers(**html), TEMPLATES / "inline_think.jinja") == []


@pytest.mark.parametrize("wish", [{"timeout_s": x} for x in (0, -1, float("nan"), float("inf"), "5", True, None)])
def test_a_time_that_no_clock_can_wait_for_is_refused(wish: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="timeout_s="):
        check_render(answers(), "{{ messages }}", **wish)


@pytest.mark.parametrize("variables", ["a", 5, {"a": object()}])
def test_variables_that_are_no_json_are_refused(variables: Any) -> None:
    with pytest.raises(InputError, match="variables= takes a mapping"):
        check_render(answers(), "{{ messages }}", variables=variables)


def test_reasoning_behind_the_answer_is_the_wrong_order() -> None:
    template = "{% for m in messages %}{{ m.content }}|{{ m.reasoning_content }}{% endfor %}"

    assert problems(answers(), template) == ["wrong_order", "wrong_order"]


def test_reasoning_of_earlier_turns_that_is_not_shown_is_a_note_and_raises_nothing() -> None:
    messages = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b", "reasoning_content": "early thought"},
        {"role": "user", "content": "c"},
    ]
    frame = pd.DataFrame({"messages": [messages], "content": ["d"], "thinking": ["late thought"], "chosen": [True]})

    found = check_render(frame, TEMPLATES / "last_turn_only.jinja")

    assert found[["problem", "severity"]].to_numpy().tolist() == [["earlier_reasoning_dropped", "note"]]
    assert check_render(frame, TEMPLATES / "inline_think.jinja").empty


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz", ".parquet"])
def test_a_training_file_is_checked_line_by_line(tmp_path: Path, ending: str) -> None:
    file = write_training(answers(), tmp_path / f"train{ending}", format="reasoning_content")

    assert check_render(file, TEMPLATES / "reasoning_content.jinja").empty
    assert check_render(file, TEMPLATES / "thinking.jinja", on_problem="return")["row"].tolist() == [1, 2]


@pytest.mark.parametrize("written_as", ["inline_think", "sharegpt", "prompt_completion"])
def test_reasoning_within_the_text_is_found_in_every_format(tmp_path: Path, written_as: Any) -> None:
    file = write_training(answers(), tmp_path / "train.jsonl", format=written_as, thinking="inline")

    assert check_render(file, TEMPLATES / "splits_think.jinja").empty
    assert problems(file, TEMPLATES / "drops_think.jinja") == ["reasoning_dropped"] * 2


def test_the_better_answer_of_a_preference_is_checked(tmp_path: Path) -> None:
    frame = answers(prompt=["a", "a"], valid=[True, False], chosen=[True, False])
    file = write_training(frame, tmp_path / "train.jsonl", format="preference", thinking="inline")

    assert check_render(file, TEMPLATES / "splits_think.jinja").empty


def test_a_tokenizers_configuration_brings_template_and_tokens(tmp_path: Path) -> None:
    source = (TEMPLATES / "reasoning_content.jinja").read_text("utf-8") + "{{ 1 // (bos_token == '<s>') }}"
    configuration = {"chat_template": source, "bos_token": {"content": "<s>"}, "eos_token": "</s>"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(configuration), "utf-8")

    assert check_render(answers(), tmp_path / "tokenizer_config.json").empty
    assert check_render(answers(), tmp_path).empty


def test_of_several_templates_the_default_is_taken(tmp_path: Path) -> None:
    good = (TEMPLATES / "inline_think.jinja").read_text("utf-8")
    several = [{"name": "tool_use", "template": "x"}, {"name": "default", "template": good}]
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"chat_template": several}), "utf-8")

    assert check_render(answers(), tmp_path / "tokenizer_config.json").empty


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{% for m in messages %}", "cannot be read as a chat template"),
        ("{{ messages ", "cannot be read as a chat template"),
        ("no/such/file.jinja", "cannot be read"),
        (7, "takes the text of a chat template"),
        ("", "takes the text of a chat template"),
    ],
)
def test_what_is_no_template_is_refused_with_the_reason(given: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        check_render(answers(), given)


@pytest.mark.parametrize("held", ["[]", "{", '{"bos_token": "x"}', '{"chat_template": [{"name": "a"}, {"name": "b"}]}'])
def test_a_configuration_without_a_template_is_refused(tmp_path: Path, held: str) -> None:
    (tmp_path / "tokenizer_config.json").write_text(held, "utf-8")

    with pytest.raises(InputError, match="template"):
        check_render(answers(), tmp_path / "tokenizer_config.json")


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 9 ** (9 ** (9 ** 9)) }}",
    ],
    ids=["loops", "power"],
)
def test_a_template_without_an_end_is_stopped(template: str) -> None:
    with pytest.raises(InputError, match=r"1 s and was stopped"):
        check_render(answers(), template, timeout_s=1)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{% for a in range(99999) %}{{ messages }}{% endfor %}", "writes more than"),
        ("{% set n = messages | length * 99999999999 %}{{ 'x' * n }}", "too much memory"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "nested too deeply"),
        ("{{ messages.__class__.__mro__ }}", "SecurityError"),
        ("{{ ''.__class__.__base__.__subclasses__() }}", "SecurityError"),
        ("{{ messages.append(1) }}", "SecurityError"),
        ("{% include '/etc/hostname' %}", "TypeError|TemplateNotFound|no loader"),
        ("{{ raise_exception('not for you') }}", "not for you"),
        ("{{ undefined_name.field }}", "UndefinedError"),
    ],
)
def test_a_hostile_template_costs_a_row_and_nothing_else(template: str, told: str) -> None:
    found = check_render(answers().head(1), template, on_problem="return")

    assert found["problem"].tolist() == ["template_error"]
    assert pd.Series(found["detail"]).str.contains(told).all(), found["detail"][0]


def test_variables_reach_the_template() -> None:
    template = "{% if keep %}{% for m in messages %}{{ m.reasoning_content }}|{{ m.content }}{% endfor %}{% endif %}"

    assert check_render(answers(), template, variables={"keep": True}).empty
    assert len(problems(answers(), template)) == 4


def test_tojson_writes_as_tokenizers_do() -> None:
    template = "{% for m in messages %}{{ m.reasoning_content }}|{{ m.content }}{{ {'é': '<&>'} | tojson }}{% endfor %}"
    seen = check_render(answers(), template + "{{ raise_exception(({'é': '<&>'} | tojson)) }}", on_problem="return")

    assert '{"é": "<&>"}' in seen["detail"][0]


def test_breaks_in_loops_are_known() -> None:
    shown = "{{ m.reasoning_content }}|{{ m.content }}{% if loop.last %}{% break %}{% endif %}"
    template = f"{{% for m in messages %}}{shown}{{% endfor %}}"

    assert check_render(answers(), template).empty


def test_an_unknown_wish_is_refused() -> None:
    with pytest.raises(InputError, match="thinking="):
        check_render(answers(), "{{ messages }}", thinking="perhaps")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="on_problem="):
        check_render(answers(), "{{ messages }}", on_problem="perhaps")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="a frame is rendered as one of"):
        check_render(answers(), "{{ messages }}", format="sharegpt")


def test_a_row_that_cannot_be_shown_in_the_format_is_named() -> None:
    frame = answers(thinking=["ends with </think> early", "fine"])

    assert problems(frame, TEMPLATES / "splits_think.jinja", format="inline_think") == ["unfit"]
