"""Takes secrets out of a text before it is shown or kept: those that are known, and what looks like one.

Knows nothing of where a text comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from urllib.parse import quote

HIDDEN = "[hidden]"

# What is cut off is never seen; looking at more would only take time.
_LOOKED_AT = 20_000
# A shorter header value ("1", "on") is no secret, and would punch holes into every text.
_SHORTEST = 6

_AN_ESCAPE = re.compile(r"""\\(?:u[0-9a-fA-F]{4}|[/"\\])""")
# What JSON may write with a backslash before it.
_ESCAPED = frozenset('/"')

_KEY_LIKE = re.compile(
    r"""
    (?: \b (?: sk | pk | rk | xai | pplx | nvapi | csk | fw ) - [\w*.\-]{6,} )
  | (?: \b (?: gsk | hf | ghp | github_pat | r8 | tgp_v1 ) _ [\w*.\-]{6,} )
  | (?: \b AIza [\w\-]{10,} )
  | (?: \b AKIA [A-Z0-9]{8,} )
  | (?: \b eyJ [\w\-]{8,} \. [\w\-]{4,} (?: \. [\w\-]* )? )
    """,
    re.VERBOSE,
)
_BEARER = re.compile(r"\b(bearer|basic)\s+[\w\-.~+/=*]{6,}", re.IGNORECASE)
_USERINFO = re.compile(r"://[^\s/@:]{0,200}:[^\s/@]{0,200}@")


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Return the text with every secret, however it is spelled, and everything that looks like a key, hidden.

    Only the first 20,000 characters are returned.
    """
    text = hidden(text[:_LOOKED_AT], (secret for secret in secrets if len(secret) >= _SHORTEST))
    text = _USERINFO.sub(f"://{HIDDEN}@", text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    return _KEY_LIKE.sub(HIDDEN, text)


def hidden(text: str, secrets: Iterable[str]) -> str:
    r"""Return the whole text with every secret hidden: as it is, URL-quoted, or as JSON may spell it.

    >>> hidden(r"canary\/key and canary\u002fkey", ["canary/key"])
    '[hidden] and [hidden]'
    """
    forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
    # Most answers with backslashes are LaTeX, and need no slow look.
    escaped = _AN_ESCAPE.search(text)
    for form in sorted(forms, key=len, reverse=True):
        # Not one after the other: the plain text alone would leave the backslash that stood before it.
        text = re.sub(_spelled(form), HIDDEN, text) if escaped else text.replace(form, HIDDEN)
    return text


def _spelled(secret: str) -> str:
    """Return a pattern of a text in every spelling of JSON, and of JSON within JSON, where backslashes double."""
    runs = ((character, len(list(run))) for character, run in groupby(secret))
    return "".join(_spelled_run(character, length) for character, length in runs)


def _spelled_run(character: str, length: int) -> str:
    if character == "\\":  # all of a run at once: a pattern for each could be tried in too many ways
        return rf"\\{{1,{8 * length}}}"
    digits = "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{ord(character):04x}")
    before = r"\\{0,7}" if character in _ESCAPED else ""
    return rf"(?:{before}{re.escape(character)}|\\{{1,4}}u{digits})" + (f"{{{length}}}" if length > 1 else "")
