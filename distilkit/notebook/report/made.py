"""What `report` returns: the path of the page, which a notebook shows as a link with the decision beside it.

Knows nothing of how the page is made.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from distilkit.markup import escape, plain
from distilkit.notebook.report.figures import prose

_CLASS = "distilkit-report mathjax_ignore tex2jax_ignore"
_BOX = "border:1px solid rgba(128,128,128,.4);border-radius:6px;padding:10px 14px;max-width:52em;line-height:1.45"


@dataclass(frozen=True, slots=True)
class Report(os.PathLike[str]):
    """A page that was written; wherever a path is taken, it is one.

    Attributes:
        path: where it lies.
        title: its title.
        decision: whom it recommends and why, in one sentence; or why it recommends nobody.
        size: in bytes.
    """

    path: Path
    title: str
    decision: str
    size: int

    def __fspath__(self) -> str:
        return str(self.path)

    def __str__(self) -> str:
        return str(self.path)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Return what a notebook shows; works without a kernel and in light and dark."""
        size = f"{self.size / 1000:,.0f} kB"
        html = (
            f'<div class="{_CLASS}" style="{_BOX}"><div><b>{escape(self.title)}</b></div>'
            f'<div style="margin:6px 0">{prose(self.decision)}</div>'
            f'<div style="opacity:.75">{self._link()} · {prose(size)}, one file, opens in any browser</div></div>'
        )
        return {"text/html": html, "text/plain": plain(f"{self.title}: {self.decision}\n{self.path} ({size})")}

    def _link(self) -> str:
        """Return a link where a notebook can follow one: under the folder it runs in, and not hidden. Else the path."""
        try:
            beneath = self.path.absolute().relative_to(Path.cwd())
        except (ValueError, OSError):
            beneath = None
        # A notebook server serves nothing that is hidden.
        if beneath is None or any(part.startswith(".") for part in beneath.parts):
            return f"<code>{escape(self.path)}</code>"
        address = escape(quote(beneath.as_posix(), errors="replace"))
        return f'<a href="./{address}" target="_blank" rel="noopener">{escape(self.path)}</a>'
