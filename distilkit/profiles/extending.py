"""A strategy written into a profile file: the rest of the file stays as it was written, comments too.

Text goes in at one place, and is written only where the whole then reads as what was there and the strategy. Knows no
run.
"""

from __future__ import annotations

import json
import textwrap
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from distilkit.errors import ConfigError, InputError
from distilkit.profiles.alone import alone_in
from distilkit.profiles.edits import same, with_entry
from distilkit.profiles.load import profiles_of
from distilkit.profiles.saving import as_yaml, plain, write_new, write_whole
from distilkit.profiles.shapes import Notes, canonical
from distilkit.profiles.strategy import Strategy
from distilkit.profiles.tree import Item, refuse
from distilkit.profiles.written import strategy_item
from distilkit.profiles.yaml_strict import MAX_BYTES, parse

_TOP = "strategies"
_HEAD = "# A profile file, as distilkit's save_strategy wrote it.\n"


def save_strategy(strategy: Strategy, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a strategy into a profile file, a new one or one that is there; loading it gives the same strategy.

        dk.save_strategy(dk.to_strategy(df, "router", quality=0.8), "distilkit.yaml")
        dk.compare(prompts, "router", config="distilkit.yaml")

    What else the file says stays as it is written, comments too. The same strategy again changes nothing.

    Args:
        strategy: what to write; its profiles by their names.
        path: the file.
        overwrite: whether another strategy of this name in the file may be replaced, and the comments within it.

    Raises:
        InputError: it has `Profile` objects, the file has another strategy of this name, its text cannot be added to,
            or it cannot be written.
        ConfigError: the file is wrong, or a profile that the strategy names is not in it.
    """
    if not isinstance(strategy, Strategy):
        raise InputError(f"save_strategy() takes a Strategy, not {type(strategy).__name__}")
    if not isinstance(path, str | Path):
        raise InputError(f"path: expected the path of a file, got {type(path).__name__}")
    label, notes, place = f"save_strategy({strategy.name!r})", Notes(), Path(path)
    added = strategy_item(strategy, notes, label=label)
    refuse(label, notes.problems)
    with alone_in(_leads_to(place).parent):
        _save(strategy, added, place, overwrite=overwrite)


def _save(strategy: Strategy, added: Item, place: Path, *, overwrite: bool) -> None:
    before = _read(place)
    if before is None:
        text = _HEAD + _block({_TOP: {strategy.name: plain(added, place.parent)}}, "")
        profiles_of(_tree(text, place), place, Notes())
        write_new(place, text, overwrite=False)
        return
    text = _extended(before, strategy.name, added, place, overwrite=overwrite)
    if text != before:
        profiles_of(_tree(text, place), place, Notes())
        _replace(place, before, text)


def _extended(text: str, name: str, added: Item, path: Path, *, overwrite: bool) -> str:
    """Return the file's text with the strategy in it; as it is where it has it already."""
    old = _tree(text, path)
    there = old.fields.get(_TOP, Item({}, 0)).fields.get(name)
    if there is not None and same(there, added):
        return text
    if there is not None and not overwrite:
        raise InputError(f"{path}: has another strategy {name!r}; name this one otherwise, or say overwrite=True")
    content = plain(added, path.parent)
    new = _inserted(text, name, content)
    if not _reads_as(new, path, with_entry(old, _TOP, name, added)):
        lines = _block({_TOP: {name: content}}, "")
        raise InputError(f"{path}: cannot be added to as it is written; write these lines into it:\n{lines}")
    return new


def _reads_as(text: str, path: Path, meant: Item) -> bool:
    try:
        return same(_tree(text, path), meant)
    except ConfigError:
        return False


def _inserted(text: str, name: str, content: Any) -> str:
    """Return the text with an entry put in, or in the place of one of its name.

    Where it is written in a way that is not foreseen here, what comes out does not read as it should.
    """
    # JSON may be indented by tabs, which YAML forbids. Depth and aliases are no concern: it was parsed before.
    root = yaml.compose(text.replace("\t", " ") if _is_json(text) else text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return _lined(text, len(text), _block({_TOP: {name: content}}, ""))
    found = _pair(root, _TOP)
    if found is None and root.flow_style:
        return _at_end(text, root, _TOP, {name: content})
    if found is None:
        return _lined(text, len(text), "\n" + _block({_TOP: {name: content}}, " " * root.start_mark.column))
    key, group = found
    if not isinstance(group, yaml.MappingNode):  # `strategies:` with nothing under it
        return _lined(text, key.end_mark.index, _block({name: content}, " " * (key.start_mark.column + 2)))
    there = _pair(group, name)
    return _replaced(text, group, there, content) if there else _at_end(text, group, name, content)


def _is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith("{")


def _replaced(text: str, group: yaml.MappingNode, there: tuple[yaml.Node, yaml.Node], content: Any) -> str:
    """Put an entry in the place of another of its name."""
    key, entry = there
    if group.flow_style:
        return text[: key.start_mark.index] + _flow(key.value, content) + text[entry.end_mark.index :]
    start = key.start_mark.index - key.start_mark.column
    kept = text[:start] + _after_line(text, _last(text, entry))
    return kept[:start] + _with_endings(text, _block({key.value: content}, " " * key.start_mark.column)) + kept[start:]


def _at_end(text: str, group: yaml.MappingNode, name: str, content: Any) -> str:
    """Put an entry after the last one of a mapping, as the others are written."""
    if group.flow_style:
        brace = group.end_mark.index - 1
        comma = ", " if group.value and not _ends_with_comma(text[group.value[-1][1].end_mark.index : brace]) else ""
        return f"{text[:brace]}{comma}{_flow(name, content)}{text[brace:]}"
    column = group.value[0][0].start_mark.column
    return _lined(text, _last(text, group), _block({name: content}, " " * column))


def _ends_with_comma(rest: str) -> bool:
    """Say whether a comma stands behind a mapping's last value, in no comment."""
    return any("," in line.partition("#")[0] for line in rest.splitlines())


def _lined(text: str, index: int, lines: str) -> str:
    """Put lines after the line that `index` is in."""
    rest = _after_line(text, index)
    before = text[: len(text) - len(rest)]
    broken = "" if before.endswith("\n") or not before else "\n"
    return before + _with_endings(text, broken + lines) + rest


def _after_line(text: str, index: int) -> str:
    return text[index:].partition("\n")[2]


def _with_endings(text: str, lines: str) -> str:
    return lines.replace("\n", "\r\n") if "\r\n" in text else lines


def _last(text: str, node: yaml.Node) -> int:
    """Return where a value ends: of a block, its last value, since the block's own mark lies after comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last(text, last[1] if isinstance(last, tuple) else last)
    return len(text[: node.end_mark.index].rstrip())


def _pair(group: yaml.MappingNode, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    return next(((key, value) for key, value in group.value if key.value == name), None)


def _block(content: Any, indent: str) -> str:
    return textwrap.indent(as_yaml(content, flow=None), indent)


def _flow(name: str, content: Any) -> str:
    return json.dumps({name: content}, ensure_ascii=False, default=_as_float)[1:-1]


def _as_float(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)


def _tree(text: str, path: Path) -> Item:
    notes = Notes()
    tree = canonical(parse(text.encode(), str(path)), notes)
    refuse(str(path), notes.problems)
    return tree


def _read(path: Path) -> str | None:
    """Return the file's text, or None where there is no file."""
    try:
        if not _leads_to(path).exists():
            return None
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    parse(data, str(path))  # says of a file that is none where and why
    return data.decode("utf-8")


def _leads_to(path: Path) -> Path:
    """Return the file itself where a link to it is named: that is what is written."""
    try:
        return path.resolve()
    except RuntimeError:  # links that lead back to each other, until Python 3.13
        raise InputError(f"{path}: cannot be read: a link that leads to itself") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _replace(path: Path, before: str, text: str) -> None:
    if _read(path) != before:
        raise InputError(f"{path}: was changed by somebody else meanwhile; save again")
    try:
        write_whole(_leads_to(path), text, like=path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
