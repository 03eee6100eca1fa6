"""Profiles as the text of a file that loads to the same ones, without a secret in it.

What a variable holds is written as the variable; a secret that stands in no variable is left out and named. Knows the
tree of a file, and how one is written whole or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any

import yaml

from distilkit.errors import InputError
from distilkit.profiles.aliases import either, from_ms, plus_one
from distilkit.profiles.load import Profiles
from distilkit.profiles.tree import Item, Path, Var, dotted
from distilkit.profiles.unseen import Unseen
from distilkit.profiles.yaml_strict import scalar

# A variable holds what another spelling of the field means: it is written under that one.
_SPELLED = {
    ("timeout_s", from_ms): "timeout_ms",
    ("timeout_s", either): "timeout",
    ("max_attempts", plus_one): "max_retries",
}
# A text that is broken into lines reads the same, but not to everybody.
_ONE_LINE = 1_000_000
_LONGEST_SHOWN = 200
_ANYBODY_WRITES = 0o222
_HEAD = "# A profile file, as distilkit's Providers.save wrote it.\n"
_LEFT_OUT = "# Left out, because a file would show it; name a variable instead, such as ${OPENAI_API_KEY}:\n"


def as_file(profiles: Profiles) -> tuple[str, list[str]]:
    """Return the text of a profile file, and the names of the fields that are left out because they may be secrets."""
    left_out = [dotted(path) for path in _secret_places(profiles.tree, ())]
    kept = plain(_without_secrets(profiles.tree), profiles.folder)
    text = as_yaml(kept) if kept else ""
    said = _LEFT_OUT + "".join(f"#   {name}\n" for name in left_out) if left_out else ""
    return _HEAD + said + text, left_out


def as_yaml(content: Any, *, flow: bool | None = False) -> str:
    """Return what `plain` made as YAML; `flow` None writes what holds no list or mapping on one line."""
    text: str = yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_ONE_LINE, default_flow_style=flow
    )
    return text


def write_new(path: str | FilePath, text: str, *, overwrite: bool) -> None:
    """Write a whole file or none, for its owner alone.

    Raises:
        InputError: it is no path, it exists and may not be replaced, or it cannot be written.
    """
    if not isinstance(path, str | FilePath):
        raise InputError(f"path: expected the path of a file, got {type(path).__name__}")
    try:
        # Where a link is named, what it leads to is written.
        place = FilePath(path).resolve()
        is_free = overwrite or not place.exists()
        if is_free:
            write_whole(place, text)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links in a ring, until Python 3.13
        reason = error.strerror if isinstance(error, OSError) else None
        raise InputError(f"{str(path)[:_LONGEST_SHOWN]}: cannot be written: {reason or error}") from None
    if not is_free:
        raise InputError(f"{path}: exists already; name another file, or say overwrite=True (its comments are lost)")


def write_whole(path: FilePath, text: str, *, like: FilePath | None = None) -> None:
    """Write a file whole or not at all, for its owner alone, or for those who may use the file `like`.

    Raises:
        OSError: it cannot be written, or is there and read-only: a file is replaced without being asked for that.
    """
    if path.exists() and not (path.stat().st_mode & _ANYBODY_WRITES and os.access(path, os.W_OK)):
        raise PermissionError(errno.EACCES, "the file is read-only")
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".distilkit-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        if like is not None:
            shutil.copymode(like, name)
        FilePath(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            FilePath(name).unlink()
        raise


def _secret_places(item: Item, path: Path) -> Iterator[Path]:
    if isinstance(item.value, dict):
        for name, each in item.value.items():
            yield from _secret_places(each, (*path, name))
    elif isinstance(item.value, list):
        for number, each in enumerate(item.value, 1):
            named = each.fields.get("name")
            label = named.value if named and isinstance(named.value, str) else str(number)
            yield from _secret_places(each, (*path, label))
    elif _is_secret(item):
        yield path


def _is_secret(item: Item) -> bool:
    """Say whether a text may be a secret; a proxy's address is one only with a password in it."""
    if not isinstance(item.value, Unseen) or not item.value:
        return False
    return "@" in item.value if item.path[-2:-1] == ("proxy",) else True


def _without_secrets(item: Item) -> Item:
    if isinstance(item.value, dict):
        kept = {name: _without_secrets(each) for name, each in item.value.items() if not _is_secret(each)}
        # What held nothing else is gone with it.
        return replace(
            item, value={name: each for name, each in kept.items() if each.value or not item.fields[name].value}
        )
    if isinstance(item.value, list):
        return replace(item, value=[_without_secrets(each) for each in item.value if not _is_secret(each)])
    return item


def plain(item: Item, folder: FilePath) -> Any:
    """Return what a tree says as the values that a file is written from; relative paths start at `folder`."""
    if isinstance(item.value, dict):
        return {_spelling(name, each): _field(name, each, folder) for name, each in item.value.items()}
    if isinstance(item.value, list):
        return [plain(each, folder) for each in item.value]
    if isinstance(item.value, Var):
        return f"${{{item.value.name}}}"
    # `${` within a text is a variable to the reader.
    return str(item.value).replace("${", "$${") if isinstance(item.value, str) else item.value


def _field(name: str, item: Item, folder: FilePath) -> Any:
    """Return a field's value; a relative path starts at this file's folder, and so is written whole."""
    value = plain(item, folder)
    if name != "ssl_cert_path" or not isinstance(item.value, str) or item.value.startswith("~"):
        return value
    return str(folder / item.value).replace("${", "$${")


def _spelling(name: str, item: Item) -> str:
    return _SPELLED.get((name, item.value.adjust), name) if isinstance(item.value, Var) and item.value.adjust else name


class _Dumper(yaml.SafeDumper):
    """Writes what `yaml_strict` reads as the same."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    # Quoted where this reader, or another by YAML 1.1, would take it for something else, and where a line could break.
    plain = isinstance(scalar(text), str) and text.isprintable()
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


def _number(dumper: _Dumper, number: Decimal) -> yaml.Node:
    text = format(number, "f")
    if isinstance(scalar(text), str):  # more digits than are read
        text = format(number.normalize(), "e")
    if "." not in text:
        text = text.replace("e", ".0e") if "e" in text else f"{text}.0"
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _number)
