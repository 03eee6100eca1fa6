"""A strategy written into a profile file, with the rest of the file as it was."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from distilkit.errors import ConfigError, InputError
from distilkit.profiles import Profile, Strategy, load_profiles, save_strategy

EVIDENCE: dict[str, Any] = {
    "sim/small": {"quality": 0.71, "quality_low": 0.64, "cost_per_item_usd": 4.213e-05, "n": 200},
    "sim/large": {"quality": 0.8641975308641975, "cost_per_item_usd": 0.00042130000000000005, "n": 200},
}
ROUTER = Strategy(
    name="router", policy="cheapest_good_enough", profiles=("sim/small", "sim/large"), quality=0.8, evidence=EVIDENCE
)
FILE = """\
# Mine.
providers:
  lab:        # in the cellar
    type: sim
    models: [a, b]   # two

strategies:
  safe:       # what must not fail
    policy: failover
    profiles: [lab/a, lab/b]  # in this order
  # the end of the strategies

# whoever is not named
default_provider: lab/a
"""


def written(path: Path, text: str | None = None) -> Path:
    if text is not None:
        path.write_bytes(text.encode())
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profiles.yaml"


@pytest.mark.parametrize(
    "strategy",
    [
        ROUTER,
        Strategy(name="safe", policy="failover", profiles=("sim/small", "gpt-4o"), max_failures=7),
        Strategy(name="a: b #c", policy="weighted", profiles=("sim/small",), weights={"sim/small": 1 / 3}),
        Strategy(name="yes", policy="fastest", profiles=("sim/small",), recovery_timeout_s=0.5),
        Strategy(name="1.5", policy="round_robin", profiles=("sim/large",), health_check_interval_s=9),
        Strategy(name="hm\U0001f600", policy="least_cost", profiles=("openai/${x}y",)),
    ],
    ids=lambda strategy: strategy.name,
)
@pytest.mark.parametrize("text", [None, FILE.replace("safe", "other"), "strategies:\n", "{}"])
def test_what_is_written_loads_as_the_same(strategy: Strategy, text: str | None, path: Path) -> None:
    save_strategy(strategy, written(path, text))

    assert load_profiles(path).strategies[strategy.name] == strategy


def test_a_new_file_is_its_owners_alone(path: Path) -> None:
    save_strategy(ROUTER, path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8").startswith("# A profile file, as distilkit's save_strategy wrote it.\n")


def test_everything_else_stays_as_it_was_written(path: Path) -> None:
    save_strategy(ROUTER, written(path, FILE))

    added = """\
  router:
    policy: cheapest_good_enough
    profiles: [sim/small, sim/large]
    quality: 0.8
    evidence:
      sim/small: {quality: 0.71, quality_low: 0.64, cost_per_item_usd: 0.00004213, n: 200}
      sim/large: {quality: 0.8641975308641975, cost_per_item_usd: 0.00042130000000000005, n: 200}
"""
    place = FILE.index("  # the end of the strategies")
    assert path.read_text(encoding="utf-8") == FILE[:place] + added + FILE[place:]


def test_the_same_again_changes_nothing(path: Path) -> None:
    save_strategy(ROUTER, written(path, FILE))
    before = path.read_bytes()

    save_strategy(ROUTER, path)

    assert path.read_bytes() == before


def test_another_of_its_name_is_never_replaced_unasked(path: Path) -> None:
    other = Strategy(name="safe", policy="fastest", profiles=("lab/b",))

    with pytest.raises(InputError, match=r"profiles\.yaml: has another strategy 'safe'; .*overwrite=True"):
        save_strategy(other, written(path, FILE))

    assert path.read_text(encoding="utf-8") == FILE


def test_it_is_replaced_where_that_is_said(path: Path) -> None:
    other = Strategy(name="safe", policy="fastest", profiles=("lab/b",))

    save_strategy(other, written(path, FILE), overwrite=True)

    assert load_profiles(path).strategies == {"safe": other}
    text = path.read_text(encoding="utf-8")
    assert text == FILE.replace(
        FILE[FILE.index("  safe:") : FILE.index("  # the end")], "  safe:\n    policy: fastest\n    profiles: [lab/b]\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing yet",
        "# nothing yet\n",
        "strategies:",
        "strategies:   # none yet\n# end\n",
        "strategies: {}\n",
        "strategies: {safe: {profiles: [sim/small]}}  # one\n",
        "strategies: {\n  safe: {profiles: [sim/small]},\n}\n",
        "strategies: {\n  safe: {profiles: [sim/small]},  # one, two\n}\n",
        "strategies: {\n  safe: {profiles: [sim/small]}  # one, two\n}\n",
        "strategies:\n    safe:\n        profiles:\n        - sim/small\n\n\n",
        "strategies:\n  safe: {profiles: [sim/small]}",
        "providers:\n  lab: {type: sim, model: x}\n",
        "providers:\n  lab: {type: sim, model: x}   # no line break",
        "  providers:\n    lab: {type: sim, model: x}\n",
        "lab: {type: sim, model: x}\n",
        "\ufeffstrategies:\n  safe: {profiles: [sim/small]}\n",
        "default_provider: sim/small\r\nstrategies:\r\n  safe: {profiles: [sim/small]}\r\n# end\r\n",
        '{"strategies": {"safe": {"profiles": ["sim/small"]}}}',
        '{\n\t"providers": {"lab": {"type": "sim", "model": "x"}}\n}\n',
        "{}",
        "---\nstrategies:\n  safe: {profiles: [sim/small]}\n",
        "strategies:\n  safe:\n    profiles: [sim/small]\n    health_check_interval:\n",
    ],
)
@pytest.mark.parametrize("name", ["router", "safe"])
def test_it_goes_into_a_file_of_any_form(text: str, name: str, path: Path) -> None:
    strategy = ROUTER if name == "router" else Strategy(name="safe", policy="fastest", profiles=("sim/large",))
    before = load_profiles(written(path, text))

    save_strategy(strategy, path, overwrite=True)

    after, raw = load_profiles(path), path.read_bytes()
    assert after.strategies == {**before.strategies, name: strategy}
    assert list(after) == list(before)
    assert raw.startswith("\ufeff".encode()) == text.startswith("\ufeff")
    assert raw.count(b"\r\n") == (raw.count(b"\n") if "\r\n" in text else 0)
    assert all(line in raw.decode() for line in text.splitlines() if line.startswith("#"))


@pytest.mark.parametrize("text", ["strategies: null\n", "lab: {type: sim, model: x}\n...\n"])
def test_a_form_that_is_not_foreseen_is_left_alone_and_the_lines_are_told(text: str, path: Path) -> None:
    with pytest.raises(InputError, match=r"write these lines into it:\nstrategies:\n  router:\n"):
        save_strategy(ROUTER, written(path, text))

    assert path.read_text(encoding="utf-8") == text


def test_json_stays_json(path: Path) -> None:
    save_strategy(ROUTER, written(path, '{"strategies": {"safe": {"profiles": ["sim/small"]}}}'))

    assert list(json.loads(path.read_text(encoding="utf-8"))["strategies"]) == ["safe", "router"]


def test_the_files_mode_stays(path: Path) -> None:
    written(path, FILE).chmod(0o640)

    save_strategy(ROUTER, path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_where_a_link_is_named_its_file_is_written(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(written(path, FILE))

    save_strategy(ROUTER, link)

    assert link.is_symlink()
    assert load_profiles(path).strategies["router"] == ROUTER


def test_links_that_lead_back_to_each_other_are_told(tmp_path: Path) -> None:
    ring = tmp_path / "ring.yaml"
    ring.symlink_to(ring)

    with pytest.raises(InputError, match=r"ring\.yaml: cannot be read"):
        save_strategy(ROUTER, ring)


def test_a_file_that_is_read_only_stays_as_it_is(path: Path) -> None:
    written(path, FILE).chmod(0o444)

    with pytest.raises(InputError, match=r"profiles\.yaml: cannot be written: the file is read-only"):
        save_strategy(ROUTER, path)

    assert path.read_text(encoding="utf-8") == FILE
    assert [each.name for each in path.parent.iterdir()] == [path.name]


MANY = """
import sys
from distilkit.profiles import Strategy, save_strategy

for number in range(12):
    save_strategy(Strategy(name=f"{sys.argv[2]}-{number}", policy="failover", profiles=["sim/small"]), sys.argv[1])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a folder cannot be locked there")
def test_what_several_processes_save_at_once_is_all_there(path: Path) -> None:
    """Each reads the file, adds to it and writes it: without a lock the last one wins."""
    running = [subprocess.Popen([sys.executable, "-c", MANY, str(path), str(number)]) for number in range(3)]

    assert [each.wait(60) for each in running] == [0, 0, 0]
    assert len(load_profiles(path).strategies) == 36


def test_a_profile_that_the_file_lacks_is_named_and_nothing_is_written(path: Path) -> None:
    strategy = Strategy(name="s", policy="failover", profiles=("lab/a", "lab/c"))

    with pytest.raises(ConfigError, match=r"strategies\.s\.profiles\.2: no such profile; did you mean lab/"):
        save_strategy(strategy, written(path, FILE))
    assert path.read_text(encoding="utf-8") == FILE

    with pytest.raises(ConfigError, match="no such profile"):
        save_strategy(strategy, path.with_name("new.yaml"))
    assert not path.with_name("new.yaml").exists()


def test_a_file_that_is_wrong_is_told_by_line(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"profiles\.yaml:2: providers\.lab\.typo"):
        save_strategy(ROUTER, written(path, "providers:\n  lab: {type: sim, typo: 1}\n"))


def test_secrets_in_the_file_stay_there_and_are_never_told(path: Path) -> None:
    text = "providers:\n  openai: {type: openai, api_key: canary-key-123, models: [x]}\nstrategies: null\n"

    with pytest.raises(InputError) as caught:
        save_strategy(ROUTER, written(path, text))

    assert "canary" not in str(caught.value)
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("strategy", "place", "told"),
    [
        ("router", "x.yaml", "takes a Strategy, not str"),
        (ROUTER, 7, "path: expected the path of a file, got int"),
        (ROUTER, "nowhere/x.yaml", "cannot be written: No such file"),
        (ROUTER, ".", "cannot be read: Is a directory"),
        (
            Strategy(
                name="s", policy="failover", profiles=(Profile(name="p", provider="sim", model="m", section="p"),)
            ),
            "x.yaml",
            r"save_strategy\('s'\): 'p' is a Profile object, which a file cannot name; add it with",
        ),
    ],
)
def test_what_cannot_be_written_is_refused(strategy: Any, place: Any, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        save_strategy(strategy, tmp_path / place if isinstance(place, str) else place)
