"""How a schema gets into a request: as the provider's own mode, or in words; and what is said where an answer is wrong.

From calls to calls; all of it is part of the request, and so of its key. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from distilkit.calls import Call, Message, Request, digest
from distilkit.profiles import Profile
from distilkit.profiles.structured_modes import Mode, is_strict, mode_of, shows_schema
from distilkit.structured.structure import Structure

_FORM = "response_format"


def shaped(calls: Sequence[Call], structure: Structure) -> list[Call]:
    """Return the same calls, asking for answers of a structure, each in the way its profile takes it."""
    words = structure.words
    return [_each(call, lambda option: _with_mode(option, structure, words)) for call in calls]


def in_words(call: Call, structure: Structure) -> Call:
    """Return a call that asks in words alone, where a provider refuses its own mode."""
    return _each(call, lambda option: _worded(option, structure.words, form=None))


def is_native(call: Call) -> bool:
    """Say whether a call asks for JSON by a mode of the provider's, which it may refuse."""
    return any(_FORM in option.request.params for option in call.choices)


def repair(call: Call, content: str, reason: str) -> Call:
    """Return a call that shows the model its answer, says what is wrong with it, and asks for it again."""
    # Many providers refuse an empty message.
    said = [{"role": "assistant", "content": content}] if content.strip() else []
    wrong = f"This answer cannot be used: {reason}\nAnswer again, with the corrected JSON alone and no other text."
    more = [*said, {"role": "user", "content": wrong}]
    return _each(
        call,
        lambda option: _asking(option, replace(option.request, messages=[*option.request.messages, *more])),
    )


def _each(call: Call, change: Callable[[Call], Call]) -> Call:
    """Change a plain call, or each of those that a strategy chooses from."""
    if call.route is None:
        return change(call)
    options = tuple(change(option) for option in call.options)
    key = digest([call.key, [option.key for option in options]])
    return replace(options[0], key=key, route=call.route, options=options)


def _asking(call: Call, request: Request) -> Call:
    return replace(call, request=request, key=request.key())


def _with_mode(call: Call, structure: Structure, words: str) -> Call:
    mode = _mode(call.profile, structure)
    if mode == "prompt":
        # A format of the profile's own stays: whoever wrote it knows the server.
        return _worded(call, words, form=call.request.params.get(_FORM))
    if mode == "object":
        return _worded(call, words, form={"type": "json_object"})
    form = _schema_form(call.profile, structure)
    if not shows_schema(call.profile.provider):
        return _worded(call, words, form=form)
    return _asking(call, replace(call.request, params={**call.request.params, _FORM: form}))


def _mode(profile: Profile, structure: Structure) -> Mode:
    stated = profile.structured_output
    mode = stated or mode_of(profile.provider, profile.model, profile.base_url)
    # Providers promise objects; what a profile states is its own affair, but a JSON mode never gives anything else.
    return "prompt" if not structure.is_object and (stated is None or mode == "object") else mode


def _schema_form(profile: Profile, structure: Structure) -> dict[str, Any]:
    strict = structure.strict if is_strict(profile.provider, profile.model) else None
    schema = structure.schema if strict is None else strict
    named = {"name": structure.name, "schema": schema, "strict": strict is not None}
    return {"type": "json_schema", "json_schema": named}


def _worded(call: Call, words: str, *, form: Any) -> Call:
    params = {name: value for name, value in call.request.params.items() if name != _FORM}
    if form is not None:
        params[_FORM] = form
    messages = _with_words(call.request.messages, words)
    return _asking(call, replace(call.request, params=params, messages=messages))


def _with_words(messages: Sequence[Message], words: str) -> list[Message]:
    """Put the words at the end of the last thing the user says, once."""
    changed = list(messages)
    place = next((nth for nth in reversed(range(len(changed))) if changed[nth].get("role") == "user"), None)
    if place is None:
        return [*changed, {"role": "user", "content": words}]
    content = changed[place].get("content")
    if isinstance(content, str):
        longer: Any = content if content.endswith(words) else f"{content}\n\n{words}"
    else:
        parts = list(content or ())
        part: Mapping[str, str] = {"type": "text", "text": words}
        longer = parts if part in parts else [*parts, part]
    changed[place] = {**changed[place], "content": longer}
    return changed
