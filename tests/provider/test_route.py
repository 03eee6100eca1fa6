"""What is worked out once for a profile: no key of the environment is in it, whatever LiteLLM does."""

from __future__ import annotations

import os
from typing import Any

import pytest

from distilkit.provider.faults import Trouble
from distilkit.provider.route import Route, build_route, guarded, template


class Leaking:
    """A configuration as LiteLLM's may be one day: it takes what the environment has."""

    def validate_environment(self, **_: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {os.environ['SOMEBODYS_API_KEY']}", "X-Fine": "yes"}


def test_a_header_with_a_key_of_the_environment_is_left_out(profile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMEBODYS_API_KEY", "ambient-canary-1")

    headers = template(profile(), Leaking(), "m", {}, [])

    assert headers == {"x-fine": "yes", "content-type": "application/json"}


def test_no_key_is_in_a_route(profile: Any, canary: str) -> None:
    for provider, model in [("openai", "gpt-4o"), ("anthropic", "claude-sonnet-4-5"), ("gemini", "gemini-2.5-pro")]:
        route = build_route(profile(provider, model), {})

        assert isinstance(route, Route)
        assert canary not in f"{route} {route.url} {route.headers} {route.params}"


def test_what_litellm_raises_becomes_a_value() -> None:
    def fail() -> None:
        raise KeyError("roles")

    trouble = guarded(fail)

    assert isinstance(trouble, Trouble)
    assert trouble.kind == "invalid_request"
    assert "roles" in trouble.message


def test_a_provider_litellm_does_not_know_speaks_openais_protocol(profile: Any) -> None:
    route = build_route(profile("no_such_provider", base_url="https://host.example/v1/"), {})

    assert isinstance(route, Route)
    assert route.url == "https://host.example/v1/chat/completions"
