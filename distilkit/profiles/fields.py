"""The kinds of value a profile file holds: text, numbers, URLs, header names, and what is wrong with a bad one.

Knows no field by name. Every check is strict: a number in quotes is text, a word is never a number. Only a value
that came from the environment (`EnvText`) is read as whatever the field wants, since a variable is always text.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from distilkit.profiles.yaml_strict import scalar

MAX_NAME = 200
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
# Written by distilkit or the connection itself; a second one would contradict the first.
_RESERVED_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection"})


class EnvText(str):
    """Text that came from an environment variable."""

    __slots__ = ()


def _number(value: object) -> object:
    read = scalar(str(value)) if isinstance(value, EnvText) else value
    return float(read) if isinstance(read, Decimal) else read


def _dollars(value: object) -> object:
    read = scalar(str(value)) if isinstance(value, EnvText) else value
    return Decimal(read) if isinstance(read, int) and not isinstance(read, bool) else read


def _no_controls(text: str) -> str:
    if any(not char.isprintable() for char in text):
        raise ValueError("holds a control character or a line break; leave it out")
    return text


def _storable(text: str) -> str:
    # A lone surrogate, which JSON's \\ud83d can write, is no text: it can be neither sent nor stored.
    if any("\ud800" <= char <= "\udfff" or char == "\0" for char in text):
        raise ValueError("holds a character that cannot be sent; leave it out")
    return text


def check_name(text: str) -> str:
    """Return the name, if it can be shown in a table and a message.

    Raises:
        ValueError: empty, too long, or with control characters.
    """
    if not text.strip() or text != text.strip():
        raise ValueError("empty, or with spaces around it; give it a name")
    if len(text) > MAX_NAME:
        raise ValueError(f"longer than {MAX_NAME} characters; give it a shorter name")
    return _no_controls(text)


def check_url(text: str) -> str:
    """Return the address, if requests can be sent to it.

    Raises:
        ValueError: not http or https, or with a password, a query or a control character in it.
    """
    url = _any_url(text)
    if "@" in urlsplit(url).netloc:
        raise ValueError("holds a user name or password; put the key into api_key")
    if urlsplit(url).query or urlsplit(url).fragment:
        raise ValueError("has a ? or # in it; give the address alone (the API version is api_version)")
    return url


def _any_url(text: str) -> str:
    _no_controls(text)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("not a URL; write it as https://host/path") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("must start with http:// or https://")
    if not host or re.search(r"[\s\\]", text):
        raise ValueError("not a URL; write it as https://host/path")
    return text


def _headers(headers: dict[str, str]) -> dict[str, str]:
    for number, (name, value) in enumerate(headers.items(), 1):
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"name {number} is not a header name; use letters, digits and -")
        if name.lower() in _RESERVED_HEADERS:
            raise ValueError(f"{name} is set by the connection; leave it out")
        check_header_value(name, value)
    return headers


def check_header_value(name: str, value: str) -> None:
    """Refuse what would end the header early or cannot be written in one.

    Raises:
        ValueError: the text names the header, never its value.
    """
    if _CONTROLS.search(value):
        raise ValueError(f"the value of {name} holds a line break or control character; leave it out")
    if not _latin(value):
        raise ValueError(f"the value of {name} holds a character that no header can; use Latin letters")


def _latin(value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _jsonable(value: Any) -> Any:
    """Turn exact numbers into floats, all the way down: parameters are sent as JSON."""
    if isinstance(value, dict):
        return {name: _jsonable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_jsonable(each) for each in value]
    if isinstance(value, str):
        return scalar(value) if isinstance(value, EnvText) else _storable(value)
    return float(value) if isinstance(value, Decimal) else value


def _flag(value: object) -> object:
    return scalar(str(value)) if isinstance(value, EnvText) else value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, AfterValidator(_storable)]
Line = Annotated[str, AfterValidator(_no_controls)]
Name = Annotated[str, AfterValidator(check_name)]
Url = Annotated[str, AfterValidator(check_url)]
ProxyUrl = Annotated[str, AfterValidator(_any_url)]
Headers = Annotated[dict[str, str], AfterValidator(_headers)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Count = Annotated[int, BeforeValidator(_number), Field(ge=1, le=10**12)]
Whole = Annotated[int, BeforeValidator(_number)]
Real = Annotated[float, BeforeValidator(_number)]
Seconds = Annotated[float, BeforeValidator(_number), Field(gt=0, le=86_400)]
Share = Annotated[float, BeforeValidator(_number), Field(ge=0, le=1)]
Dollars = Annotated[Decimal, BeforeValidator(_dollars), Field(ge=0)]
Texts = Annotated[list[Text], BeforeValidator(_as_list)]
AnyJson = Annotated[Any, AfterValidator(_jsonable)]
