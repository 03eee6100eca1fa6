"""What becomes of parameters that a model does not take as they are given, and that it is said."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.provider import params
from distilkit.provider.faults import Trouble
from distilkit.provider.library import library
from distilkit.provider.route import Route, build_route

SAMPLING = {"temperature": 0.2, "top_p": 0.9, "presence_penalty": 0.5, "logprobs": True}


@pytest.fixture
def route(profile: Any) -> Any:
    """Work out the route of a model with parameters; what is wrong is returned."""

    def build(provider: str, model: str, **given: Any) -> Route | Trouble:
        return build_route(profile(provider, model, base_url="https://host.example/v1", api_version="v"), given)

    return build


@pytest.mark.parametrize("provider", ["openai", "azure", "azure_ai"])
@pytest.mark.parametrize("model", ["o1", "o3-mini", "o4-mini"])
def test_a_reasoning_model_gets_no_sampling_and_it_is_said(provider: str, model: str, route: Any) -> None:
    got = route(provider, model, **SAMPLING, max_tokens=9)

    assert got.params == {"max_completion_tokens": 9}
    assert sorted(got.changed) == [
        f"logprobs=True dropped: {model} takes none",
        "max_tokens sent as max_completion_tokens",
        f"presence_penalty=0.5 dropped: {model} takes none",
        f"temperature=0.2 dropped: {model} does not take this value",
        f"top_p=0.9 dropped: {model} takes none",
    ]


@pytest.mark.parametrize(
    ("provider", "model"), [("openai", "gpt-5"), ("openai", "gpt-5-mini"), ("azure", "gpt-5-mini")]
)
def test_so_does_the_gpt_5_family(provider: str, model: str, route: Any) -> None:
    got = route(provider, model, **SAMPLING, stop=["x"], max_tokens=9, reasoning_effort="low", verbosity="low")

    assert got.params == {"max_completion_tokens": 9, "reasoning_effort": "low", "verbosity": "low"}
    assert len(got.changed) == 6


def test_what_is_refused_in_company_only_is_left_out_in_company_only(route: Any) -> None:
    alone, beside = (
        route("openai", "gpt-5.1", **SAMPLING),
        route("openai", "gpt-5.1", **SAMPLING, reasoning_effort="high"),
    )

    assert alone.params["temperature"] == 0.2
    assert beside.params == {"reasoning_effort": "high"}
    assert "temperature=0.2 dropped: gpt-5.1 does not take this value" in beside.changed


def test_other_makers_reasoning_models_are_known(route: Any) -> None:
    grok = route("xai", "grok-4", temperature=0.2, stop=["x"], frequency_penalty=0.5)
    reasoner = route("deepseek", "deepseek-reasoner", **SAMPLING, max_tokens=9)

    assert grok.params == {"temperature": 0.2}
    assert sorted(grok.changed) == [
        "frequency_penalty=0.5 dropped: grok-4 takes none",
        "stop dropped: grok-4 takes none",
    ]
    assert reasoner.params == {"max_tokens": 9}
    assert len(reasoner.changed) == 4


def test_a_value_is_left_out_in_another_protocol_too(route: Any) -> None:
    if "claude-opus-4-7" not in library().model_cost:
        pytest.skip("this release of LiteLLM does not know the model")

    got = route("anthropic", "claude-opus-4-7", temperature=0.2, max_tokens=9)

    assert got.params == {"max_tokens": 9}
    assert got.changed == ("temperature=0.2 dropped: claude-opus-4-7 does not take this value",)


def test_a_reasoning_effort_is_left_out_where_nothing_reasons(route: Any) -> None:
    if "reasoning_effort" not in params._ordinary("openai"):
        pytest.skip("this release of LiteLLM does not say what a model it does not know may be given")

    got = route("openai", "gpt-4o", reasoning_effort="low", temperature=0.2)

    assert got.params == {"temperature": 0.2}
    assert got.changed == ("reasoning_effort='low' dropped: gpt-4o takes none",)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4o-mini"),
        ("openai", "gpt-99"),
        ("azure", "my-deployment"),
        ("custom_openai", "m"),
        ("groq", "m"),
    ],
)
def test_what_a_model_takes_goes_as_it_is_and_nothing_is_said(provider: str, model: str, route: Any) -> None:
    got = route(provider, model, **SAMPLING, max_tokens=9)

    assert got.params == {**SAMPLING, "max_tokens": 9}
    assert got.changed == ()


def test_the_words_of_another_protocol_are_no_change(route: Any) -> None:
    assert route("anthropic", "claude-sonnet-4-5", temperature=0.2, max_tokens=9, stop=["x"]).changed == ()
    assert route("gemini", "gemini-2.5-pro", temperature=0.2, max_tokens=9, stop=["x"]).changed == ()
    assert route("cohere_chat", "command-a", top_p=0.9, seed=3).changed == ()


def test_another_name_and_another_value_are_said(route: Any) -> None:
    assert route("mistral", "mistral-large", seed=3).changed == ("seed sent as random_seed",)
    assert route("moonshot", "kimi-k2", temperature=1.8).changed == ("temperature=1.8 sent as 1",)


def test_what_the_caller_wrote_for_the_body_is_never_touched(route: Any) -> None:
    got = route("openai", "o3-mini", temperature=0.2, extra_body={"temperature": 0.2, "max_tokens": 9})

    assert got.extra_body == {"temperature": 0.2, "max_tokens": 9}
    assert got.params == {}


def test_what_is_asked_for_is_never_dropped(route: Any) -> None:
    """A form, a tool or a limit is another question or another price."""
    form = {"type": "json_object"}

    assert isinstance(route("anthropic", "claude-sonnet-4-5", response_format=form), Trouble)
    assert route("openai", "o3-mini", n=2, max_tokens=9).params == {"n": 2, "max_completion_tokens": 9}


def test_a_wrong_effort_is_refused_and_not_left_out(route: Any) -> None:
    assert isinstance(route("openai", "gpt-5", reasoning_effort="xhigh", temperature=0.2), Trouble)


def test_a_parameter_no_model_of_the_protocol_has_is_refused(route: Any) -> None:
    trouble = route("anthropic", "claude-sonnet-4-5", seed=3)

    assert isinstance(trouble, Trouble)
    assert "no parameter seed" in trouble.message


@pytest.mark.parametrize(("provider", "model"), [("deepseek", "deepseek-chat"), ("gemini", "gemini-3-pro-preview")])
def test_a_part_of_thinking_that_is_not_sent_is_said(provider: str, model: str, route: Any) -> None:
    got = route(provider, model, thinking={"type": "enabled", "budget_tokens": 1024})

    assert f"thinking.budget_tokens=1024 dropped: {model} takes none" in got.changed


@pytest.mark.parametrize(
    ("provider", "model"), [("anthropic", "claude-sonnet-4-5"), ("gemini", "gemini-2.5-pro"), ("openrouter", "a/b")]
)
def test_thinking_that_is_sent_whole_is_no_change(provider: str, model: str, route: Any) -> None:
    assert route(provider, model, thinking={"type": "enabled", "budget_tokens": 1024}).changed == ()
