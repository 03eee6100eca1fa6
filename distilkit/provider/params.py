"""Parameters from OpenAI's names to the provider's, and a sentence for each that this model does not take as given.

LiteLLM knows the names, and which models take less than others of their provider. What it does not know goes as it is:
the provider judges. Knows nothing of messages, addresses or headers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from distilkit.profiles.profile import Profile
from distilkit.provider.faults import Trouble
from distilkit.provider.guard import guarded, is_unsupported

# Never sent from here: whether a reply is streamed is decided for each call.
_NOT_SENT = frozenset({"stream", "stream_options"})

# Notes from one part of LiteLLM to another, which its own HTTP code takes out of the body.
_INTERNAL = ("fake_stream", "is_vertex_request", "vertex_count_tokens_location", "max_retries")

# How an answer is drawn, not what is asked for or what it may cost: where a model takes none of it, it is left out.
_SAMPLING = frozenset(
    (
        "temperature",
        "top_p",
        "frequency_penalty",
        "presence_penalty",
        "logprobs",
        "top_logprobs",
        "logit_bias",
        "stop",
        "seed",
        "parallel_tool_calls",
    )
)
# The same, where a model has no such thing at all; a wrong value of these is refused.
_DROPPED = _SAMPLING | {"reasoning_effort", "verbosity"}

# Of these a provider may take one part and not another.
_OF_PARTS = frozenset({"thinking"})

# What the provider documents and LiteLLM does not know: the first four are passed over, the others refused.
_TAKES_NONE: dict[tuple[str, str], frozenset[str]] = {
    ("deepseek", "deepseek-reasoner"): frozenset(
        ("temperature", "top_p", "frequency_penalty", "presence_penalty", "logprobs", "top_logprobs")
    ),
}


class Mapped(NamedTuple):
    """Parameters as they are sent.

    Attributes:
        params: in the provider's names.
        extra_body: merged into the body as it is; what the caller wrote there is never touched.
        json_mode: whether LiteLLM asks for JSON by way of a tool, and must read the answer back.
        changed: what became of parameters that this model does not take as they were given, a sentence each.
    """

    params: Mapping[str, Any]
    extra_body: Mapping[str, Any]
    json_mode: bool
    changed: tuple[str, ...]


def mapped(profile: Profile, config: Any, params: Mapping[str, Any], *, openai_shaped: bool) -> Mapped | Trouble:
    """Return the parameters in the provider's names.

    A parameter that other models of the provider take and this one does not is left out, with a sentence that says so.
    One that the provider's own protocol has no word for is refused: it would be dropped without a word.
    """
    from litellm.constants import DEFAULT_CHAT_COMPLETION_PARAM_VALUES as OPENAI_NAMES

    given = {name: value for name, value in params.items() if name not in _NOT_SENT}
    supported = set(config.get_supported_openai_params(profile.model) or ())
    restricted = _restricted(profile, given, supported)
    notes = [f"{_shown(name, given.pop(name))} dropped: {profile.model} takes none" for name in restricted]
    other = {name: value for name, value in given.items() if name not in supported}
    if not openai_shaped and (unknown := sorted(other.keys() & OPENAI_NAMES.keys())):
        way = "take it out of generation_params, or set it to None in params="
        message = f"{profile.litellm_model} has no parameter {', '.join(unknown)}; {way}"
        return Trouble(kind="invalid_request", message=message)
    known = {name: value for name, value in given.items() if name in supported}
    refused = list(_refused(config, profile.model, known))
    notes += [f"{_shown(name, known.pop(name))} dropped: {profile.model} does not take this value" for name in refused]
    done = _renamed(config, profile.model, known)
    if not isinstance(done, Trouble) and openai_shaped and done.get("json_mode"):
        # LiteLLM would ask for JSON by way of a tool, and the answer would be none. The protocol has a word for it.
        other["response_format"] = known.pop("response_format")
        done = _renamed(config, profile.model, known)
    if isinstance(done, Trouble):
        return done
    notes += _notes(config, profile.model, known, done, openai_shaped=openai_shaped)
    return _put_together(done, other, tuple(notes))


def _put_together(done: dict[str, Any], other: dict[str, Any], notes: tuple[str, ...]) -> Mapped:
    json_mode = bool(done.pop("json_mode", False))
    own = done.pop("extra_body", None) or {}
    theirs = other.pop("extra_body", None) or {}
    return Mapped({**done, **other}, {**own, **theirs}, json_mode, notes)


def _restricted(profile: Profile, given: Mapping[str, Any], supported: set[str]) -> list[str]:
    """Return which parameters this model takes none of, though an ordinary model of its provider does."""
    stated = _TAKES_NONE.get((profile.provider, profile.model), frozenset())
    missing = [name for name in given if name in _DROPPED and name not in supported]
    unusual = _ordinary(profile.provider) if missing else frozenset()
    return [name for name in given if name in stated or (name in missing and name in unusual)]


@cache  # of a class of LiteLLM's, constant
def _ordinary(provider: str) -> frozenset[str]:
    """Return what a model that LiteLLM has never heard of may be given at this provider."""
    from litellm.types.utils import LlmProviders
    from litellm.utils import ProviderConfigManager

    def ask() -> frozenset[str]:
        config: Any = ProviderConfigManager.get_provider_chat_config("", LlmProviders(provider))
        return frozenset(config.get_supported_openai_params("") or ())

    asked = guarded(ask)
    return frozenset() if isinstance(asked, Trouble) else asked


def _refused(config: Any, model: str, known: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sampling parameters whose values stand in the way of the rest being written.

    Some do so in company only, as a temperature beside a reasoning effort: the rest is there first.
    """
    if not _stands_in_the_way(config, model, known):
        return
    taken = {name: value for name, value in known.items() if name not in _SAMPLING}
    if _stands_in_the_way(config, model, taken):
        return  # leaving them out would not help
    for name in [name for name in known if name in _SAMPLING]:
        if _stands_in_the_way(config, model, {**taken, name: known[name]}):
            yield name
        else:
            taken[name] = known[name]


def _stands_in_the_way(config: Any, model: str, params: Mapping[str, Any]) -> bool:
    return is_unsupported(lambda: config.map_openai_params(dict(params), {}, model, drop_params=False))


def _renamed(config: Any, model: str, params: Mapping[str, Any]) -> dict[str, Any] | Trouble:
    done = guarded(lambda: dict(config.map_openai_params(dict(params), {}, model, drop_params=False)))
    if isinstance(done, Trouble):
        return done
    form = params.get("response_format")
    wanted = isinstance(form, Mapping) and form.get("type") not in (None, "text")
    if wanted and _is_dropped(config, model, {"response_format": form}):
        return Trouble(kind="invalid_request", message=f"{model} has no response_format {form}; take it out")
    return {name: value for name, value in done.items() if name not in _INTERNAL}


def _is_dropped(config: Any, model: str, param: dict[str, Any]) -> bool:
    """Say whether nothing of a parameter arrives in the provider's names."""
    alone = guarded(lambda: config.map_openai_params(param, {}, model, drop_params=False))
    return not isinstance(alone, Trouble) and not alone.keys() - {"json_mode", *_INTERNAL}


def _notes(
    config: Any, model: str, known: Mapping[str, Any], done: Mapping[str, Any], *, openai_shaped: bool
) -> Iterator[str]:
    """Yield what LiteLLM made of each parameter, where it is not what was given.

    In a protocol with words of its own, another name is its word, and no change.
    """
    for name, value in known.items():
        if name in done:
            if _is_plain(value) and _is_plain(done[name]) and done[name] != value:
                yield f"{_shown(name, value)} sent as {done[name]!r}"
        elif not (became := _became(config, model, known, done, name)):
            yield f"{_shown(name, value)} dropped: {model} takes none"
        elif openai_shaped:
            yield f"{name} sent as {', '.join(became)}"
        if name in _OF_PARTS and isinstance(value, Mapping):
            yield from _lost_parts(config, model, known, done, name)


def _lost_parts(config: Any, model: str, known: Mapping[str, Any], done: Mapping[str, Any], name: str) -> Iterator[str]:
    """Yield which parts of a parameter make no difference to what is sent."""
    whole = known[name]
    for part in whole:
        rest = {inner: value for inner, value in whole.items() if inner != part}
        if _renamed(config, model, {**known, name: rest}) == done:
            yield f"{name}.{_shown(str(part), whole[part])} dropped: {model} takes none"


def _became(config: Any, model: str, known: Mapping[str, Any], done: Mapping[str, Any], name: str) -> list[str]:
    """Return under which names a parameter is sent: those that are not there, or are different, without it."""
    rest = {other: value for other, value in known.items() if other != name}
    without = _renamed(config, model, rest)
    if isinstance(without, Trouble):
        return [name]
    before, after = _flat(without), _flat(done)
    return [_word(key) for key in after if key not in before or after[key] != before[key]]


def _flat(params: Mapping[str, Any]) -> dict[str, Any]:
    inner = params.get("extra_body")
    outer = {name: value for name, value in params.items() if name != "extra_body"}
    return {**outer, **inner} if isinstance(inner, Mapping) else outer


def _word(key: str) -> str:
    # LiteLLM's notes to itself begin so: such a parameter ends up in the messages.
    return "words in the messages" if key.startswith("_") else key


def _shown(name: str, value: Any) -> str:
    return f"{name}={value!r}" if _is_plain(value) else name


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)
