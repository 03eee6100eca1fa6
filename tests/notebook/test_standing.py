"""What stands on the page for a widget: two outputs, of which a reader sees one."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import ipywidgets
import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from distilkit.notebook.standing import WIDGET, leave, show


@pytest.fixture
def widget() -> Iterator[Any]:
    made = ipywidgets.VBox()
    yield made
    made.close()


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], str | None]]:
    """What a kernel would publish."""
    shown: list[tuple[dict[str, Any], str | None]] = []
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: shell)
    for name in ("display", "update_display"):
        monkeypatch.setattr(
            f"IPython.display.{name}", lambda data, display_id=None, **_: shown.append((data, display_id))
        )
    return shown


def test_the_table_is_an_output_of_its_own_before_the_widget(widget: Any, displayed: Any) -> None:
    show(widget, "<p>table</p>", "told")

    (first, name), (second, _) = displayed
    assert (name, [*first]) == (widget.model_id, ["text/html", "text/plain"])
    assert "<p>table</p>" in first["text/html"]
    assert second[WIDGET]["model_id"] == widget.model_id
    assert "table" not in str(second)
    # The one is hidden by what the other has.
    assert widget._dom_classes[0] in first["text/html"]


def test_a_last_word_takes_the_place_of_the_table(displayed: Any) -> None:
    leave("abc", "<p>last</p>", "told")

    ((data, name),) = displayed
    assert name == "abc"
    assert "<p>last</p>" in data["text/html"]


def test_a_terminal_gets_the_text(widget: Any, capsys: pytest.CaptureFixture[str]) -> None:
    show(widget, "<p>table</p>", "told")

    assert capsys.readouterr().out == "told\n"


def test_a_page_made_of_the_notebook_shows_the_table(widget: Any, displayed: Any) -> None:
    show(widget, "<p>table</p>", "told")
    outputs = [new_output("display_data", data=data) for data, _ in displayed]
    notebook = new_notebook(cells=[new_code_cell("v", outputs=outputs)])
    nbformat.validate(notebook)

    page, _ = HTMLExporter().from_notebook_node(notebook)

    assert "<p>table</p>" in page
    assert "model not found" not in page
