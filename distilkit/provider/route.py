"""Everything about a profile with its parameters that is the same for each request: worked out once, then kept.

LiteLLM's configuration for the provider, the address, the headers round a placeholder, the parameters in the
provider's names. Knows nothing of messages or of what comes back; no key is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from distilkit.errors import ConfigError
from distilkit.profiles.profile import Profile
from distilkit.provider import addresses
from distilkit.provider.faults import Trouble
from distilkit.provider.keys import PLACEHOLDER, holds_ambient_secret
from distilkit.provider.library import library
from distilkit.provider.tables import price_line

# Their key stands in a header LiteLLM does not write.
_KEY_HEADERS = {"azure": "api-key", "gemini": "x-goog-api-key"}
# They speak OpenAI's protocol and LiteLLM has no configuration of its own for them.
_OPENAI_LIKE = "custom_openai"
# Never sent: this asks for one whole reply.
_NOT_SENT = frozenset({"stream", "stream_options"})

# Notes from one part of LiteLLM to another, which its own HTTP code takes out of the body.
_INTERNAL = ("fake_stream", "is_vertex_request", "vertex_count_tokens_location", "max_retries")

_T = TypeVar("_T")
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


def build_route(profile: Profile, params: Mapping[str, Any]) -> Route | Trouble:
    """Work out the route. Takes 2 to 4 s where LiteLLM is not imported yet; sends nothing.

    Raises:
        ConfigError: nobody knows the address, or it comes from a variable the profile does not name.
    """
    config = _config(profile)
    base_url, model = _target(profile)
    url = _url(profile, config, base_url, model)
    mapped = _mapped(profile, config, params, openai_shaped=addresses.is_openai_shaped(url))
    if isinstance(mapped, Trouble):
        return mapped
    headers = template(profile, config, model, mapped, _PROBE)
    if isinstance(headers, Trouble):
        return headers
    json_mode = bool(mapped.pop("json_mode", False))
    extra_body = mapped.pop("extra_body", None) or {}
    price = None if profile.provider == "sim" else price_line(profile.provider, profile.model)
    return Route(profile, config, model, url, headers, mapped, extra_body, json_mode, price)


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


def guarded(work: Callable[[], _T]) -> _T | Trouble:
    """Run one of LiteLLM's transformations; what it raises becomes a value: the same request would fail again."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - it raises some twenty classes, KeyError among them
        reason = str(getattr(error, "message", "") or error) or type(error).__name__
        return Trouble(kind="invalid_request", message=f"the request cannot be written for this provider: {reason}")


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


def _mapped(
    profile: Profile, config: Any, params: Mapping[str, Any], *, openai_shaped: bool
) -> dict[str, Any] | Trouble:
    """Return the parameters in the provider's names.

    What LiteLLM does not know goes as it is: the provider judges. Only an OpenAI name that the provider's own
    protocol has no word for is refused, because it would be dropped without a word.
    """
    from litellm.constants import DEFAULT_CHAT_COMPLETION_PARAM_VALUES as OPENAI_NAMES

    given = {name: value for name, value in params.items() if name not in _NOT_SENT}
    supported = set(config.get_supported_openai_params(profile.model) or ())
    other = {name: value for name, value in given.items() if name not in supported}
    if not openai_shaped and (unknown := sorted(other.keys() & OPENAI_NAMES.keys())):
        names = ", ".join(unknown)
        way = "take it out of generation_params, or set it to None in params="
        return Trouble(kind="invalid_request", message=f"{profile.litellm_model} has no parameter {names}; {way}")
    known = {name: value for name, value in given.items() if name in supported}
    mapped = _renamed(config, profile.model, known)
    if not isinstance(mapped, Trouble) and openai_shaped and mapped.get("json_mode"):
        # LiteLLM would ask for JSON by way of a tool, and the answer would be none. The protocol has a word for it.
        other["response_format"] = known.pop("response_format")
        mapped = _renamed(config, profile.model, known)
    if isinstance(mapped, Trouble):
        return mapped
    own = mapped.pop("extra_body", None) or {}
    theirs = other.pop("extra_body", None) or {}
    return {**mapped, **other, "extra_body": {**own, **theirs}}


def _renamed(config: Any, model: str, params: Mapping[str, Any]) -> dict[str, Any] | Trouble:
    mapped = guarded(lambda: dict(config.map_openai_params(dict(params), {}, model, drop_params=False)))
    if isinstance(mapped, Trouble):
        return mapped
    form = params.get("response_format")
    wanted = isinstance(form, Mapping) and form.get("type") not in (None, "text")
    if wanted and _is_dropped(config, model, {"response_format": form}):
        return Trouble(kind="invalid_request", message=f"{model} has no response_format {form}; take it out")
    return {name: value for name, value in mapped.items() if name not in _INTERNAL}


def _is_dropped(config: Any, model: str, param: dict[str, Any]) -> bool:
    """Say whether nothing of a parameter arrives in the provider's names."""
    alone = guarded(lambda: config.map_openai_params(param, {}, model, drop_params=False))
    return not isinstance(alone, Trouble) and not alone.keys() - {"json_mode", *_INTERNAL}
