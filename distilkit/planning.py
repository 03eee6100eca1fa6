"""The plan of a run: which calls it makes, from prompts, profiles and parameters. Pure.

Knows no network, no disk, no pandas.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from distilkit.calls import KEY_VERSION, Call, Prompt, Request, digest
from distilkit.errors import InputError
from distilkit.profiles import Profile, Route


def plan(
    prompts: Iterable[Prompt], targets: Sequence[Profile | Route], *, params: Mapping[str, Any], samples: int
) -> list[Call]:
    """Lay out every call: prompts × profiles (or strategies) × samples, in that order.

    `params` win over the profile's own; a value of None removes the profile's.

    Raises:
        InputError: `samples` is not a whole number from 1 to 100,000.
    """
    # numpy's whole numbers are whole numbers too; True is not.
    if isinstance(samples, bool) or not hasattr(samples, "__index__") or not 1 <= operator.index(samples) <= _MOST:
        raise InputError(f"samples= must be a whole number from 1 to {_MOST:,}, not {samples!r}")
    # What is the same for every prompt of a profile is worked out once: it costs more than the rest of a call.
    asked = [(target, [_Asked.of(profile, params) for profile in _members(target)]) for target in targets]
    return [
        _call(prompt, target, members, sample)
        for prompt in prompts
        for target, members in asked
        for sample in range(samples)
    ]


def again(
    prompt_id: int | str, text: str, target: Profile | Route, request: Request, params: Mapping[str, Any]
) -> Call:
    """Return a call that asks `target` what `request` asked, with `params` over its own; None removes one."""
    prompt = Prompt(prompt_id, text, request.messages)
    if not isinstance(target, Route):
        member = _Asked(target, *target.endpoint, _merge(request.params, params))
        return _call(prompt, target, [member], request.sample)
    # Each member has a system message and parameters of its own: what the one that was asked had, is not the others'.
    asked = next((each for each in target.members if _asks(each, request)), None)
    said = dict(request.params)
    if asked is not None:
        own = _merge(asked.params, {})
        said = {name: request.params.get(name) for name in {*own, *said} if request.params.get(name) != own.get(name)}
        if asked.system and prompt.messages and dict(prompt.messages[0]) == {"role": "system", "content": asked.system}:
            prompt = Prompt(prompt_id, text, prompt.messages[1:])
    members = [_Asked.of(profile, {**said, **params}) for profile in target.members]
    return _call(prompt, target, members, request.sample)


def _asks(profile: Profile, request: Request) -> bool:
    return (profile.litellm_model, *profile.endpoint) == (request.model, request.base_url, request.api_version)


_MOST = 100_000


def _members(target: Profile | Route) -> Sequence[Profile]:
    return target.members if isinstance(target, Route) else (target,)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A profile with what all its requests share."""

    profile: Profile
    base_url: str | None
    api_version: str | None
    params: Mapping[str, Any]

    @classmethod
    def of(cls, profile: Profile, params: Mapping[str, Any]) -> _Asked:
        return cls(profile, *profile.endpoint, _merge(profile.params, params))


def _merge(profile_params: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**profile_params, **params}
    return {name: _plain(value) for name, value in merged.items() if value is not None}


def _plain(value: Any) -> Any:
    """Write 0.0 as 0: YAML, JSON and Python spell one temperature in two ways, and it must be paid for once."""
    if not isinstance(value, str | int | float) and hasattr(value, "item"):
        value = value.item()  # numpy's numbers
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _call(prompt: Prompt, target: Profile | Route, members: Sequence[_Asked], sample: int) -> Call:
    options = tuple(_plain_call(prompt, member, sample) for member in members)
    if not isinstance(target, Route):
        return options[0]
    key = digest([KEY_VERSION, "strategy", target.name, [option.key for option in options]])
    return replace(options[0], key=key, route=target, options=options)


def _plain_call(prompt: Prompt, asked: _Asked, sample: int) -> Call:
    profile, messages = asked.profile, prompt.messages
    if profile.system and not any(message.get("role") == "system" for message in messages):
        messages = [{"role": "system", "content": profile.system}, *messages]
    request = Request(
        model=profile.litellm_model,
        base_url=asked.base_url,
        api_version=asked.api_version,
        messages=messages,
        params=asked.params,
        sample=sample,
    )
    return Call(prompt_id=prompt.id, prompt=prompt.text, profile=profile, request=request, key=request.key())
