"""A file in a form, as the file APIs take it: the bytes of `multipart/form-data`.

Knows nothing of what is in the file, or of who takes it.
"""

from __future__ import annotations

import uuid

_END = b"\r\n"


def form(payload: bytes, *, name: str, purpose: str = "batch") -> tuple[bytes, str]:
    """Return the body of a form with one file, and its content type.

    Args:
        payload: the file.
        name: the file's name; plain ASCII without quotes.
        purpose: what it is for.
    """
    boundary = f"distilkit-{uuid.uuid4().hex}"
    field = f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/jsonl\r\n\r\n"
    )
    body = b"".join((field.encode(), head.encode(), payload, _END, f"--{boundary}--\r\n".encode()))
    return body, f"multipart/form-data; boundary={boundary}"
