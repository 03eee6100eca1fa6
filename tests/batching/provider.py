"""A provider of batches on this machine: OpenAI's, Azure's, Anthropic's and Mistral's words, and every way to fail.

Run by a test in a thread of its own. It holds what was handed over, counts it, ends batches after so many looks, and
may stop at a named point until it is let go, so that a process can be killed there. Knows nothing of distilkit.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

MESSAGE = {"type": "message", "role": "assistant", "model": "served", "stop_reason": "end_turn"}


@dataclass
class Job:
    """A batch at the provider."""

    id: str
    kind: str
    bodies: dict[str, dict[str, Any]]
    file: str | None = None
    metadata: Any = None
    status: str = "running"
    looks: int = 0
    created: float = field(default_factory=time.time)


@dataclass
class Provider:
    """The provider, and how it behaves.

    Attributes:
        ends_after: looks at a batch before it has ended.
        end: how batches end: completed, expired, cancelled or failed.
        refuse: replies to the next requests that would make a batch, `(status, headers)`; none is made.
        drop_after_making: how many of the next batches are made, and answered with a 500.
        faults: replies to the next looks, `(status, headers)`.
        upload_faults: replies to the next files.
        slow_files: looks at a file before it is taken in.
        errored: what single requests fail with, by their text: `(status, message)`.
        unrun: texts of requests that are not run when a batch ends as `end` says.
        omit: texts of requests that have no result.
        omit_once: the same, in the next download alone.
        reason: why a batch fails.
        name: what every batch is called, or None for a name of its own.
        torn: how many of the next downloads of results have their last line cut.
        lines: further lines of results.
        lists_token: whether marks are kept.
        results_host: another address of results, or None.
        stop_at: the point to stop at, or None; `reached` is set there, and `go` lets it go on.
    """

    ends_after: int = 1
    end: str = "completed"
    refuse: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    drop_after_making: int = 0
    faults: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    upload_faults: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    slow_files: int = 0
    errored: dict[str, tuple[int, str]] = field(default_factory=dict)
    unrun: set[str] = field(default_factory=set)
    omit: set[str] = field(default_factory=set)
    omit_once: set[str] = field(default_factory=set)
    reason: str = "line 1 is bad"
    name: str | None = None
    torn: int = 0
    lines: list[str] = field(default_factory=list)
    lists_token: bool = True
    results_host: str | None = None
    stop_at: str | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    chats: list[dict[str, Any]] = field(default_factory=list)
    handed_over: Counter[str] = field(default_factory=Counter)
    port: int = 0

    def __post_init__(self) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def more_than_once(self) -> list[str]:
        """Names of requests that were handed over in more than one batch."""
        return [key for key, times in self.handed_over.items() if times > 1]

    def close(self) -> None:
        self.go.set()
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> web.AppRunner:
        app = web.Application(client_max_size=2**28)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        return runner

    async def _point(self, name: str) -> None:
        if self.stop_at == name:
            self.stop_at = None
            self.reached.set()
            # An event of threads: the test that sets it has no loop.
            while not self.go.is_set():  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.01)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.method, request.path_qs))
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        parts = request.path.strip("/").split("/")
        if request.path.endswith("/chat/completions") or request.path.endswith("/messages"):
            self.chats.append(await request.json())
            return web.json_response(_chat(_text(self.chats[-1])))
        if "files" in parts:
            return await self._files(request, parts[parts.index("files") + 1 :])
        kind = "anthropic" if "messages" in parts else "mistral" if "jobs" in parts else "openai"
        rest = parts[parts.index("jobs" if kind == "mistral" else "batches") + 1 :]
        return await self._batches(request, kind, rest)

    async def _files(self, request: web.Request, rest: list[str]) -> web.Response:
        if request.method == "POST":
            if self.upload_faults:
                return _refused(*self.upload_faults.popleft())
            form = {}
            reader = await request.multipart()
            while (part := await reader.next()) is not None:
                form[part.name] = bytes(await part.read())
            assert form["purpose"] == b"batch"
            name = f"file-{len(self.files)}"
            self.files[name] = form["file"]
            await self._point("uploaded")
            status = "pending" if self.slow_files else "processed"
            return web.json_response({"id": name, "object": "file", "status": status})
        if rest[-1] != "content":
            self.slow_files = max(0, self.slow_files - 1)
            return web.json_response({"id": rest[0], "status": "pending" if self.slow_files else "processed"})
        await self._point("collecting")
        return self._results(self.jobs[rest[0].removeprefix("out-")])

    async def _batches(self, request: web.Request, kind: str, rest: list[str]) -> web.Response:
        if request.method == "POST" and not rest:
            return await self._make(kind, await request.json())
        if not rest:
            return self._list(request, kind)
        if self.faults:
            return _refused(*self.faults.popleft())
        job = self.jobs.get(rest[0])
        if job is None:
            return _refused(404, {})
        return await self._about(job, rest[1:])

    async def _about(self, job: Job, rest: list[str]) -> web.Response:
        if rest == ["results"]:
            await self._point("collecting")
            return self._results(job)
        if rest == ["cancel"]:
            job.status = "ended"
            self.end = "cancelled"
            return web.json_response(self._described(job))
        await self._point("polling")
        self._look(job)
        return web.json_response(self._described(job))

    def _look(self, job: Job) -> None:
        job.looks += 1
        if job.looks > self.ends_after:
            job.status = "ended"

    async def _make(self, kind: str, asked: dict[str, Any]) -> web.Response:
        await self._point("making")
        if self.refuse:
            return _refused(*self.refuse.popleft())
        file = asked.get("input_file_id") or (asked.get("input_files") or [None])[0]
        if kind == "anthropic":
            bodies = {each["custom_id"]: each["params"] for each in asked["requests"]}
        else:
            entries = [json.loads(line) for line in self.files[file].splitlines()]
            bodies = {each["custom_id"]: each["body"] for each in entries}
        self.handed_over.update(bodies.keys())
        metadata = asked.get("metadata") if self.lists_token else None
        job = Job(f"batch_{len(self.jobs)}", kind, bodies, file if self.lists_token else None, metadata)
        self.jobs[job.id] = job
        await self._point("made")
        if self.drop_after_making:
            self.drop_after_making -= 1
            return _refused(500, {})
        return web.json_response(self._described(job))

    def _list(self, request: web.Request, kind: str) -> web.Response:
        for job in self.jobs.values():
            self._look(job)
        jobs = [self._described(job) for job in reversed(self.jobs.values()) if job.kind == kind]
        if kind == "mistral":
            page = int(request.query["page"])
            return web.json_response({"object": "list", "total": len(jobs), "data": jobs[page * 2 : page * 2 + 2]})
        after = request.query.get("after") or request.query.get("after_id")
        start = next((nth + 1 for nth, job in enumerate(jobs) if job["id"] == after), 0)
        page = jobs[start : start + 2]
        more = start + 2 < len(jobs)
        return web.json_response({"data": page, "has_more": more, "last_id": page[-1]["id"] if page else None})

    def _described(self, job: Job) -> dict[str, Any]:
        return {"openai": self._openai, "anthropic": self._anthropic, "mistral": self._mistral}[job.kind](job)

    def _openai(self, job: Job) -> dict[str, Any]:
        over = job.status == "ended"
        return {
            "id": job.id if self.name is None else self.name,
            "object": "batch",
            "status": self.end if over else "in_progress",
            "input_file_id": job.file,
            "output_file_id": f"out-{job.id}" if over and self.end != "failed" else None,
            "error_file_id": None,
            "errors": {"data": [{"code": "invalid", "message": self.reason}]} if self.end == "failed" else None,
            "created_at": int(job.created),
            "expires_at": int(job.created) + 86_400,
            "request_counts": {"total": len(job.bodies), "completed": len(job.bodies) if over else 0, "failed": 0},
            "metadata": job.metadata,
        }

    def _anthropic(self, job: Job) -> dict[str, Any]:
        over, total = job.status == "ended", len(job.bodies)
        unrun = {"completed": "succeeded", "cancelled": "canceled"}.get(self.end, self.end)
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        counts[unrun if over else "processing"] = total
        return {
            "id": job.id,
            "type": "message_batch",
            "processing_status": "ended" if over else "in_progress",
            "request_counts": counts,
            "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(job.created)),
            "expires_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(job.created + 86_400)),
            "results_url": f"{self.results_host or self.url}/v1/messages/batches/{job.id}/results" if over else None,
        }

    def _mistral(self, job: Job) -> dict[str, Any]:
        over = job.status == "ended"
        ends = {"completed": "SUCCESS", "expired": "TIMEOUT_EXCEEDED", "cancelled": "CANCELLED", "failed": "FAILED"}
        return {
            "id": job.id,
            "object": "batch",
            "status": ends[self.end] if over else "RUNNING",
            "input_files": [job.file] if job.file else [],
            "output_file": f"out-{job.id}" if over else None,
            "error_file": None,
            "errors": [],
            "created_at": int(job.created),
            "total_requests": len(job.bodies),
            "succeeded_requests": len(job.bodies) if over else 0,
            "failed_requests": 0,
            "metadata": job.metadata,
        }

    def _results(self, job: Job) -> web.Response:
        entries = [self._line(job, key, body) for key, body in job.bodies.items()]
        # Results come in any order.
        lines = [json.dumps(entry) for entry in reversed(entries) if entry is not None] + self.lines
        self.omit_once = set()
        text = "\n".join(lines) + "\n"
        if self.torn:
            self.torn -= 1
            text = text[: len(text) - len(lines[-1]) // 2]
        return web.Response(body=text.encode(), content_type="application/x-ndjson")

    def _line(self, job: Job, key: str, body: dict[str, Any]) -> dict[str, Any] | None:
        text = _text(body)
        if text in self.omit or text in self.omit_once:
            return None
        if job.kind == "anthropic":
            return {"custom_id": key, "result": self._result(text)}
        if text in self.unrun:
            code = {"expired": "batch_expired", "cancelled": "batch_cancelled"}[self.end]
            return {"custom_id": key, "response": None, "error": {"code": code, "message": "not run"}}
        status, body = 200, _chat(text)
        if text in self.errored:
            status, message = self.errored[text]
            body = {"error": {"message": message, "type": "invalid_request_error"}}
        response = {"status_code": status, "request_id": f"req-{text}", "body": body}
        return {"id": "r", "custom_id": key, "response": response, "error": None}

    def _result(self, text: str) -> dict[str, Any]:
        if text in self.unrun:
            return {"type": {"expired": "expired", "cancelled": "canceled"}[self.end]}
        if text in self.errored:
            kind = {400: "invalid_request_error", 529: "overloaded_error"}[self.errored[text][0]]
            return {
                "type": "errored",
                "error": {"type": "error", "error": {"type": kind, "message": self.errored[text][1]}},
            }
        usage = {"input_tokens": 1_000, "output_tokens": 100}
        content = [{"type": "text", "text": f"answer to {text}"}]
        return {"type": "succeeded", "message": {**MESSAGE, "id": "m", "content": content, "usage": usage}}


def _text(body: dict[str, Any]) -> str:
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else content[-1]["text"]


def _chat(text: str) -> dict[str, Any]:
    return {
        "id": "c",
        "object": "chat.completion",
        "model": "served",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": f"answer to {text}"}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100},
    }


def _refused(status: int, headers: dict[str, str]) -> web.Response:
    return web.json_response({"error": {"message": f"fault {status}", "type": "fault"}}, status=status, headers=headers)
