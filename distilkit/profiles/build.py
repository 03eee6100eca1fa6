"""Make a `Profile` of a catalog entry, at the moment it is used: variables filled in, everything checked once more.

What a profile cannot do without (a model, an address, a set variable) is asked here, so that a file that lists
more than is used today still loads.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.profiles.catalog import Entry, without
from distilkit.profiles.check import checked
from distilkit.profiles.environment import filled, with_environment
from distilkit.profiles.keys import Holder, key_of
from distilkit.profiles.profile import Connection, Price, Profile, RateLimit, Retry, ThinkingRules
from distilkit.profiles.providers import ADDRESS_NEEDED, AZURE_API_VERSION, address, provider_of
from distilkit.profiles.schema import Section
from distilkit.profiles.secrets import Secret
from distilkit.profiles.terms import Terms
from distilkit.profiles.tree import Item, Problem, Var, at, place, refuse
from distilkit.sim.spec import Dials

if TYPE_CHECKING:
    from pydantic import BaseModel

# Read from the tree, never from the checked fields: the key is looked up when it goes into a header.
_KEY = frozenset({"api_key"})


def build(entry: Entry, folder: Path) -> Profile:
    """Return the profile; a relative certificate path starts at `folder`.

    Raises:
        ConfigError: a variable is not set, or what it holds does not fit; no model; no address.
    """
    problems: list[Problem] = []
    kind = entry.item.fields.get("type")
    known = filled(kind, problems) if kind else Item(None, entry.item.line, entry.item.path)
    provider = provider_of(str(known.value)) if known.value else None
    if provider is None and not problems:
        problems.append(at(known, "no such type; name one that docs/profiles.md lists"))
    refuse(entry.file, problems)
    written = with_environment(str(provider), entry.item)
    fields = checked(Section, filled(without(written, _KEY), problems), problems, at_location=("providers", "x"))
    if fields is None or problems:
        refuse(entry.file, problems)
        raise AssertionError("a failed check names a problem")
    return _profile(entry, folder, fields, written)


def _profile(entry: Entry, folder: Path, fields: Section, written: Item) -> Profile:
    provider = str(provider_of(str(fields.type)))
    base_url = address(provider, fields.base_url)
    where = place(entry.file, entry.item.line, entry.item.path)
    holder = Holder(entry.name, entry.section, provider, base_url, where)
    return Profile(
        name=entry.name,
        provider=provider,
        model=_model(entry, provider, fields, base_url),
        section=entry.section,
        base_url=base_url,
        api_version=fields.api_version or (AZURE_API_VERSION if provider == "azure" else None),
        api_key=key_of(holder, written.fields.get("api_key")),
        headers=_headers(provider, fields, written),
        params=_given(fields.generation_params),
        system=fields.system_prompt,
        limits=RateLimit(**_given(fields.rate_limit)),
        limits_scope=entry.scope,
        retry=Retry(**_given(fields.retry)),
        connection=_connection(entry, folder, fields, written),
        thinking=ThinkingRules(**_given(fields.thinking)),
        price=Price(**_given(fields.price)) if fields.price else None,
        terms=Terms(**_given(fields.terms)) if fields.terms else None,
        sim=Dials(**_given(fields.simulation)) if provider == "sim" else None,
        **fields.model_dump(include={"timeout_s", "max_concurrency", "structured_output"}, exclude_none=True),
    )


def _given(fields: BaseModel | None) -> dict[str, Any]:
    return fields.model_dump(exclude_none=True) if fields else {}


def _model(entry: Entry, provider: str, fields: Section, base_url: str | None) -> str:
    problems: list[Problem] = []
    model = fields.deployment_name or fields.model or fields.name
    if model is None and provider != "sim":
        way = f"add `model: NAME` or `models: [NAME, ...]`, or ask for {entry.section}/NAME"
        problems.append(at(entry.item, f"no model; {way}"))
    if base_url is None and provider in ADDRESS_NEEDED:
        word = "endpoint" if provider == "azure" else "base_url"
        problems.append(at(entry.item, f"no {word}; add `{word}: https://...`, where it listens"))
    refuse(entry.file, problems)
    return model or entry.section


def _headers(provider: str, fields: Section, written: Item) -> Mapping[str, Secret]:
    own = written.fields.get("headers", Item({}, 1)).fields
    named = {"OpenAI-Organization": ("organization", fields.organization)}
    if provider == "openrouter":
        named |= {"HTTP-Referer": ("site_url", fields.site_url), "X-Title": ("site_name", fields.site_name)}
    meant = {header: _secret(written.fields.get(name), value) for header, (name, value) in named.items() if value}
    return meant | {header: _secret(own.get(header), value) for header, value in (fields.headers or {}).items()}


def _secret(written: Item | None, value: str) -> Secret:
    """Return the value; one that came from a variable keeps its name, to say so."""
    if written is not None and isinstance(written.value, Var):
        return Secret(variables=(written.value.name,))
    return Secret(value)


def _connection(entry: Entry, folder: Path, fields: Section, written: Item) -> Connection:
    proxy = written.fields.get("proxy", Item({}, 1)).fields
    urls = {f"proxy_{scheme}": (proxy.get(scheme), value) for scheme, value in _given(fields.proxy).items()}
    secrets: dict[str, Any] = {name: _secret(item, value) for name, (item, value) in urls.items()}
    return Connection(
        **secrets,
        **_given(fields.connection),
        verify_ssl=fields.verify_ssl is not False,
        ssl_cert_path=_certificate(entry, folder, fields.ssl_cert_path),
    )


def _certificate(entry: Entry, folder: Path, written: str | None) -> str | None:
    if written is None:
        return None
    path = folder / os.path.expanduser(written)  # noqa: PTH111 - Path.expanduser raises on an unknown user
    if not path.is_file():
        item = entry.item.fields["ssl_cert_path"]
        refuse(entry.file, [at(item, "no such file; give the path of a PEM file, relative to this one")])
    return str(path)
