"""What `discover` found: a table, profiles that can be asked at once, and the text of a profile file.

Names come from whoever answered at a port, so they are shown escaped, and stand in a file only where they are harmless
there. Asks nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from distilkit.discovery.section import Section, usable, yaml_of
from distilkit.markup import escape
from distilkit.profiles import Profile
from distilkit.provider.listing import Listed, Server
from distilkit.screen import one_line
from distilkit.targets import typed_frame

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "server": "string",
    "base_url": "string",
    "model": "string",
    "context_length": "Int64",
    "note": "string",
}


class _Way(NamedTuple):
    """How a server is asked: the name of its section, its `type` in a profile file, the path of its API."""

    section: str
    type: str
    path: str


_WAYS = {
    "ollama": _Way("ollama", "ollama", ""),
    "vllm": _Way("vllm", "vllm", "/v1"),
    "llama.cpp": _Way("llama_cpp", "local", "/v1"),
    "lm_studio": _Way("lm_studio", "lm_studio", "/v1"),
    "tgi": _Way("tgi", "tgi", "/v1"),
    "litellm": _Way("litellm", "local", "/v1"),
    "simulator": _Way("simulated", "local", "/v1"),
    "openai-like": _Way("local", "local", "/v1"),
}
_START = """\
Start one, and call discover() again:
  ollama serve                          then: ollama pull NAME
  vllm serve NAME                       port 8000
  llama-server -m FILE.gguf             port 8080
  lms server start                      LM Studio, port 1234
  litellm --config FILE                 LiteLLM's proxy, port 4000
One that listens elsewhere is named: discover(hosts=["host:port"])."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Discovered:
    """The model servers that answered.

    Attributes:
        table: one row a model: `server`, `base_url`, `model`, `context_length` (tokens), `note`. A server without a
            model that can be asked is a row with a `note` that says why.
        profiles: ready for `compare(profiles=found.profiles)`.
        yaml: the same as a profile file; "" where there is no server to write down.
        tried: the addresses that were asked.
    """

    table: pd.DataFrame
    profiles: list[Profile]
    yaml: str
    tried: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of models that can be asked."""
        return len(self.profiles)

    def __repr__(self) -> str:
        if self.table.empty:
            return "\n".join(self._nothing())
        shown = self.table.astype(object).where(self.table.notna(), "-").map(lambda value: one_line(str(value)))
        return f"{shown.to_string(index=False)}\n{self._way_on()}"

    def _repr_html_(self) -> str:
        if self.table.empty:
            return f"<pre>{escape(chr(10).join(self._nothing()))}</pre>"
        head = "".join(f"<th>{escape(name)}</th>" for name in self.table.columns)
        rows = self.table.astype(object).where(self.table.notna(), "-").itertuples(index=False)
        body = "".join(f"<tr>{''.join(f'<td>{escape(value)}</td>' for value in row)}</tr>" for row in rows)
        # Otherwise a notebook would set `$` in a name as mathematics.
        table = f'<table class="tex2jax_ignore mathjax_ignore"><tr>{head}</tr>{body}</table>'
        return f"{table}<p>{escape(self._way_on())}</p>"

    def _way_on(self) -> str:
        if not self.yaml:
            return "No model here can be asked yet."
        ask = "Ask them: compare(prompts, profiles=found.profiles). " if self.profiles else ""
        return f"{ask}Keep them: found.yaml is the text of a profile file."

    def _nothing(self) -> Iterator[str]:
        yield f"No model server answers at {', '.join(self.tried) or 'any address'}."
        yield _START


def discovered(servers: Sequence[Server], tried: Sequence[str]) -> Discovered:
    """Put together what the servers said."""
    sections = [_section(name, server) for name, server in zip(_names(servers), servers, strict=True)]
    rows = [row for server, section in zip(servers, sections, strict=True) for row in _rows(server, section)]
    return Discovered(
        table=typed_frame(rows, COLUMNS),
        profiles=[profile for section in sections for profile in section.profiles()],
        yaml=yaml_of(sections),
        tried=list(tried),
    )


def _names(servers: Sequence[Server]) -> list[str]:
    """Name each section after its server; after its port too where there are several of a kind."""
    kinds = Counter(server.kind for server in servers)
    names: list[str] = []
    for server in servers:
        own = _WAYS[server.kind].section
        name = own if kinds[server.kind] == 1 else f"{own}_{urlsplit(server.root).port}"
        same = sum(other == name or other.startswith(f"{name}_") for other in names)
        names.append(f"{name}_{same + 1}" if same else name)
    return names


def _section(name: str, server: Server) -> Section:
    way = _WAYS[server.kind]
    models = tuple(one.model for one in server.models if usable(one.model))
    return Section(name, way.type, server.root + way.path, models, needs_key=server.needs_key)


def _rows(server: Server, section: Section) -> Iterator[tuple[Any, ...]]:
    for one in server.models:
        yield server.kind, section.base_url, one.model, one.context_length, _note(one)
    if not server.models:
        note = f"tells its models to a key only; set {section.key_variable}" if server.needs_key else _EMPTY
        yield server.kind, section.base_url, None, None, note


_EMPTY = "runs, but has no model that chats"


def _note(one: Listed) -> str | None:
    return one.note or (None if usable(one.model) else "this name cannot stand in a profile file")
