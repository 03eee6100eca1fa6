"""Training files: what is written is read again, and nothing is lost that was not given up."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from distilkit.calls import Record, Request
from distilkit.distilling.formats import FORMATS, read_training, to_dataset, write_training
from distilkit.distilling.formats.inline import Tag, joined, parted
from distilkit.errors import InputError
from distilkit.files.objects import read_objects
from distilkit.progress import RunWarning
from distilkit.store import Entry, Store

ENDINGS = [".jsonl", ".jsonl.gz", ".parquet"]
FIELD_FORMATS = ["reasoning_content", "thinking"]
HARD = ["\u2028", "\u2029", "\x85", "\x00", "\r\n", "مرحبا \u200f\u202e", "😀", "</s>", '"', "\\n", " \n ", "\ufeff"]
LETTERS = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(HARD))
TEXTS = st.lists(LETTERS, min_size=1, max_size=12).map("".join)


@pytest.fixture(autouse=True)
def _no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTILKIT_STORE", str(tmp_path / "none"))


def chosen(**columns: Any) -> pd.DataFrame:
    """Two chosen answers with thinking, a third row that is not chosen, and whatever is given."""
    rows: dict[str, Any] = {
        "prompt": ["a?", "b?", "a?"],
        "content": ["A", "B", "worse A"],
        "thinking": ["so a", "so b", "so what"],
        "valid": [True, True, False],
        "reasons": ["", "", "verifier_failed"],
        "chosen": [True, True, False],
    }
    # Objects: an Arrow column refuses the lone surrogates that some models emit.
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in (rows | columns).items()})


def lines(path: Path) -> list[Any]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


# What a file holds


def test_openai_chat_holds_messages(tmp_path: Path) -> None:
    path = write_training(chosen(), tmp_path / "t.jsonl", format="openai_chat", thinking="drop", system="Be brief.")

    assert lines(path)[0] == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "a?"},
            {"role": "assistant", "content": "A"},
        ]
    }
    assert len(lines(path)) == 2


@pytest.mark.parametrize("name", FIELD_FORMATS)
def test_a_field_of_the_message_holds_thinking(tmp_path: Path, name: Any) -> None:
    path = write_training(chosen(thinking=["so a", None, None]), tmp_path / "t.jsonl", format=name)

    first, second = (line["messages"][-1] for line in lines(path))
    assert first == {"role": "assistant", "content": "A", name: "so a"}
    assert second == {"role": "assistant", "content": "B"}


def test_prompt_completion_holds_two_texts(tmp_path: Path) -> None:
    path = write_training(chosen(), tmp_path / "t.jsonl", format="prompt_completion", thinking="inline")

    assert lines(path)[0] == {"prompt": "a?", "completion": "<think>\nso a\n</think>\n\nA"}


def test_inline_think_takes_another_tag(tmp_path: Path) -> None:
    path = write_training(chosen(), tmp_path / "t.jsonl", format="inline_think", tag=("[THINK]", "[/THINK]"))

    assert lines(path)[0]["messages"][-1]["content"] == "[THINK]\nso a\n[/THINK]\n\nA"
    assert read_training(path, tag=("[THINK]", "[/THINK]"))["thinking"].tolist() == ["so a", "so b"]


def test_sharegpt_names_the_speakers(tmp_path: Path) -> None:
    path = write_training(chosen(), tmp_path / "t.jsonl", format="sharegpt", thinking="drop", system="S")

    turns = lines(path)[0]["conversations"]
    assert [(turn["from"], turn["value"]) for turn in turns] == [("system", "S"), ("human", "a?"), ("gpt", "A")]


def test_preference_pairs_a_chosen_row_with_an_invalid_one(tmp_path: Path) -> None:
    path = write_training(chosen(), tmp_path / "t.jsonl", format="preference", thinking="drop")

    assert lines(path) == [
        {
            "prompt": [{"role": "user", "content": "a?"}],
            "chosen": [{"role": "assistant", "content": "A"}],
            "rejected": [{"role": "assistant", "content": "worse A"}],
        }
    ]


# Preferences


def preferred(frame: pd.DataFrame, path: Path, **wishes: Any) -> list[tuple[str, str]]:
    file = write_training(frame, path / "t.jsonl", format="preference", thinking="drop", overwrite=True, **wishes)
    read = read_training(file, "preference")
    return list(zip(read["content"], read["rejected_content"], strict=True))


def test_only_what_speaks_against_the_answer_makes_it_worse(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "prompt_id": [0] * 5,
            "prompt": ["p"] * 5,
            "content": ["good", "copy", "seen before", "", "bad"],
            "valid": [True, False, False, False, False],
            "reasons": ["", "duplicate_of", "contaminated_with", "empty_answer", "duplicate_of, refusal"],
            "chosen": [True, False, False, False, False],
        }
    )

    assert preferred(frame, tmp_path) == [("good", "bad")]


def test_more_pairs_are_made_only_when_asked_for(tmp_path: Path) -> None:
    frame = pd.DataFrame({"prompt": ["p"] * 4, "content": ["g", "x", "y", "z"], "valid": [True, False, False, False]})
    frame["chosen"] = frame["valid"]

    assert preferred(frame, tmp_path) == [("g", "x")]
    assert preferred(frame, tmp_path, pairs=2) == [("g", "x"), ("g", "y")]
    assert preferred(frame, tmp_path, pairs=9) == [("g", "x"), ("g", "y"), ("g", "z")]


def test_a_score_ranks_the_worse_answers_the_lowest_first(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "prompt": ["p"] * 5,
            "content": ["a", "b", "c", "d", "e"],
            "grade": pd.array([4, 2, 1, 1, None], dtype="Int64"),
            "chosen": [True, True, False, False, False],
        }
    )

    assert preferred(frame, tmp_path, rejected="grade") == [("a", "c"), ("b", "c")]
    assert preferred(frame, tmp_path, rejected="grade", pairs=2) == [("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")]


def test_an_answer_is_never_preferred_to_the_same_text(tmp_path: Path) -> None:
    frame = pd.DataFrame({"prompt": ["p", "p"], "content": ["same", "same"], "valid": [True, False]})
    frame["chosen"] = frame["valid"]

    with pytest.raises(InputError, match="no pair is made"):
        preferred(frame, tmp_path)


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"rejected": "no_such"}, "no column"),
        ({"rejected": "content"}, "no score"),
        ({"pairs": 0}, "pairs=0"),
        ({"pairs": True}, "pairs=True"),
    ],
)
def test_wishes_that_make_no_pairs_are_refused(tmp_path: Path, wishes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        preferred(chosen(), tmp_path, **wishes)


def test_preference_without_verdicts_says_what_is_missing(tmp_path: Path) -> None:
    frame = pd.DataFrame({"prompt": ["p"], "content": ["c"], "chosen": [True]})

    with pytest.raises(InputError, match="valid, or rejected="):
        preferred(frame, tmp_path)


# Round trips


@st.composite
def rows(draw: st.DrawFn) -> pd.DataFrame:
    """Rows of anything that has no two alike readings: conversations of texts, answers with and without thinking."""
    held: list[dict[str, Any]] = []
    for nth in range(draw(st.integers(1, 4))):
        roles = draw(st.sampled_from([["user"], ["system", "user"], ["user", "assistant", "user"]]))
        messages = [{"role": role, "content": draw(TEXTS)} for role in roles]
        thinking = draw(st.none() | TEXTS)
        held.append({"messages": messages, "content": draw(TEXTS), "thinking": thinking, "prompt": str(nth)})
    return pd.DataFrame(held, columns=["prompt", "messages", "content", "thinking"])


def plain(frame: pd.DataFrame) -> list[list[Any]]:
    return [
        [messages, content, thinking if isinstance(thinking, str) else None]
        for messages, content, thinking in zip(frame["messages"], frame["content"], frame["thinking"], strict=True)
    ]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", ["openai_chat", "reasoning_content", "thinking", "inline_think", "sharegpt"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=rows())
def test_what_is_written_is_read_again(tmp_path: Path, name: Any, ending: str, frame: pd.DataFrame) -> None:
    """Byte for byte: the file that is written from what was read is the same file."""
    wish: dict[str, Any] = {"format": name, "rows": "answered", "overwrite": True}
    if name in {"openai_chat", "sharegpt"}:
        wish["thinking"] = "inline"
    assume(frame["content"].str.strip().ne("").all())
    first = write_training(frame, tmp_path / f"one{ending}", **wish)

    read = read_training(first)

    assert plain(read) == plain(frame)
    assert write_training(read, tmp_path / f"two{ending}", **wish).read_bytes() == first.read_bytes()


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=4))
def test_prompts_completions_and_preferences_are_read_again(
    tmp_path: Path, ending: str, texts: list[tuple[str, str, str]]
) -> None:
    assume(all(better != worse and better.strip() and worse.strip() for _, better, worse in texts))
    frame = pd.DataFrame(
        [
            {"prompt_id": nth, "prompt": prompt, "content": content, "valid": good, "chosen": good}
            for nth, (prompt, *both) in enumerate(texts)
            for content, good in zip(both, (True, False), strict=True)
        ]
    )
    frame["key"] = ""  # the prompt is a text, whatever it spells
    wish: dict[str, Any] = {"overwrite": True}

    two = read_training(
        write_training(frame, tmp_path / f"a{ending}", format="prompt_completion", **wish), "prompt_completion"
    )
    pairs = read_training(write_training(frame, tmp_path / f"b{ending}", format="preference", **wish), "preference")

    assert list(zip(two["prompt"], two["content"], strict=True)) == [(prompt, better) for prompt, better, _ in texts]
    told = zip(pairs["prompt"], pairs["content"], pairs["rejected_content"], strict=True)
    assert list(told) == texts


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, ending: str) -> None:
    first = write_training(chosen(), tmp_path / f"a{ending}", format="reasoning_content")
    second = write_training(chosen(), tmp_path / f"b{ending}", format="reasoning_content")

    assert first.read_bytes() == second.read_bytes()


def test_a_name_does_not_go_into_a_packed_file(tmp_path: Path) -> None:
    path = write_training(chosen(), tmp_path / "secret-name.jsonl.gz", format="reasoning_content")

    assert b"secret" not in path.read_bytes()
    assert path.read_bytes()[4:8] == bytes(4)  # no time either


def test_every_reader_finds_one_line_an_example(tmp_path: Path) -> None:
    path = write_training(chosen(content=["".join(HARD), "B", "C"]), tmp_path / "t.jsonl", format="reasoning_content")

    assert len(path.read_text("utf-8").splitlines()) == 2


def test_a_text_of_a_megabyte_is_carried(tmp_path: Path) -> None:
    long = "wörd\n" * 250_000
    for ending in ENDINGS:
        path = write_training(chosen(content=[long, "B", "C"]), tmp_path / f"t{ending}", format="reasoning_content")

        assert read_training(path)["content"][0] == long


def test_rows_are_written_in_little_memory(tmp_path: Path) -> None:
    """Three texts of 2 kB a row, 48 MB as Python's texts: only some are held at once."""
    count, text = 8_000, "word " * 400
    frame = pd.DataFrame({"prompt": [text] * count, "content": [text] * count, "chosen": [True] * count})
    frame = frame.assign(thinking=text).astype(dict.fromkeys(("prompt", "content", "thinking"), "string[pyarrow]"))
    for ending in (".jsonl", ".parquet"):
        tracemalloc.start()
        write_training(frame, tmp_path / f"t{ending}", format="reasoning_content")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert peak < 30_000_000


# What cannot be carried


def test_thinking_is_never_left_out_without_a_word(tmp_path: Path) -> None:
    for name in ("openai_chat", "prompt_completion", "sharegpt", "preference"):
        with pytest.raises(InputError, match=r"row 0 has thinking.*thinking=\"drop\".*thinking=\"inline\""):
            write_training(chosen(), tmp_path / "t.jsonl", format=name)  # type: ignore[arg-type]

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("thinking", "content"),
    [("a </think> b", "A"), ("a <think> b", "A"), ("a", "A </think>"), (None, "<think>\nno\n</think>\n\nA")],
)
def test_a_tag_within_the_texts_is_refused_with_the_row_and_a_way_out(
    tmp_path: Path, thinking: str | None, content: str
) -> None:
    frame = chosen(thinking=["fine", thinking, None], content=["A", content, "C"], prompt_id=["p", "q", "r"])

    with pytest.raises(InputError, match=r"row 1 \(prompt_id 'q'\) has .*think.* within its .*tag="):
        write_training(frame, tmp_path / "t.jsonl", format="inline_think")
    assert list(tmp_path.iterdir()) == []

    path = write_training(frame, tmp_path / "t.jsonl", format="inline_think", tag="reasoning")
    assert read_training(path, tag="reasoning")["content"].tolist() == ["A", content]


def test_rows_that_cannot_be_carried_are_left_out_only_when_asked_and_counted(tmp_path: Path) -> None:
    frame = chosen(thinking=["a </think> b", "fine", None])

    with pytest.warns(RunWarning, match=r"1 rows could not be carried.*row 0"):
        path = write_training(frame, tmp_path / "t.jsonl", format="inline_think", unfit="drop")

    assert read_training(path)["content"].tolist() == ["B"]


def test_a_file_of_which_nothing_is_left_is_not_written(tmp_path: Path) -> None:
    frame = chosen(thinking=["</think>", "</think>", None])

    with pytest.warns(RunWarning, match="2 rows"), pytest.raises(InputError, match="every row was left out"):
        write_training(frame, tmp_path / "t.jsonl", format="inline_think", unfit="drop")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz"])
def test_half_a_surrogate_pair_is_carried_by_json(tmp_path: Path, ending: str) -> None:
    path = write_training(chosen(content=["a \ud800 b", "\udc00", "C"]), tmp_path / f"t{ending}", format="thinking")

    assert read_training(path)["content"].tolist() == ["a \ud800 b", "\udc00"]


def test_half_a_surrogate_pair_is_refused_by_parquet(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"row 0 holds half of a surrogate pair.*\.jsonl"):
        write_training(chosen(content=["\ud800", "B", "C"]), tmp_path / "t.parquet", format="thinking")


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ({"role": "\ud800", "content": "x"}, "t.parquet"),
        ({"role": "user", "content": [{"type": "text", "text": "\ud83d" + "\ude00"}]}, "t.jsonl"),
    ],
)
def test_halves_are_found_wherever_a_message_has_them(tmp_path: Path, message: Any, name: str) -> None:
    with pytest.raises(InputError, match=r"row 0 holds .*surrogate pair"):
        write_training(chosen(messages=[[message]] * 3), tmp_path / name, format="thinking")


def test_two_halves_that_json_would_join_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 1 holds both halves"):
        write_training(chosen(thinking=["a", "\ud83d\ude00", None]), tmp_path / "t.jsonl", format="thinking")


@pytest.mark.parametrize(
    ("name", "ending", "told"),
    [
        ("prompt_completion", ".jsonl", "more than one user message"),
        ("sharegpt", ".jsonl", "only texts of system, user and assistant"),
        ("openai_chat", ".parquet", r"Parquet has no fields for; write \.jsonl"),
    ],
)
def test_pictures_go_only_where_there_is_room_for_them(tmp_path: Path, name: Any, ending: str, told: str) -> None:
    parts = [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]
    frame = pd.DataFrame({"prompt": [[{"role": "user", "content": parts}]], "content": ["a cat"], "chosen": [True]})

    with pytest.raises(InputError, match=told):
        write_training(frame, tmp_path / f"t{ending}", format=name)

    path = write_training(frame, tmp_path / "t.jsonl", format="openai_chat")
    assert read_training(path)["messages"][0] == [{"role": "user", "content": parts}]
    assert read_training(path)["prompt"][0] == "see"


@pytest.mark.parametrize("content", [None, "", pd.NA])
def test_a_chosen_row_without_an_answer_is_named(tmp_path: Path, content: Any) -> None:
    with pytest.raises(InputError, match="row 1 has no answer"):
        write_training(chosen(content=["A", content, "C"]), tmp_path / "t.jsonl", format="thinking")


# What was asked


def test_a_list_of_messages_as_json_is_a_conversation_unless_it_was_asked_as_a_text(tmp_path: Path) -> None:
    messages = [{"role": "system", "content": "S"}, {"role": "user", "content": "U"}]
    frame = pd.DataFrame({"prompt": [json.dumps(messages), '[{"a": 1}]'], "content": ["A", "B"]})

    read = read_training(write_training(frame, tmp_path / "t.jsonl", format="openai_chat", rows="answered"))
    assert read["messages"].tolist() == [messages, [{"role": "user", "content": '[{"a": 1}]'}]]

    with pytest.warns(RunWarning, match="not in the store"):
        path = write_training(frame.assign(key="0" * 64), tmp_path / "u.jsonl", format="openai_chat", rows="answered")
    assert read_training(path)["prompt"][0] == json.dumps(messages)


def test_the_store_knows_system_messages_and_earlier_turns(tmp_path: Path) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "1"},
        {"role": "user", "content": "two"},
    ]
    request = Request(model="sim/a", messages=messages)
    record = Record(provider="sim", raw={"choices": []})
    entry = Entry(key=request.key(), request=request, record=record, profile="a", section="a")
    with Store(tmp_path / "store") as store:
        store.put_many([entry])
    frame = pd.DataFrame({"prompt": ["two"], "content": ["2"], "key": [request.key()], "chosen": [True]})

    path = write_training(frame, tmp_path / "t.jsonl", format="openai_chat", store=tmp_path / "store")

    assert lines(path)[0]["messages"] == [*messages, {"role": "assistant", "content": "2"}]


def test_a_comparison_whose_store_is_gone_warns_that_more_may_have_been_asked(tmp_path: Path) -> None:
    frame = chosen(key=["0" * 64] * 3)

    with pytest.warns(RunWarning, match=r"2 rows: what was asked is not in the store"):
        write_training(frame, tmp_path / "t.jsonl", format="thinking")
    write_training(frame, tmp_path / "u.jsonl", format="thinking", system="Be brief.")  # said, so no warning


def test_a_system_message_is_not_set_before_one_that_is_there(tmp_path: Path) -> None:
    asked = [{"role": "system", "content": "mine"}, {"role": "user", "content": "U"}]
    frame = pd.DataFrame({"messages": [asked], "content": ["A"], "chosen": [True]})

    path = write_training(frame, tmp_path / "t.jsonl", format="openai_chat", system="yours")

    assert lines(path)[0]["messages"][0]["content"] == "mine"


# Which rows, which file


def test_a_frame_without_verdicts_says_how_to_write_it(tmp_path: Path) -> None:
    frame = pd.DataFrame({"prompt": ["a", "b"], "content": ["A", None]})

    with pytest.raises(InputError, match=r"no column 'chosen'.*rows=\"answered\""):
        write_training(frame, tmp_path / "t.jsonl", format="openai_chat")
    assert len(lines(write_training(frame, tmp_path / "t.jsonl", format="openai_chat", rows="answered"))) == 1


def test_verdicts_read_back_from_csv_count_the_same(tmp_path: Path) -> None:
    frame = chosen(chosen=["True", "False", ""])

    assert len(lines(write_training(frame, tmp_path / "t.jsonl", format="thinking"))) == 1


def test_each_split_has_its_file(tmp_path: Path) -> None:
    frame = chosen(split=["train", "test", None])

    paths = write_training(frame, tmp_path / "set-{split}.jsonl", format="thinking")

    assert paths == {"train": tmp_path / "set-train.jsonl", "test": tmp_path / "set-test.jsonl"}
    assert [read_training(path)["content"].tolist() for path in paths.values()] == [["A"], ["B"]]


def test_splits_are_never_mixed_in_one_file(tmp_path: Path) -> None:
    frame = chosen(split=["train", "test", None])

    with pytest.raises(InputError, match=r"test, train, which would be mixed.*\{split\}"):
        write_training(frame, tmp_path / "t.jsonl", format="thinking")
    path = write_training(frame, tmp_path / "t.jsonl", format="thinking", split="test")
    assert read_training(path)["content"].tolist() == ["B"]


@pytest.mark.parametrize("name", ["../up", "a/b", "", "a\0b", ".hidden", "x" * 200])
def test_a_splits_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"split|no split"):
        write_training(chosen(split=[name, "b", None]), tmp_path / "{split}.jsonl", format="thinking")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_exists_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("mine")

    with pytest.raises(InputError, match=r"exists already.*overwrite=True"):
        write_training(chosen(), path, format="thinking")
    assert path.read_text() == "mine"
    write_training(chosen(), path, format="thinking", overwrite=True)
    assert len(lines(path)) == 2


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_row_that_fails_late_leaves_no_file_and_the_old_one_whole(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"t{ending}"
    path.write_text("old")
    frame = pd.DataFrame({"prompt": ["p"] * 3000, "content": ["A"] * 2999 + [None], "chosen": [True] * 3000})

    with pytest.raises(InputError, match="row 2999 has no answer"):
        write_training(frame, path, format="openai_chat", overwrite=True)

    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"format": "alpaca"}, "format='alpaca' is unknown"),
        ({"format": "thinking", "thinking": "perhaps"}, "thinking='perhaps'"),
        ({"format": "thinking", "thinking": "inline"}, "inline_think"),
        ({"format": "inline_think", "tag": "a b"}, "tag='a b'"),
        ({"format": "inline_think", "tag": ("x", "x")}, "must differ"),
        ({"format": "thinking", "rows": "some"}, "rows='some'"),
        ({"format": "thinking", "unfit": "ignore"}, "unfit='ignore'"),
        ({"format": "thinking", "split": "train"}, "no column split"),
        ({"format": "inline_think", "tag": 5}, "tag=5"),
        ({"format": "openai_chat", "thinking": ["drop"]}, "thinking=\\['drop'\\]"),
        ({"format": "thinking", "unfit": ["drop"]}, "unfit="),
        ({"format": "thinking", "system": 5}, "system= takes the text"),
        ({"format": "thinking", "store": 5}, "store= takes a Store"),
        ({"format": "preference", "thinking": "drop", "rejected": ["grade"]}, "rejected="),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_is_written(tmp_path: Path, wish: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        write_training(chosen(), tmp_path / "t.jsonl", **wish)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", [["a"], {"a": 1}, 5])
def test_a_key_that_is_none_is_a_row_from_elsewhere(tmp_path: Path, key: Any) -> None:
    write_training(chosen(key=[key] * 3), tmp_path / "t.jsonl", format="thinking")

    assert lines(tmp_path / "t.jsonl")[0]["messages"][0]["content"] == "a?"


def test_scores_and_prompts_of_any_type_are_read_or_refused(tmp_path: Path) -> None:
    wishes: Any = {"format": "preference", "thinking": "drop", "rejected": "grade"}
    listed = chosen(prompt_id=[[1], [2], [1]], grade=[2, 2, 1])
    write_training(listed, tmp_path / "t.jsonl", **wishes)

    assert len(lines(tmp_path / "t.jsonl")) == 1
    with pytest.raises(InputError, match="which is no score"):
        write_training(chosen(grade=[[1], [1], [0]]), tmp_path / "u.jsonl", **wishes)


@pytest.mark.parametrize("name", ["t.csv", "t", "no/such/t.jsonl", "t\0.jsonl", "\ud800.jsonl"])
def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="path"):
        write_training(chosen(), f"{tmp_path}/{name}", format="thinking")


def test_what_is_no_frame_of_answers_is_refused(tmp_path: Path) -> None:
    for frame in ([1], pd.DataFrame({"content": ["a"]}), pd.DataFrame([["a", "b"]], columns=["content", "content"])):
        with pytest.raises(InputError, match="df="):
            write_training(frame, tmp_path / "t.jsonl", format="thinking")  # type: ignore[arg-type]


# Where it comes from


@pytest.mark.parametrize("ending", ENDINGS)
def test_metadata_says_where_each_answer_comes_from(tmp_path: Path, ending: str) -> None:
    frame = chosen(profile=["teacher"] * 3, model=["sim/large"] * 3)

    path = write_training(frame, tmp_path / f"t{ending}", format="reasoning_content", metadata=True)

    origins = read_training(path)["metadata"].tolist()
    assert len(origins) == 2
    assert "teacher" in json.dumps(origins[0])


def test_metadata_of_a_preference_tells_of_both(tmp_path: Path) -> None:
    frame = chosen(profile=["good", "good", "bad"])

    path = write_training(frame, tmp_path / "t.jsonl", format="preference", thinking="drop", metadata=True)

    metadata = lines(path)[0]["metadata"]
    assert "good" in json.dumps(metadata["chosen"])
    assert "bad" in json.dumps(metadata["rejected"])


# Reading


def test_the_format_is_found_by_the_fields(tmp_path: Path) -> None:
    for name in FORMATS:
        wish: Any = None if name in {*FIELD_FORMATS, "inline_think"} else "inline"
        path = write_training(chosen(), tmp_path / f"{name}.jsonl", format=name, thinking=wish)

        assert read_training(path)["thinking"][0] == "so a"


@pytest.mark.parametrize("given", [None, 5, b"t.jsonl", "t\0.jsonl"])
def test_what_is_no_path_is_refused(given: Any) -> None:
    with pytest.raises(InputError, match="path"):
        read_training(given)


def test_a_named_format_takes_texts_as_they_are(tmp_path: Path) -> None:
    path = write_training(chosen(), tmp_path / "t.jsonl", format="openai_chat", thinking="inline")

    assert read_training(path, "openai_chat")["content"][0] == "<think>\nso a\n</think>\n\nA"
    with pytest.raises(InputError, match=r"t\.jsonl:1: is openai_chat, not sharegpt"):
        read_training(path, "sharegpt")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "not JSON"),
        (b"[1]", "a line is an object"),
        (b"\xff{}", "not UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a": 1}', "the fields of no format"),
        (b'{"messages": []}', "no list of messages"),
        (b'{"messages": [{"role": "user", "content": "u"}]}', "fewer than two"),
        (b'{"messages": [{"role": "user", "content": "u"}, {"role": "user", "content": "u"}]}', "not of the assistant"),
        (b'{"messages": [{"role": "user", "content": "u"}, {"role": "assistant", "content": 7}]}', "int where a text"),
        (b'{"conversations": [{"from": "cat", "value": "u"}, {"from": "gpt", "value": "u"}]}', "'cat'"),
        (b'{"conversations": [{"from": ["human"], "value": "u"}, {"from": "gpt", "value": "u"}]}', "a turn from"),
        (b'{"prompt": "p", "completion": null}', "where a text belongs"),
    ],
)
def test_a_line_that_is_no_example_is_named(tmp_path: Path, line: bytes, told: str) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"prompt": "p", "completion": "c"}\n' + line + b"\n")

    with pytest.raises(InputError, match=rf"t\.jsonl:2: .*{told}"):
        read_training(path)


@pytest.mark.parametrize(
    "name",
    ["none.jsonl", "t.csv", "damaged.jsonl.gz", "damaged.parquet", "empty.jsonl", "cut.jsonl.gz", "flipped.jsonl.gz"],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "damaged.jsonl.gz").write_bytes(b"not packed")
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 not")
    (tmp_path / "empty.jsonl").write_bytes(b"\n")
    flipped = bytearray(gzip.compress(b'{"prompt": "p", "completion": "c"}\n' * 99))
    flipped[30] ^= 255
    (tmp_path / "flipped.jsonl.gz").write_bytes(flipped)
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"prompt": "p", "completion": "c"}\n' * 99)[:-12])

    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        read_training(tmp_path / name)


# The parts


@given(thinking=TEXTS, answer=TEXTS)
def test_joined_texts_are_parted_again(thinking: str, answer: str) -> None:
    assume("think>" not in thinking + answer)

    assert parted(joined(thinking, answer, Tag()), Tag()) == (thinking, answer)


@pytest.mark.filterwarnings("default")  # what the library warns of is its own
def test_a_dataset_is_what_a_parquet_file_holds(tmp_path: Path) -> None:
    pytest.importorskip("datasets", reason="the extra `datasets` is not installed; it brings 300 MB")
    for name in FORMATS:
        wish: dict[str, Any] = {"format": name, "metadata": True}
        if name not in {*FIELD_FORMATS, "inline_think"}:
            wish["thinking"] = "inline"
        path = write_training(chosen(), tmp_path / f"{name}.parquet", **wish)
        dataset = to_dataset(chosen(), **wish)

        assert dataset.to_list() == [fields for _, fields in read_objects(path)]
        assert dataset._fingerprint == to_dataset(chosen(), **wish)._fingerprint


def test_without_the_library_a_dataset_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)

    with pytest.raises(InputError, match=r"pip install 'distilkit\[datasets\]'"):
        to_dataset(chosen(), format="thinking")
