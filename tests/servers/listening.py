"""A provider behind a proxy, as a program: answers "4" to everything, and prints the headers that reach it.

`python listening.py PORT`. It shows which keys a proxy hands on. Knows nothing of distilkit.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HEAD = {"id": "c1", "created": 1, "model": "listening-served"}
USAGE = {"prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 13}


def answer_of(*, stream: bool) -> tuple[str, bytes]:
    """Return the media type and the body of the answer."""
    if not stream:
        choice = {"index": 0, "message": {"role": "assistant", "content": "4"}, "finish_reason": "stop"}
        whole = {**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}
        return "application/json", json.dumps(whole).encode()
    choices = [
        [{"index": 0, "delta": {"role": "assistant", "content": "4"}, "finish_reason": None}],
        [{"index": 0, "delta": {}, "finish_reason": "stop"}],
    ]
    chunks = [json.dumps({**HEAD, "object": "chat.completion.chunk", "choices": each}) for each in choices]
    return "text/event-stream", "".join(f"data: {each}\n\n" for each in [*chunks, "[DONE]"]).encode()


class Handler(BaseHTTPRequestHandler):
    """Answers, and prints."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Say that it is there."""
        self._reply("text/plain", b"ready")

    def do_POST(self) -> None:
        """Answer a chat request."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        sys.stdout.write(f"request\n{self.headers}")
        sys.stdout.flush()
        self._reply(*answer_of(stream=asked.get("stream", False)))

    def log_message(self, *_: object) -> None:
        """Say nothing more."""

    def _reply(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
