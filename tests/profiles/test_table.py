"""The rows of `distilkit profiles`: everything but the key, and never an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from distilkit.profiles.providers import KEY_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from distilkit.profiles import Profiles

CANARY = "canary-key-123"
FILE = f"""
providers:
  literal: {{type: openai, model: m, api_key: {CANARY}, headers: {{Authorization: {CANARY}}}}}
  variable: {{type: anthropic, model: m, api_key: "${{MY_KEY}}", rate_limit: {{rpm: 50, tpm: "${{MY_TPM}}"}}}}
  usual: {{type: openai, models: [gpt-x]}}
  free: {{type: openai}}
  server: {{type: ollama, model: l, price: {{input_per_million: 0, output_per_million: 0.10}}}}
  elsewhere: {{type: custom, model: "${{MY_MODEL}}", base_url: "${{MY_URL}}"}}
  odd: {{type: "${{MY_TYPE}}", proxy: {{http: "http://u:{CANARY}@proxy:1"}}}}
"""


def rows(profiles: Profiles) -> dict[str, dict[str, Any]]:
    return {row["profile"]: row for row in profiles.table()}


def test_nothing_that_is_not_set_stops_the_table(load: Callable[[str], Profiles]) -> None:
    found = rows(load(FILE))

    assert found["variable"]["key"] == "$MY_KEY (not set)"
    assert found["variable"]["tokens_per_minute"] == "${MY_TPM} (not set)"
    assert found["usual/gpt-x"]["key"] == "$USUAL_GPT_X_API_KEY or $USUAL_API_KEY or $OPENAI_API_KEY (not set)"
    assert found["free"]["model"] is None
    assert found["server"] == {
        "profile": "server",
        "type": "ollama",
        "provider": "ollama_chat",
        "model": "l",
        "base_url": "http://localhost:11434",
        "requests_per_minute": None,
        "tokens_per_minute": None,
        "input_per_million": 0,
        "output_per_million": found["server"]["output_per_million"],
        "key": "none needed",
        "file": found["server"]["file"],
    }
    assert str(found["server"]["output_per_million"]) == "0.10"
    assert found["server"]["file"].endswith("profiles.yaml:7")
    assert found["elsewhere"]["base_url"] == "${MY_URL} (not set)"
    assert found["elsewhere"]["model"] == "${MY_MODEL} (not set)"
    assert found["odd"]["provider"] is None


def test_no_key_is_ever_shown(load: Callable[[str], Profiles], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MY_KEY", "USUAL_API_KEY", *(name for names in KEY_VARIABLES.values() for name in names)):
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("MY_URL", f"https://user:{CANARY}@x.example")
    profiles = load(FILE)
    found = rows(profiles)

    assert CANARY not in repr(profiles.table())
    assert CANARY not in repr(profiles)
    assert found["literal"]["key"] == "file"
    assert found["variable"]["key"] == "$MY_KEY"
    assert found["usual/gpt-x"]["key"] == "$USUAL_API_KEY"
    assert found["elsewhere"]["base_url"] == "(not a usable URL)"


@pytest.mark.parametrize("url", ["http://[bad", "canary-key-123", "https://x.example/v1"])
def test_an_address_from_a_variable_is_shown_if_it_is_one(
    url: str, load: Callable[[str], Profiles], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_URL", url)
    shown = rows(load(FILE))["elsewhere"]["base_url"]
    assert shown == (url if url.endswith("/v1") else "(not a usable URL)")
