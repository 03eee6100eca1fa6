"""Whether a profile's secrets can be sent at all, asked before anything is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from distilkit.errors import ConfigError
from distilkit.profiles.profile import Connection
from distilkit.profiles.secrets import Secret
from distilkit.provider import check_ready
from distilkit.provider.keys import PLACEHOLDER, filled, holds_ambient_secret, never_kept


def test_a_good_profile_is_ready(profile: Any) -> None:
    check_ready(profile(base_url="https://host/v1", headers={"X-A": Secret("b")}))
    check_ready(profile(api_key=None))


@pytest.mark.parametrize("key", ["canary-key\n", "canary\r\nX-Evil: 1", "canary-\u201ckey\u201d", "canary\0key"])
def test_a_key_that_cannot_stand_in_a_header_is_refused_unseen(key: str, profile: Any) -> None:
    for broken in (profile(api_key=Secret(key)), profile(headers={"X-A": Secret(key)})):
        with pytest.raises(ConfigError) as caught:
            check_ready(broken)
        assert "canary" not in str(caught.value)
        with pytest.raises(ConfigError):
            filled(broken, {"authorization": f"Bearer {PLACEHOLDER}"})


def test_a_missing_key_is_named(profile: Any) -> None:
    with pytest.raises(ConfigError, match="NO_SUCH_KEY"):
        check_ready(profile(api_key=Secret(variables=("NO_SUCH_KEY",))))


@pytest.mark.parametrize("url", ["host/v1", "ftp://host", "http://", "http://host:99999999", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(url: str, profile: Any) -> None:
    with pytest.raises(ConfigError, match="base_url is no address"):
        check_ready(profile(base_url=url))


def test_a_proxy_that_is_no_address_is_refused_unseen(profile: Any) -> None:
    with pytest.raises(ConfigError, match=r"proxy\.http is no address") as caught:
        check_ready(profile(connection=Connection(proxy_http=Secret("canary-host"))))
    assert "canary" not in str(caught.value)


def test_a_header_name_that_is_none_is_refused(profile: Any) -> None:
    with pytest.raises(ConfigError, match="cannot be the name of a header"):
        check_ready(profile(headers={"X A": Secret("b")}))


def test_a_missing_certificate_file_is_named(profile: Any, tmp_path: Path) -> None:
    missing = Connection(ssl_cert_path=str(tmp_path / "none.pem"))

    with pytest.raises(ConfigError, match=r"none\.pem: No such file"):
        check_ready(profile(connection=missing))


def test_the_key_is_put_in_only_where_its_place_is(profile: Any, canary: str) -> None:
    template = {"authorization": f"Bearer {PLACEHOLDER}", "accept": "application/json"}

    assert filled(profile(), template) == {"authorization": f"Bearer {canary}", "accept": "application/json"}
    assert filled(profile(api_key=None), template) == {"accept": "application/json"}


def test_a_key_of_the_environment_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "ambient-canary-1")

    assert holds_ambient_secret("Bearer ambient-canary-1")
    assert not holds_ambient_secret("application/json")


def test_the_key_and_the_values_of_own_headers_are_never_kept(profile: Any, canary: str) -> None:
    own = {"X-Token": Secret("canary-token"), "authorization": Secret("Bearer canary-bearer"), "X-None": Secret()}

    assert never_kept(profile(headers=own)) == [canary, "canary-token", "Bearer canary-bearer", "canary-bearer"]


def test_what_any_answer_may_say_is_kept(profile: Any) -> None:
    own = {"X-Team": Secret("red-one"), "Anthropic-Version": Secret("2023-06-01"), "X-Title": Secret("my thesis")}

    assert never_kept(profile(api_key=Secret("lm-studio"), headers=own)) == []
