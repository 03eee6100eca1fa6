"""The cell of `%%compare`: its prompts, and the variables in them.

From a text to texts. Knows no shell.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from distilkit.errors import InputError

_SHORTEST_LINE = 3


def split(cell: str) -> list[str]:
    r"""Return the prompts of a cell: what stands between lines of three dashes or more.

    An empty line does not part them, because prompts have paragraphs.

    >>> split("one\n\nmore of one\n---\ntwo\n")
    ['one\n\nmore of one', 'two']

    Raises:
        InputError: there is no prompt.
    """
    prompts: list[list[str]] = [[]]
    # By line feeds alone: what else ends a line somewhere is a part of the prompt.
    for line in cell.replace("\r\n", "\n").split("\n"):
        if len(line.strip()) >= _SHORTEST_LINE and not line.strip().strip("-"):
            prompts.append([])
        else:
            prompts[-1].append(line)
    texts = [text for lines in prompts if (text := "\n".join(lines).strip())]
    if not texts:
        raise InputError("%%compare: the cell is empty; write a prompt under the first line")
    return texts


def filled(prompt: str, names: Mapping[str, Any]) -> str:
    """Return a prompt with `{name}` filled in; only plain names are, so that no prompt can reach into an object.

    >>> filled("{{x}} is {x}", {"x": 3})
    '{x} is 3'

    Raises:
        InputError: a brace stands alone, or a name is not a variable.
    """
    try:
        pieces = list(Formatter().parse(prompt))
    except ValueError as error:
        raise InputError(f"--format: {error}; write {{{{ and }}}} for braces") from None
    return "".join(
        f"{text}{'' if name is None else _value(name, kind, turn, names)}" for text, name, kind, turn in pieces
    )


def _value(name: str, kind: str | None, turn: str | None, names: Mapping[str, Any]) -> str:
    if not name.isidentifier() or kind or turn:
        raise InputError(f"--format: {{{name}}} is not the name of a variable; write {{{{ and }}}} for braces")
    if name not in names:
        raise InputError(f"--format: there is no variable {name!r}; define it, or write {{{{ and }}}} for braces")
    return str(names[name])
