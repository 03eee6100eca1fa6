"""`distilkit ask`: the answer on standard output, all else beside it, and nothing a terminal would run."""

from __future__ import annotations

from pathlib import Path

import pytest

from distilkit.cli import main


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["ask", *arguments])
    return status, *capsys.readouterr()


def test_the_answer_alone_is_on_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = asked(capsys, "What is 3 + 4?", "-p", "sim/large", "--store", str(tmp_path))

    assert status == 0
    assert "[simulated]" in out
    assert "tokens in" in err
    assert "first token after" in err
    assert "sim/large" not in out


def test_the_second_time_it_comes_from_the_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, first, _ = asked(capsys, "What is 3 + 4?", "-p", "sim/large", "--store", str(tmp_path))

    status, again, err = asked(capsys, "What is 3 + 4?", "-p", "sim/large", "--store", str(tmp_path))

    assert (status, again) == (0, first)
    assert "from the store" in err


def test_a_failure_is_one_line_and_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = asked(
        capsys, "hello", "-p", "sim/large", "--store", str(tmp_path), "--budget", "0", "--param", "max_tokens=9"
    )

    assert status == 1
    assert not out.strip()
    assert "budget" in err


def test_control_characters_of_a_prompts_echo_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "distilkit.yaml"
    config.write_text(
        "providers:\n  dead:\n    type: custom\n    base_url: http://127.0.0.1:9\n    model: m\n"
        "    retry: {max_attempts: 1}\n",
        encoding="utf-8",
    )

    status, out, err = asked(
        capsys, "a \x1b[31mred\x1b[0m one", "-p", "dead", "--config", str(config), "--store", str(tmp_path / "s")
    )

    assert status == 1
    assert "\x1b" not in out + err
