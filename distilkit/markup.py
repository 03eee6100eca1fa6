"""The one function that makes text safe to stand in a page: whatever a model, a file or an error said.

Knows nothing of what it is shown in.
"""

from __future__ import annotations

import html

# Marks that turn the direction of what follows them: a text could be made to read as another.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\N{REPLACEMENT CHARACTER}")
_CONTROLS = {
    code: "\N{REPLACEMENT CHARACTER}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"
}


def escape(text: object) -> str:
    r"""Return text for an HTML page: no tag, no attribute, no control character and no turned direction is left.

    >>> escape("<b onclick='x'>1\r\n")
    '&lt;b onclick=&#x27;x&#x27;&gt;1\n'
    """
    return html.escape(plain(text), quote=True)


def plain(text: object) -> str:
    r"""Return text for what escapes by itself, such as a control's label: without the same characters, not escaped.

    >>> plain("<b>\x07\ud800")
    '<b>\ufffd?'
    """
    whole = str(text).replace("\r\n", "\n").encode("utf-8", "replace").decode()
    return whole.translate(_TURNING | _CONTROLS)
