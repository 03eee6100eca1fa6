"""`%%compare` and `%distilkit`: the verbs as IPython magics, added by `%load_ext distilkit`.

What is wrong with a line is told in one line. Knows IPython's shell; knows nothing of providers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import distilkit as dk
from distilkit.errors import DistilkitError, InputError
from distilkit.notebook.magic.options import USAGE, Options, parse
from distilkit.notebook.magic.prompts import filled, split
from distilkit.notebook.magic.showing import bundle
from distilkit.screen import one_line

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["load"]

_LOOKS = "write %distilkit status, %distilkit spend (by profile, day, month, ...) or %distilkit profiles"


def load(shell: Any) -> None:
    """Add the magics to an IPython shell; a second time changes nothing."""
    shell.register_magic_function(_told(shell, _compare), "cell", "compare")
    shell.register_magic_function(_told(shell, _options), "line", "compare")
    shell.register_magic_function(_told(shell, _look), "line", "distilkit")


def _told(shell: Any, magic: Callable[..., Any]) -> Callable[..., Any]:
    """Return the magic for this shell, with its errors as lines and not as tracebacks."""
    from IPython.core.error import UsageError

    @functools.wraps(magic)
    def told(*arguments: str) -> Any:
        try:
            return magic(shell, *arguments)
        except DistilkitError as error:
            text = "\n".join(one_line(line) for line in str(error).splitlines())
        raise UsageError(text)

    return told


def _compare(shell: Any, line: str, cell: str) -> None:
    """Ask profiles the prompts in this cell, and show their answers side by side."""
    from IPython.display import display

    options = parse(line)
    if options.help:
        _options(shell, line)
        return
    frame = _asked(options, cell, shell.user_ns)
    # The frame is the cell's result, as if it stood on its last line; what is shown is easier to read.
    shell.displayhook.update_user_ns(frame)
    if options.name is not None:
        shell.push({options.name: frame})
    display(bundle(frame, options.name), raw=True)  # type: ignore[no-untyped-call] # IPython says no types


_compare.__doc__ = USAGE


def _options(_shell: Any, line: str) -> None:
    """Show the options of `%%compare`; IPython runs no cell magic in a cell of one line."""
    from IPython.display import display

    if line.strip() and not parse(line).help:
        raise InputError("%compare: two signs ask, %%compare, with the prompts under them; %compare --help shows how")
    display({"text/plain": USAGE}, raw=True)  # type: ignore[no-untyped-call] # IPython says no types


def _asked(options: Options, cell: str, names: dict[str, Any]) -> pd.DataFrame:
    prompts = split(cell)
    return dk.compare(
        [filled(prompt, names) for prompt in prompts] if options.fill else prompts,
        options.profiles,
        score=_scores(options.scores, names),
        samples=options.samples,
        params=options.params,
        system=options.system,
        config=options.config,
        store=options.store,
        cache=options.cache,
        budget=options.budget,
    )


def _scores(wanted: tuple[str, ...], names: dict[str, Any]) -> dict[str, Any] | None:
    """Look up scorers among the notebook's variables: one is a column of its own name, a mapping is several."""
    scores: dict[str, Any] = {}
    for name in wanted:
        if name not in names:
            way = "define a function of a row first, such as: def short(row): return len(row.content) < 200"
            raise InputError(f"--score {name}: there is no variable of this name; {way}")
        found = names[name]
        scores |= found if isinstance(found, dict) else {name: found}
    return scores or None


def _look(_shell: Any, line: str) -> pd.DataFrame:
    """Show what runs are doing, what was spent, or whom one can ask: `%distilkit status`, `spend` or `profiles`."""
    what, *more = line.split() or [""]
    if what == "spend":
        return dk.spend(by=more or None)
    if more or what not in {"status", "profiles"}:
        raise InputError(f"%distilkit {line.strip()}: {_LOOKS}")
    if what == "status":
        return dk.status()
    import pandas as pd

    # As objects: a limit that is not there stays None, and one that is stays a whole number.
    return pd.DataFrame(dk.load_profiles().table(), dtype=object)
