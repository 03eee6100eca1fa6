"""Where each provider keeps its list of models, how it is paged, and which header wants the key.

From a profile to addresses; asks nothing. A key is never part of an address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from distilkit.profiles.profile import Profile
from distilkit.provider.addresses import DEFAULT_BASES
from distilkit.provider.faults import Trouble
from distilkit.provider.keys import PLACEHOLDER
from distilkit.provider.listing.entries import text_of
from distilkit.provider.route import build_route

_CHAT = "/chat/completions"
# As many as they give at once.
_PAGE = "1000"

Cursor = Callable[[Mapping[str, Any]], Mapping[str, str]]


def _last_page(_body: Mapping[str, Any]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Place:
    """An address that answers with a list of models.

    Attributes:
        url: without a query.
        query: of the first page.
        cursor: from a page's body to the query of the next; {} after the last.
    """

    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    cursor: Cursor = _last_page

    def page(self, more: Mapping[str, str]) -> str:
        """Return the whole address of a page."""
        query = urlencode({**self.query, **more})
        return f"{self.url}?{query}" if query else self.url


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask, in this order until one answers, and with which headers.

    Attributes:
        root: the address without the path of an API.
        places: what may hold the list.
        headers: with a placeholder for the key.
    """

    root: str
    places: tuple[Place, ...]
    headers: Mapping[str, str]


def endpoint_of(profile: Profile) -> Endpoint | Trouble:
    """Work out where a profile's host keeps its list.

    Imports LiteLLM (2 to 4 s) where the provider is none of the well-known ones and the profile has no address.

    Raises:
        ConfigError: nobody knows the address, or it would come from a variable the profile does not name.
    """
    base, headers = profile.base_url or DEFAULT_BASES.get(profile.provider), _key_header(profile.provider)
    if base is None:
        route = build_route(profile, {})
        if isinstance(route, Trouble):
            return route
        base = route.url.partition(_CHAT)[0]
        headers = {name: value for name, value in route.headers.items() if name != "content-type"}
    base = _bare(base)
    build = _BUILDERS.get(profile.provider, _openai_like)
    return Endpoint(_root(base), build(base, profile), {"accept": "application/json", **headers})


def _key_header(provider: str) -> dict[str, str]:
    own = {"azure": "api-key", "gemini": "x-goog-api-key", "anthropic": "x-api-key"}.get(provider)
    if own is None:
        return {"authorization": f"Bearer {PLACEHOLDER}"}
    version = {"anthropic-version": "2023-06-01"} if provider == "anthropic" else {}
    return {own: PLACEHOLDER, **version}


def _bare(base: str) -> str:
    parts = urlsplit(base)
    return urlunsplit(parts._replace(query="", fragment="")).rstrip("/").removesuffix(_CHAT)


def _root(base: str) -> str:
    """Return the address that a server's own APIs start at, beside the one of OpenAI's protocol."""
    return base.removesuffix("/api/v0").removesuffix("/v1").rstrip("/")


def _openai_like(base: str, _profile: Profile) -> tuple[Place, ...]:
    # A server whose chat works without a path may keep its list under the usual one; TGI describes itself.
    usual = () if _root(base) != base else (Place(f"{base}/v1/models"),)
    return (Place(f"{base}/models"), *usual, Place(f"{_root(base)}/info"))


def _hosted(base: str, _profile: Profile) -> tuple[Place, ...]:
    return (Place(f"{base}/models"),)


def _azure(base: str, profile: Profile) -> tuple[Place, ...]:
    if base.endswith("/openai/v1"):  # the API without versions
        return (Place(f"{base}/models"),)
    root = base.partition("/openai/deployments/")[0].removesuffix("/openai")
    return (Place(f"{root}/openai/models", {"api-version": profile.api_version or ""}),)


def _anthropic(base: str, _profile: Profile) -> tuple[Place, ...]:
    def cursor(body: Mapping[str, Any]) -> Mapping[str, str]:
        last = text_of(body.get("last_id"))
        return {"after_id": last} if last and body.get("has_more") is True else {}

    root = base.removesuffix("/messages").removesuffix("/v1")
    return (Place(f"{root}/v1/models", {"limit": _PAGE}, cursor),)


def _gemini(base: str, _profile: Profile) -> tuple[Place, ...]:
    def cursor(body: Mapping[str, Any]) -> Mapping[str, str]:
        token = text_of(body.get("nextPageToken"))
        return {"pageToken": token} if token else {}

    if not base.rpartition("/")[2].startswith("v1"):
        base += "/v1beta"
    return (Place(f"{base}/models", {"pageSize": _PAGE}, cursor),)


def _cohere(base: str, _profile: Profile) -> tuple[Place, ...]:
    def cursor(body: Mapping[str, Any]) -> Mapping[str, str]:
        token = text_of(body.get("next_page_token"))
        return {"page_token": token} if token else {}

    root = base.removesuffix("/chat").removesuffix("/v1").removesuffix("/v2")
    return (Place(f"{root}/v1/models", {"endpoint": "chat", "page_size": _PAGE}, cursor),)


def _ollama(base: str, _profile: Profile) -> tuple[Place, ...]:
    return (Place(f"{base.removesuffix('/api/chat').removesuffix('/v1')}/api/tags"),)


def _lm_studio(base: str, _profile: Profile) -> tuple[Place, ...]:
    root = _root(base)
    return (Place(f"{root}/api/v0/models"), Place(f"{root}/api/v1/models"), Place(f"{root}/v1/models"))


def _xai(base: str, _profile: Profile) -> tuple[Place, ...]:
    return (Place(f"{base}/language-models"), Place(f"{base}/models"))


_BUILDERS: dict[str, Callable[[str, Profile], tuple[Place, ...]]] = {
    "azure": _azure,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "cohere": _cohere,
    "cohere_chat": _cohere,
    "ollama": _ollama,
    "ollama_chat": _ollama,
    "lm_studio": _lm_studio,
    "xai": _xai,
    **dict.fromkeys(("openai", "openrouter", "deepseek", "mistral", "groq", "together_ai", "perplexity"), _hosted),
}
