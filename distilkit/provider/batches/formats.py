"""Which providers have batches, and in which format. A table; knows nothing of connections."""

from __future__ import annotations

from distilkit.profiles.profile import Profile
from distilkit.provider.batches.anthropic import ANTHROPIC
from distilkit.provider.batches.mistral import MISTRAL
from distilkit.provider.batches.openai import AZURE, OPENAI
from distilkit.provider.batches.values import Format

_FORMATS: dict[str, Format] = {
    "openai": OPENAI,
    "azure": AZURE,
    "anthropic": ANTHROPIC,
    "mistral": MISTRAL,
    "sim": OPENAI,
}
SUPPORTED: tuple[str, ...] = tuple(_FORMATS)
"""LiteLLM's names of the providers whose batches are known here."""


def format_of(profile: Profile) -> Format | None:
    """Return the format of a profile's provider, or None where it has no batches."""
    return _FORMATS.get(profile.provider)
