"""Decide where a profile's key comes from, and so to which host a key of the environment may go.

The provider's usual variable is for the provider's own hosts; any other host gets only a key meant for it.
"""

from __future__ import annotations

import os
from typing import NamedTuple
from urllib.parse import urlsplit

from distilkit.profiles.providers import (
    KEYLESS,
    is_loopback,
    is_own_host,
    key_variables,
    usual_owners,
    variable_name,
)
from distilkit.profiles.secrets import Secret
from distilkit.profiles.tree import Item, Var


class Holder(NamedTuple):
    """Whose key is wanted: a profile, the section it stands in, and where its requests go."""

    name: str
    section: str
    provider: str
    base_url: str | None
    where: str


def key_of(holder: Holder, written: Item | None) -> Secret | None:
    """Return the key as `api_key` gives it, else from the variables that may serve; None where none is needed."""
    if written is not None and isinstance(written.value, Var):
        return Secret(variables=(written.value.name,), hint=f"{holder.where}: no key")
    if written is not None and isinstance(written.value, str) and written.value:
        return Secret(written.value)
    variables = _variables(holder)
    if needs_no_key(holder):
        return Secret(variables=variables) if any(os.environ.get(name) for name in variables) else None
    return Secret(variables=variables, hint=_hint(holder))


def needs_no_key(holder: Holder) -> bool:
    """Say whether requests may go without a key: a simulator, a local server, a cloud that signs."""
    return holder.provider in KEYLESS or is_loopback(holder.base_url)


def _variables(holder: Holder) -> tuple[str, ...]:
    own = is_own_host(holder.provider, holder.base_url)
    usual = key_variables(holder.provider) if own else ()
    named = (variable_name(holder.name), variable_name(holder.section))
    # A section called `openai` makes OPENAI_API_KEY: the usual variable by another way, and as restricted.
    meant = [name for name in named if name in usual or not usual_owners(name)]
    return tuple(dict.fromkeys((*meant, *usual)))


def _hint(holder: Holder) -> str:
    if is_own_host(holder.provider, holder.base_url) or holder.base_url is None:
        return f"{holder.where}: no key"
    host, usual = urlsplit(holder.base_url).hostname, key_variables(holder.provider)[0]
    return f"{holder.where}: no key for {host} ({usual} is not sent there unless api_key: ${{{usual}}} says so)"
