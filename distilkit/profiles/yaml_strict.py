"""Read YAML without its surprises, keeping every line number. JSON is YAML.

No duplicate names, aliases, anchors or tags; one document of at most 1 MB and 20 levels; `no` is text and so is
`12:30:45`; numbers with a point stay exact. Knows nothing of what the fields mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml

from distilkit.profiles.tree import Item, Leaf, Path, Problem, Var, refuse

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
# The parser is linear but slow; more than this is not a profile file.
MAX_VALUES = 100_000

_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
# Room for every digit of a float that Python writes without an exponent.
_POINT = re.compile(r"[-+]?(\.[0-9]{1,24}|[0-9]{1,18}(\.[0-9]{0,24})?)([eE][-+]?[0-9]{1,2})?")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_CUT = re.compile(r"(?<!\$)\$\{")


def parse(data: bytes, file: str) -> Item:
    """Return the file's value; an empty file is an empty mapping.

    Raises:
        ConfigError: it is not strict YAML; the text names the line.
    """
    text = _decode(data, file)
    reader = _Reader()
    try:
        for count, event in enumerate(_events(text)):
            if count > 2 * MAX_VALUES:
                reader.stop(event, f"more than {MAX_VALUES} values; split the file")
            reader.take(event)
    except yaml.YAMLError as error:
        # Only the problem and its line: the parser's own text quotes the file, and so a key.
        reader.problems.append(_syntax(error, text))
    except _StopReadingError:
        pass
    refuse(file, reader.problems)
    return reader.root or Item({}, 1)


def scalar(text: str) -> Leaf:
    """Read an unquoted word by the rules of YAML 1.2: true, false, null, numbers; anything else is text.

    >>> scalar("no"), scalar("12:30:45"), scalar("1.50"), scalar("null")
    ('no', '12:30:45', Decimal('1.50'), None)
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _POINT.fullmatch(text) else text


def _decode(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        refuse(file, [Problem(1, (), f"larger than {MAX_BYTES:,} bytes; a profile file is small")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        refuse(file, [Problem(line, (), "not UTF-8; save the file as UTF-8")])
        raise  # never reached: `refuse` raises
    # JSON may be indented by tabs, which YAML forbids; inside its strings no tab can stand.
    return text.replace("\t", " ") if text.lstrip().startswith("{") else text


def _events(text: str) -> Iterator[Any]:
    # Events, not nodes: the parser of events does not recurse, so no depth can overflow the stack.
    return iter(yaml.parse(text, Loader=yaml.SafeLoader))


def _syntax(error: yaml.YAMLError, text: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else _line_at(text, getattr(error, "position", 0))
    what = getattr(error, "problem", None) or "a character that YAML does not allow"
    hint = "indent with spaces, not tabs" if "\\t" in what else "see the line, and the one above it"
    if "${" in "".join(text.splitlines()[line - 1 : line]):
        hint = 'within { } and [ ] a variable needs quotes: "${NAME}"'
    return Problem(line, (), f"not YAML: {_unquoted(what)}; {hint}")


def _line_at(text: str, position: object) -> int:
    """Return the line of a character: of one that is not allowed the parser says no more than its place."""
    return text.count("\n", 0, position if isinstance(position, int) else 0) + 1


def _unquoted(what: str) -> str:
    # What stands in quotes is the parser's word for a token, or a piece of the file: only the former is short.
    return re.sub(r"(['\"])(?!<[a-z ]+>)[^'\"]{9,}\1", "(a word)", what)


class _StopReadingError(Exception):
    """Nothing after this can be understood."""


class _Open:
    """A mapping or sequence whose end has not come yet."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.name: tuple[str, int] | None = None
        self.lines: dict[str, int] = {}


class _Reader:
    """Builds the tree from events, with a stack of its own."""

    def __init__(self) -> None:
        self.root: Item | None = None
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._documents = 0

    def stop(self, event: Any, text: str) -> None:
        self.problems.append(Problem(_line(event), self._path(), text))
        raise _StopReadingError

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._start_document(event)
        elif isinstance(event, yaml.AliasEvent):
            self.stop(event, "an alias; write the value out")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._refuse_extras(event)
            self._take_node(event)

    def _start_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self.stop(event, "a second document; keep one to a file")

    def _refuse_extras(self, event: Any) -> None:
        # Neither is shown: `!` and `&` may stand before a key that was not quoted.
        if event.anchor is not None:
            self.stop(event, "an anchor (&); write the value out, or quote text that starts with &")
        if event.tag is not None:
            self.stop(event, "a tag (!); leave it out, or quote text that starts with !")

    def _take_node(self, event: Any) -> None:
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.item.value, dict) and top.name is None:
            self._take_name(top, event)
        elif isinstance(event, yaml.ScalarEvent):
            self._place(Item(self._leaf(event), self._line_of(top, event), self._path()))
        else:
            self._begin(top, event)

    def _take_name(self, top: _Open, event: Any) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            self.stop(event, "a list or mapping as a field name; names are text")
        name, line = event.value, _line(event)
        if name in top.lines:
            text = f"given twice (first on line {top.lines[name]}); keep one"
            self.problems.append(Problem(line, (*top.item.path, name), text))
        top.lines.setdefault(name, line)
        top.name = (name, line)

    def _begin(self, top: _Open | None, event: Any) -> None:
        if len(self._open) >= MAX_DEPTH:
            self.stop(event, f"more than {MAX_DEPTH} levels deep; write it flatter")
        empty: dict[str, Item] | list[Item] = {} if isinstance(event, yaml.MappingStartEvent) else []
        item = Item(empty, self._line_of(top, event), self._path())
        self._place(item)
        self._open.append(_Open(item))

    def _place(self, item: Item) -> None:
        if not self._open:
            self.root = item
            return
        top = self._open[-1]
        if isinstance(top.item.value, list):
            top.item.value.append(item)
        elif isinstance(top.item.value, dict) and top.name is not None:
            top.item.value[top.name[0]] = item
            top.name = None

    def _path(self) -> Path:
        if not self._open:
            return ()
        top = self._open[-1]
        if isinstance(top.item.value, list):
            return (*top.item.path, str(len(top.item.value) + 1))
        return (*top.item.path, top.name[0]) if top.name else top.item.path

    def _line_of(self, top: _Open | None, event: Any) -> int:
        return top.name[1] if top is not None and top.name else _line(event)

    def _leaf(self, event: Any) -> Leaf:
        text: str = event.value
        if event.style is None and not isinstance(value := scalar(text), str):
            return value
        if named := _VARIABLE.fullmatch(text):
            return Var(named[1])
        if _CUT.search(text):
            way = "put the whole value into the variable, or write $${ for a literal ${"
            self.problems.append(Problem(_line(event), self._path(), f"${{NAME}} stands for a whole value; {way}"))
        return text.replace("$${", "${")


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1
