"""Simulated batches, as OpenAI serves them: files of requests, batches made of them, files of results.

Answers are those a single request would get, without limits by the minute. Knows the simulation and aiohttp's
requests; keeps everything in memory, so that it ends with the process.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import BodyPartReader, web

from distilkit.sim import replies
from distilkit.sim.asked import RefusedError
from distilkit.sim.simulation import Simulation, _Model

_PLACES = ("/v1/files", "/v1/batches")
_MOST_BYTES = 200 * 2**20
_MOST_REQUESTS = 50_000
_TAKES_S = 1.0
_WINDOW_S = 24 * 3600
_BREATHE = 100
_NOT_FOUND = 404
_A_PAGE = 100


@dataclass(slots=True)
class _Batch:
    """A batch and what became of it."""

    id: str
    file: str
    metadata: Any
    due: float
    created_at: int = field(default_factory=lambda: int(time.time()))
    total: int = 0
    status: str = "in_progress"
    output: str | None = None
    failed: int = 0
    reasons: list[str] = field(default_factory=list)

    def body(self) -> dict[str, Any]:
        """Return OpenAI's description of it."""
        done = self.total - self.failed if self.status == "completed" else 0
        errors = {"object": "list", "data": [{"code": "invalid", "message": text} for text in self.reasons]}
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "errors": errors if self.reasons else None,
            "input_file_id": self.file,
            "completion_window": "24h",
            "status": self.status,
            "output_file_id": self.output,
            "error_file_id": None,
            "created_at": self.created_at,
            "expires_at": self.created_at + _WINDOW_S,
            "request_counts": {"total": self.total, "completed": done, "failed": self.failed},
            "metadata": self.metadata,
        }


class Batches:
    """The batches of a simulation."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._files: dict[str, bytes] = {}
        self._batches: dict[str, _Batch] = {}

    @staticmethod
    def serves(path: str) -> bool:
        """Say whether an address is one of these."""
        return any(path == place or path.startswith(f"{place}/") for place in _PLACES)

    async def answer(self, request: web.BaseRequest) -> bytes:
        """Answer one request with a body.

        Raises:
            RefusedError: it is none that can be answered.
        """
        parts = request.path.removeprefix("/v1/").split("/")
        match request.method, parts:
            case "POST", ["files"]:
                return replies.encode(await self._upload(request))
            case "GET", ["files", name, "content"] if name in self._files:
                return self._files[name]
            case "POST", ["batches"]:
                return replies.encode(self._create(await _json(request)))
            case "GET", ["batches"]:
                return replies.encode(self._list(request))
            case "GET", ["batches", name] if name in self._batches:
                await self._advance(self._batches[name])
                return replies.encode(self._batches[name].body())
            case "POST", ["batches", name, "cancel"] if name in self._batches:
                batch = self._batches[name]
                batch.status = "cancelled" if batch.status == "in_progress" else batch.status
                return replies.encode(batch.body())
        raise RefusedError(f"There is no {request.path[:200]} here; this is a simulator.", status=_NOT_FOUND)

    async def _upload(self, request: web.BaseRequest) -> dict[str, Any]:
        payload = await _file_in(request)
        if payload is None or len(payload) > _MOST_BYTES:
            raise RefusedError(f"A form with a 'file' of at most {_MOST_BYTES} bytes is needed.", param="file")
        name = f"file-{uuid.uuid4().hex}"
        self._files[name] = payload
        return {"id": name, "object": "file", "bytes": len(payload), "purpose": "batch", "status": "processed"}

    def _create(self, asked: Any) -> dict[str, Any]:
        file = asked.get("input_file_id") if isinstance(asked, dict) else None
        if not isinstance(file, str) or file not in self._files:
            raise RefusedError("'input_file_id' names no file.", param="input_file_id")
        batch = _Batch(f"batch_{uuid.uuid4().hex}", file, asked.get("metadata"), time.monotonic() + _TAKES_S)
        try:
            batch.total = sum(1 for _ in self._requests(file))
        except RefusedError as refused:
            batch.status, batch.reasons = "failed", [refused.message]
        self._batches[batch.id] = batch
        return batch.body()

    def _requests(self, file: str) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        for nth, line in enumerate(self._files[file].splitlines(), start=1):
            try:
                entry = json.loads(line)
                name, body = entry["custom_id"], entry["body"]
                own_headers = entry.get("headers") or {}
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise RefusedError(f"Line {nth} is no request.") from None
            if not isinstance(name, str) or not isinstance(own_headers, dict):
                raise RefusedError(f"Line {nth}: 'custom_id' is a text, and 'headers' have names.")
            if not isinstance(body, dict) or name in seen or nth > _MOST_REQUESTS:
                raise RefusedError(f"Line {nth}: each request needs a body and a name of its own.")
            seen.add(name)
            yield entry

    async def _advance(self, batch: _Batch) -> None:
        """Answer the requests of a batch whose time has come."""
        if batch.status != "in_progress" or time.monotonic() < batch.due:
            return
        batch.status = "finalizing"
        lines: list[bytes] = []
        for nth, entry in enumerate(self._requests(batch.file)):
            if nth % _BREATHE == 0:
                await asyncio.sleep(0)
            lines.append(self._line(entry, batch))
        batch.output = f"file-{uuid.uuid4().hex}"
        self._files[batch.output] = b"".join(lines)
        batch.status = "completed"

    def _line(self, entry: dict[str, Any], batch: _Batch) -> bytes:
        headers = entry.get("headers") or {}
        counts = self._simulation.counts
        counts.arrived()
        unlimited = self._unlimited(entry["body"].get("model"))
        asked = replies.encode(entry["body"])
        reply = unlimited.receive(asked, str(headers.get("x-distilkit-sample", "0")), time.monotonic())
        counts.left(reply.status, reply.answers)
        status = 500 if reply.status is None else reply.status
        batch.failed += status >= 400  # noqa: PLR2004 - HTTP's own line
        text = b"".join(reply.pieces)
        try:
            body = json.loads(text)
        except ValueError:
            body = text.decode("utf-8", "replace")
        response = {"status_code": status, "request_id": f"req-{uuid.uuid4().hex}", "body": body}
        line = {"id": f"batch_req_{uuid.uuid4().hex}", "custom_id": entry["custom_id"], "response": response}
        return replies.encode({**line, "error": None}) + b"\n"

    def _unlimited(self, name: Any) -> Simulation:
        """Return the simulation of one model as it is, but without limits by the minute."""
        shadow = Simulation({})
        shadow.counts = self._simulation.counts
        known = self._simulation._models  # noqa: SLF001 - a part of the same room
        model = known.get(name) if isinstance(name, str) else None
        if model is not None:
            free: dict[str, Any] = {
                f"{unit}_per_minute": None for unit in ("requests", "tokens", "input_tokens", "output_tokens")
            }
            twin = _Model(model.name, replace(model.dials, **free))
            # One fate for a request, however often and whichever way it is asked.
            twin.attempts, twin.first_at = model.attempts, model.first_at
            shadow._models[name] = twin  # noqa: SLF001 - the same
        return shadow

    def _list(self, request: web.BaseRequest) -> dict[str, Any]:
        newest = list(self._batches.values())[::-1]
        names = [batch.id for batch in newest]
        after = request.query.get("after")
        start = names.index(after) + 1 if after in names else 0
        page = newest[start : start + _A_PAGE]
        more = start + _A_PAGE < len(newest)
        last = page[-1].id if page else None
        return {"object": "list", "data": [batch.body() for batch in page], "has_more": more, "last_id": last}


async def _file_in(request: web.BaseRequest) -> bytes | None:
    """Return the file in a form, or None where there is none, or no form."""
    payload = None
    if not request.content_type.startswith("multipart/"):
        return None
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if isinstance(part, BodyPartReader) and part.name == "file":
                payload = bytes(await part.read())
    except ValueError:
        return None
    return payload


async def _json(request: web.BaseRequest) -> Any:
    try:
        return json.loads(await request.read())
    except ValueError:
        raise RefusedError("The body is not valid JSON.") from None
