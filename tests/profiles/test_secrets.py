"""A secret is seen nowhere but where it is asked for by name."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from dataclasses import replace
from typing import Any

import pytest

from distilkit.errors import ConfigError
from distilkit.profiles.profile import Connection, Profile
from distilkit.profiles.secrets import Secret

CANARY = "canary-key-123"

PROFILE = Profile(
    name="fast",
    provider="openai",
    model="gpt-4o-mini",
    section="openai",
    api_key=Secret(CANARY),
    headers={"X-Team": Secret(CANARY)},
    connection=Connection(proxy_http=Secret(CANARY), proxy_https=Secret(CANARY)),
)


@pytest.fixture(params=["literal", "variable"])
def secret(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Secret:
    if request.param == "literal":
        return Secret(CANARY)
    monkeypatch.setenv("FAST_API_KEY", CANARY)
    return Secret(variables=("FAST_API_KEY",))


def test_a_secret_is_revealed_when_asked_for(secret: Secret) -> None:
    assert secret.reveal() == CANARY
    assert secret.peek() == CANARY


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{0!r}".format, ascii])
def test_a_secret_does_not_show(secret: Secret, show: Any) -> None:
    assert CANARY not in show(secret)


@pytest.mark.parametrize("show", [repr, str, "{}".format])
def test_nothing_that_holds_a_secret_shows_it(show: Any) -> None:
    assert CANARY not in show(PROFILE)
    assert CANARY not in show([PROFILE.api_key])
    assert CANARY not in show({"headers": PROFILE.headers})


def test_a_traceback_with_all_locals_does_not_show_it(secret: Secret) -> None:
    def send(profile: Profile, key: Secret) -> None:
        raise RuntimeError(f"{profile!r} {key}")

    try:
        send(PROFILE, secret)
    except RuntimeError as error:
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())

    assert "profile = Profile(" in told
    assert CANARY not in told


def test_a_log_line_does_not_show_it(secret: Secret, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("asking %s with %s", PROFILE, secret)

    assert "Secret(" in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_not_pickled(secret: Secret, protocol: int) -> None:
    with pytest.raises(TypeError, match="environment variable"):
        pickle.dumps(secret, protocol)


def test_nothing_that_holds_a_secret_is_pickled() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(PROFILE)


def test_a_secret_is_not_json(secret: Secret) -> None:
    with pytest.raises(TypeError):
        json.dumps({"api_key": secret})


def test_a_secret_has_no_dict_to_read_it_from(secret: Secret) -> None:
    with pytest.raises(TypeError):
        vars(secret)


def test_a_profile_is_changed_without_losing_its_key() -> None:
    changed = replace(PROFILE, name="other")

    assert changed.api_key is PROFILE.api_key


def test_the_first_variable_that_is_set_and_not_empty_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST", "")
    monkeypatch.setenv("SECOND", CANARY)
    monkeypatch.setenv("THIRD", "other")

    secret = Secret(variables=("UNSET_HERE", "FIRST", "SECOND", "THIRD"))

    assert secret.reveal() == CANARY
    assert secret.source == "$SECOND"
    assert repr(secret) == "Secret($SECOND)"


def test_a_literal_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAST_API_KEY", "other")

    secret = Secret(CANARY, variables=("FAST_API_KEY",))

    assert secret.reveal() == CANARY
    assert secret.source == "file"


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_secret_names_every_variable_that_would_do(value: str | None) -> None:
    secret = Secret(value, variables=("FAST_API_KEY", "OPENAI_API_KEY"), hint="openai: a key is missing")

    assert secret.peek() is None
    assert secret.source == "not set"
    with pytest.raises(ConfigError, match=r"^openai: a key is missing: set FAST_API_KEY or OPENAI_API_KEY$"):
        secret.reveal()


def test_secrets_are_compared_without_being_shown() -> None:
    assert Secret(CANARY) == Secret(CANARY)
    assert hash(Secret(CANARY)) == hash(Secret(CANARY))
    assert Secret(CANARY) != Secret("other")
    assert Secret(CANARY) != CANARY
    assert Secret(variables=("A",)) != Secret(variables=("B",))


def test_equal_connections_are_one_connection() -> None:
    """Sessions are shared by connection, so proxies must compare and hash by value."""
    assert len({Connection(proxy_http=Secret(CANARY)), Connection(proxy_http=Secret(CANARY))}) == 1


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_copy_shows_nothing_either(duplicate: Any) -> None:
    """Copying goes through pickling's own method, so it is refused with the same words."""
    with pytest.raises(TypeError, match="not pickled"):
        duplicate(Secret(CANARY))
