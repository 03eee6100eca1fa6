"""Everything about a profile with its parameters that is the same for each request: worked out once, then kept.

LiteLLM's configuration for the provider, the address, the headers round a placeholder, the parameters in the
provider's names. Knows nothing of messages or of what comes back; no key is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from distilkit.errors import ConfigError
from distilkit.profiles.profile import Profile
from distilkit.provider import addresses
from distilkit.provider.faults import Trouble
from distilkit.provider.guard import guarded
from distilkit.provider.keys import PLACEHOLDER, holds_ambient_secret
from distilkit.provider.library import library
from distilkit.provider.params import mapped
from distilkit.provider.tables import price_line

__all__ = ["Route", "build_route", "guarded", "template"]

# Their key stands in a header LiteLLM does not write.
_KEY_HEADERS = {"azure": "api-key", "gemini": "x-goog-api-key"}
# They speak OpenAI's protocol and LiteLLM has no configuration of its own for them.
_OPENAI_LIKE = "custom_openai"

_PROBE = ({"role": "user", "content": "?"},)


@dataclass(frozen=True, slots=True)
class Route:
    """How to ask one profile with one set of parameters.

    Attributes:
        profile: whom to ask.
        config: LiteLLM's transformations.
        model: as it stands in the address or the body.
        url: the whole address.
        headers: by lower-case name, with a placeholder for the key.
        params: in the provider's names.
        extra_body: merged into the body as it is.
        json_mode: whether LiteLLM asked for JSON by way of a tool, and must read the answer back.
        price: LiteLLM's line for the model, or None.
        changed: what became of parameters that this model does not take as they were given, a sentence each.
    """

    profile: Profile
    config: Any = field(repr=False)
    model: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, Any]
    extra_body: Mapping[str, Any]
    json_mode: bool
    price: Mapping[str, str] | None
    changed: tuple[str, ...] = ()


def build_route(profile: Profile, params: Mapping[str, Any]) -> Route | Trouble:
    """Work out the route. Takes 2 to 4 s where LiteLLM is not imported yet; sends nothing.

    Raises:
        ConfigError: nobody knows the address, or it comes from a variable the profile does not name.
    """
    config = _config(profile)
    base_url, model = _target(profile)
    url = _url(profile, config, base_url, model)
    given = mapped(profile, config, params, openai_shaped=addresses.is_openai_shaped(url))
    if isinstance(given, Trouble):
        return given
    # LiteLLM reads its own notes too.
    noted = {**given.params, "extra_body": given.extra_body, **({"json_mode": True} if given.json_mode else {})}
    headers = template(profile, config, model, noted, _PROBE)
    if isinstance(headers, Trouble):
        return headers
    price = None if profile.provider == "sim" else price_line(profile.provider, profile.model)
    return Route(
        profile, config, model, url, headers, given.params, given.extra_body, given.json_mode, price, given.changed
    )


def template(
    profile: Profile, config: Any, model: str, params: Mapping[str, Any], messages: Any
) -> dict[str, str] | Trouble:
    """Return the headers LiteLLM writes for these messages, with a placeholder for the key."""
    own = _KEY_HEADERS.get(profile.provider)
    if own is not None:
        return {"content-type": "application/json", own: PLACEHOLDER}
    written = guarded(
        lambda: config.validate_environment(
            headers={},
            model=model,
            messages=list(messages),
            optional_params=dict(params),
            litellm_params={},
            api_key=PLACEHOLDER,
            api_base=profile.base_url,
        )
    )
    if isinstance(written, Trouble):
        return written
    headers = {name.lower(): str(value) for name, value in written.items() if value is not None}
    safe = {name: value for name, value in headers.items() if not holds_ambient_secret(value)}
    return {**safe, "content-type": "application/json"}


def _config(profile: Profile) -> Any:
    library()  # first, with its guards
    from litellm.types.utils import LlmProviders
    from litellm.utils import ProviderConfigManager

    known = {member.value for member in LlmProviders}
    name = profile.provider if profile.provider in known else _OPENAI_LIKE
    found = ProviderConfigManager.get_provider_chat_config(profile.model, LlmProviders(name))
    return found or ProviderConfigManager.get_provider_chat_config(profile.model, LlmProviders(_OPENAI_LIKE))


def _target(profile: Profile) -> tuple[str | None, str]:
    """Return the base URL and the model's name there; starts the simulator of this process where it is meant."""
    if profile.provider == "sim" and profile.base_url is None:
        from distilkit.sim import Dials, local_server

        server = local_server()
        return server.url, server.register(profile.model, profile.sim or Dials())
    return profile.base_url, profile.model


def _url(profile: Profile, config: Any, base_url: str | None, model: str) -> str:
    provider = profile.provider
    known = (base_url or "").rstrip("/") or addresses.DEFAULT_BASES.get(provider)
    base = known or _litellm_base(provider, model)
    url = base and addresses.complete(base, provider, model, profile.api_version)
    if not url:
        asked = guarded(
            lambda: config.get_complete_url(
                api_base=base, api_key=PLACEHOLDER, model=model, optional_params={}, litellm_params={}, stream=False
            )
        )
        url = "" if isinstance(asked, Trouble) else str(asked)
    if not url or (base is None and addresses.is_nowhere(url, provider)):
        raise ConfigError(f"{profile.name}: nobody knows the address of {provider}; add base_url")
    variable = None if known else addresses.variable_behind(url)
    if variable is not None:
        raise ConfigError(f"{profile.name}: the address would come from ${variable}; write base_url: ${{{variable}}}")
    if PLACEHOLDER in url or holds_ambient_secret(url):
        raise ConfigError(f"{profile.name}: {provider} wants its key in the address, where it would be logged")
    return url


def _litellm_base(provider: str, model: str) -> str | None:
    found = guarded(lambda: library().get_llm_provider(f"{provider}/{model}"))
    return None if isinstance(found, Trouble) else found[3]
