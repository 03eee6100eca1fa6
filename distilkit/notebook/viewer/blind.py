"""Judging without knowing whom: for each prompt another order, and letters in the place of names.

The order is made from the seed and the prompt alone, so that it is the same in every view and after every restart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def shuffled(profiles: Sequence[str], prompt_id: object, seed: int) -> list[str]:
    """Return profiles in the order in which they are shown for this prompt."""

    def drawn(profile: str) -> bytes:
        told = f"{seed}\0{prompt_id}\0{profile}".encode("utf-8", "backslashreplace")
        return hashlib.sha256(told).digest()

    return sorted(profiles, key=drawn)


def letter(nth: int) -> str:
    """Return the name of an answer by its place.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    return (letter(nth // 26 - 1) if nth >= 26 else "") + chr(ord("A") + nth % 26)  # noqa: PLR2004 - letters
