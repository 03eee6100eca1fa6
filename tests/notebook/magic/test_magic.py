"""The magics in a real IPython shell, asking the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput, capture_output
from traitlets.config import Config

from distilkit.notebook.magic import load

Run = Callable[..., tuple[Any, list[RichOutput], str]]


@pytest.fixture(scope="module")
def only_shell() -> Iterator[InteractiveShell]:
    """A shell cleans up once, when Python ends."""
    InteractiveShell.clear_instance()
    yield InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(only_shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    monkeypatch.setenv("DISTILKIT_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    only_shell.reset()
    load(only_shell)
    return only_shell


@pytest.fixture
def run(shell: InteractiveShell) -> Run:
    """Run a cell; return its result, what it displayed, and what it wrote to the error stream."""

    def ran(cell: str) -> tuple[Any, list[RichOutput], str]:
        with capture_output() as seen:
            result = shell.run_cell(cell, store_history=True)
        return result, [*seen.outputs], seen.stderr + seen.stdout

    return ran


def test_the_frame_is_the_cells_result_and_in_the_named_variable(shell: InteractiveShell, run: Run) -> None:
    result, shown, _ = run("%%compare sim/small,sim/large --samples 2 --name df\nWhat is 2 + 2?\n---\nAnd 3 + 3?\n")

    assert result.success
    frame = shell.user_ns["df"]
    assert shell.user_ns["_"] is frame
    assert frame["prompt"].unique().tolist() == ["What is 2 + 2?", "And 3 + 3?"]
    assert len(frame) == 8
    assert "2 prompts · 2 profiles · 8 answers" in shown[-1].data["text/html"].replace("\xa0", " ")
    run("kept = _")
    assert shell.user_ns["kept"] is frame


def test_variables_are_filled_in_only_when_asked_for(shell: InteractiveShell, run: Run) -> None:
    run("n = 7")

    run("%%compare sim/small --name plain\nIs {n} prime?")
    run("%%compare sim/small --name full --format\nIs {n} prime?")

    assert shell.user_ns["plain"]["prompt"].tolist() == ["Is {n} prime?"]
    assert shell.user_ns["full"]["prompt"].tolist() == ["Is 7 prime?"]


def test_a_function_of_the_notebook_scores(shell: InteractiveShell, run: Run) -> None:
    run("def short(row): return len(row.content) < 5\nmore = {'long': lambda row: len(row.content) > 5}")

    run("%%compare sim/small --score short --score more --name df\nHello")

    assert shell.user_ns["df"][["short", "long"]].to_numpy().tolist() == [[False, True]]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("%%compare sim/small --sampels 2\nhi", "--sampels"),
        ("%%compare sim/smal\nhi", "did you mean sim/small?"),
        ("%%compare sim/small --score nobody\nhi", "there is no variable of this name"),
        ("%%compare sim/small --format\n{nobody}", "there is no variable 'nobody'"),
        ("%%compare sim/small --budget much\nhi", "budget"),
        ("%%compare sim/small --param temperature=hot\nhi", "temperature"),
        ("%%compare sim/small --config nowhere.yaml\nhi", "nowhere.yaml"),
        ("%%compare sim/small\n\n", "the cell is empty"),
        ("%distilkit", "%distilkit status"),
        ("%distilkit dance", "%distilkit status"),
        ("%distilkit spend month year", "year"),
    ],
)
def test_what_is_wrong_is_told_without_a_traceback(run: Run, cell: str, message: str) -> None:
    result, shown, said = run(cell)

    assert not result.success
    assert message in said
    assert "Traceback" not in said
    assert said.startswith("UsageError: ")
    assert shown == []


def test_a_fault_of_a_scorer_keeps_its_traceback(run: Run) -> None:
    """Only what distilkit says is made into a line; another's error is worth its lines."""
    result, _, said = run("%%compare sim/small --format\n{thing}\n")
    assert not result.success

    run("class Thing:\n    def __str__(self): raise KeyError('mine')\nthing = Thing()")
    result, _, said = run("%%compare sim/small --format\n{thing}\n")

    assert isinstance(result.error_in_exec, KeyError)
    assert "Traceback" in said


def test_help_shows_the_options_and_asks_nobody(shell: InteractiveShell, run: Run) -> None:
    result, shown, _ = run("%%compare --help\nhi")

    assert result.success
    assert "--samples" in shown[0].data["text/plain"]
    assert "--samples" in (shell.find_cell_magic("compare").__doc__ or "")


def test_help_is_there_in_a_cell_of_its_own_which_is_no_cell_magic_to_ipython(run: Run) -> None:
    result, shown, _ = run("%compare --help")

    assert result.success
    assert "--samples" in shown[0].data["text/plain"]


def test_one_sign_too_few_is_told_and_asks_nobody(shell: InteractiveShell, run: Run) -> None:
    _, shown, said = run("%compare sim/small --name lost")

    assert "%%compare" in said
    assert shown == []
    assert "lost" not in shell.user_ns


def test_the_line_magic_shows_runs_dollars_and_profiles(run: Run) -> None:
    run("%%compare sim/small\nhi")

    assert run("%distilkit status")[0].result["profile"].tolist() == ["sim/small"]
    assert run("%distilkit spend profile")[0].result["profile"].tolist() == ["sim/small"]
    assert "sim/small" in run("%distilkit profiles")[0].result["profile"].tolist()


def test_loading_twice_changes_nothing(shell: InteractiveShell, run: Run) -> None:
    load(shell)

    assert run("%%compare sim/small\nhi")[0].success
