"""status, check, spend and rehearse in a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from distilkit.cli import main


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISTILKIT_STORE", str(tmp_path / "store"))


@pytest.mark.parametrize("arguments", [["sim/small"], ["--profiles", "sim/small"]])
def test_a_check_says_what_works(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *arguments]) == 0

    assert "yes" in capsys.readouterr().out


def test_a_check_that_fails_says_why_with_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "distilkit.yaml").write_text("providers: {a: {type: openai, model: m, api_key: '${NOT_SET_HERE}'}}\n")

    assert main(["check", "a"]) == 1

    assert "NOT_SET_HERE" in capsys.readouterr().out


def test_status_before_and_after_something_was_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "distilkit.yaml").write_text("providers: {a: {type: sim, model: m, rate_limit: {rpm: 600}}}\n")
    assert main(["status"]) == 0
    assert "0 of 600" in capsys.readouterr().out

    main(["compare", str(_prompts(tmp_path)), "--profiles", "a", "--quiet"])
    assert main(["status", "--profiles", "a"]) == 0

    assert "2 of 600" in capsys.readouterr().out


@pytest.mark.parametrize("by", ["day", "month,profile", "total"])
def test_spend_by_one_or_several(by: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spend"]) == 0
    assert "nothing was paid" in capsys.readouterr().out
    main(["compare", str(_prompts(tmp_path)), "--profiles", "sim/small", "--quiet"])

    assert main(["spend", "--by", by]) == 0

    assert "answers" in capsys.readouterr().out


def test_spend_by_something_else_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spend", "--by", "moon"]) == 2

    assert "'moon'" in capsys.readouterr().err


def test_a_rehearsal_sends_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rehearse", str(_prompts(tmp_path)), "--profiles", "sim/small"]) == 0

    assert "throttled" in capsys.readouterr().out
    assert main(["spend"]) == 0
    assert "nothing was paid" in capsys.readouterr().out


def test_a_budget_that_is_too_small_leaves_rows_that_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(_prompts(tmp_path))

    assert (
        main(
            ["compare", file, "--profiles", "sim/small", "--quiet", "--budget", "0.0000001", "--param", "max_tokens=50"]
        )
        == 1
    )
    assert "budget of this run" in capsys.readouterr().out

    assert (
        main(["compare", file, "--profiles", "sim/small", "--quiet", "--only-failed", "--param", "max_tokens=50"]) == 0
    )


def _prompts(folder: Path) -> Path:
    file = folder / "prompts.txt"
    file.write_text("What is 2 plus 2?\nWhat is 3 plus 4?\n")
    return file
