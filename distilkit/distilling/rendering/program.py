"""A program of its own: renders a chat template over conversations, one line of JSON each way.

Run by `process.py`, never imported by it. A template is a program that somebody else wrote, over text that nobody
checked: so it runs in jinja2's sandbox, in a process with bounded memory and without keys, which is ended from outside
when it is late. Where nobody is left to end it, the system does.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

from jinja2.exceptions import TemplateError
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.parser import Parser

_MEMORY_BYTES = 1024**3
_GRACE_S = 5.0
_LONGEST_S = 1e9
# What a template may add to what it was given.
_LETTERS_AT_LEAST, _LETTERS_TIMES = 1_000_000, 4
# A template that writes the date writes this one, so that the same rows give the same text.
_TODAY = datetime(2024, 1, 1, tzinfo=UTC)


class Generation(Extension):
    """`{% generation %}…{% endgeneration %}` marks what is learnt; here only its text matters."""

    tags = {"generation"}  # noqa: RUF012 - jinja2's own class attribute

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """Return what stands between the marks."""
        next(parser.stream)
        return list(parser.parse_statements(("name:endgeneration",), drop_needle=True))


def main() -> None:
    """Say that all is imported, take the template, then answer each `{"conversations", "timeout_s"}`."""
    _bound_memory()
    replies, sys.stdout = sys.stdout, sys.stderr
    template: Any = None
    _say(replies, {"texts": []})
    for line in sys.stdin:
        asked = json.loads(line)
        _end_after(min(asked["timeout_s"], _LONGEST_S) + _GRACE_S)
        try:
            if template is None:
                template = compiled(asked["template"])
                reply: dict[str, Any] = {"texts": []}
            else:
                reply = {"texts": [rendered(template, each) for each in asked["conversations"]]}
        except (Exception, MemoryError) as error:  # noqa: BLE001 - a template raises anything; it costs one row
            reply = {"error": _told(error)}
        _end_after(0)
        _say(replies, reply)


def _say(replies: IO[str], reply: Mapping[str, Any]) -> None:
    replies.write(json.dumps(reply) + "\n")
    replies.flush()


def compiled(source: str) -> Any:
    """Return the template, in an environment as tokenizers set it up."""
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[Generation, "jinja2.ext.loopcontrols"],
        # What is constant is computed with the first row, not while the template is read; as far as jinja2 heeds it.
        optimized=False,
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise
    environment.globals["strftime_now"] = _TODAY.strftime
    return environment.from_string(source)


def rendered(template: Any, variables: Mapping[str, Any]) -> str:
    """Return the text, refusing one that grows without bound."""
    most = _LETTERS_AT_LEAST + _LETTERS_TIMES * len(json.dumps(variables))
    pieces, letters = [], 0
    for piece in template.generate(**variables):
        letters += len(piece)
        if letters > most:
            raise TemplateError(f"the template writes more than {most:,} letters")
        pieces.append(piece)
    return "".join(pieces)


def _tojson(
    value: Any,
    ensure_ascii: bool = False,  # noqa: FBT001, FBT002 - as templates call it
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,  # noqa: FBT001, FBT002 - the same
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _raise(message: object) -> None:
    raise TemplateError(str(message))


def _told(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "the template takes too much memory"
    if isinstance(error, RecursionError):
        return "the template is nested too deeply"
    line = getattr(error, "lineno", None)
    return f"{type(error).__name__}{f' in line {line}' if line else ''}: {error}"[:500]


def _end_after(seconds: float) -> None:
    """Have the system end this process after so long, whatever it is doing by then; 0 for never."""
    if hasattr(signal, "setitimer"):  # not on Windows
        # The usual action needs no interpreter: nothing in Python runs while an integer is raised to a power.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _bound_memory() -> None:
    # Not on every system, and never more than this user may have.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = _MEMORY_BYTES if most == resource.RLIM_INFINITY else min(_MEMORY_BYTES, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))


if __name__ == "__main__":
    main()
