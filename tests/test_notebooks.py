"""The example notebooks, as documents: they read well, run without a key, and show nothing that could do harm."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
FILES = sorted(FOLDER.glob("[!.]*.ipynb"))
every_notebook = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)

# Loaded from elsewhere or run by the browser: neither belongs in what a model's words are shown with.
ACTIVE_TAGS = frozenset({"script", "iframe", "object", "embed", "link", "base", "form"})


class _Harm(HTMLParser):
    """Collects what in an HTML output runs or loads something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE_TAGS:
            self.found.append(tag)
        for name, value in attrs:
            # A page that the notebook itself has written lies beside it.
            near = ("data:", "#", "./") if name == "href" else ("data:", "#")
            remote = name in {"src", "href"} and not (value or "").startswith(near)
            if name.startswith("on") or remote:
                self.found.append(f"{tag} {name}={value}")


def harm(html: str) -> list[str]:
    parser = _Harm()
    parser.feed(html)
    return parser.found


def read(file: Path) -> Any:
    return nbformat.read(file, as_version=4)


def run(file: Path, folder: Path) -> list[Any]:
    """Run a copy of a notebook beside copies of the example configurations, and return all outputs."""
    (folder / "notebooks").mkdir()
    shutil.copytree(FOLDER.parent / "configs", folder / "configs")
    notebook = read(file)
    where = {"metadata": {"path": str(folder / "notebooks")}}
    NotebookClient(notebook, timeout=120, resources=where, store_widget_state=False).execute()
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


@pytest.fixture(scope="module")
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What a notebook shows when it runs; each is run once for all tests here."""
    return run(request.param, tmp_path_factory.mktemp(request.param.stem))


def test_there_is_a_first_notebook() -> None:
    assert [file.name for file in FILES][:1] == ["01_quickstart.ipynb"]


def test_no_notebook_anywhere_in_the_repository_holds_what_a_run_has_left(repository: Path) -> None:
    """Nor one outside the folder of the examples: no output, no count, no widget and its state, no attachment."""
    files = [file for file in repository.rglob("*.ipynb") if not {".venv", ".cache"} & {*file.parts}]
    left = {}
    for file in files:
        if ".ipynb_checkpoints" in file.parts or "artifacts" in file.parts:
            continue
        text = file.read_text("utf-8")
        cells = json.loads(text)["cells"]
        ran = [cell for cell in cells if cell.get("outputs") or cell.get("execution_count") or cell.get("attachments")]
        words = [word for word in ("vnd.jupyter.widget", "image/png", "data:image") if word in text]
        if ran or words or "widgets" in json.loads(text)["metadata"]:
            left[file.name] = (len(ran), words)

    assert len(files) >= len(FILES)
    assert left == {}


@every_notebook
def test_a_notebook_starts_with_a_title_and_explains_each_cell(file: Path) -> None:
    cells = read(file).cells

    assert re.match(r"# \w", cells[0].source)
    pairs = pairwise(cells)
    assert [after.source for before, after in pairs if {before.cell_type, after.cell_type} == {"code"}] == []


@every_notebook
def test_a_notebook_is_valid_and_runs_on_any_python_kernel(file: Path) -> None:
    nbformat.validate(json.loads(file.read_text("utf-8")))

    assert read(file).metadata.kernelspec.name == "python3"


@pytest.mark.notebook
@pytest.mark.parametrize("shown", FILES, ids=lambda file: file.stem, indirect=True)
def test_a_notebook_shows_tables_that_do_no_harm_and_warns_of_nothing(shown: list[Any]) -> None:
    assert [output.text for output in shown if output.get("name") == "stderr"] == []
    tables = [output.data["text/html"] for output in shown if "text/html" in output.get("data", {})]
    assert tables
    assert [found for html in tables for found in harm(html)] == []
    assert [output for output in shown if "data" in output and "text/plain" not in output.data] == []


@pytest.mark.notebook
@pytest.mark.parametrize("shown", [FOLDER / "01_quickstart.ipynb"], ids=lambda file: file.stem, indirect=True)
def test_the_quickstart_compares_plots_and_is_free_the_second_time(shown: list[Any]) -> None:
    assert any("image/png" in output.get("data", {}) for output in shown)
    said = "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in shown)
    assert {"sim/small", "sim/medium", "sim/large"} <= set(said.split())
    assert "180 of 180 rows from the store" in said
    assert "$0.00 billed" in said


@pytest.mark.parametrize(
    "html",
    ["<script>1</script>", '<img src="https://example.com/x.png">', "<b onclick='f()'>", "<iframe srcdoc=x>"],
)
def test_what_could_do_harm_is_found(html: str) -> None:
    assert harm(html) != []


def test_a_plain_table_does_no_harm() -> None:
    assert harm('<table border="1"><tr><td>&lt;script&gt;</td></tr></table><img src="data:image/png;base64,AA">') == []
