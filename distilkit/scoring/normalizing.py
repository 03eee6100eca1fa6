"""What is overlooked when two texts are compared: case, spaces, and as much more as the caller says.

Texts in, texts out. Knows nothing of answers or frames.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable
from typing import Literal

from distilkit.errors import InputError

Normalize = Literal["text", "squad", "none"] | Callable[[str], str]
"""What is overlooked: by name, or a function from a text to the text that is compared."""

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def normalizer(normalize: Normalize) -> Callable[[str], str]:
    """Return the function that makes a text ready to be compared.

    Raises:
        InputError: it is neither a known name nor a function.
    """
    if isinstance(normalize, str) and normalize in _NAMED:
        return _NAMED[normalize]
    if isinstance(normalize, str) or not callable(normalize):
        known = ", ".join(map(repr, _NAMED))
        raise InputError(f"normalize= must be one of {known}, or a function from text to text, not {normalize!r}")
    return _checked(normalize)


def text(given: str) -> str:
    """Return a text without case, in NFKC, each run of white space one space, without periods and spaces at its end."""
    folded = " ".join(unicodedata.normalize("NFKC", given).casefold().split())
    return folded.rstrip(". ")


def squad(given: str) -> str:
    """Return a text as SQuAD compares it: lower case, without ASCII punctuation and the articles a, an, the.

    Rajpurkar et al. 2016, "SQuAD: 100,000+ Questions for Machine Comprehension of Text", section 6.1.
    """
    bare = given.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def _same(given: str) -> str:
    return given


_NAMED: dict[str, Callable[[str], str]] = {"text": text, "squad": squad, "none": _same}


def _checked(function: Callable[[str], str]) -> Callable[[str], str]:
    """Wrap a caller's function, so that what is no text is said to be none."""

    def normal(given: str) -> str:
        result = function(given)
        if not isinstance(result, str):
            raise TypeError(f"normalize= returned {type(result).__name__}, not a text")
        return result

    return normal
