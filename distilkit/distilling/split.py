"""Which part of the data a prompt belongs to: train, validation, test; by the prompt alone, so that it never moves.

Knows prompts; knows nothing of answers, or of how many there are.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

from distilkit.distilling.cells import texts_of
from distilkit.distilling.columns import is_chosen
from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

REST = "train"
"""What a prompt belongs to that falls into none of the shares."""

SHARES: Mapping[str, float] = {"validation": 0.05, "test": 0.05}
"""The shares that are set aside where nobody says which."""

_STEPS = 2**32


def normalized(text: str) -> str:
    r"""Return a text in lower case with its white space folded: each run is one space, and none at the ends.

    >>> normalized("  What is\n2+2? ")
    'what is 2+2?'
    """
    return " ".join(text.lower().split())


def prompt_hash(text: str) -> str:
    """Return the SHA-256 of a normalised text, in hexadecimal; half of a surrogate pair counts as itself."""
    return hashlib.sha256(normalized(text).encode("utf-8", "surrogatepass")).hexdigest()


def unit_interval(text: str) -> float:
    """Return where a text falls between 0 and 1: the first 32 bits of its hash, as a fraction.

    >>> round(unit_interval("What is 2+2?"), 10)
    0.3813967891
    """
    return _fraction(prompt_hash(text))


def split(df: pd.DataFrame, shares: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return a copy of a frame with the columns `prompt_hash` and `split`.

    A prompt's part is decided by its own text: case and white space aside, the same prompt is always in the same part,
    whatever else is in the frame, whoever answered and how often. So rows that are added later move no other.

    Args:
        df: a frame with a column `prompt`. Where it has a column `chosen`, only chosen rows get a part.
        shares: which share of all prompts each part gets, about, as `{"validation": 0.05, "test": 0.05}`, which is
            what None stands for. The rest is `train`. A prompt whose fraction u is below the first share is in the
            first part, and so on in the given order.

    Raises:
        InputError: there is no column `prompt`, a chosen row has no prompt, or the shares are none.
    """
    import pandas as pd

    bounds = bounds_of(SHARES if shares is None else shares)
    if not isinstance(df, pd.DataFrame) or "prompt" not in df:
        raise InputError("split takes a DataFrame with a column 'prompt'; there is none")
    prompts, wanted = texts_of(df, "prompt"), is_chosen(df)
    hashes = hashes_of(prompts)
    for place, (digest, taken) in enumerate(zip(hashes, wanted, strict=True)):
        if taken and digest is None:
            raise InputError(f"row {place}: has no text in column 'prompt', so it belongs to no part; drop or fill it")
    parts = [
        part_of(digest, bounds) if taken and digest else None for digest, taken in zip(hashes, wanted, strict=True)
    ]
    return _with(df, hashes, parts)


def hashes_of(prompts: Sequence[Any]) -> list[str | None]:
    """Return the hash of each prompt, each distinct text hashed once; None for what is no text."""
    known: dict[str, str] = {}
    found: list[str | None] = []
    for prompt in prompts:
        if not isinstance(prompt, str):
            found.append(None)
            continue
        if prompt not in known:
            known[prompt] = prompt_hash(prompt)
        found.append(known[prompt])
    return found


def bounds_of(shares: Mapping[str, float], argument: str = "shares") -> list[tuple[str, float]]:
    """Return each part with the fraction below which a prompt belongs to it, in order.

    Args:
        shares: of each part beside `train`.
        argument: what the caller calls them, for an error.

    Raises:
        InputError: a name is no text or `train`, a share is not between 0 and 1, or nothing is left for `train`.
    """
    if not isinstance(shares, Mapping):
        raise InputError(f"{argument}= takes a mapping such as {{'test': 0.05}}, not {type(shares).__name__}")
    for name, share in shares.items():
        _check(name, share, argument)
    values = [float(share) for share in shares.values()]
    if math.fsum(values) >= 1:
        raise InputError(
            f"{argument}= come to {math.fsum(values):g}, which leaves nothing for {REST!r}; make them smaller"
        )
    return [(name, math.fsum(values[: place + 1])) for place, name in enumerate(shares)]


def part_of(digest: str, bounds: Sequence[tuple[str, float]]) -> str:
    """Return the part that a prompt's hash falls into, by what `bounds_of` returned."""
    place = _fraction(digest)
    return next((name for name, below in bounds if place < below), REST)


def _check(name: object, share: object, argument: str) -> None:
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"{argument}=: a part's name must be a text, not {name!r}")
    if name == REST:
        raise InputError(f"{argument}=: {REST!r} is what the other shares leave; name those only")
    if isinstance(share, bool) or not isinstance(share, Real) or not 0 < float(share) < 1:
        raise InputError(f"{argument}=: {name!r} must be a number between 0 and 1, such as 0.05, not {share!r}")


def _fraction(digest: str) -> float:
    return int(digest[:8], 16) / _STEPS


def _with(df: pd.DataFrame, hashes: list[str | None], parts: list[str | None]) -> pd.DataFrame:
    """Add the two columns, or fill them where they are; the hash stands before the verdict it is older than."""
    import pandas as pd

    texts = pd.StringDtype("python")
    made = df.assign(prompt_hash=pd.array(hashes, dtype=texts), split=pd.array(parts, dtype=texts))
    if "prompt_hash" in df or "valid" not in df:
        return made
    names = [name for name in made.columns if name != "prompt_hash"]
    names.insert(names.index("valid"), "prompt_hash")
    return made[names]
