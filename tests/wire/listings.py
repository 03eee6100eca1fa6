"""Which models each provider says it serves, as it documents that, and what is read of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import distilkit as dk
from distilkit.provider.listing import listed

from .case import CANARY, Case
from .running import AMBIENT, crowded_environment
from .server import Reply, Server


@dataclass(frozen=True)
class ListedHere:
    """What came of asking for the models.

    Attributes:
        models: their names.
        asked: method and path of the first request.
        wrong: what is wrong with it.
    """

    models: tuple[str, ...]
    asked: str
    wrong: tuple[str, ...]


def list_models(case: Case, server: Server, folder: Path) -> ListedHere:
    """Ask a case for its models, of a server that lists two as the provider documents it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "profiles.yaml"
    file.write_text(case.file(server.at(folder.name, Reply(_list_of(case)))), encoding="utf-8")
    with crowded_environment():
        found = asyncio.run(listed(dk.load_profiles(file)[case.name]))
    seen = server.seen[folder.name]
    models = tuple(model.model for model in found.models)
    wrong = [] if case.model in models else [f"{case.model} is not among {models}: {found.trouble}"]
    wrong += ["a key is in the address"] * any(CANARY in one.target for one in seen)
    wrong += ["a foreign key is sent"] * any(AMBIENT in one.everything() for one in seen)
    return ListedHere(models, f"{seen[0].method} {seen[0].target}" if seen else "", tuple(wrong))


def _list_of(case: Case) -> Any:
    names = [case.model, "another"]
    if case.name == "together":  # a bare list
        return [{"id": name, "object": "model", "type": "chat", "context_length": 4096} for name in names]
    if case.protocol == "gemini":
        methods = ["generateContent"]
        return {"models": [{"name": f"models/{name}", "supportedGenerationMethods": methods} for name in names]}
    if case.protocol == "cohere":
        return {"models": [{"name": name, "endpoints": ["chat"], "context_length": 4096} for name in names]}
    if case.protocol == "ollama":
        return {"models": [{"name": name, "model": name, "details": {}} for name in names]}
    kind = {"type": "model", "display_name": "A model", "created_at": "2025-01-01T00:00:00Z"}
    extra = kind if case.protocol == "anthropic" else {"object": "model", "created": 1, "owned_by": "somebody"}
    return {"object": "list", "has_more": False, "data": [{"id": name, **extra} for name in names]}
