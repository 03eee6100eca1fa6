"""The same verbs in a terminal: a real process for the main job, in-process for the details."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

import distilkit as dk
from distilkit.cli import main
from distilkit.sim import Dials, Server

COMMAND = [sys.executable, "-m", "distilkit.cli"]


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTILKIT_STORE", str(tmp_path / "default-store"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("DISTILKIT_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    file = tmp_path / "prompts.csv"
    pd.DataFrame({"question": ["What is 2+2?", "What is 3+3?"], "answer": ["4", "6"]}).to_csv(file, index=False)
    return file


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_the_demo_shows_who_answered_how_well_for_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("demo", "--items", 12) == 0

    shown = capsys.readouterr().out
    for part in (
        "No real model",
        "sim/small",
        "sim/medium",
        "sim/large",
        "correct",
        "$ per item",
        "thinking",
        "36 rows",
    ):
        assert part in shown


def test_compare_prints_a_table_and_writes_every_row(
    prompts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = tmp_path / "result.jsonl"

    status = run(
        "compare",
        prompts,
        "-p",
        "sim/small,sim/large",
        "--template",
        "{question}",
        "--score",
        "number:answer",
        "-o",
        result,
    )

    assert status == 0
    assert "sim/large" in capsys.readouterr().out
    rows = [json.loads(line) for line in result.read_text().splitlines()]
    assert [(row["profile"], row["prompt"]) for row in rows] == [
        ("sim/small", "What is 2+2?"),
        ("sim/large", "What is 2+2?"),
        ("sim/small", "What is 3+3?"),
        ("sim/large", "What is 3+3?"),
    ]
    assert {row["correct"] for row in rows} <= {True, False}


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_results_are_written_by_their_ending(prompts: Path, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"result.{ending}"

    assert run("compare", prompts, "-p", "sim/small", "--template", "{question}", "-o", target, "-q") == 0

    assert target.stat().st_size > 0


def test_prompts_come_from_standard_input_in_a_pipe(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "compare", "-", "-p", "sim/small", "-o", "out.jsonl"],
        input="What is 2+2?\nWhat is 3+3?\n",
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )

    assert done.stderr == ""
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "missing.csv", "-p", "sim/small"], "missing.csv: there is no such file"),
        (["compare", "prompts.csv", "-p", "sim/smal", "--template", "{question}"], "sim/small"),
        (["compare", "prompts.csv", "-p", ",", "--template", "{question}"], "profiles="),
        (["compare", "prompts.csv", "-p", "sim/small"], "template="),
        (["compare", "prompts.csv", "-p", "sim/small", "--template", "{q}"], "question"),
        (
            ["compare", "prompts.csv", "-p", "sim/small", "--template", "{question}", "--score", "vibes"],
            "number:answer",
        ),
        (["compare", "prompts.csv", "-p", "sim/small", "--template", "{question}", "-o", "out.xlsx"], ".parquet"),
        (["compare", "prompts.csv", "-p", "sim/small", "--template", "{question}", "-o", "no/out.csv"], "no folder"),
        (["compare", "prompts.csv", "-p", "sim/small", "--template", "{question}", "--param", "x"], "NAME=VALUE"),
        (["compare", "prompts.csv", "-p", "sim/small", "--template", "{question}", "--samples", "0"], "samples="),
        (["compare", f"{'x' * 300}.csv", "-p", "sim/small"], "cannot be read"),
        (["compare", "prompts.csv", "-p", "sim/small", "--template", "{question:d}"], "does not suit row 0"),
        (["store", "stats", "--store", "x" * 300], "File name too long"),
        (["profiles", "missing.yaml"], "missing.yaml"),
        (["store", "export"], "name the file"),
        (["store", "import", "missing.jsonl"], "missing.jsonl"),
        (["demo", "--items", "0"], "n="),
        (["sim", "--port", "99999"], "99999"),
    ],
)
@pytest.mark.usefixtures("prompts")
def test_what_is_wrong_is_said_in_one_line_with_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(*arguments) == 2

    said = capsys.readouterr()
    assert message in said.err
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


def test_profiles_are_listed_without_their_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("providers:\n  mine:\n    type: openai\n    api_key: canary-key-123\n    model: gpt-4o\n")

    assert run("profiles", file) == 0

    shown = capsys.readouterr()
    assert "mine" in shown.out
    assert "gpt-4o" in shown.out
    assert "canary" not in shown.out + shown.err


def test_strategies_and_the_default_are_listed_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "default_provider: careful\nstrategies:\n  careful: {profiles: [sim/small, sim/large]}\n"
        "  shares: {weights: {sim/small: 0.7, sim/large: 0.3}, profiles: [sim/small, sim/large]}\n"
    )

    assert run("profiles", file) == 0

    shown = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    assert ["careful", "failover", "sim/small, sim/large"] in shown
    assert ["shares", "weighted", "sim/small (0.7), sim/large (0.3)"] in shown
    assert " ".join(shown[-1]) == "asked where none is named: careful"


def test_a_table_wider_than_the_terminal_is_turned_on_its_side(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    assert run("demo", "--items", 5) == 0

    table = capsys.readouterr().out.split("\n\n")[1].splitlines()
    assert max(map(len, table)) <= 100
    assert any(line.startswith("$ total") for line in table)


def test_several_scores_are_several_columns(prompts: Path, tmp_path: Path) -> None:
    scores = ["--score", "number:answer", "--score", "contains:answer"]

    assert run("compare", prompts, "-p", "sim/large", "--template", "{question}", *scores, "-o", "out.jsonl", "-q") == 0

    row = json.loads((tmp_path / "out.jsonl").read_text().splitlines()[0])
    assert {"number", "contains"} <= set(row)


def test_a_warning_is_one_line_without_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "open.yaml").write_text("providers: {mine: {type: openai, model: m, verify_ssl: false}}\n")

    assert run("profiles", "open.yaml") == 0

    said = capsys.readouterr().err
    assert said.startswith("distilkit: warning: ")
    assert said.count("\n") == 1
    assert ".py" not in said


def test_answers_recorded_elsewhere_are_imported_under_a_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "answers.csv").write_text("prompt,content\na?,yes\n")
    (tmp_path / "prompts.txt").write_text("a?\n")

    assert run("store", "import", "answers.csv", "--profile", "openai/gpt-4o") == 0
    assert run("compare", "prompts.txt", "-p", "openai/gpt-4o", "--cache", "only", "-o", "out.jsonl") == 0

    assert "1 new answers" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.jsonl").read_text())["content"] == "yes"


def test_a_replay_with_missing_answers_does_not_look_like_success(tmp_path: Path) -> None:
    (tmp_path / "prompts.txt").write_text("a?\n")

    assert run("compare", "prompts.txt", "-p", "sim/small", "--cache", "only") == 1


def test_estimate_shows_a_range(prompts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("estimate", prompts, "-p", "sim/small", "--template", "{question}", "--param", "max_tokens=100") == 0

    shown = capsys.readouterr().out
    assert "cost_usd_low" in shown
    assert "max_tokens" in shown


def test_a_store_is_exported_imported_and_verified(
    prompts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["compare", prompts, "-p", "sim/small", "--template", "{question}", "-q"]
    assert run(*asked, "--store", "one") == 0

    assert run("store", "export", "answers.jsonl", "--store", "one") == 0
    assert run("store", "import", "answers.jsonl", "--store", "two") == 0
    assert run("store", "stats", "--store", "two") == 0
    assert run("store", "verify", "--store", "two") == 0
    assert run(*asked, "--store", "two", "--cache", "only", "-o", "replayed.jsonl") == 0

    assert "intact" in capsys.readouterr().out
    rows = [json.loads(line) for line in (tmp_path / "replayed.jsonl").read_text().splitlines()]
    assert [row["from_store"] for row in rows] == [True, True]


def test_failed_calls_are_counted_on_the_screen(
    prompts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.yaml").write_text(
        "providers:\n  broken:\n    type: sim\n    model: m\n    retry: {max_attempts: 1}\n"
        "    simulation: {error_rate: 1.0, latency_s: 0}\n"
    )

    status = run("compare", prompts, "-p", "broken", "--config", "broken.yaml", "--template", "{question}")

    assert status == 1
    assert "2 of 2 calls failed" in capsys.readouterr().out


def test_the_simulator_serves_until_it_is_told_to_stop() -> None:
    with subprocess.Popen([*COMMAND, "sim", "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = next(word for word in server.stdout.readline().split() if word.startswith("http://127.0.0.1:"))
        with urllib.request.urlopen(f"{url}/models", timeout=10) as reply:  # noqa: S310 - our own server on loopback
            names = [model["id"] for model in json.load(reply)["data"]]
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=10) == 0

    assert {"small", "medium", "large"} <= set(names)


@pytest.mark.usefixtures("prompts")
def test_control_characters_of_a_file_name_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("profiles", "\x1b[31mred\nfile.yaml") == 2

    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert all(line.startswith("distilkit: ") for line in said.splitlines())


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    script = f"{sys.executable} -m distilkit.cli profiles | head -n 1"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True)

    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


def test_an_interrupted_command_exits_with_130_and_keeps_what_was_answered(tmp_path: Path) -> None:
    (tmp_path / "many.txt").write_text("\n".join(f"question {n}" for n in range(2_000)))
    with Server.start({"m": Dials(latency_s=0.05)}) as server:
        (tmp_path / "slow.yaml").write_text(
            f"providers:\n  slow:\n    type: sim\n    model: m\n    base_url: {server.url}\n"
            "    simulation: {latency_s: 0.05}\n    processing: {concurrent_requests: 4}\n"
        )
        asked = ["compare", "many.txt", "-p", "slow", "--config", "slow.yaml", "-o", "out.jsonl"]
        child = subprocess.Popen(
            [*COMMAND, *asked], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 60
        while server.stats()["answers"] < 20 and time.monotonic() < deadline:
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)

    assert child.returncode == 130
    assert "Run the same call again" in err
    rows = (tmp_path / "out.jsonl").read_text().splitlines()
    assert 0 < len(rows) < 2_000
    assert f"{len(rows)} rows written" in out


def test_no_answers_are_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none.csv").write_text("prompt\n")

    assert run("compare", "none.csv", "-p", "sim/small", "-q") == 0
    assert capsys.readouterr().out == "no rows\n"


def test_a_closed_standard_input_is_said_in_one_line(tmp_path: Path) -> None:
    script = f"exec {sys.executable} -m distilkit.cli compare - -p sim/small <&-"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False)

    assert (done.returncode, done.stderr) == (2, "distilkit: standard input: is closed; name a file instead of -\n")


def test_a_terminal_without_the_letters_shows_the_rest(tmp_path: Path) -> None:
    (tmp_path / "café.yaml").write_text("providers: {a: {type: sim, model: m}}\n")
    done = subprocess.run(
        [*COMMAND, "profiles", "café.yaml"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "caf?.yaml" in done.stdout


def test_control_characters_of_a_model_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "\x1b[31mred.yaml").write_text("providers: {a: {type: sim, model: m}}\n")
    red = dk.Profile(name="a", provider="openai", model="\x1b[31mgpt", section="a")
    dk.add_recorded(pd.DataFrame({"prompt": ["a"], "content": ["b"]}), red, store=tmp_path / "store")

    assert run("store", "stats", "--store", tmp_path / "store") == 0
    assert run("profiles", "\x1b[31mred.yaml") == 0

    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "openai/?[31mgpt" in said
    assert "?[31mred.yaml" in said
