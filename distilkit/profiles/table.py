"""Show profiles as rows: what each one is, what it may do, and where its key comes from, never the key.

Nothing here fails: what is not set is shown as not set.
"""

from __future__ import annotations

from typing import Any

from distilkit.profiles.catalog import Entry
from distilkit.profiles.environment import shown, with_environment
from distilkit.profiles.fields import check_url
from distilkit.profiles.keys import Holder, key_of
from distilkit.profiles.providers import address, provider_of
from distilkit.profiles.tree import Item

_NONE = Item({}, 1)


def row(entry: Entry) -> dict[str, Any]:
    """Return a row of `distilkit profiles`; None where nothing is said."""
    provider = provider_of(str(shown(entry.item.fields.get("type"))))
    item = with_environment(provider, entry.item) if provider else entry.item
    limits, price = item.fields.get("rate_limit", _NONE).fields, item.fields.get("price", _NONE).fields
    return {
        "profile": entry.name,
        "type": _text(item, "type"),
        "provider": provider,
        "model": _model(entry, item),
        "base_url": _base_url(provider, item),
        "requests_per_minute": shown(limits.get("requests_per_minute")),
        "tokens_per_minute": shown(limits.get("tokens_per_minute")),
        "input_per_million": shown(price.get("input_per_million")),
        "output_per_million": shown(price.get("output_per_million")),
        "key": _key(entry, provider, item),
        "file": f"{entry.file}:{entry.item.line}",
    }


def _text(item: Item, name: str) -> str | None:
    value = shown(item.fields.get(name))
    return None if value is None else str(value)


def _model(entry: Entry, item: Item) -> str | None:
    words = (_text(item, name) for name in ("deployment_name", "model", "name"))
    return next((word for word in words if word), entry.section if _text(item, "type") == "sim" else None)


def _base_url(provider: str | None, item: Item) -> str | None:
    written = _text(item, "base_url")
    if written is None:
        return address(provider, None) if provider else None
    # What a variable holds is not checked before it is used; it may be a URL with a password.
    return written if written.startswith("${") else _usable(written) or "(not a usable URL)"


def _usable(url: str | None) -> str | None:
    try:
        return check_url(url) if url else None
    except ValueError:
        return None


def _key(entry: Entry, provider: str | None, item: Item) -> str:
    holder = Holder(entry.name, entry.section, provider or "", _usable(_text(item, "base_url")), entry.name)
    key = key_of(holder, item.fields.get("api_key"))
    if key is None:
        return "none needed"
    if key.source != "not set":
        return key.source
    return f"{' or '.join(f'${name}' for name in key.variables) or 'api_key'} (not set)"
