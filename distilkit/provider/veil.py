"""Hides secrets in an answer that is shown as it arrives, also one that arrives in pieces.

Knows pieces of text; the answer itself is hidden from as a whole, where it is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import quote

from distilkit.provider.scrub import hidden
from distilkit.provider.streams import Delta
from distilkit.provider.streams.pieces import joined


class Veil:
    """Lets pieces through; an end that may be the beginning of a secret, or is half a character, waits for the next."""

    def __init__(self, secrets: Collection[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)
        # As they are, and as they stand in an address.
        self._forms = {form for secret in self._secrets for form in (secret, quote(secret, safe=""))}
        self._held: Delta | None = None

    def shown(self, delta: Delta) -> list[Delta]:
        """Return what of a piece, and of what was held back before it, can be shown."""
        held, self._held = self._held, None
        passed = []
        if held is not None and held.channel == delta.channel:
            delta = Delta(delta.channel, joined((held.text, delta.text)))
        elif held is not None:
            passed = [held]
        text = hidden(delta.text, self._secrets)
        kept = self._begun(text)
        if kept:
            self._held = Delta(delta.channel, text[-kept:])
            text = text[:-kept]
        return [*passed, Delta(delta.channel, text)] if text else passed

    def rest(self) -> list[Delta]:
        """Return what was held back: nothing follows it."""
        held, self._held = self._held, None
        return [held] if held is not None else []

    def _begun(self, text: str) -> int:
        """Return how many characters at the end wait for what follows them."""
        longest = min(len(text), max(map(len, self._forms), default=1) - 1)
        half = int("\ud800" <= text[-1:] <= "\udbff")
        return next((size for size in range(longest, 0, -1) if self._begins(text[-size:])), half)

    def _begins(self, end: str) -> bool:
        return any(form.startswith(end) for form in self._forms)
