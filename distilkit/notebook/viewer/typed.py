"""What was typed into a field, from what stood in it before and after. Pure."""

from __future__ import annotations

BACK = "\b"


def keys_between(before: str, after: str) -> list[str]:
    r"""Return the keys that lead from one text to the other, `BACK` for each character taken away.

    >>> keys_between("42", "425"), keys_between("425", "42"), keys_between("42", "47")
    (['5'], ['\x08'], ['\x08', '7'])
    """
    shared = 0
    while shared < min(len(before), len(after)) and before[shared] == after[shared]:
        shared += 1
    return [BACK] * (len(before) - shared) + list(after[shared:])
