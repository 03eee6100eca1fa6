"""What is written loads to the same, and holds no secret."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distilkit.errors import InputError
from distilkit.profiles import Strategy, load_profiles
from distilkit.profiles.changes import with_fields, with_model, with_strategy
from distilkit.profiles.saving import as_file, write_new
from distilkit.profiles.yaml_strict import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from distilkit.profiles import Profiles

CONFIGS = sorted((Path(__file__).resolve().parents[2] / "configs").glob("*.yaml"))


def again(profiles: Profiles, write: Callable[..., Path]) -> Profiles:
    return load_profiles(write(as_file(profiles)[0], "again.yaml"))


def rows(profiles: Profiles) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in ("file", "key")} for row in profiles.table()]


@pytest.mark.filterwarnings("ignore::distilkit.profiles.ConfigWarning")
@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_example_file_loads_to_the_same_when_it_is_written_anew(path: Path, write: Callable[..., Path]) -> None:
    first = load_profiles(path)
    second = again(first, write)

    assert list(second) == list(first)
    assert (second.default, second.strategies, second.budget) == (first.default, first.strategies, first.budget)
    assert rows(second) == rows(first)


def test_units_of_variables_are_written_in_the_words_they_were_read_in(
    load: Callable[[str], Profiles], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load("providers: {lab: {type: ollama, model: m, timeout_ms: '${MS}', max_retries: '${TIMES}'}}")
    monkeypatch.setenv("MS", "2500")
    monkeypatch.setenv("TIMES", "2")

    found = again(first, write)["lab"]

    assert (found.timeout_s, found.retry.max_attempts) == (2.5, 3)


def test_a_variable_is_written_and_a_secret_is_not(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("Y", "canary-key-4")
    fields = {"base_url": "http://a:1/v1", "api_key": "canary-key-1", "headers": {"X": "canary-key-2", "Y": "${Y}"}}
    more = {"proxy": {"http": "http://u:canary-key-3@p:1", "https": "http://plain:1"}}
    known = with_model(load_profiles(), "gw", "m", {**fields, **more})
    known = with_model(known, "other", "m", {"base_url": "http://b:1/v1", "api_key": "${B}"})

    text, left_out = as_file(known)

    assert "canary" not in text
    assert left_out == ["providers.gw.api_key", "providers.gw.headers.X", "providers.gw.proxy.http"]
    assert all(name in text for name in left_out)
    loaded = load_profiles(write(text))
    assert loaded["gw/m"].headers.keys() == {"Y"}
    assert loaded["other/m"].api_key == known["other/m"].api_key


def test_a_key_of_the_file_itself_is_left_out_too(load: Callable[[str], Profiles]) -> None:
    known = load("providers: {lab: {type: openai, api_key: canary-key-1, models: [{name: m, api_key: canary-key-2}]}}")

    text, left_out = as_file(known)

    assert "canary" not in text
    assert left_out == ["providers.lab.api_key", "providers.lab.models.m.api_key"]


def test_a_relative_path_still_leads_to_the_same_file(
    load: Callable[[str], Profiles], write: Callable[..., Path], tmp_path: Path
) -> None:
    write("", "ca.pem")
    first = load("providers: {lab: {type: ollama, model: m, ssl_cert_path: ca.pem}}")
    elsewhere = write(as_file(first)[0], "below/again.yaml")

    assert load_profiles(elsewhere)["lab"].connection.ssl_cert_path == str(tmp_path / "ca.pem")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60))
def test_any_text_reads_back_as_it_was(text: str) -> None:
    known = with_model(load_profiles(), "lab", "m", {"type": "ollama", "system_prompt": text.replace("${", "$${")})

    written = as_file(known)[0]

    model = parse(written.encode(), "x").fields["providers"].fields["lab"].fields["models"].items[0]
    assert model.fields["system_prompt"].value == text


@pytest.mark.parametrize(
    "text", ["1e5", "1.", "no", "on", "0o7", "0x1f", "1_000", "null", "~", "- a", "a: b", "@x", "!t"]
)
def test_words_that_look_like_something_else_stay_words(text: str, write: Callable[..., Path]) -> None:
    known = with_model(load_profiles(), "lab", "m", {"type": "ollama", "system_prompt": text})

    assert again(known, write)["lab/m"].system == text


def test_numbers_stay_exact(write: Callable[..., Path]) -> None:
    price = {"input_per_million": 0.000001, "output_per_million": 12345.6789}
    known = with_model(load_profiles(), "lab", "m", {"type": "ollama", "price": price, "timeout_s": 60})

    found = again(known, write)["lab/m"]

    assert (found.price, found.timeout_s) == (known["lab/m"].price, 60)


def test_nothing_is_written_as_nothing() -> None:
    assert parse(as_file(load_profiles())[0].encode(), "x").value == {}


def test_a_file_is_its_owners_alone_and_never_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    write_new(path, "a: 1\n", overwrite=False)

    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(InputError, match=r"mine\.yaml: exists already; name another file, or say overwrite=True"):
        write_new(path, "b: 2\n", overwrite=False)
    assert path.read_text(encoding="utf-8") == "a: 1\n"
    write_new(path, "b: 2\n", overwrite=True)
    assert path.read_text(encoding="utf-8") == "b: 2\n"
    assert [each.name for each in tmp_path.iterdir()] == ["mine.yaml"]


def test_where_a_link_is_named_what_it_leads_to_is_written(tmp_path: Path) -> None:
    path, link = tmp_path / "mine.yaml", tmp_path / "link.yaml"
    path.touch()
    link.symlink_to(path)

    write_new(link, "a: 1\n", overwrite=True)

    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == "a: 1\n"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written: No such file or directory"):
        write_new(tmp_path / "none" / "mine.yaml", "", overwrite=False)


def test_a_change_of_a_written_file_is_a_change_of_the_same(write: Callable[..., Path]) -> None:
    known = with_model(load_profiles(), "lab", "m", {"type": "ollama"})

    assert with_fields(again(known, write), "lab", {"rpm": 3})["lab/m"].limits.requests_per_minute == 3


@given(
    quality=st.floats(1e-20, 1e12) | st.floats(-1e12, -1e-20) | st.just(0.0),
    below=st.floats(1e-20, 1),
    cost=st.none() | st.floats(1e-20, 1e6),
    n=st.none() | st.integers(1, 10**9),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_digit_of_the_evidence_is_kept(
    quality: float, below: float, cost: float | None, n: int | None, write: Callable[..., Path]
) -> None:
    known: Any = {"sim/small": {"quality": quality, "quality_low": quality - below, "cost_per_item_usd": cost, "n": n}}
    strategy = Strategy(
        name="s", policy="cheapest_good_enough", profiles=("sim/small",), quality=quality, evidence=known
    )

    kept = again(with_strategy(load_profiles(write("")), strategy), write)

    assert kept.strategies["s"] == strategy
