"""Which addresses are tried for model servers: the usual ports of this machine, and those a caller or Ollama names.

Arithmetic on text; asks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from distilkit.errors import InputError

USUAL_PORTS: dict[str, tuple[int, ...]] = {
    "ollama": (11434,),
    "vllm": (8000,),
    "llama.cpp": (8080,),
    "lm_studio": (1234,),
    "tgi": (3000,),
    "litellm": (4000,),
}
LOOPBACK = "127.0.0.1"

_MOST_PORT = 65_535
_MOST_ADDRESSES = 256
# They mean every address of this machine, and one is enough.
_EVERYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - nothing is bound
# What Ollama itself reads into an address without a port.
_OLLAMA_PORTS = {"http": 80, "https": 443}


def addresses(hosts: str | Iterable[str] | None, ports: Mapping[str, int] | None, ollama_host: str | None) -> list[str]:
    """Return the addresses to try, each once.

    Args:
        hosts: `host` for all usual ports, or `host:port`, or `http://host:port`; one or several. None for this
            machine, and where `ollama_host` says.
        ports: by the name of a server, instead of its usual one; under any other name beside them.
        ollama_host: what `$OLLAMA_HOST` says, or None.

    Raises:
        InputError: a host or port is none.

    >>> addresses(["gpu-box:9000"], None, None), addresses(None, None, "0.0.0.0:11500")[-1]
    (['http://gpu-box:9000'], 'http://127.0.0.1:11500')
    """
    if hosts is not None and not isinstance(hosts, str | Iterable):
        raise InputError(f"hosts= takes texts such as 'host:port', not {hosts!r}")
    if ports is not None and not isinstance(ports, Mapping):
        raise InputError(f"ports= takes numbers by name, such as {{'vllm': 8001}}, not {ports!r}")
    named = [LOOPBACK] if hosts is None else [hosts] if isinstance(hosts, str) else list(hosts)
    numbers = _numbers(ports or {})
    found = [address for host in named for address in _of_host(host, numbers)]
    if hosts is None and ollama_host and (own := of_ollama(ollama_host)):
        found.append(own)
    distinct = list(dict.fromkeys(found))
    if len(distinct) > _MOST_ADDRESSES:
        raise InputError(f"discover() tries at most {_MOST_ADDRESSES} addresses, and these are {len(distinct)}")
    return distinct


def of_ollama(text: str) -> str | None:
    """Return the address that `$OLLAMA_HOST` means, read as Ollama reads it; None where it means none."""
    bare = text.strip().strip("\"'").strip()
    scheme, found, rest = bare.rpartition("://")
    split = _split(rest.rstrip("/").partition("/")[0])
    if not bare or split is None or (found and scheme not in _OLLAMA_PORTS):
        return None
    host, port = split
    usual = _OLLAMA_PORTS[scheme] if found else USUAL_PORTS["ollama"][0]
    # The usual address is tried anyway, and one server is not two.
    name = LOOPBACK if host in ("", "localhost") else host
    return _written(scheme or "http", name, port or usual)


def _numbers(ports: Mapping[str, int]) -> list[int]:
    for name, port in ports.items():
        if isinstance(port, bool) or not isinstance(port, int) or not 0 < port <= _MOST_PORT:
            raise InputError(f"ports={{{name!r}: {port!r}}} is no port; give a number from 1 to {_MOST_PORT}")
    kept = [port for name, usual in USUAL_PORTS.items() if name not in ports for port in usual]
    return list(dict.fromkeys([*kept, *ports.values()]))


def _of_host(host: object, numbers: Iterable[int]) -> list[str]:
    # Before an @ stands a password.
    shown = "an address with a password" if "@" in str(host) else repr(host)
    wrong = InputError(f"hosts= takes 'host', 'host:port' or 'http://host:port', not {shown}")
    if not isinstance(host, str) or not host.strip():
        raise wrong
    scheme, found, rest = host.strip().rpartition("://")
    if found:
        parts = _parts(host.strip())
        if parts is None or scheme not in _OLLAMA_PORTS:
            raise wrong
        return [_written(scheme, *parts)]
    split = _split(rest)
    if split is None:
        raise wrong
    name, port = split
    return [_written("http", name, each) for each in ([port] if port else numbers)]


def _parts(url: str) -> tuple[str, int] | None:
    """Return host and port of a URL without password, path or query."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc or parts.path.strip("/") or parts.query or parts.fragment:
        return None
    return parts.hostname, port or _OLLAMA_PORTS.get(parts.scheme, 0)


def _split(text: str) -> tuple[str, int | None] | None:
    """Return host and port, if it has one, of `host`, `host:port`, `[::1]:port` or `::1`; None for anything else."""
    host, colon, digits = text.rpartition(":")
    if not colon or (":" in host.strip("[]") and not host.endswith("]")):
        host, digits = text, ""
    if digits and (not digits.isdecimal() or not 0 < int(digits) <= _MOST_PORT):
        return None
    bare = host.removeprefix("[").removesuffix("]")
    strange = any(not (character.isalnum() or character in "-._:%") for character in bare)
    return None if strange or (colon and not digits and text.endswith(":")) else (bare, int(digits) if digits else None)


def _written(scheme: str, host: str, port: int) -> str:
    name = _EVERYWHERE.get(host, host)
    return f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}"
