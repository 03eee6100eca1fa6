"""A chat template, wherever it stands: in a text, in a file of its own, or in a tokenizer's configuration.

Knows files; renders nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distilkit.errors import InputError

_LONGEST_BYTES = 8 * 1024**2
_IN_FOLDER = ("chat_template.jinja", "chat_template.json", "tokenizer_config.json")


@dataclass(frozen=True, slots=True)
class Template:
    """A template's source, and the special tokens that go with it.

    Attributes:
        source: in Jinja2.
        tokens: `bos_token` and others by name; {} where they are not known.
    """

    source: str
    tokens: Mapping[str, str] = field(default_factory=dict)


def load(given: str | os.PathLike[str]) -> Template:
    """Return a template.

    Args:
        given: its text; or the path of a `.jinja` file, of a `tokenizer_config.json` or `chat_template.json`, or of a
            folder with one of these.

    Raises:
        InputError: it is none of them, or cannot be read; the text says why.
    """
    if isinstance(given, str) and any(mark in given for mark in ("{%", "{{", "\n")):
        return Template(given)
    if not isinstance(given, str | os.PathLike) or not isinstance(os.fspath(given), str) or not given:
        raise InputError(f"template= takes the text of a chat template, or a path to one, not {given!r:.100}")
    path = Path(given).expanduser()
    try:
        if path.is_dir():
            path = _found(path)
        if path.stat().st_size > _LONGEST_BYTES:
            raise InputError(f"template: {path} is larger than {_LONGEST_BYTES // 1024**2} MB, so it is no template")
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"template: {str(path)!r:.200} cannot be read: {reason}") from None
    return _of_configuration(path, text) if path.suffix.lower() == ".json" else Template(text)


def _found(folder: Path) -> Path:
    found = next((folder / name for name in _IN_FOLDER if (folder / name).is_file()), None)
    if found is None:
        raise InputError(f"template: {folder} has none of {', '.join(_IN_FOLDER)}")
    return found


def _of_configuration(path: Path, text: str) -> Template:
    try:
        configuration = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"template: {path} is not JSON: {error}") from None
    if not isinstance(configuration, dict):
        raise InputError(f"template: {path} is no configuration of a tokenizer: it holds no object")
    tokens = {
        name: token
        for name, value in configuration.items()
        if name.endswith("_token")
        and isinstance(token := value.get("content") if isinstance(value, dict) else value, str)
    }
    return Template(_source(path, configuration.get("chat_template")), tokens)


def _source(path: Path, value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, list):  # several, by name
        named = {each.get("name"): each.get("template") for each in value if isinstance(each, dict)}
        chosen = named.get("default") if len(named) != 1 else next(iter(named.values()))
        if isinstance(chosen, str) and chosen:
            return chosen
        there = ", ".join(map(str, named)) or "none"
        raise InputError(
            f"template: {path} has several chat templates and none named default ({there}); pass one's text"
        )
    raise InputError(f"template: {path} has no chat_template; pass the template's text, or its .jinja file")
