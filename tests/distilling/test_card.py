"""The card: what it tells, from which columns, and that the same rows give the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

import distilkit as dk
from distilkit.distilling.card import dataset_card
from distilkit.distilling.notices import DataWarning
from distilkit.distilling.split import split
from distilkit.errors import InputError


def evidence(**said: str) -> str:
    return json.dumps(said) if said else ""


def rows() -> pd.DataFrame:
    """Six rows of two teachers: one wrong, one a near duplicate, one without a known cost, three chosen."""
    frame = pd.DataFrame(
        {
            "prompt_id": [0, 1, 2, 3, 0, 1],
            "profile": ["lab/a"] * 4 + ["big"] * 2,
            "model": ["custom_openai/a"] * 4 + ["openai/big"] * 2,
            "provider": ["custom_openai"] * 4 + ["openai"] * 2,
            "served_by": ["lab/a"] * 4 + ["big"] * 2,
            "prompt": ["zero", "one", "two", "three", "zero", "one"],
            "content": ["0", "7", "2", "2!", "0", "1"],
            "thinking_kind": ["raw", "raw", "raw", "raw", "summary", "summary"],
            "finish_reason": "stop",
            "input_tokens": 5,
            "output_tokens": 5,
            "cost_usd": pd.array([0.01, 0.01, 0.01, 0.01, 0.1, 0.1], dtype="Float64"),
            "billed_usd": pd.array([0.01, 0.01, 0.01, 0.01, 0.1, 0.1], dtype="Float64"),
            "error_kind": None,
            "created_at": pd.to_datetime(["2026-01-30T10:00:00Z"] * 4 + ["2026-01-31T10:00:00Z"] * 2),
            "correct": pd.array([True, False, True, True, True, True], dtype="boolean"),
            "valid": [True, False, True, False, True, True],
            "reasons": ["", "verifier_failed", "", "duplicate_of", "", ""],
            "evidence": [
                evidence(),
                evidence(verifier_failed="correct: False"),
                evidence(),
                evidence(duplicate_of="96.3 % like 2"),
                evidence(),
                evidence(),
            ],
            "chosen": [True, False, True, False, False, True],
        }
    )
    return split(frame, {"test": 0.3})


def section(card: str, title: str) -> str:
    return card.partition(f"## {title}\n\n")[2].partition("\n## ")[0]


def front(card: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(card.split("---\n")[1])
    return found


def test_every_section_is_there_in_order() -> None:
    titles = [line[3:] for line in dataset_card(rows()).splitlines() if line.startswith("## ")]

    assert titles == [
        "How it was made",
        "What was left at each step",
        "Checks",
        "Thinking",
        "Duplicates and contamination",
        "Parts",
        "Terms of use",
        "Files",
        "Versions and seeds",
        "What is not known",
    ]


def test_the_header_has_the_fields_that_hubs_read(tmp_path: Path) -> None:
    for part in ("train", "test"):
        (tmp_path / f"sums.{part}.jsonl").write_text(f"{part}\n")
    files = [tmp_path / "sums.train.jsonl", tmp_path / "sums.test.jsonl"]

    header = front(dataset_card(rows(), title="Sums: easy", license="mit", language="en", files=files))

    assert header["pretty_name"] == "Sums: easy"
    assert header["license"] == ["mit"]
    assert header["language"] == ["en"]
    assert header["size_categories"] == ["n<1K"]
    assert header["annotations_creators"] == ["machine-generated"]
    assert header["configs"][0]["data_files"] == [
        {"split": "train", "path": ["sums.train.jsonl"]},
        {"split": "test", "path": ["sums.test.jsonl"]},
    ]


def test_a_file_whose_part_nobody_says_is_in_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "all.jsonl").write_text("x")

    assert "configs" not in front(dataset_card(rows(), files=tmp_path / "all.jsonl"))


def test_teachers_are_told_with_rows_and_dollars() -> None:
    told = section(dataset_card(rows()), "How it was made")

    assert "| lab/a | custom\\_openai | custom\\_openai/a | unknown | 4 | 2 | $0.04 | 2026-01-30 |" in told
    assert "| big | openai | openai/big | unknown | 2 | 1 | $0.2 | 2026-01-31 |" in told


def test_a_valid_row_bears_what_was_lost() -> None:
    """Six rows cost 24 cents, and four are valid."""
    assert "A valid row cost **$0.06**" in section(dataset_card(rows()), "What was left at each step")


def test_an_unknown_cost_is_said_and_not_zero() -> None:
    frame = rows()
    frame.loc[0, "cost_usd"] = pd.NA

    card = dataset_card(frame)

    assert "1 of 6 rows have no known cost; the others come to $0.23." in section(card, "What was left at each step")
    assert "A valid row cost **unknown**" in card
    assert "| lab/a | custom\\_openai | custom\\_openai/a | unknown | 4 | 2 | unknown |" in card


def test_verifiers_and_how_often_each_failed() -> None:
    told = section(dataset_card(rows(), verifiers={"correct": "the number is the answer's"}), "Checks")

    assert "| correct | the number is the answer's | 5 | 1 | 0 |" in told
    assert "| verifier\\_failed | 1 |" in told


def test_verifiers_are_found_in_the_evidence_too() -> None:
    assert "| correct |  | 5 | 1 | 0 |" in section(dataset_card(rows()), "Checks")


def test_a_verifier_without_a_verdict_is_no_failure() -> None:
    frame = rows()
    frame["evidence"] = [evidence(verifier_failed="correct: <NA> (no number)"), *[""] * 5]
    frame["correct"] = pd.array([None, True, True, True, True, True], dtype="boolean")

    assert "| correct |  | 5 | 0 | 1 |" in section(dataset_card(frame), "Checks")


def test_no_verifier_is_said() -> None:
    frame = rows().drop(columns=["correct", "evidence", "reasons"])

    assert "whether an answer is right was not checked" in section(dataset_card(frame), "Checks")
    assert "wrong answers are among them" in section(dataset_card(frame), "What is not known")


def test_mixed_thinking_and_duplicates_are_told() -> None:
    card = dataset_card(rows())

    assert "**The chosen rows mix kinds of thinking.**" in section(card, "Thinking")
    assert "taken out: 1, of them near ones: 1." in section(card, "Duplicates and contamination")


def test_parts_are_told_with_their_rule() -> None:
    told = section(dataset_card(rows()), "Parts")

    assert "SHA-256 of the prompt" in told
    assert "No prompt stands in two parts." in told


def test_a_prompt_in_two_parts_is_told() -> None:
    frame = rows().assign(prompt="the same", split=["train", "a", "test", "a", "a", "test"])

    assert "1 prompts stand in more than one part" in section(dataset_card(frame), "Parts")


def test_what_terms_do_not_allow_is_loud_in_the_card_and_out_of_it() -> None:
    with pytest.warns(DataWarning, match="2 CHOSEN ROWS"):
        card = dataset_card(rows(), terms={"lab": {"training": "disallowed", "source": "clause 7"}})

    assert card.index("Not allowed as training data:** 2 chosen rows") < card.index("## How it was made")
    assert "| custom\\_openai | lab/a | 2 | **disallowed** | clause 7 | not stated |" in card
    assert "| openai | big | 1 | unknown | not stated | not stated |" in card


def test_files_are_listed_with_their_hash_and_no_folder_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "train.jsonl"
    file.write_bytes(b"line\n")

    inside = dataset_card(rows(), tmp_path / "README.md", files={"train": file})
    outside = dataset_card(rows(), files=file)

    digest = hashlib.sha256(b"line\n").hexdigest()
    assert f"| data/train.jsonl | train | 5 | `{digest}` |" in inside
    assert f"| train.jsonl | train | 5 | `{digest}` |" in outside
    assert str(tmp_path) not in inside + outside


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    card = dataset_card(rows(), tmp_path / "README.md", date="2026-02-01")

    assert (tmp_path / "README.md").read_bytes() == card.encode()
    assert dataset_card(rows(), date="2026-02-01") == card
    assert "2026-02-01" not in dataset_card(rows())


@pytest.mark.parametrize("name", ["profile", "model", "served_by", "provider", "reasons", "split", "thinking_kind"])
def test_a_hostile_text_does_nothing_wherever_it_stands(name: str) -> None:
    evil = "<script>x</script> [a](http://e.example) | ![p](//e.example/p)\n# owned\n---"
    frame = rows()
    frame[name] = [evil] * len(frame)

    card = dataset_card(frame, title=evil, name=evil)

    assert "<script>" not in card
    assert "[a](" not in card
    assert "\n# owned" not in card
    assert card.count("\n---\n") == 1
    assert front(card)["tags"] == ["distillation", "synthetic", "distilkit"]


def test_what_a_run_sent_is_told(tmp_path: Path) -> None:
    tasks = dk.sample_task(3)
    store = tmp_path / "store"
    df = dk.compare(tasks, ["sim/small"], params={"seed": 11, "temperature": 0}, store=store, progress=False)

    card = dataset_card(df, store=store)

    assert '* sim/small: {"seed": 11, "temperature": 0}' in card
    assert "* Seeds sent: sim/small 11" in card
    assert "| sim/small | sim | sim/small | small | 3 | 3 |" in card
    assert "written by a simulator" in card


@pytest.mark.parametrize(("price", "told"), [("1000", True), ("2000", False)])
def test_a_stated_price_is_told_only_where_it_gives_the_cost(price: str, told: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    """Ten tokens at a thousand dollars a million are a cent."""
    config = tmp_path / "distilkit.yaml"
    config.write_text(
        "providers:\n  lab: {type: custom, base_url: 'http://localhost:1', models: [{name: a, "
        f"price: {{input_per_million: {price}, output_per_million: {price}}}}}]}}\n"
    )

    card = dataset_card(rows(), config=config)

    assert ("* lab/a: input $1000, output $1000" in card.replace("\\$", "$")) is told


def test_without_the_store_it_says_what_is_not_known() -> None:
    told = section(dataset_card(rows()), "What is not known")

    assert "Of 3 of 3 chosen rows the parameters and the model served are not known." in told
    assert "Of 3 chosen rows nobody has said whether the terms of use allow training on them." in told


def test_a_frame_from_elsewhere_has_a_card_too() -> None:
    card = dataset_card(pd.DataFrame({"prompt": ["a", "b"], "content": ["1", "2"]}))

    assert "2 examples to train a model on, from 2 answers to 2 prompts" in card
    assert "no check has left a trace" in card
    assert "The rows are not parted." in card


def test_a_file_without_types_gives_the_same_card(tmp_path: Path) -> None:
    rows().to_csv(tmp_path / "rows.csv", index=False)

    from distilkit.files import read_rows

    assert dataset_card(read_rows(tmp_path / "rows.csv")) == dataset_card(rows())


def test_a_notebook_shows_it_without_the_header() -> None:
    shown = dataset_card(rows(), name="sums")._repr_markdown_()

    assert shown.startswith('<div class="mathjax_ignore tex2jax_ignore">\n\n# sums\n')


def test_dollars_are_no_mathematics_in_a_notebook() -> None:
    page = dataset_card(rows())._repr_markdown_()

    assert r"\$" in page
    assert not re.search(r"(?<!\\)\$", page)


def test_an_existing_card_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("mine")

    with pytest.raises(InputError, match="exists already"):
        dataset_card(rows(), path)
    assert path.read_text() == "mine"

    dataset_card(rows(), path, overwrite=True)
    assert path.read_text().startswith("---\n")
    assert [each.name for each in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"path": "card.html"}, "must end in .md"),
        ({"path": "nowhere/README.md"}, "there is no folder"),
        ({"path": 7}, "takes the path"),
        ({"date": "today"}, "date= must be a day"),
        ({"files": 7}, "files= takes paths"),
        ({"files": "nowhere.jsonl"}, "cannot be read: No such file"),
        ({"verifiers": 7}, "verifiers= takes names"),
        ({"license": 7}, "license= takes a text"),
        ({"terms": {"a": "b"}}, "training must be one of"),
    ],
)
def test_what_is_wrong_is_one_line(
    wishes: dict[str, Any], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=told):
        dataset_card(rows(), **wishes)


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(InputError):
        dataset_card([1])  # type: ignore[arg-type]
