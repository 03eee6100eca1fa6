"""A report is one page that is whole, safe, the same each time, and says what it was asked."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from distilkit.errors import InputError
from distilkit.notebook.report import images, report
from distilkit.plot.pictures import Picture, Pictures
from distilkit.store import Store

HOSTILE = ["<script>alert(1)</script>", "$x^2$ \\frac{", "\u202egnp\x00\x9b \ud800"]
SAID = "</pre></style><img src=x onerror=alert(1)><svg onload=alert(1)> $a$ \u202e\x1b[31m\ud800 javascript:alert(1)"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, answers_of: Any) -> tuple[pd.DataFrame, Path]:
    """A report of everything at once: names, answers and errors that would break out of a page if they could."""
    plt.switch_backend("agg")
    frame = answers_of(HOSTILE, 6, content=SAID, thinking=SAID, prompt=SAID)
    frame.loc[[0, 1], ["error_kind", "error", "content", "correct"]] = ["timeout", SAID, pd.NA, pd.NA]
    frame["<b>grade"] = pd.array(range(len(frame)), dtype="Float64")
    folder = tmp_path_factory.mktemp("hostile")
    with Store(folder / "store") as store:
        made = report(frame, folder / "r.html", score="correct", title=SAID, notes=SAID, date=SAID, store=store)
    return frame, made.path


def test_the_page_is_well_formed_and_closed_in_itself(hostile: Any, page_of: Any) -> None:
    page = page_of(hostile[1])

    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    assert all(address.startswith(("data:image/", "#")) for address in page.addresses)
    assert {address[1:] for address in page.addresses if address.startswith("#")} <= {*ids}
    assert {str(attrs["aria-labelledby"]) for attrs in page.of("section")} <= {*ids}
    assert page.of("html") == [{"lang": "en"}]
    assert len(page.of("h1")) == len(page.of("main")) == 1


def test_nothing_that_was_said_becomes_a_part_of_the_page(hostile: Any, page_of: Any) -> None:
    """The parser refuses tags that the page itself never has; attributes that run are looked for here."""
    html, page = hostile[1].read_text("utf-8"), page_of(hostile[1])

    assert [name for _, attrs in page.tags for name in attrs if name.startswith("on")] == []
    assert "<script" not in html
    assert not {*map(chr, range(9)), "\x1b", "\u202e", "\ud800"} & {*html}
    assert "<img src=x onerror=alert(1)>" in page.text


def test_a_browser_is_told_to_fetch_and_run_nothing(hostile: Any, page_of: Any) -> None:
    policy = [attrs["content"] for attrs in page_of(hostile[1]).of("meta") if "http-equiv" in attrs]

    assert policy == [
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    ]


def test_tables_and_plots_can_be_heard(hostile: Any, page_of: Any) -> None:
    page = page_of(hostile[1])

    assert {attrs.get("scope") for attrs in page.of("th")} == {"col", "row"}
    assert len(page.of("caption")) == len(page.of("table")) > 4
    assert all(len(str(attrs["alt"])) > 20 for attrs in page.of("img"))
    assert len(page.of("img")) == len(page.of("source")) == 6


def test_every_section_is_there(hostile: Any, page_of: Any) -> None:
    ids = [attrs["id"] for attrs in page_of(hostile[1]).of("section")]

    expected = "decision notes asked quality worth pairs dollars time failures disagreements examples"
    assert ids == expected.split()


def test_the_same_rows_give_the_same_bytes(tmp_path: Path, answers_of: Any) -> None:
    frame = answers_of(["small", "large"], 5)

    first = report(frame, tmp_path / "a.html", store=tmp_path)
    with plt.style.context("dark_background"):
        second = report(frame.copy(), tmp_path / "b.html", store=tmp_path)

    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.size == first.path.stat().st_size
    assert plt.get_fignums() == []


def test_the_frame_is_not_changed(tmp_path: Path, answers_of: Any) -> None:
    frame = answers_of(["small"], 3)
    before = frame.copy(deep=True)

    report(frame, tmp_path / "r.html", store=tmp_path)

    pd.testing.assert_frame_equal(frame, before)


def test_a_frame_from_elsewhere_gets_a_report_of_what_it_has(tmp_path: Path, page_of: Any) -> None:
    frame = pd.DataFrame({"profile": ["a", "a", "b", "b"], "prompt_id": ["x", "y", "x", "y"], "grade": [1.0, 3, 2, 5]})

    made = report(frame, tmp_path / "r.html", score="grade", quality=2, store=tmp_path)

    page = page_of(made.path)
    assert "b: 3.5" in made.decision
    assert "at an unknown cost" in page.text
    assert "These rows do not say whether an answer failed." in page.text


def test_without_a_score_there_is_no_decision_but_dollars_and_time(
    tmp_path: Path, answers_of: Any, page_of: Any
) -> None:
    made = report(answers_of(["small", "large"], 3).drop(columns="correct"), tmp_path / "r.html", store=tmp_path)

    ids = [attrs["id"] for attrs in page_of(made.path).of("section")]
    assert made.decision.startswith("No decision")
    assert {"dollars", "time"} <= {*ids}
    assert not {"worth", "pairs", "disagreements"} & {*ids}


def test_a_condition_without_a_score_to_judge_it_by_is_refused(tmp_path: Path, answers_of: Any) -> None:
    with pytest.raises(InputError, match="quality= needs a score"):
        report(answers_of(["small"], 2).drop(columns="correct"), tmp_path / "r.html", quality=0.8)

    assert list(tmp_path.iterdir()) == []


def test_a_cost_that_is_unknown_is_said_and_never_zero(tmp_path: Path, answers_of: Any, page_of: Any) -> None:
    frame = answers_of(["small"], 3)
    frame.loc[0, "cost_usd"] = pd.NA

    page = page_of(report(frame, tmp_path / "r.html", store=tmp_path).path)

    assert "cost unknown: 1 of 6 rows" in page.text
    assert "unknown" in [attrs.get("class") for attrs in page.of("span")]


def test_what_was_asked_for_stands_on_the_page(tmp_path: Path, answers_of: Any, page_of: Any) -> None:
    made = report(
        answers_of(["small", "large"], 4),
        tmp_path / "r.html",
        title="Round two",
        notes="First.\n\nSecond.",
        date=dt.date(2026, 2, 3),
        quality=0.5,
        budget=100,
        store=tmp_path,
    )

    page = page_of(made.path)
    assert "Round two" in page.text
    assert "First. Second." in page.text
    assert "2026-02-03" in page.text
    assert "answered 2026-01-05" in page.text
    assert made.decision in page.text
    assert "a mean correct of 0.5 or more and within the budget 100 US dollars" in page.text


def test_parameters_are_those_the_store_knows(tmp_path: Path, page_of: Any) -> None:
    import distilkit as dk

    frame = dk.compare("hi", "sim/small", params={"temperature": 0.3}, store=tmp_path / "store", progress=False)

    page = page_of(report(frame, tmp_path / "r.html", store=tmp_path / "store").path)

    assert "temperature=0.3" in page.text


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path, answers_of: Any) -> None:
    frame = answers_of(["small"], 2).assign(key="0" * 64)

    report(frame, tmp_path / "r.html", store=tmp_path / "nowhere")

    assert [each.name for each in tmp_path.iterdir()] == ["r.html"]


def test_many_profiles_are_each_compared_with_one(tmp_path: Path, answers_of: Any, page_of: Any) -> None:
    frame = answers_of([f"provider/model-number-{number:02}" for number in range(7)], 4)

    page = page_of(report(frame, tmp_path / "r.html", reference="provider/model-number-00", store=tmp_path).path)

    assert "Of 21 pairs, those with provider/model-number-00." in page.text


def test_what_is_long_is_cut_and_counted(tmp_path: Path, answers_of: Any, page_of: Any) -> None:
    frame = answers_of(["small", "large"], 30, content="word " * 20_000)

    made = report(frame, tmp_path / "r.html", examples=2, store=tmp_path)

    page = page_of(made.path)
    assert "98,000 more characters left out." in page.text
    assert "26 more prompts left out." in page.text
    assert made.size < 1_500_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"score": "nope"}, "no column 'nope'"),
        ({"score": ["correct"]}, "score= takes the name of one column"),
        ({"examples": -1}, "examples= must be a number from 0 to 50"),
        ({"title": 3}, "title= takes a text"),
        ({"reference": "nobody"}, "nobody"),
        ({"quality": 0.8, "margin": 0.1}, "quality= asks for"),
    ],
)
def test_a_wrong_argument_is_named_and_nothing_is_written(
    tmp_path: Path, answers_of: Any, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        report(answers_of(["small", "large"], 2), tmp_path / "r.html", **arguments)

    assert list(tmp_path.iterdir()) == []


def test_a_frame_without_rows_has_no_report(tmp_path: Path, answers_of: Any) -> None:
    with pytest.raises(InputError, match="no rows"):
        report(answers_of(["small"], 2).head(0), tmp_path / "r.html")


@pytest.mark.parametrize("name", [".hidden/r.html", ".r.html"])
def test_a_page_that_no_notebook_server_serves_is_a_path_and_no_link(
    name: str, tmp_path: Path, answers_of: Any, page_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".hidden").mkdir()

    page = page_of(report(answers_of(["small"], 2), name, store=tmp_path)._repr_mimebundle_()["text/html"])

    assert page.of("a") == []
    assert name in page.text


def test_a_number_and_its_unit_stay_on_one_line(tmp_path: Path, answers_of: Any) -> None:
    made = report(answers_of(["small", "large"], 4), tmp_path / "r.html", store=tmp_path)

    shown = [made._repr_mimebundle_()["text/html"], Path(made).read_text("utf-8").partition("</style>")[2]]
    visible = [re.sub(r'(?:alt|aria-label)="[^"]*"', "", each) for each in shown]
    assert [re.findall(r".{20}\d (?:s|%|kB)(?!\w)", each) for each in visible] == [[], []]
    assert all("\xa0" in each for each in shown)


def test_a_notebook_shows_a_link_and_the_decision(
    tmp_path: Path, answers_of: Any, page_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = report(answers_of(["small", "<b>"], 2), "my report.html", store=tmp_path)

    shown = made._repr_mimebundle_()
    page = page_of(shown["text/html"])
    assert [attrs["href"] for attrs in page.of("a")] == ["./my%20report.html"]
    assert made.decision.replace("<b>", "<b>") in page.text
    assert "mathjax_ignore" in str(page.of("div")[0]["class"])
    assert "my report.html" in shown["text/plain"]
    assert json.dumps(shown)
    assert os.fspath(made) == str(made) == "my report.html"
    assert Path(made).read_text("utf-8").startswith("<!DOCTYPE html>")


def test_an_existing_file_is_replaced_only_when_told(tmp_path: Path, answers_of: Any) -> None:
    file = tmp_path / "r.html"
    file.write_text("mine")

    with pytest.raises(InputError, match="overwrite=True"):
        report(answers_of(["small"], 2), file)
    assert file.read_text() == "mine"

    report(answers_of(["small"], 2), file, overwrite=True, store=tmp_path)
    assert file.read_text().startswith("<!DOCTYPE")


def test_where_every_answer_failed_the_report_says_so(tmp_path: Path, answers_of: Any, page_of: Any) -> None:
    frame = answers_of(["a", "b"], prompts=2, content=None, error_kind="timeout", error="too late", cost_usd=None)
    frame["correct"] = pd.array([None] * len(frame), dtype="boolean")

    made = report(frame, tmp_path / "r.html", store=tmp_path)

    assert "too late" in page_of(made.path).text


def test_of_many_profiles_some_are_drawn_and_the_page_says_which(
    tmp_path: Path, answers_of: Any, page_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = Picture(media_type="image/png", content=b"x", width=1, height=1)
    monkeypatch.setattr(images, "pictures", lambda _: Pictures(blank, blank))
    frame = answers_of([f"m-{nth:02}" for nth in range(30)], 2)

    page = page_of(report(frame, tmp_path / "r.html", store=tmp_path).path)

    assert page.text.count("Drawn are the first 24 of 30 profiles.") == 3
    assert "Drawn are the first 24 of 29 pairs." in page.text


@pytest.mark.parametrize("name", ["model", "provider", "key", "content", "prompt", "error", "created_at"])
@pytest.mark.parametrize("odd", [[1, [2]], {"a": 1}, 7])
def test_a_value_of_an_odd_type_is_shown(
    tmp_path: Path, answers_of: Any, monkeypatch: pytest.MonkeyPatch, name: str, odd: object
) -> None:
    blank = Picture(media_type="image/png", content=b"x", width=1, height=1)
    monkeypatch.setattr(images, "pictures", lambda _: Pictures(blank, blank))
    frame = answers_of(["small", "large"], 3)
    frame[name] = pd.Series([odd] * len(frame), dtype=object)

    assert report(frame, tmp_path / "r.html", store=tmp_path).path.exists()


@pytest.mark.parametrize(("name", "told"), [("sample", "lists or mappings"), ("from_store", "must hold numbers")])
def test_a_column_that_cannot_be_counted_is_named(tmp_path: Path, answers_of: Any, name: str, told: str) -> None:
    frame = answers_of(["small", "large"], 3)
    frame[name] = pd.Series([[1]] * len(frame), dtype=object)

    with pytest.raises(InputError, match=f"column '{name}' .*{told}"):
        report(frame, tmp_path / "r.html", store=tmp_path)
