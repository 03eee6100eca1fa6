"""Which model server answers at an address, told by what it answers, not by its port; and which models it has.

Asks with GET only, without a key, at one address. Whatever is no model server is None.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from distilkit.profiles.profile import Connection
from distilkit.provider.exchange import Outgoing, Reply
from distilkit.provider.faults import Trouble
from distilkit.provider.listing.details import context_in_props
from distilkit.provider.listing.entries import Listed, count_of, entries, owners_in, text_of
from distilkit.provider.listing.pages import content_of

if TYPE_CHECKING:
    from distilkit.provider.session import Session

Kind = Literal["ollama", "vllm", "llama.cpp", "lm_studio", "tgi", "litellm", "simulator", "openai-like"]

_MODELS = "/v1/models"
_OK = 200
_LOCKED = frozenset({401, 403})
_MOST_BYTES = 4 * 2**20
# The list of these says whose it is.
_OWNERS: dict[str, Kind] = {"vllm": "vllm", "llamacpp": "llama.cpp", "simulated": "simulator"}

Answers = Mapping[str, Reply | Trouble]


@dataclass(frozen=True, slots=True)
class Server:
    """A model server that answered.

    Attributes:
        kind: which program it is; `openai-like` where it only speaks the protocol.
        root: its address, without the path of an API.
        models: those that chat.
        needs_key: whether it tells its models only to those who have a key.
    """

    kind: Kind
    root: str
    models: Sequence[Listed] = ()
    needs_key: bool = False


async def look(root: str, timeout_s: float) -> Server | None:
    """Find out which model server answers at an address; None where none does. Raises nothing but a cancellation.

    Args:
        root: `http://host:port`.
        timeout_s: seconds that each of at most three rounds of requests may take.
    """
    from distilkit.provider.session import Session

    session = Session(Connection(connect_timeout_s=timeout_s))
    try:
        return await _looked(session, root, timeout_s)
    except Exception:  # noqa: BLE001 - whatever listens there, it must not hide the servers elsewhere
        return None
    finally:
        await session.aclose()


async def _looked(session: Session, root: str, timeout_s: float) -> Server | None:
    async def answers(*paths: str) -> dict[str, Reply | Trouble]:
        # Paths of its own are asked only of who answers HTTP at all.
        asked = (
            session.post(Outgoing(root + path, {}, b"", timeout_s, method="GET", most_bytes=_MOST_BYTES))
            for path in paths
        )
        return dict(zip(paths, await asyncio.gather(*asked), strict=True))

    said = await answers(_MODELS)
    if isinstance(said[_MODELS], Trouble):
        return None
    kind = _kind_by_owner(said)
    if kind is None:
        said |= await answers(*(path for _, path, _ in _MARKS))
        kind = _kind_by_mark(said)
    if kind is None:
        return None
    said |= await answers(*(path for path in _MORE.get(kind, ()) if path not in said))
    return Server(kind, root, _models(kind, said), needs_key=_status(said[_MODELS]) in _LOCKED)


def _kind_by_owner(said: Answers) -> Kind | None:
    owners = owners_in(_body(said, _MODELS))
    return next((kind for owner, kind in _OWNERS.items() if owner in owners), None)


def _kind_by_mark(said: Answers) -> Kind | None:
    for kind, path, is_meant in _MARKS:
        reply = said[path]
        if isinstance(reply, Reply) and reply.status == _OK and is_meant(reply):
            return kind
    return "openai-like" if entries(_body(said, _MODELS), "") else None


def _body(said: Answers, path: str) -> Any:
    """Return the parsed body of an answer; None where there is none, or it is an error."""
    body = content_of(said[path], ()) if path in said else None
    return None if isinstance(body, Trouble) else body


def _json(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None


def _field(body: Any, name: str) -> Any:
    return body.get(name) if isinstance(body, Mapping) else None


def _items(body: Any, name: str) -> list[Any]:
    found = _field(body, name)
    return found if isinstance(found, list) else []


def _is_lm_studio(reply: Reply) -> bool:
    return any(_field(item, "state") and _field(item, "type") for item in _items(_json(reply), "data"))


def _is_new_lm_studio(reply: Reply) -> bool:
    return any(isinstance(_field(item, "loaded_instances"), list) for item in _items(_json(reply), "models"))


def _is_tgi(reply: Reply) -> bool:
    body = _json(reply)
    limits = ("max_total_tokens", "max_input_tokens", "max_input_length")
    return bool(text_of(_field(body, "model_id"))) and any(count_of(_field(body, name)) for name in limits)


# In this order: some servers imitate the later ones, Ollama above all.
_MARKS: tuple[tuple[Kind, str, Callable[[Reply], bool]], ...] = (
    ("lm_studio", "/api/v0/models", _is_lm_studio),
    ("lm_studio", "/api/v1/models", _is_new_lm_studio),
    ("llama.cpp", "/props", lambda reply: isinstance(_field(_json(reply), "default_generation_settings"), Mapping)),
    ("tgi", "/info", _is_tgi),
    # Never /health: LiteLLM's asks every model a question, for money.
    ("litellm", "/health/liveliness", lambda reply: _json(reply) == "I'm alive!"),
    ("ollama", "/", lambda reply: reply.body.strip() == b"Ollama is running"),
    ("vllm", "/metrics", lambda reply: b"\nvllm:" in reply.body),
    # Where a proxy keeps `/` for itself. `/api/version` would say less: anything may have one.
    ("ollama", "/api/tags", lambda reply: isinstance(_field(_json(reply), "models"), list)),
)
_MORE: dict[Kind, tuple[str, ...]] = {"ollama": ("/api/tags", "/api/ps"), "llama.cpp": ("/props",)}
_LISTS: dict[Kind, tuple[str, ...]] = {
    "ollama": ("/api/tags",),
    "lm_studio": ("/api/v0/models", "/api/v1/models", _MODELS),
    "tgi": ("/info",),
}


def _models(kind: Kind, said: Answers) -> list[Listed]:
    lists = (entries(_body(said, path), "") for path in _LISTS.get(kind, (_MODELS,)))
    found = next((each for each in lists if each), [])
    if kind == "ollama":
        return [_with_loaded(one, _items(_body(said, "/api/ps"), "models")) for one in found]
    if kind == "llama.cpp" and len(found) == 1:
        found = [replace(found[0], context_length=context_in_props(_body(said, "/props")) or found[0].context_length)]
    return found


def _with_loaded(one: Listed, loaded: Sequence[Any]) -> Listed:
    """Add the context that Ollama has a model in memory with."""
    found = (count_of(_field(item, "context_length")) for item in loaded if _field(item, "model") == one.model)
    return replace(one, context_length=next(found, None))


def _status(reply: Reply | Trouble) -> int | None:
    return reply.status
