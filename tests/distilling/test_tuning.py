"""Files for fine-tuning: what a provider's published rules say of them, line by line, and what training would cost."""

from __future__ import annotations

import codecs
import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from distilkit.distilling.formats import write_training
from distilkit.distilling.tuning import PROVIDERS, check_training
from distilkit.engine.tokens import count_messages
from distilkit.errors import InputError

SYSTEM = {"role": "system", "content": "Be brief."}


def chat(nth: int = 0, *more: dict[str, Any], **answer: Any) -> dict[str, Any]:
    """One example; `answer` are more fields of its last message."""
    last = {"role": "assistant", "content": f"answer {nth}", **answer}
    return {"messages": [{"role": "user", "content": f"question {nth}"}, *more, last]}


def gemini(nth: int = 0, *, last: str = "model") -> dict[str, Any]:
    turns = [("user", f"question {nth}"), (last, f"answer {nth}")]
    return {"contents": [{"role": role, "parts": [{"text": text}]} for role, text in turns]}


def written(path: Path, *examples: Any, fill: int = 10) -> Path:
    """Write good examples up to `fill`, then these; a text is written as it is."""
    good = [chat(1000 + nth) for nth in range(fill - len(examples))]
    lines = [each if isinstance(each, str) else json.dumps(each) for each in [*good, *examples]]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def wrong(frame: pd.DataFrame) -> list[tuple[str, str]]:
    found = frame[frame["severity"] != "info"]
    return list(zip(found["rule"], found["severity"], strict=True))


def value(frame: pd.DataFrame, name: str) -> Any:
    return frame.loc[frame["rule"] == name, "value"].iloc[0]


def test_a_good_file_has_counts_and_no_faults(tmp_path: Path) -> None:
    found = check_training(written(tmp_path / "t.jsonl"), model="gpt-4o-mini-2024-07-18")

    assert list(found.columns) == ["line", "rule", "severity", "value", "detail", "way_out", "source"]
    assert found["rule"].tolist() == [
        "examples",
        "bytes",
        "tokens",
        "largest_example_tokens",
        "example_context_tokens",
        "trained_tokens",
        "cost_usd",
    ]
    assert value(found, "examples") == 10
    assert value(found, "bytes") == (tmp_path / "t.jsonl").stat().st_size
    assert value(found, "tokens") == sum(count_messages(chat(1000 + nth)["messages"], "gpt-4o") for nth in range(10))
    assert value(found, "example_context_tokens") == 65_536


@pytest.mark.parametrize(
    ("example", "rule"),
    [
        ({"prompt": "p", "completion": "c"}, "messages_missing"),
        ({"messages": []}, "messages_missing"),
        ({"messages": "text"}, "messages_missing"),
        ({**chat(), "metadata": {}}, "field_unknown"),
        (chat(reasoning_content="so"), "field_unknown"),
        (chat(0, "text"), "message_type"),  # type: ignore[arg-type]
        (chat(0, {"content": "x"}), "role_missing"),
        (chat(0, {"role": "bot", "content": "x"}), "role_unknown"),
        (chat(0, {"role": "user"}), "content_missing"),
        (chat(0, {"role": "user", "content": 7}), "content_type"),
        (chat(content="  "), "content_empty"),
        (chat(weight=2), "weight"),
        (chat(weight=0.5), "weight"),
        (chat(weight=True), "weight"),
        (chat(0, {"role": "user", "content": "x", "weight": 1}), "weight"),
        ({"messages": chat()["messages"][:1]}, "assistant_missing"),
        ({"messages": [*chat()["messages"], {"role": "user", "content": "x"}]}, "last_message"),
        ("{", "json"),
        ("[1]", "json"),
        (
            '{"messages": [{"role": "user", "content": "\\ud800"}, {"role": "assistant", "content": "a"}]}',
            "half_letter",
        ),
        ("[" * 50_000, "json"),
    ],
)
def test_each_broken_rule_is_an_error_with_its_line_and_a_way_out(tmp_path: Path, example: Any, rule: str) -> None:
    found = check_training(written(tmp_path / "t.jsonl", example))

    assert (rule, "error") in wrong(found)
    row = found[found["rule"] == rule].iloc[0]
    assert row["line"] == 10
    assert row["way_out"]
    assert row["source"].startswith(("https://", "distilkit"))


@pytest.mark.parametrize(
    ("examples", "rule"),
    [
        ([chat(7), chat(7)], "duplicate"),
        ([chat(7), chat(7, content="another")], "duplicate_prompt"),
        ([chat(7, weight=0)], "nothing_learnt"),
        ([{"messages": [SYSTEM, chat()["messages"][1]]}], "user_missing"),
        ([""], "line_empty"),
    ],
)
def test_what_is_hardly_meant_is_a_warning(tmp_path: Path, examples: list[Any], rule: str) -> None:
    found = check_training(written(tmp_path / "t.jsonl", *examples, fill=11))

    assert wrong(found) == [(rule, "warning")]
    assert found[found["rule"] == rule]["line"].tolist() == [11]


def test_an_answer_by_a_tool_needs_no_content(tmp_path: Path) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    example = chat(
        0, {"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": "c", "content": "1"}
    )

    assert wrong(check_training(written(tmp_path / "t.jsonl", {**example, "tools": []}))) == []


def test_too_few_examples_are_an_error_of_the_file(tmp_path: Path) -> None:
    found = check_training(written(tmp_path / "t.jsonl", fill=9))

    row = found[found["rule"] == "examples"].iloc[-1]
    assert row["severity"] == "error"
    assert "9 examples, of at least 10" in row["detail"]
    assert pd.isna(row["line"])
    assert wrong(check_training(written(tmp_path / "f.jsonl", fill=3), "fireworks")) == []


def test_an_empty_file_has_no_examples(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text("")

    for provider in PROVIDERS:
        assert ("examples", "error") in wrong(check_training(tmp_path / "t.jsonl", provider))


def test_an_example_over_the_models_context_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", chat(content="word " * 17_000))

    found = check_training(path, model="gpt-3.5-turbo-0125")
    assert found[found["rule"] == "too_long"]["line"].tolist() == [10]
    assert wrong(check_training(path, model="gpt-4o-mini")) == []
    assert wrong(check_training(path, context=100)) == [("too_long", "error")]


def test_a_context_that_is_not_published_is_not_claimed(tmp_path: Path) -> None:
    found = check_training(written(tmp_path / "t.jsonl"), model="gpt-99")

    assert pd.isna(value(found, "example_context_tokens"))


def test_a_cost_is_a_stated_price_times_epochs_and_unknown_without(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl")

    found = check_training(path, price_per_million=25.0, epochs=3)
    assert value(found, "trained_tokens") == 3 * value(found, "tokens")
    assert value(found, "cost_usd") == pytest.approx(value(found, "tokens") * 3 * 25 / 1e6)
    for wish in ({}, {"price_per_million": 25.0}, {"epochs": 3}):
        assert pd.isna(value(check_training(path, **wish), "cost_usd"))  # type: ignore[arg-type]


def test_a_free_run_costs_nothing_which_is_not_unknown(tmp_path: Path) -> None:
    assert value(check_training(written(tmp_path / "t.jsonl"), price_per_million=0, epochs=1), "cost_usd") == 0


def test_many_broken_lines_are_counted_and_some_listed(tmp_path: Path) -> None:
    found = check_training(written(tmp_path / "t.jsonl", *["{"] * 250, fill=250))

    broken = found[found["rule"] == "json"]
    assert len(broken) == 100
    assert set(broken["value"]) == {250}


def test_azure_wants_a_byte_order_mark_and_others_do_not(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl")
    assert wrong(check_training(path, "azure")) == [("byte_order_mark", "error")]

    path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())
    assert wrong(check_training(path, "azure")) == []
    assert wrong(check_training(path, "openai")) == [("byte_order_mark", "warning")]


@pytest.mark.parametrize(
    ("example", "rule"),
    [
        ({"messages": [*chat()["messages"][:1], SYSTEM, chat()["messages"][1]]}, "system_first"),
        ({"messages": [chat()["messages"][0], *chat()["messages"]]}, "alternating"),
        ({"messages": [chat()["messages"][1]]}, "alternating"),
        (chat(content=[{"type": "text", "text": "x"}]), "content_type"),
        ({**chat(), "text": "x"}, "field_unknown"),
    ],
)
def test_together_is_stricter_than_openai(tmp_path: Path, example: Any, rule: str) -> None:
    assert (rule, "error") in wrong(check_training(written(tmp_path / "t.jsonl", example), "together"))


def test_a_gemini_file_has_contents(tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", *[gemini(nth) for nth in range(10)])
    assert wrong(check_training(path, "vertex")) == []
    assert value(check_training(path, "vertex"), "tokens") > 50

    bad = written(tmp_path / "b.jsonl", chat(), gemini(1, last="user"), {"contents": [{"role": "bot"}]}, fill=3)
    rules = [rule for rule, _ in wrong(check_training(bad, "vertex"))]
    assert rules == ["contents_missing", "last_message", "role_unknown", "parts_missing", "last_message"]


def test_a_container_that_is_not_taken_is_reported_and_still_read(tmp_path: Path) -> None:
    packed = tmp_path / "t.jsonl.gz"
    packed.write_bytes(gzip.compress(written(tmp_path / "t.jsonl").read_bytes()))
    (tmp_path / "t.parquet").write_bytes(b"PAR1")

    assert wrong(check_training(packed)) == [("ending", "error")]
    assert value(check_training(packed), "examples") == 10
    assert wrong(check_training(tmp_path / "t.parquet")) == [("ending", "error")]
    assert pd.isna(value(check_training(tmp_path / "t.parquet"), "examples"))


def test_a_file_that_is_too_large_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    small = replace(PROVIDERS["openai"], bytes=100)
    monkeypatch.setattr("distilkit.distilling.tuning.rules.PROVIDERS", {"openai": small})

    assert wrong(check_training(written(tmp_path / "t.jsonl"))) == [("file_size", "error")]


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"provider": "acme"}, "rules are known for openai, azure"),
        ({"epochs": 0}, "epochs=0"),
        ({"context": True}, "context=True"),
        ({"price_per_million": -1}, "price_per_million=-1"),
        ({"provider": ["openai"]}, "rules are known for openai, azure"),
        ({"model": 5}, "model=5"),
        ({"price_per_million": float("nan")}, "price_per_million=nan"),
    ],
)
def test_a_wrong_wish_is_refused(tmp_path: Path, wishes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        check_training(written(tmp_path / "t.jsonl"), **wishes)


@pytest.mark.parametrize("name", ["none.jsonl", "t.txt", "bad.jsonl.gz"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "bad.jsonl.gz").write_bytes(b"not packed")

    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        check_training(tmp_path / name)


@pytest.mark.parametrize("given", [None, 5, b"x.jsonl", "a\0.jsonl"])
def test_what_is_no_path_is_refused(given: Any) -> None:
    with pytest.raises(InputError, match="path"):
        check_training(given)


def test_a_packed_file_with_a_flipped_bit_is_named(tmp_path: Path) -> None:
    path, packed = tmp_path / "x.jsonl.gz", bytearray(gzip.compress(b'{"messages": []}\n' * 100))
    packed[30] ^= 255
    path.write_bytes(packed)

    with pytest.raises(InputError, match="cannot be read"):
        check_training(path)


def test_every_provider_names_its_source() -> None:
    assert all(rules.source.startswith("https://") for rules in PROVIDERS.values())
    assert all(rules.context_source or not rules.context or rules.name == "vertex" for rules in PROVIDERS.values())


def test_what_is_written_for_openai_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTILKIT_STORE", str(tmp_path / "none"))
    frame = pd.DataFrame({"prompt": [f"q{nth}" for nth in range(10)], "content": "a", "thinking": "t", "chosen": True})
    drop = write_training(frame, tmp_path / "a.jsonl", format="openai_chat", thinking="drop")
    field = write_training(frame, tmp_path / "b.jsonl", format="reasoning_content", metadata=True)

    assert wrong(check_training(drop)) == []
    assert {rule for rule, _ in wrong(check_training(field))} == {"field_unknown"}
