"""A program of its own: says whether mathematical answers equal their references, one line each way.

Run by `mathematics.py`, never imported by it. Answers are hostile text, and what they spell may take for ever, or all
memory; so this process has a bounded memory, no keys in its environment, and is ended from outside when it is late.
Where nobody is left to end it, the system does.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import signal
import sys
from typing import Any

_MEMORY_BYTES = 2 * 1024**3
# So much later than the other side would have: only where that one is gone, killed in the middle, is it ever used.
_GRACE_S = 5.0
_LONGEST_S = 1e9
_MARKED = re.compile(r"\$|\\\(|\\\[|\\boxed|\\begin|\\fbox")
# One formula and nothing else: no word of more than one letter but LaTeX's own and the names of functions.
_FORMULA = re.compile(
    r"(?:\\[A-Za-z]++|(?<![A-Za-z])(?:sin|cos|tan|log|ln|exp|sqrt|pi|[A-Za-z])(?![A-Za-z])|[^A-Za-z\\\n]|\\[^A-Za-z\n])++"
)


def main() -> None:
    """Answer each line `{"reference", "content", "timeout_s"}` with `right`, `unread`, `error` or `broken`."""
    _bound_memory()
    logging.disable(logging.CRITICAL)
    # What libraries print would be read as replies.
    replies, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        asked = json.loads(line)
        _end_after(min(asked["timeout_s"], _LONGEST_S) + _GRACE_S)
        reply = _reply(asked)
        _end_after(0)
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def _end_after(seconds: float) -> None:
    """Have the system end this process after so long, whatever it is doing by then; 0 for never."""
    if hasattr(signal, "setitimer"):  # not on Windows
        # The usual action needs no interpreter: nothing in Python runs while an integer is raised to a power.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _reply(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return _compared(asked["reference"], asked["content"])
    except MemoryError:
        return {"error": "it takes too much memory"}
    except RecursionError:
        return {"error": "it is nested too deeply"}
    except ImportError as error:
        return {"broken": str(error)}
    except Exception as error:  # noqa: BLE001 - SymPy raises anything over hostile text; it costs one row
        return {"error": f"{type(error).__name__}: {error}"[:300]}


def _compared(reference: str, content: str) -> dict[str, Any]:
    from math_verify import parse  # type: ignore[import-untyped] # it has no types

    # Time is watched from outside: their own alarm needs the main thread, and does not stop a power of integers.
    expected = parse(_as_formula(reference.rpartition("####")[2]), parsing_timeout=None)
    if not expected:
        return {"unread": True}
    given = parse(_as_formula(content), parsing_timeout=None)
    return {"right": bool(given) and _equal(expected, given)}


def _equal(expected: Any, given: Any) -> bool:
    from math_verify import verify

    try:
        return bool(verify(expected, given, timeout_seconds=None, raise_on_error=True))
    except Exception:
        # One reading of the two could not be compared; another one may be equal.
        if verify(expected, given, timeout_seconds=None):
            return True
        raise


def _as_formula(text: str) -> str:
    """Return a formula that stands alone in the marks that math-verify looks for."""
    bare = text.strip()
    return f"${bare}$" if bare and not _MARKED.search(bare) and _FORMULA.fullmatch(bare) else text


def _bound_memory() -> None:
    # Not on every system, and never more than this user may have.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = _MEMORY_BYTES if most == resource.RLIM_INFINITY else min(_MEMORY_BYTES, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))


if __name__ == "__main__":
    main()
