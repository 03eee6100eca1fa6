"""What callers hand over as prompts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.prompts import to_prompts

USER = {"role": "user", "content": "hi"}


def texts(prompts: Any, **options: Any) -> list[str]:
    return [prompt.text for prompt in to_prompts(prompts, **options)[0]]


@pytest.mark.parametrize(
    "prompts",
    [
        ["a", "b"],
        ("a", "b"),
        pd.Series(["a", "b"]),
        pd.Series(["a", "b"], index=[7, 7]),
        pd.DataFrame({"prompt": ["a", "b"]}),
    ],
)
def test_texts_come_in_any_container(prompts: Any) -> None:
    asked, _ = to_prompts(prompts)

    assert [(prompt.id, prompt.text) for prompt in asked] == [(0, "a"), (1, "b")]
    assert asked[0].messages == [{"role": "user", "content": "a"}]


def test_an_iterator_is_read_once_and_whole() -> None:
    assert texts(word for word in ("a", "b")) == ["a", "b"]


def test_one_text_is_one_prompt_and_not_its_letters() -> None:
    assert texts("hello") == ["hello"]


def test_no_prompts_are_no_prompts() -> None:
    assert texts([]) == []
    assert texts(pd.DataFrame({"prompt": []})) == []


def test_conversations_are_shown_by_their_last_user_message() -> None:
    conversation = [USER, {"role": "assistant", "content": "hello"}, {"role": "user", "content": "and now?"}]

    (prompt,), _ = to_prompts([conversation])

    assert prompt.text == "and now?"
    assert prompt.messages == conversation


PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


def test_pictures_are_named_in_what_is_shown() -> None:
    parts = [{"type": "text", "text": "What is this?"}, PICTURE, {"type": "video_url"}]

    assert texts([[{"role": "user", "content": parts}]]) == ["What is this?\n[image image/png, 8 B]\n[video_url]"]


@pytest.mark.parametrize(
    "prompts", [[["What is this?", PICTURE]], pd.DataFrame({"prompt": [["What is this?", PICTURE]]})]
)
def test_a_prompt_may_be_a_list_of_texts_and_pictures(prompts: Any) -> None:
    [prompt], _ = to_prompts(prompts, system="Be brief.")

    assert prompt.text == "What is this?\n[image image/png, 8 B]"
    assert prompt.messages == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "What is this?"}, PICTURE]},
    ]


def test_own_columns_are_kept_and_prompt_ids_taken() -> None:
    frame = pd.DataFrame({"prompt_id": ["x", "y"], "prompt": ["a", "b"], "answer": ["1", "2"]}, index=[5, 6])

    asked, own = to_prompts(frame)

    assert [prompt.id for prompt in asked] == ["x", "y"]
    assert own is not None
    assert list(own.columns) == ["answer"]
    assert own.index.tolist() == [0, 1]


def test_a_template_fills_in_columns() -> None:
    frame = pd.DataFrame({"question": ["1+1?", "{2}+2?"], "n": [1, 2]})

    assert texts(frame, template="{n}. {question} {{number}}") == ["1. 1+1? {number}", "2. {2}+2? {number}"]


def test_a_format_may_be_filled_in_from_a_column_too() -> None:
    frame = pd.DataFrame({"q": ["a", "b"], "width": [2, 3]})

    assert texts(frame, template="{q:>{width}}.") == [" a.", "  b."]


@pytest.mark.parametrize("name", ["a.b", "a[0]", "0"])
def test_a_column_can_be_named_whatever_its_name_looks_like(name: str) -> None:
    assert texts(pd.DataFrame({name: ["x"]}), template=f"{{{name}}}") == ["x"]


def test_prompt_ids_of_several_kinds_are_texts() -> None:
    asked, _ = to_prompts(pd.DataFrame({"prompt": ["a", "b", "c"], "prompt_id": [1, "x", True]}))

    assert [prompt.id for prompt in asked] == ["1", "x", "True"]


def test_a_system_message_goes_before_the_prompt_unless_it_brings_its_own() -> None:
    own = [{"role": "system", "content": "mine"}, USER]

    asked, _ = to_prompts(["a", own], system="ours")

    assert asked[0].messages[0] == {"role": "system", "content": "ours"}
    assert asked[1].messages == own


@pytest.mark.parametrize(
    ("prompts", "options", "message"),
    [
        (5, {}, "takes a list, a Series or a DataFrame, not int"),
        ({"a": 1}, {}, "not dict"),
        ([1], {}, "prompt 0 is of type int"),
        (["a", None], {}, "prompt 1 is missing"),
        (["a", float("nan")], {}, "prompt 1 is missing"),
        ([pd.NA], {}, "prompt 0 is missing"),
        ([pd.NaT], {}, "prompt 0 is missing"),
        (pd.Series(["a", pd.NA], dtype="string"), {}, "prompt 1 is missing"),
        (pd.DataFrame({"prompt": pd.array(["a", pd.NA], dtype="string")}), {}, "prompt 1 is missing"),
        ([np.array(["a", "b"])], {}, "prompt 0 is of type ndarray"),
        (np.array("a"), {}, "in one row, not ndarray"),
        (b"a", {}, "not bytes"),
        ([[{1: 2}]], {}, "message 0 needs 'role' and 'content'; it has: 1"),
        (["a", "  "], {}, "prompt 1 is empty"),
        ([USER], {}, "one conversation"),
        ([[{"role": "user"}]], {}, "message 0 needs 'role' and 'content'"),
        ([[{"content": "x"}]], {}, "message 0 needs 'role' and 'content'"),
        ([[]], {}, "prompt 0"),
        ([["a", "b"]], {}, "prompt 0 is of type list"),
        ([[" ", PICTURE]], {}, "prompt 0 has an empty text among its parts"),
        (["What is this?", PICTURE], {}, "the parts of one prompt; pass a list of prompts"),
        (["a"], {"template": "{x}"}, "template= fills in the columns of a DataFrame"),
        (pd.DataFrame({"question": ["a"]}), {}, "column 'prompt'"),
        (pd.DataFrame({"prompt": ["a"], "content": ["b"]}), {}, "rename"),
        (pd.DataFrame([["a", "b"]], columns=["prompt", "prompt"]), {}, "twice"),
        (pd.DataFrame({"prompt": ["a", "b"], "prompt_id": [1, 1]}), {}, "rows 0 and 1 .* equal values"),
        (pd.DataFrame({"prompt": ["a", "b"], "prompt_id": [1, "1"]}), {}, "rows 0 and 1 .* equal values"),
        (pd.DataFrame({"prompt": ["a", "b"], "prompt_id": [1, 2**63]}), {}, "row 1 .* beyond 64 bits"),
        (pd.DataFrame({"prompt": ["a"], "prompt_id": [10**500]}), {}, "row 0 .* beyond 64 bits"),
        (pd.DataFrame({"prompt": ["a", "b"], "prompt_id": [1, None]}), {}, "missing"),
        (pd.DataFrame({"q": ["a"]}), {"template": "{question}"}, "'question', which is no column; there are: q"),
        (pd.DataFrame({"q": ["a"]}), {"template": "{q.__class__}"}, "no column"),
        (pd.DataFrame({"q": ["a"]}), {"template": "{q"}, "braces"),
        (pd.DataFrame({"q": ["a"]}), {"template": "{}"}, "names no column"),
        (pd.DataFrame({"": ["a"]}), {"template": "{}"}, "names no column"),
        (pd.DataFrame({"q": ["a"]}), {"template": "{q:{}}"}, "names no column"),
        (pd.DataFrame({"q": ["a"]}), {"template": "{q:>{w}}"}, "'w', which is no column"),
        (pd.DataFrame({"q": ["a"]}), {"template": "{q:d}"}, "template='{q:d}' does not suit row 0"),
        (pd.DataFrame({"q": ["a"]}), {"template": "{q!z}"}, "template='{q!z}' does not suit row 0"),
        (pd.DataFrame({"q": ["a", None]}), {"template": "{q}"}, "row 1 has nothing in 'q'"),
        (pd.DataFrame({0: ["a"]}), {}, "named by strings"),
    ],
)
def test_wrong_prompts_are_named_with_the_way_out(prompts: Any, options: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(").replace("{", r"\{")):
        to_prompts(prompts, **options)


def test_a_template_takes_no_pictures() -> None:
    """Their bytes would be sent, and paid for, as text."""
    frame = pd.DataFrame(
        {"q": ["what?"], "pic": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]}
    )

    with pytest.raises(InputError, match=r"'pic'.*column prompt"):
        to_prompts(frame, template="{q} {pic}")
