"""`models`: which models endpoints serve, how long a context they take, what they cost; one row a model.

What the endpoint says itself is taken, then what the profile says, then LiteLLM's table; what nobody says is `<NA>`.
Asks no model a question and costs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from distilkit._sync import Body, Step, awaiting, blocking
from distilkit.discovery.endpoints import Broken, Endpoint, endpoints
from distilkit.profiles import Profile
from distilkit.provider import limits_of, price_line
from distilkit.provider.listing import Listed, Listing, listed
from distilkit.targets import Wanted, typed_frame

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "provider": "string",
    "model": "string",
    "context_length": "Int64",
    "max_output_tokens": "Int64",
    "input_usd_per_million": "Float64",
    "output_usd_per_million": "Float64",
    "context_source": "string",
    "price_source": "string",
    "owned_by": "string",
    "created_at": "datetime64[us, UTC]",
    "profile": "string",
    "error_kind": "string",
    "error": "string",
}
_NOTHING = dict.fromkeys(COLUMNS)
_MILLION = 1_000_000


def _models(profiles: Wanted = None, *, config: str | Path | None = None) -> Body[pd.DataFrame]:
    """List the models that endpoints serve. Asks no model a question, and costs nothing.

    Each endpoint is asked once, with its own key, headers, certificates and proxy; profiles of one section share it.

    Args:
        profiles: whom to ask: the name of a profile or of a provider section of the file, a word for a `type`
            (`"ollama"`, `"openrouter"`: at its usual address, with its usual key, without a file), or a `Profile`;
            one or several. None for every section of the file.
        config: the profile file, as in `compare`.

    Returns:
        One row a model: `provider` (the section), `model`, `context_length` and `max_output_tokens` (tokens),
        `input_usd_per_million` and `output_usd_per_million` (US dollars), where the context and the price come from
        (`context_source`, `price_source`: `provider`, `profile`, `litellm`), `owned_by`, `created_at`, the `profile`
        that asks for it (several with commas). What is not known is `<NA>`. An endpoint that fails is one row with
        `error_kind` and `error`, and never an exception.

    Raises:
        InputError: an argument is wrong.
        ConfigError: a profile file is wrong, or a name is unknown.
    """
    found = endpoints(profiles, config)
    rows = yield Step(_rows(found))
    return typed_frame([tuple(row[name] for name in COLUMNS) for row in rows], COLUMNS)


models = blocking(_models)
amodels = awaiting(_models)


async def _rows(found: Sequence[Endpoint | Broken]) -> list[Mapping[str, Any]]:
    lists = await asyncio.gather(*(_asked(each) for each in found))
    # In a thread: the table of prices is LiteLLM's, whose import takes seconds.
    return await asyncio.to_thread(lambda: [row for rows in map(_rows_of, found, lists) for row in rows])


async def _asked(each: Endpoint | Broken) -> Listing:
    if isinstance(each, Broken):
        return Listing(())
    if each.profile.provider == "sim" and each.profile.base_url is None:
        # The simulator of this process serves what its profiles describe.
        return Listing([Listed(model=profile.model, owned_by="simulated") for profile in each.used_by])
    return await listed(each.profile)


def _rows_of(each: Endpoint | Broken, listing: Listing) -> list[Mapping[str, Any]]:
    if isinstance(each, Broken):
        kind = "invalid_request"
        return [_NOTHING | {"provider": each.section, "profile": each.profile, "error_kind": kind, "error": each.error}]
    found = [*_deployments(each), *listing.models] if listing.trouble is None else list(listing.models)
    rows: list[Mapping[str, Any]] = [_row(each, one) for one in found]
    if listing.trouble is not None:
        rows.append(_failed(each, listing.trouble.kind, listing.trouble.message))
    elif not rows:
        rows.append(_failed(each, "model_not_found", "it answers, but lists no model that chats"))
    return rows


def _failed(each: Endpoint, kind: str, error: str) -> Mapping[str, Any]:
    names = ", ".join(profile.name for profile in each.used_by) or None
    return _NOTHING | {"provider": each.section, "profile": names, "error_kind": kind, "error": error}


def _deployments(each: Endpoint) -> list[Listed]:
    """Return Azure's deployments that the file names: no key of a resource lists them, only its base models."""
    if each.profile.provider != "azure":
        return []
    return [Listed(model=model) for model in dict.fromkeys(profile.model for profile in each.used_by)]


def _row(each: Endpoint, one: Listed) -> Mapping[str, Any]:
    users = [profile for profile in each.used_by if _is_meant(profile, one.model)]
    limits = _limits(each.profile.provider, one)
    price = _price(each.profile.provider, one, users)
    return _NOTHING | {
        "provider": each.section,
        "model": one.model,
        "context_length": limits.context_length,
        "max_output_tokens": limits.max_output_tokens,
        "input_usd_per_million": price.input,
        "output_usd_per_million": price.output,
        "context_source": limits.source,
        "price_source": price.source,
        "owned_by": one.owned_by,
        "created_at": None if one.created_at is None else datetime.fromtimestamp(one.created_at, UTC),
        "profile": ", ".join(profile.name for profile in users) or None,
    }


def _is_meant(profile: Profile, model: str) -> bool:
    asked = profile.model.removeprefix("models/")
    # Ollama lists `llama3:latest` and answers to `llama3`.
    return asked == model or (profile.provider in {"ollama", "ollama_chat"} and f"{asked}:latest" == model)


class _Limits(NamedTuple):
    context_length: int | None
    max_output_tokens: int | None
    source: str | None


def _limits(provider: str, one: Listed) -> _Limits:
    if one.context_length is not None and one.max_output_tokens is not None:
        return _Limits(one.context_length, one.max_output_tokens, "provider")
    table = limits_of(provider, one.model)
    most = one.max_output_tokens if one.max_output_tokens is not None else table.output_tokens
    if one.context_length is not None:
        return _Limits(one.context_length, most, "provider")
    return _Limits(table.input_tokens, most, None if table.input_tokens is None else "litellm")


class _Price(NamedTuple):
    input: float | None = None
    output: float | None = None
    source: str | None = None


def _price(provider: str, one: Listed, users: Sequence[Profile]) -> _Price:
    if one.input_usd_per_million is not None and one.output_usd_per_million is not None:
        return _Price(float(one.input_usd_per_million), float(one.output_usd_per_million), "provider")
    own = {(each.input_per_million, each.output_per_million) for profile in users if (each := profile.price)}
    if own:
        # Two profiles may say two things of one model; then it has no one price.
        (first, second), *others = own
        return _Price() if others else _Price(float(first), float(second), "profile")
    line = price_line(provider, one.model) or {}
    question = _of_a_million(line.get("input_cost_per_token"))
    answer = _of_a_million(line.get("output_cost_per_token"))
    return _Price() if question is None or answer is None else _Price(question, answer, "litellm")


def _of_a_million(dollars_a_token: str | None) -> float | None:
    return None if dollars_a_token is None else float(Decimal(dollars_a_token) * _MILLION)
