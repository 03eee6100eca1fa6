"""What the documents show is run: every Python block, on the simulator, in one session a page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)

# A page's blocks may lean on what its text takes for granted.
PRELUDE = 'import distilkit as dk\nquestions = dk.sample_task(5)\nos.environ["OPENAI_API_KEY"] = "canary-key"\n'
# Sending these would need a key and a network.
SENDS_FOR_REAL = ("gpt-4o-mini", "claude")


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mpl.use("agg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISTILKIT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("OPENAI_API_KEY", "")
    (tmp_path / "distilkit.yaml").write_text("providers: {openai: {type: openai, models: [gpt-4o]}}\n")
    names: dict[str, Any] = {"os": os}
    exec(PRELUDE, names)  # noqa: S102 - our own page

    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        code = compile(block, page.name, "exec")  # every block is whole Python, also those that are not run
        if not any(word in block for word in SENDS_FOR_REAL):
            exec(code, names)  # noqa: S102 - the same
