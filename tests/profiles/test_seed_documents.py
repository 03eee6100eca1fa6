"""Every configuration block of the five documents this began with is accepted as it stands."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from distilkit.errors import ConfigError
from distilkit.profiles import ConfigWarning, load_profiles

SEEDS = Path(__file__).resolve().parents[2] / ".." / "shared" / "seeds"
_BLOCK = re.compile(r"```(yaml|json)\n(.*?)```", re.DOTALL)
_VARIABLES = {
    "OPENAI_BASE_URL": "https://api.openai.com/v1",
    "OLLAMA_BASE_URL": "http://localhost:11434",
    "AZURE_OPENAI_ENDPOINT": "https://your-resource.openai.azure.com/",
    "AZURE_OPENAI_API_VERSION": "2023-12-01-preview",
}
# What the documents' blocks leave to be said when they are used.
_MAY_LACK = ("no model; add", "no endpoint; add", "no such file; give the path")


def blocks() -> list[str]:
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(SEEDS.glob("*.txt"))]
    return [body for text in texts for _, body in _BLOCK.findall(text)]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the five documents are not beside this repository")
def test_there_are_blocks_to_read() -> None:
    assert len(blocks()) == 34


@pytest.mark.parametrize("number", range(34))
def test_the_block_loads_and_its_profiles_build(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not SEEDS.is_dir():
        pytest.skip("the five documents are not beside this repository")
    path = tmp_path / "block.yaml"
    path.write_text(blocks()[number], encoding="utf-8")
    for name, value in _VARIABLES.items():
        monkeypatch.setenv(name, value)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        profiles = load_profiles(path)

    assert all(issubclass(each.category, ConfigWarning) for each in caught)
    assert len(profiles) > 3
    assert len(profiles.table()) == len(profiles)
    for name in profiles:
        try:
            profile = profiles[name]
        except ConfigError as error:
            lines = str(error).splitlines()
            assert all(any(lack in line for lack in _MAY_LACK) for line in lines), lines
        else:
            assert profile.name == name
