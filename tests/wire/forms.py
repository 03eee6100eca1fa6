"""How each provider is asked for JSON of a schema: the mode that is chosen for it, and whether the form arrives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from distilkit.profiles.structured_modes import mode_of

from .case import Case
from .running import compared
from .server import Reply, Server

# A name that stands nowhere else in a request.
FIELD = "the_sum_that_is_asked_for"
_SCHEMA = {"type": "object", "properties": {FIELD: {"type": "integer"}}, "required": [FIELD]}
FORMS: dict[str, dict[str, Any]] = {
    "schema": {
        "type": "json_schema",
        "json_schema": {"name": "sum", "strict": True, "schema": {**_SCHEMA, "additionalProperties": False}},
    },
    "object": {"type": "json_object"},
}


def mode(case: Case) -> str:
    """Return how the model is asked at the provider's own address."""
    return mode_of(case.litellm, case.model, None)


def wrong_in_form(case: Case, server: Server, folder: Path) -> list[str]:
    """Ask for JSON in the provider's own mode, and say what is wrong with the request; nothing where it has none."""
    form = FORMS.get(mode(case))
    if form is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "profiles.yaml"
    file.write_text(case.file(server.at(folder.name, Reply(case.reply))), encoding="utf-8")
    frame, _ = compared(case, file, folder / "store", params={"response_format": form})
    seen = server.seen[folder.name]
    if len(seen) != 1:
        return [f"{len(seen)} requests: {frame['error'].tolist()}"]
    word = FIELD if mode(case) == "schema" else "json"
    return [] if word in seen[0].body.decode() else ["the form is not in the request"]
