"""The providers as an object: the same profiles and runs, changed and asked while a program runs."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from distilkit.api import compare
from distilkit.calls import Call, Record
from distilkit.errors import ConfigError, DistilkitError, InputError, ProviderError
from distilkit.profiles import ConfigWarning, Strategy
from distilkit.providers import Providers

FILE = """
providers:
  fast: {type: sim, models: [a, b]}
  slow: {type: sim, model: c}
strategies: {safe: {policy: failover, profiles: [fast/a, slow]}}
default_provider: fast/b
"""


class Sent:
    """Takes the network's place: answers with the profile's name, or fails for those that are down."""

    def __init__(self, *down: str) -> None:
        self.calls: list[Call] = []
        self._down = down

    async def __call__(self, call: Call) -> Record:
        self.calls.append(call)
        if call.profile.name in self._down:
            raise ProviderError("down", kind="authentication", provider=call.profile.provider)
        message = {"role": "assistant", "content": call.profile.name}
        usage = {"prompt_tokens": 1, "completion_tokens": 1}
        raw = {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}
        return Record(provider=call.profile.provider, raw=raw, created_at=1.0, latency_s=0.1)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Providers]:
    def start(text: str | None = FILE) -> Providers:
        path = tmp_path / "profiles.yaml"
        if text is not None:
            path.write_text(text, encoding="utf-8")
        return Providers(None if text is None else path, store=tmp_path / "store")

    return start


@pytest.fixture
def providers(make: Callable[..., Providers]) -> Providers:
    return make()


def test_sections_models_and_the_default_are_listed(providers: Providers) -> None:
    assert providers.list() == ["fast", "slow"]
    assert providers.models() == ["fast/a", "fast/b", "slow"]
    assert providers.models("fast") == ["fast/a", "fast/b"]
    assert providers.default == "fast/b"
    assert providers.get("slow").model == "c"


def test_the_built_in_simulator_is_listed_where_there_is_nothing_else(
    make: Callable[..., Providers], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    providers = make(None)
    assert (providers.list(), providers.models()) == (["sim"], ["sim/small", "sim/medium", "sim/large"])

    providers.add_model("lab", "m", type="sim")

    assert (providers.list(), providers.models()) == (["lab"], ["lab/m"])
    assert providers.get("sim/small").name == "sim/small"


def test_a_section_without_a_model_has_nothing_to_ask(make: Callable[..., Providers]) -> None:
    providers = make("providers: {openai: {type: openai}}")

    assert (providers.list(), providers.models(), providers.models("openai")) == (["openai"], [], [])


def test_names_that_are_none_are_told(providers: Providers) -> None:
    with pytest.raises(InputError, match=r"models\('fats'\): no such section; there are: fast, slow"):
        providers.models("fats")
    with pytest.raises(InputError, match=r"get\('safe'\): a strategy, which chooses among fast/a, slow"):
        providers.get("safe")
    with pytest.raises(ConfigError, match="did you mean"):
        providers.get("fast/aa1")


def test_whoever_is_named_is_asked_or_else_the_default(providers: Providers) -> None:
    assert providers.call("hi", send=Sent())["content"] == "fast/b"
    assert providers.call("hi", "slow", send=Sent())["content"] == "slow"
    providers.set_default("slow")
    assert providers.call("hello", send=Sent())["content"] == "slow"
    assert asyncio.run(providers.acall("hey", "fast/a", send=Sent()))["content"] == "fast/a"


def test_without_a_default_somebody_is_to_be_named(make: Callable[..., Providers]) -> None:
    with pytest.raises(InputError, match=r"no model is named, and none is the default; name one, or set_default"):
        make("providers: {a: {type: sim}}").call("hi")


def test_keywords_are_parameters_except_those_of_asking(providers: Providers) -> None:
    send = Sent()
    providers.call("hi", temperature=0.5, max_tokens=7, system="Be brief.", send=send)

    [call] = send.calls
    assert call.request.params == {"temperature": 0.5, "max_tokens": 7}
    assert call.request.messages[0] == {"role": "system", "content": "Be brief."}


def test_a_change_holds_for_the_next_question(providers: Providers) -> None:
    providers.update("fast", generation_params={"temperature": 0.25}, rate_limit={"requests_per_minute": 10})
    providers.add_model("fast", "new", temperature=0.75)
    send = Sent()

    providers.compare(["hi"], ["fast/a", "fast/new"], send=send, progress=False)

    assert [call.request.params for call in send.calls] == [{"temperature": 0.25}, {"temperature": 0.75}]
    assert {call.profile.limits.requests_per_minute for call in send.calls} == {10}


def test_the_next_profile_answers_where_one_is_down(providers: Providers) -> None:
    row = providers.with_failover("hi", ["fast/a", "slow"], send=Sent("fast/a"))

    assert (row["content"], row["served_by"], row["profile"]) == ("slow", "slow", "fast/a > slow")
    # Who was down is left alone for a while.
    assert providers.with_failover("hello", send=Sent())["served_by"] == "fast/b"
    assert providers.with_failover("hey", ["slow"], send=Sent())["profile"] == "only slow"


def test_failover_needs_somebody_to_ask(providers: Providers, make: Callable[..., Providers]) -> None:
    with pytest.raises(InputError, match="names= takes a list of names"):
        providers.with_failover("hi", "slow")
    with pytest.raises(InputError, match="there is nobody to ask"):
        make("providers: {openai: {type: openai}}").with_failover("hi")


def test_failover_over_many_has_a_name_that_fits(providers: Providers) -> None:
    for number in range(60):
        providers.add_model("fast", f"model-{number}")

    assert len(providers.with_failover("hi", send=Sent())["profile"]) <= 200


def test_the_object_stands_for_a_profile_file(providers: Providers, tmp_path: Path) -> None:
    providers.add_model("fast", "new")

    for config in (providers, providers.config):
        frame = compare(["hi"], ["fast/new", "safe"], config=config, store=tmp_path / "s", send=Sent(), progress=False)
        assert frame["served_by"].tolist() == ["fast/new", "fast/a"]
    assert Providers(providers).models() == providers.models()


def test_the_files_budget_still_holds(make: Callable[..., Providers]) -> None:
    price = "price: {input_per_million: 1000000, output_per_million: 1000000}"
    providers = make(f"providers: {{a: {{type: sim, {price}}}}}\nbudget: {{run: 0.01}}")

    frame = providers.compare(["hi"], ["a"], send=Sent(), params={"max_tokens": 5}, progress=False)

    assert frame["error_kind"].tolist() == ["budget"]
    assert providers.config.budget.run == Decimal("0.01")


def test_status_and_check_take_a_section_for_all_its_models(providers: Providers) -> None:
    checked = providers.check("fast", send=Sent("fast/b"))

    assert checked["profile"].tolist() == ["fast/a", "fast/b"]
    assert checked["authorised"].tolist() == [True, False]
    assert providers.check(send=Sent())["profile"].tolist() == ["fast/a", "fast/b", "slow"]
    assert providers.status()["profile"].tolist() == ["fast/a", "fast/b", "slow"]
    assert providers.status("slow")["breaker"].tolist() == ["closed"]


@pytest.mark.parametrize(
    "change",
    [
        lambda providers: providers.update("fast", temprature=1),
        lambda providers: providers.update("slow", rate_limit={"requests_per_minute": -1}),
        lambda providers: providers.add_model("fast", "x", type="openai"),
        lambda providers: providers.add_model("new", "x"),
        lambda providers: providers.set_default("nobody/x"),
        lambda providers: providers.remove("fast"),
    ],
)
def test_a_bad_change_leaves_the_object_as_it_was(change: Callable[[Providers], None], providers: Providers) -> None:
    before = providers.config

    with pytest.raises(DistilkitError):
        change(providers)

    assert providers.config is before


def test_who_has_the_profiles_keeps_them_while_they_change(providers: Providers) -> None:
    before = providers.config

    providers.add_model("fast", "new")

    assert "fast/new" not in before
    assert "fast/new" in providers.config


def test_threads_lose_none_of_their_changes(providers: Providers) -> None:
    barrier = threading.Barrier(8)

    def add(number: int) -> None:
        barrier.wait()
        for each in range(3):
            providers.add_model("fast", f"{number}-{each}")
            assert f"fast/{number}-{each}" in providers.models()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(providers.models("fast")) == 2 + 24


def test_a_caution_names_the_callers_line(providers: Providers) -> None:
    with pytest.warns(ConfigWarning, match="ssl_cert_path is the safe way") as told:
        providers.update("slow", verify_ssl=False)

    assert told[0].filename == __file__


def test_it_shows_names_and_counts_and_nothing_that_runs_or_is_secret(make: Callable[..., Providers]) -> None:
    providers = make("providers: {'<b>x</b>': {type: custom, base_url: 'http://a:1', models: ['<img src=x>']}}")
    providers.update("<b>x</b>", api_key="canary-key-1", headers={"X": "canary-key-2"})

    shown = f"{providers!r} {providers._repr_html_()} {vars(providers)}"

    assert repr(providers).endswith("profiles.yaml: <b>x</b> (1 model))")
    assert "canary" not in shown
    assert "<img" not in providers._repr_html_()
    assert "<b>" not in providers._repr_html_()
    assert "&lt;b&gt;x&lt;/b&gt;" in providers._repr_html_()


def test_what_is_saved_loads_to_the_same_but_for_secrets(providers: Providers, tmp_path: Path) -> None:
    providers.add_model("gw", "m", base_url="http://a:1/v1", api_key="canary-key-1", temperature=0.5)
    providers.set_default("gw/m")
    path = tmp_path / "mine.yaml"

    with pytest.warns(
        ConfigWarning, match=r"mine\.yaml: left out, .*: providers\.gw\.api_key; name a variable"
    ) as told:
        providers.save(path)

    assert told[0].filename == __file__
    assert path.stat().st_mode & 0o777 == 0o600
    assert "canary" not in path.read_text(encoding="utf-8")
    loaded = Providers(path)
    assert (loaded.models(), loaded.default) == (providers.models(), "gw/m")
    assert loaded.get("gw/m").params == {"temperature": 0.5}
    with pytest.raises(InputError, match="exists already"):
        providers.save(path)


def test_saving_without_secrets_is_silent(providers: Providers, tmp_path: Path) -> None:
    providers.add_model("gw", "m", base_url="http://a:1/v1", api_key="${GW_KEY}")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        providers.save(tmp_path / "mine.yaml")

    assert "${GW_KEY}" in (tmp_path / "mine.yaml").read_text(encoding="utf-8")


def test_a_strategy_of_ones_own_can_be_called(providers: Providers) -> None:
    own = Strategy(name="own", policy="failover", profiles=["fast/a", "fast/b"])

    assert providers.call("hi", own, send=Sent("fast/a"))["served_by"] == "fast/b"


@pytest.mark.parametrize("name", [None, 5, ["slow", "fast/a"]])
def test_what_is_no_name_is_refused(providers: Providers, name: Any) -> None:
    with pytest.raises(InputError, match="expected a name"):
        providers.get(name)
    if name is not None:
        with pytest.raises(InputError, match="expected a name"):
            providers.status(name)
        with pytest.raises(InputError, match="no such section"):
            providers.models(name)


def test_a_model_has_the_name_it_is_added_under(providers: Providers) -> None:
    with pytest.raises(ConfigError, match="the second argument is the name"):
        providers.add_model("fast", "c", name="d")


@pytest.mark.parametrize("path", [None, 5, b"mine.yaml", "a\0b", "x" * 5_000])
def test_a_place_that_is_none_is_told(providers: Providers, path: Any) -> None:
    with pytest.raises(InputError, match=r"expected the path of a file|cannot be written"):
        providers.save(path)


def test_a_strategy_is_added_asked_and_saved(providers: Providers, tmp_path: Path) -> None:
    evidence: Any = {"fast/a": {"quality": 0.5}, "fast/b": {"quality": 0.9, "cost_per_item_usd": 2}}
    evidence["slow"] = {"quality": 0.8, "cost_per_item_usd": 1 / 3, "n": 40}
    router = Strategy(
        name="router", policy="cheapest_good_enough", profiles=tuple(evidence), quality=0.8, evidence=evidence
    )

    providers.add_strategy(router)
    providers.save(tmp_path / "saved.yaml")

    assert providers.call("hi", "router", send=Sent())["served_by"] == "slow"
    assert providers.call("ho", "router", send=Sent("slow"))["served_by"] == "fast/b"
    assert Providers(tmp_path / "saved.yaml").config.strategies["router"] == router
