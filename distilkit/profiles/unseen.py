"""Text that may be a secret: kept as it is, but not shown by a repr, and never written to a file.

Knows where in a profile file secrets stand; knows no provider.
"""

from __future__ import annotations

from dataclasses import replace

from distilkit.profiles.tree import Item, Path

# The fields that hold nothing but a secret, or mappings of which any value may be one.
_SECRETS = frozenset({"api_key"})
_OF_SECRETS = frozenset({"headers", "proxy"})
# What stands in here is sent to a model's server as it is, with names of its own.
_JSON = frozenset({"generation_params"})
_SECRET_WORDS = ("key", "token", "secret", "password", "authorization", "credential")


class Unseen(str):
    """Text that is not shown."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[hidden]'"


def concealed(item: Item) -> Item:
    """Return the tree with every text that may be a secret as `Unseen`."""
    return _concealed(item, (), is_secret=False)


def _concealed(item: Item, path: Path, *, is_secret: bool) -> Item:
    if isinstance(item.value, str):
        return replace(item, value=Unseen(item.value)) if is_secret else item
    if isinstance(item.value, list):
        return replace(item, value=[_concealed(each, path, is_secret=is_secret) for each in item.value])
    if not isinstance(item.value, dict):
        return item
    inside = {
        name: _concealed(each, (*path, name), is_secret=is_secret or _holds_secrets(name, path))
        for name, each in item.value.items()
    }
    return replace(item, value=inside)


def _holds_secrets(name: str, path: Path) -> bool:
    if _JSON.isdisjoint(path):
        return name in _SECRETS or name in _OF_SECRETS
    # `extra_body` is a place for whatever a server takes, a key of its own among it.
    return "extra_body" in path and any(name.lower().endswith(word) for word in _SECRET_WORDS)
