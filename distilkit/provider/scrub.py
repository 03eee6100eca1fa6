"""Takes secrets out of a text before it is shown or kept: those that are known, and what looks like one.

Knows nothing of where a text comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "[hidden]"

# What is cut off is never seen; looking at more would only take time.
_LOOKED_AT = 20_000
# A shorter header value ("1", "on") is no secret, and would punch holes into every text.
_SHORTEST = 6

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
    """Return the text with every secret, as it is or URL-quoted, and everything that looks like a key, hidden.

    Only the first 20,000 characters are returned.
    """
    text = text[:_LOOKED_AT]
    forms = {form for secret in secrets for form in _forms(secret)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    text = _USERINFO.sub(f"://{HIDDEN}@", text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    return _KEY_LIKE.sub(HIDDEN, text)


def _forms(secret: str) -> Iterable[str]:
    if len(secret) < _SHORTEST:
        return ()
    return secret, quote(secret, safe="")
