"""What people get wrong in a profile file, and what they are told."""

from __future__ import annotations

import contextlib
import difflib
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distilkit.errors import ConfigError
from distilkit.profiles import load_profiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from distilkit.profiles import Profiles

UNKNOWN = {
    "temprature: 1": "temprature: unknown field; did you mean generation_params.temperature?",
    "requests_per_minute: 1": "requests_per_minute: unknown field; did you mean rate_limit.requests_per_minute?",
    "rate_limit: {request_per_min: 1}": "rate_limit.request_per_min: unknown field; did you mean requests_per_minute?",
    "max-tokens: 1": "max-tokens: unknown field; did you mean generation_params.max_tokens?",
    "api_bse: x": "api_bse: unknown field; did you mean api_base?",
    "generation_params: {n: 2}": "generation_params.n: unknown field; one answer a call; ask for more with samples=",
    "retry: {backoff: 2}": "retry.backoff: unknown field; did you mean backoff_s?",
    "processing: {batchsize: 3}": "processing.batchsize: unknown field; did you mean batch_size?",
    "unlike_anything: 1": "unlike_anything: unknown field; known here:",
    "empty_too:": "empty_too: unknown field; known here:",
}


@pytest.mark.parametrize(("field", "told"), UNKNOWN.items())
def test_an_unknown_field_names_the_nearest_and_where_it_belongs(
    field: str, told: str, refusal: Callable[[str], list[str]]
) -> None:
    (line,) = refusal(f"providers:\n  fast:\n    type: openai\n    model: x\n    {field}\n")
    assert line.startswith(f"profiles.yaml:5: providers.fast.{told}")


MISTYPED = {
    "model: 4": "model: expected text, got a number; put it in quotes",
    "timeout_s: '60'": "timeout_s: expected a number, got text; write it as a plain number, without quotes or units",
    "timeout_s: 60s": "timeout_s: expected a number, got text",
    "timeout_s: true": "timeout_s: expected a number, got true or false",
    "timeout_s: 0": "timeout_s: must be more than 0",
    "max_concurrency: 1.5": "max_concurrency: expected a whole number, got a fraction",
    "max_concurrency: 0": "max_concurrency: must be at least 1",
    "verify_ssl: no": "verify_ssl: expected true or false, got text; write true or false, without quotes",
    "rate_limit: 60": "rate_limit: expected fields, got a number",
    "models: gpt-4": "models: expected a list, got text; write [one, two]",
    "price: {input_per_million: 1}": "price: output_per_million is missing; add it",
    "price: {input_per_million: -1, output_per_million: 1}": "price.input_per_million: must be at least 0",
    "generation_params: {temperature: hot}": "generation_params.temperature: expected a number, got text",
    "generation_params: {stop: {a: b}}": "generation_params.stop: expected a list, got fields",
    "thinking: {kind: rwa}": "thinking.kind: must be one of raw, summary; did you mean raw?",
    "base_url: api.x.com": "base_url: must start with http:// or https://",
    "base_url: 'file:///etc/passwd'": "base_url: must start with http:// or https://",
    "base_url: 'https://'": "base_url: not a URL",
    "base_url: 'https://x:port'": "base_url: not a URL",
    "base_url: 'https://x/a b'": "base_url: not a URL",
    "base_url: 'https://user:canary-key-123@x.com'": "base_url: holds a user name or password",
    "base_url: 'https://x.com/v1?key=canary-key-123'": "base_url: has a ? or # in it",
    'base_url: "https://x.com/\\nHost: y"': "base_url: holds a control character",
    "headers: {Bad Name: x}": "headers: name 1 is not a header name",
    'headers: {X-A: "a\\r\\nX-B: canary-key-123"}': "headers: the value of X-A holds a line break",
    'headers: {X-A: "\\u2603"}': "headers: the value of X-A holds a character that no header can",
    "headers: {Host: x}": "headers: Host is set by the connection",
    "headers: {X-A: 1}": "headers.X-A: expected text, got a number; put it in quotes",
    "proxy: {http: 'socks5://x'}": "proxy.http: must start with http:// or https://",
    "type: opnai": "type: unknown type; did you mean openai?",
    "api_key: [canary-key-123]": "api_key: expected text, got a list",
    "api_key: 123456789": "api_key: expected text, got a number; put it in quotes",
    "api_key: {canary-key-123: }": "api_key: expected text, got fields",
    'api_key: "canary-key-123\\n"': "api_key: holds a control character or a line break",
    "api_key: Bearer ${X}": "api_key: ${NAME} stands for a whole value",
    'system_prompt: "\\ud800"': "system_prompt: holds a character that cannot be sent",
}


@pytest.mark.parametrize(("field", "told"), MISTYPED.items())
def test_a_bad_value_is_one_error_that_says_what_is_expected(
    field: str, told: str, refusal: Callable[[str], list[str]]
) -> None:
    kind = "" if field.startswith("type") else "type: openai\n    "
    (line, *others) = refusal(f"providers:\n  fast:\n    {kind}{field}\n")

    assert line.startswith(f"profiles.yaml:{4 if kind else 3}: providers.fast.{told}")
    assert others == []
    assert "canary" not in line
    assert "123456789" not in line


def test_every_problem_has_its_own_line_in_the_files_order(refusal: Callable[[str], list[str]]) -> None:
    lines = refusal("providers:\n  a: {type: opnai}\n  b: {type: openai, modl: x}\nbudget: {daily: ten}\n")
    assert [line.split(":")[1] for line in lines] == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("provders: {a: {type: openai}}", "provders: unknown field; did you mean providers?"),
        ("- a", "expected fields such as `providers:`"),
        ("providers: [a]", "providers: expected fields, got a list"),
        ("providers: {a: 3}", "providers.a: expected fields, got a number"),
        ("providers: {a: {model: x}}", "providers.a: type is missing"),
        ("providers: {'': {type: openai}}", "providers: bad name: empty"),
        ("providers: {' a': {type: openai}}", "providers: bad name: empty, or with spaces around it"),
        ('providers: {"a\\nb": {type: openai}}', "providers: bad name: holds a control character"),
        (f"providers: {{{'a' * 201}: {{type: openai}}}}", "providers: bad name: longer than 200 characters"),
        ("defaults: {api_key: canary-key-123}", "defaults.api_key: not for defaults, which reach every host"),
        ("providers: {a: {type: openai, models: [x, x]}}", "providers.a.models.2: a second profile named a/x"),
        ("providers: {a: {type: openai, base_url: x, api_base: y}}", "providers.a.api_base: means the same as"),
        ("providers: {a: {type: openai, models: [4]}}", "providers.a.models.1: expected fields, got a number"),
        ("models: [{name: x, provider: opnai}]", "models.1.provider: unknown provider; did you mean openai?"),
        ("models: [{provider: openai}]", "models.1: name is missing"),
        ("models: [{name: x}]", "models.1: provider is missing"),
        (
            "strategies: {s: {profiles: [sim/smal]}}",
            "strategies.s.profiles.1: no such profile; did you mean sim/small",
        ),
        ("strategies: {s: {policy: failover}}", "strategies.s: names no profiles"),
        ("strategies: {s: {policy: failver, profiles: [sim/small]}}", "strategies.s.policy: must be one of"),
        ("budget: {dayly: 3}", "budget.dayly: unknown field; did you mean daily?"),
        ("budget: {alert_at: 80}", "budget.alert_at: must be at most 1"),
        ("budget: {daily: -1}", "budget.daily: must be at least 0"),
        ("budget: {daily: 1.0e+16}", "budget.daily: must be at most 1000000000000000"),
        ("budget: {daily: '3'}", "budget.daily: expected a number, got text"),
        ("budget: {daily: true}", "budget.daily: expected a number, got true or false"),
        ("budget: {daily: .inf}", "budget.daily: "),
        ("budget: {daily: .nan}", "budget.daily: "),
        ("budget: 5", "budget: expected fields, got a number"),
        ("budget: {daily: 1, daily_budget: 2}", "budget.daily_budget: means the same as budget.daily on line 1"),
        ("budget: {providers: {openai: 3}}", "budget.providers.openai: expected fields, got a number"),
        (
            "budget: {providers: {openai: {dayly: 3}}}",
            "budget.providers.openai.dayly: unknown field; did you mean daily",
        ),
        ("budget: {providers: {openai: {daily: -3}}}", "budget.providers.openai.daily: must be at least 0"),
        ("budget: {providers: [openai]}", "budget.providers: expected fields, got a list"),
        ("default_provider: sim/smal", "default_provider: no such profile; did you mean sim/small"),
        ("budget: {daily: '${DAILY}'}", "budget.daily: ${DAILY} is not set; set DAILY in the environment"),
    ],
)
def test_a_bad_file_names_the_place_and_the_way_out(text: str, told: str, refusal: Callable[[str], list[str]]) -> None:
    lines = refusal(text)
    assert any(line.startswith(f"profiles.yaml:1: {told}") for line in lines)
    assert "canary" not in "\n".join(lines)


def test_a_name_that_could_be_a_secret_is_not_shown(refusal: Callable[[str], list[str]]) -> None:
    (line,) = refusal("providers: {a: {type: openai, 'Bearer canary-key-123': x}}")
    assert "canary" not in line


def test_a_thousand_mistakes_are_told_in_a_page(refusal: Callable[[str], list[str]]) -> None:
    lines = refusal("\n".join(["providers:", *(f"  p{n}: {{type: opnai}}" for n in range(1000))]))
    assert len(lines) == 51
    assert lines[-1].endswith("and more; correct these first")


@pytest.mark.parametrize("what", ["missing.yaml", "."])
def test_a_file_that_is_not_there_is_named(what: str) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_profiles(what)


_WORDS = st.sampled_from(
    [
        *("providers", "models", "strategies", "budget", "defaults", "default_provider", "processing"),
        *("type", "openai", "azure_openai", "sim", "model", "api_key", "base_url", "${X}", "name", "provider"),
        *("rate_limit", "retry", "connection", "proxy", "headers", "price", "thinking", "simulation", "timeout"),
        *("generation_params", "fallback_providers", "profiles", "weights", "policy", "daily", "default"),
        *("deployment_name", "verify_ssl", "ssl_cert_path", "site_url", "rpm", "apiKey"),
    ]
)
_TREES = st.recursive(
    st.one_of(_WORDS, st.integers(-9, 9), st.booleans(), st.none(), st.floats(-1, 1), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_WORDS, inner, max_size=4)),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=st.dictionaries(_WORDS, _TREES, max_size=5))
@pytest.mark.filterwarnings("ignore::distilkit.profiles.ConfigWarning")
def test_any_tree_of_known_words_is_loaded_or_refused(tree: object, tmp_path: Path) -> None:
    """Loading, listing and building raise nothing but `ConfigError`, whatever stands where."""
    path = tmp_path / "fuzz.json"
    path.write_text(json.dumps(tree))
    try:
        profiles = load_profiles(path)
    except ConfigError:
        return
    profiles.table()
    _build_all(profiles)


def _build_all(profiles: Profiles) -> None:
    for name in profiles:
        with contextlib.suppress(ConfigError):
            profiles[name]


@pytest.mark.parametrize(
    "line",
    ["  p{}: {{type: opnai}}", "  p{}: {{type: openai, temprature: 1}}", "x{}: 1", "- {}"],
)
def test_a_megabyte_of_mistakes_is_refused_without_looking_each_up(
    line: str, refusal: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[object] = []
    real = difflib.get_close_matches
    monkeypatch.setattr(difflib, "get_close_matches", lambda *a, **k: looked_up.append(a) or real(*a, **k))
    head = "providers:\n" if line.startswith(" ") else ""

    refusal(head + "\n".join(line.format(number) for number in range(1500)))

    assert len(looked_up) < 3 * 250
