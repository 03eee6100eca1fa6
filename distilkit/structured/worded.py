"""Calls whose provider has refused its own mode before: those that are answered in words are served from the store."""

from __future__ import annotations

from collections.abc import Sequence

from distilkit.calls import Call
from distilkit.running import Manner
from distilkit.serving import last_failures
from distilkit.structured.asking import in_words, is_native
from distilkit.structured.structure import Structure
from distilkit.targets import opened_store


def where_refused_before(calls: Sequence[Call], structure: Structure, manner: Manner) -> list[Call]:
    """Return the calls, in words where an earlier run was refused and then answered: so nothing is asked again."""
    native = [call for call in calls if is_native(call)]
    if manner.cache == "refresh" or not native:
        return list(calls)
    with opened_store(manner.store) as kept:
        keys = list(dict.fromkeys(option.key for call in native for option in call.choices))
        failed = last_failures(kept, keys)
        refused = {key for key, failure in failed.items() if failure.kind == "invalid_request"}
        instead = {
            call.slot: in_words(call, structure)
            for call in native
            if any(option.key in refused for option in call.choices)
        }
        worded = {option.key for call in instead.values() for option in call.choices}
        stored = kept.get_many(list(worded)).keys()
    ready = {slot: call for slot, call in instead.items() if any(option.key in stored for option in call.choices)}
    # By place, not by slot: equal questions keep their own prompts.
    return [in_words(call, structure) if call.slot in ready else call for call in calls]
