"""A program in a process of its own: no key reaches it, it answers in lines, and what is late is ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from distilkit._worker import Worker

PROGRAM = """
import json, os, sys, time
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if "sleep_s" in asked:
        time.sleep(asked["sleep_s"])
    print(json.dumps({"keys": [name for name in os.environ if name.endswith("_API_KEY")], **asked}), flush=True)
"""
PATIENCE_S = 60.0


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM, encoding="ascii")
    return file


def test_it_sees_no_key_and_is_gone_when_it_is_ended(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary-key-123")
    worker = Worker(program)
    try:
        assert worker.ask(None, PATIENCE_S) == {"ready": True}
        assert worker.ask({"letter": "é"}, PATIENCE_S) == {"keys": [], "letter": "é"}
    finally:
        worker.end()

    assert worker.process.poll() is not None


def test_what_does_not_answer_in_time_is_ended(program: Path) -> None:
    worker = Worker(program)
    try:
        assert worker.ask(None, PATIENCE_S) is not None
        assert worker.ask({"sleep_s": 600}, 0.1) is None
        assert worker.process.wait(PATIENCE_S) != 0
    finally:
        worker.end()


def test_a_program_that_is_not_there_gives_no_reply(tmp_path: Path) -> None:
    worker = Worker(tmp_path / "none.py")
    try:
        assert worker.ask(None, PATIENCE_S) is None
    finally:
        worker.end()
