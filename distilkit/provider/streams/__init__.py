"""Streamed replies, put together as they arrive: bytes in, pieces of text out, and in the end the provider's own body.

Each protocol has its assembler; `assembly` drives them. Knows nothing of connections, or of what a body means.
"""

from __future__ import annotations

from distilkit.provider.streams.asking import Asked, as_stream
from distilkit.provider.streams.assembly import Assembly
from distilkit.provider.streams.pieces import CutStreamError, Delta

__all__ = ["Asked", "Assembly", "CutStreamError", "Delta", "as_stream"]
