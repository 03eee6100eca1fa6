"""Writes `docs/providers.md`: what of each provider has been tried at the wire, and came out right.

`python -m tests.wire.support` runs every case and prints the page; nothing in its table is written by hand. What fails
says so in its cell, and the test that compares the page fails too.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from distilkit.provider.batches import SUPPORTED as BATCHES

from .attempts import Attempts
from .case import Case
from .cases import CASES
from .checks import (
    wrong_in_answer,
    wrong_in_limits,
    wrong_in_request,
    wrong_in_stream,
    wrong_in_thinking,
    wrong_in_usage,
)
from .forms import mode
from .matrix import ALL_CELLS, Matrix, run_matrix, wrong
from .server import Server

FAILS = "FAILS"
_NONE = "–"
_COLUMNS = (
    "provider",
    "`type`",
    "chat",
    "thinking",
    "usage",
    "errors",
    "limits in headers",
    "streaming",
    "JSON",
    "batch",
    "LiteLLM",
    "list of models",
    "key variable",
    "address of a request",
)
# The first columns are what was tried, the others where it goes: one table would be too wide to read.
_TRIED = _COLUMNS.index("LiteLLM")

_INTRO = """\
# Providers

What has been tried of each provider, over real HTTP against a server on the same machine that answers as the provider
documents it: from a profile file through `compare` to the bytes that leave, and from the reply to the row. The table is
written by `make support`, which runs all of it; a test fails where the page and the results differ.

"""

_WHERE = """\
Where each is found: its name at LiteLLM, what `dk.models()` asks, the variables of its key, and the whole address of a
request where the profile states none. A profile's `base_url` is what stands before `/chat/completions` or its like.
"""

_NOTES = """
How to read it:

* **chat**: exactly one request leaves, with exactly the documented address, headers and body, and no other key of the
  machine in it; answer, finish reason and served model come out, and the body is kept as it came.
* **thinking**: as it was (`raw`), as the provider sums it up (`summary`), or none in the model that was tried.
* **usage**: input, output, cached and reasoning tokens, where the provider tells them; what it does not is unknown.
* **errors**: faults, each written in the provider's own documented format where it has one: every status it sends, the
  ways it says how long to wait, dropped and cut connections, timeouts, pages, torn and empty replies, errors within a
  200, redirects, certificates. Each is one request, gets the right `error_kind`, is tried again or not as it should be,
  and shows no key. `–` stands where another row of the same protocol was tried.
* **limits in headers**: what the pacing reads of the provider's headers beside the profile's own `rate_limit`.
* **streaming**: the documented events make the same row, and `ttft_s`.
* **JSON**: how `schema=` asks: by the provider's own schema mode (`schema`), its JSON mode (`object`), or in words
  (`prompt`). Models of one provider differ; this is the one that was tried.
* **batch**: `batch=True` hands requests over at half the price.
* **list of models**: what `dk.models()` asks.
* **key variable**: where the key comes from when the profile names none, for the provider's own address only.

Any other name of LiteLLM's can stand as `type` too. A server with OpenAI's protocol needs no name at all: `custom`, or
`local` on your own machine.

Some models take less than others of their provider: OpenAI's o-series and GPT-5 take no `temperature`, and call
`max_tokens` `max_completion_tokens`; `deepseek-reasoner` takes no sampling; Grok's reasoning models no `stop`. Such a
parameter is left out or renamed, the stored record says so (`Record.changed`), and a warning says it once for each
profile. What decides the question or the price (`response_format`, `tools`, `n`, a token limit) is never left out, and
what stands in `extra_body` is sent as it is.
"""


def table(attempts: Attempts, matrix: Matrix) -> list[list[str]]:
    """Try every case and return the cells of the table, a row for each."""
    return [row(case, attempts, matrix) for case in CASES]


def row(case: Case, attempts: Attempts, matrix: Matrix) -> list[str]:
    """Try one case and return its cells."""
    ran = attempts.answered(case)
    thinking = case.said.thinking_kind if case.said.thinking else _NONE
    limits = ", ".join(dict.fromkeys(unit.replace("_", " ") for unit, *_ in case.told)) or _NONE
    return [
        case.name.replace("_", " "),
        f"`{case.word}`",
        _cell("yes", wrong_in_request(ran) + wrong_in_answer(ran)),
        _cell(thinking, wrong_in_thinking(ran)),
        _cell("yes", wrong_in_usage(ran)),
        _errors(case, matrix),
        _cell(limits, wrong_in_limits(ran)),
        _cell("yes", wrong_in_stream(attempts.streamed(case))),
        _cell(mode(case), attempts.wrong_form(case)),
        "yes" if case.litellm in BATCHES else _NONE,
        f"`{case.litellm}`",
        _cell(f"`{attempts.listed(case).asked}`", attempts.listed(case).wrong),
        _key_variable(case, attempts),
        _address(case, attempts),
    ]


def page(rows: Sequence[Sequence[str]]) -> str:
    """Return the whole page."""
    tried = _table([_COLUMNS[:_TRIED], *(cells[:_TRIED] for cells in rows)])
    where = _table([(_COLUMNS[0], *_COLUMNS[_TRIED:]), *((cells[0], *cells[_TRIED:]) for cells in rows)])
    return f"{_INTRO}{tried}\n{_WHERE}\n{where}{_NOTES}"


def _table(lines: Sequence[Sequence[str]]) -> str:
    ruled = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in ruled)


def _cell(right: str, problems: Sequence[str]) -> str:
    return f"{FAILS}: {problems[0]}" if problems else right


def _errors(case: Case, matrix: Matrix) -> str:
    cells = [cell for cell in ALL_CELLS if cell.case.name == case.name]
    right = sum(not wrong(cell, matrix.outcomes[cell.name]) for cell in cells)
    if not cells:
        return _NONE
    return f"{right} of {len(cells)}" if right == len(cells) else f"{FAILS}: {right} of {len(cells)}"


def _key_variable(case: Case, attempts: Attempts) -> str:
    problems = [name for name in case.variables if attempts.key_from(case, name) != f"canary-key-from-{name}"]
    return _cell(", ".join(f"`{name}`" for name in case.variables) or _NONE, problems)


def _address(case: Case, attempts: Attempts) -> str:
    if case.address is None:
        return _NONE
    built = attempts.address(case)
    return _cell(f"`{case.address}`", [] if built == case.address else [built])


def main() -> None:
    """Print the page."""
    with tempfile.TemporaryDirectory() as name, Server() as server:
        folder = Path(name)
        (folder / "wire").mkdir()
        sys.stdout.write(page(table(Attempts(server, folder / "wire"), run_matrix(folder))))


if __name__ == "__main__":
    main()
