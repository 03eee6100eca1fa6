"""Training data in a terminal: from prompts, or from rows that are there, to a file and its card."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.cli import main
from distilkit.sim import Dials, Server

COMMAND = [sys.executable, "-m", "distilkit.cli"]


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTILKIT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("DISTILKIT_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    dk.sample_task(8).to_csv(tmp_path / "tasks.csv", index=False)


def run(*arguments: object) -> int:
    return main(["distill", *[str(argument) for argument in arguments]])


def lines(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


ASKED = ("tasks.csv", "--teachers", "sim/large", "--verify", "number_or_text:answer", "-q")


def test_prompts_become_a_training_file_and_its_card(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*ASKED, "--until-valid", 3, "--out", "train.jsonl", "--card", "README.md", "--save-rows", "all.csv") == 0

    out, examples, rows = capsys.readouterr().out, lines("train.jsonl"), pd.read_csv("all.csv")
    assert all(step in out for step in ("asked", "answered", "valid", "chosen"))
    assert f"{len(examples)} examples written to train.jsonl" in out
    assert rows["chosen"].sum() == len(examples)
    assert all(each["messages"][-1]["reasoning_content"] for each in examples)
    card = Path("README.md").read_text(encoding="utf-8")
    assert "| train.jsonl |" in card
    assert "| correct | number\\_or\\_text |" in card


def test_the_same_again_pays_nothing_and_writes_the_same_bytes() -> None:
    run(*ASKED, "--out", "train.jsonl", "--card", "README.md", "--save-rows", "first.jsonl")
    written = [Path(name).read_bytes() for name in ("train.jsonl", "README.md")]

    assert run(*ASKED, "--out", "train.jsonl", "--card", "README.md", "--save-rows", "all.jsonl", "--overwrite") == 0

    assert [Path(name).read_bytes() for name in ("train.jsonl", "README.md")] == written
    assert {row["billed_usd"] for row in lines("all.jsonl")} == {0}


def test_rows_of_an_earlier_comparison_are_judged_without_asking(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["compare", "tasks.csv", "-p", "sim/large", "--score", "number_or_text:answer", "-q", "-o", "rows.csv"]
    assert main(asked) == 0

    assert run("--rows", "rows.csv", "--verify", "correct", "--out", "train.jsonl", "--cache", "only") == 0

    chosen = len(lines("train.jsonl"))
    assert f"{chosen} examples written" in capsys.readouterr().out
    assert chosen == pd.read_csv("rows.csv")["correct"].sum()


def test_parts_become_a_file_each() -> None:
    assert run(*ASKED, "--split", "test=0.5", "--out", "sums-{split}.jsonl") == 0

    assert {path.name for path in Path().glob("sums-*")} == {"sums-train.jsonl", "sums-test.jsonl"}


def test_prompts_of_an_evaluation_file_are_left_out() -> None:
    dk.sample_task(4).to_csv("exam.csv", index=False)

    assert run(*ASKED, "--evaluation", "exam.csv", "--out", "train.jsonl") == 0

    asked = {each["messages"][0]["content"] for each in lines("train.jsonl")}
    assert asked.isdisjoint(pd.read_csv("exam.csv")["prompt"])


def test_where_nothing_is_valid_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*ASKED, "--min-tokens", 5000, "--out", "train.jsonl", "--card", "README.md") == 1

    assert "no row is valid" in capsys.readouterr().out
    assert not Path("train.jsonl").exists()
    assert not Path("README.md").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "give a file with prompts, or --rows"),
        (["tasks.csv", "--rows", "tasks.csv"], "one of them"),
        (["tasks.csv", "--verify", "nobody:answer"], "the scorers are"),
        (["tasks.csv", "--verify", "exact:answer", "--verify", "correct"], "not both"),
        (["tasks.csv", "--least", "0.5"], "write NAME=NUMBER"),
        (["tasks.csv", "--near", "close"], "a number of per cent"),
        (["tasks.csv", "--split", "test=0.1", "--out", "train.jsonl"], "put {split} into --out"),
        (["tasks.csv", "--split", "train=0.1"], "'train' is what the other shares leave"),
        (["tasks.csv", "--out", "nowhere/train.jsonl"], "there is no folder"),
        (["tasks.csv", "--out", "tasks.csv"], "exists already"),
        (["tasks.csv", "--card", "card.html"], "must end in .md"),
        (["tasks.csv", "--evaluation", "numbers.csv"], "has none of the columns"),
    ],
)
def test_what_is_wrong_is_one_line_before_anything_is_paid(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("numbers.csv").write_text("n\n1\n")

    assert run(*arguments, "-q") == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert not Path("store").exists()


def test_a_killed_run_pays_nothing_twice(tmp_path: Path) -> None:
    """Each answer is on disk before it counts: what was in flight at the kill, four at most, is all that is lost."""
    prompts = 150
    (tmp_path / "many.txt").write_text("\n".join(f"question {number}" for number in range(prompts)))
    with Server.start({"m": Dials(latency_s=0.05)}) as server:
        (tmp_path / "slow.yaml").write_text(
            f"providers:\n  slow:\n    type: sim\n    model: m\n    base_url: {server.url}\n"
            "    simulation: {latency_s: 0.05}\n    max_concurrency: 4\n"
        )
        asked = [*COMMAND, "distill", "many.txt", "-t", "slow", "--config", "slow.yaml", "-q", "--out", "train.jsonl"]
        child = subprocess.Popen(asked, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while server.stats()["answers"] < 20 and time.monotonic() < deadline:
            time.sleep(0.02)
        child.kill()
        child.wait(timeout=30)
        assert not (tmp_path / "train.jsonl").exists()
        assert 20 <= server.stats()["answers"] < prompts

        done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240)
        assert done.returncode == 0, done.stderr
        after = server.stats()["answers"]
        written = (tmp_path / "train.jsonl").read_bytes()
        again = subprocess.run([*asked, "--overwrite"], cwd=tmp_path, capture_output=True, check=False, timeout=240)

        assert again.returncode == 0
        assert after <= prompts + 8
        assert server.stats()["answers"] == after
        assert (tmp_path / "train.jsonl").read_bytes() == written
