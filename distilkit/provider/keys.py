"""Where keys and headers meet: whether they can be sent, and the one moment they are put in.

LiteLLM never sees a key. It builds headers round a placeholder, which is replaced by the profile's own key, or the
header is dropped; so no key of the environment can reach a host it is not meant for. Knows nothing of what bodies mean.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from distilkit.errors import ConfigError
from distilkit.profiles.profile import Profile
from distilkit.profiles.secrets import Secret

# Stands for the key wherever LiteLLM asks for one: with None or "" it would take the environment's.
PLACEHOLDER = "distilkit-puts-the-key-here"

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_SCHEME = re.compile(r"(?:bearer|basic|token|apikey|api-key)\s+", re.IGNORECASE)
# Headers that say who asks, or in which format: no secret, and words of any text.
_PUBLIC = frozenset(
    (
        "accept",
        "accept-language",
        "anthropic-beta",
        "anthropic-version",
        "content-type",
        "http-referer",
        "referer",
        "user-agent",
        "x-title",
    )
)
_SECRET_VARIABLE = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
# Shorter values are words, not keys, and occur in any header.
_SHORTEST = 8
_SHORTEST_KEY = 12
_FIRST_PRINTABLE = 32
_DELETE = 127


def check_ready(profile: Profile) -> None:
    """Check, before anything is sent, what only the machine knows: keys, header values, the certificate file.

    Raises:
        ConfigError: a key is not set or cannot stand in a header, the address is no http(s) URL, or the file named by
            `ssl_cert_path` holds no certificate.
    """
    if profile.api_key is not None:
        _checked(profile.name, "api_key", profile.api_key)
    for name, secret in profile.headers.items():
        if not _NAME.fullmatch(name):
            raise ConfigError(f"{profile.name}: headers: {name!r} cannot be the name of a header")
        _checked(profile.name, f"headers.{name}", secret)
    connection = profile.connection
    proxies = {"proxy.http": connection.proxy_http, "proxy.https": connection.proxy_https}
    for field, address in {"base_url": profile.base_url, **proxies}.items():
        if address is not None and not _is_address(address):
            raise ConfigError(f"{profile.name}: {field} is no address; write it as https://host/path")
    _check_certificate(profile)


def filled(profile: Profile, template: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of one request: the key in its place, and the profile's own headers, which win.

    Header names are in lower case. Without a key, the headers that would hold one are left out.

    Raises:
        ConfigError: a key is not set, or cannot stand in a header.
    """
    key = None if profile.api_key is None else _checked(profile.name, "api_key", profile.api_key)
    headers: dict[str, str] = {}
    for name, value in template.items():
        if PLACEHOLDER not in value:
            headers[name] = value
        elif key is not None:
            headers[name] = value.replace(PLACEHOLDER, key)
    for name, secret in profile.headers.items():
        headers[name.lower()] = _checked(profile.name, f"headers.{name}", secret)
    return headers


def secrets_of(profile: Profile) -> list[str]:
    """Return everything of a profile that must not be shown, where it is set."""
    return list(_secrets(profile))


def never_kept(profile: Profile) -> list[str]:
    """Return what is hidden in a good answer that repeats it: the key, and the values of the profile's own headers.

    What is short stays: a key below 12 characters ("ollama") is a placeholder, a header's value below 8 ("beta") a
    word, and a good answer may well contain either. So do the values of headers that everybody may know.
    """
    key = profile.api_key.peek() if profile.api_key is not None else None
    keys = [key] if key is not None and len(key) >= _SHORTEST_KEY else []
    own = [secret.peek() or "" for name, secret in profile.headers.items() if name.lower() not in _PUBLIC]
    # Of `Bearer TOKEN` the token may be repeated alone.
    parts = [part for value in own for part in (value, _SCHEME.sub("", value, count=1))]
    return list(dict.fromkeys([*keys, *(part for part in parts if len(part) >= _SHORTEST)]))


def holds_ambient_secret(text: str) -> bool:
    """Say whether a text built by LiteLLM holds the value of a variable that looks like a key's."""
    return any(
        value in text
        for name, value in os.environ.items()
        if len(value) >= _SHORTEST and _SECRET_VARIABLE.search(name) and value != PLACEHOLDER
    )


def _secrets(profile: Profile) -> Iterator[str]:
    connection = profile.connection
    known = [profile.api_key, *profile.headers.values(), connection.proxy_http, connection.proxy_https]
    for secret in known:
        if secret is not None and (value := secret.peek()):
            yield value
            yield _SCHEME.sub("", value, count=1)
    for proxy in (connection.proxy_http, connection.proxy_https):
        if proxy is not None and (password := _password(proxy.peek() or "")):
            yield password


def _password(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:
        return None


def _checked(profile: str, field: str, secret: Secret) -> str:
    # The value is in no variable here, so that no traceback of this error can show it.
    problem = _problem(secret.reveal())
    if problem is not None:
        raise ConfigError(f"{profile}: {field} {problem}")
    return secret.reveal()


def _problem(value: str) -> str | None:
    if any(ord(character) < _FIRST_PRINTABLE or ord(character) == _DELETE for character in value):
        return "holds a line break or another control character; remove it"
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return "holds characters that cannot stand in an HTTP header; copy it again"
    return None


def _is_address(address: str | Secret) -> bool:
    try:
        parts = urlsplit(address if isinstance(address, str) else address.reveal())
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _check_certificate(profile: Profile) -> None:
    path = profile.connection.ssl_cert_path
    if path is None or not profile.connection.verify_ssl:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it holds no PEM certificate"
        raise ConfigError(f"{profile.name}: ssl_cert_path: {path}: {reason}") from None
