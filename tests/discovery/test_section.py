"""A section for a server that was found: keys of the environment reach it only where they are meant for it."""

from __future__ import annotations

import pytest

from distilkit.discovery.section import Section, usable, yaml_of

LOCAL = Section("local", "local", "http://127.0.0.1:6000/v1", ("m",))


def test_a_local_server_gets_no_key_of_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary-key-123456")

    (profile,) = LOCAL.profiles()

    assert profile.api_key is None


def test_a_key_meant_for_its_section_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_API_KEY", "canary-key-123456")

    (profile,) = LOCAL.profiles()

    assert profile.api_key is not None
    assert profile.api_key.source == "$LOCAL_API_KEY"
    assert "canary" not in yaml_of([LOCAL])


def test_sections_that_could_not_be_asked_are_not_written() -> None:
    assert yaml_of([Section("a", "local", "http://h:1/v1", ())]) == ""


@pytest.mark.parametrize("name", ["llama3.2:3b", "Qwen/Qwen3-8B", "a b", "\N{SNOWMAN}", "$x", "#1"])
def test_ordinary_names_are_usable(name: str) -> None:
    assert usable(name)
