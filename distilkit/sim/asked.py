"""Reading a request: the body of a chat completion, checked as an OpenAI-compatible provider checks it.

Knows the shape of a request; knows nothing of answers, limits or HTTP.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_MOST_CHOICES = 64
_MOST_STOPS = 4


class RefusedError(Exception):
    """A request that gets no answer, with what the reply says.

    Attributes:
        status: the HTTP status.
        code: OpenAI's error code, or None.
        param: the field at fault, or None.
    """

    def __init__(self, message: str, *, status: int = 400, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A valid request.

    Attributes:
        model: the name it was sent under.
        prompt: the text of the last user message.
        said: a digest of all messages.
        fingerprint: a digest of the whole request, sample included: equal for a retry.
        sample: which of several answers to the same request is wanted.
        prompt_tokens: estimated, about 4 characters each.
        max_tokens: the most tokens to answer with, or None.
        stop: texts to stop before.
        n: how many choices.
        stream: whether to send the answer in pieces.
        include_usage: whether a stream ends with the usage.
        schema: the JSON schema the answer is to follow, {} for any JSON object, or None for plain text.
        earlier: the texts of the user's other messages, the latest first.
    """

    model: str
    prompt: str
    said: str
    fingerprint: str
    sample: int
    prompt_tokens: int
    max_tokens: int | None
    stop: tuple[str, ...]
    n: int
    stream: bool
    include_usage: bool
    schema: Mapping[str, Any] | None = None
    earlier: tuple[str, ...] = ()


def tokens(text: str) -> int:
    """Estimate the tokens of a text: 4 characters each, rounded up."""
    return -(-len(text) // 4)


def read_request(body: bytes, sample: str = "0") -> Asked:
    """Read a request from its body and the text of its sample header.

    Raises:
        RefusedError: the body is no valid chat completion request; says which field is wrong.
    """
    try:
        return _read(_parsed(body), _sample(sample))
    except RecursionError:
        raise RefusedError("The body is nested too deeply.") from None


def _read(fields: Mapping[str, Any], sample: int) -> Asked:
    texts = _texts(fields.get("messages"))
    said = _digest(json.dumps(fields["messages"], sort_keys=True))
    asked = [text for role, text in reversed(texts) if role == "user"]
    rest = {name: value for name, value in fields.items() if name != "messages"}
    return Asked(
        model=_model(fields),
        prompt=asked[0] if asked else "",
        said=said,
        fingerprint=_digest(f"{said} {sample} {json.dumps(rest, sort_keys=True)}"),
        sample=sample,
        # A few tokens a message, and for the reply, go into the roles.
        prompt_tokens=sum(tokens(text) + 3 for _, text in texts) + 3,
        max_tokens=_whole(fields, "max_completion_tokens") or _whole(fields, "max_tokens"),
        stop=_stop(fields.get("stop")),
        n=_whole(fields, "n", most=_MOST_CHOICES) or 1,
        stream=_flag(fields, "stream"),
        include_usage=_include_usage(fields.get("stream_options")),
        schema=_schema(fields.get("response_format")),
        earlier=tuple(asked[1:]),
    )


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError:
        raise RefusedError("The body is not valid JSON.") from None
    if not isinstance(fields, dict):
        raise RefusedError("The body must be a JSON object.")
    return fields


def _model(fields: Mapping[str, Any]) -> str:
    model = fields.get("model")
    if not isinstance(model, str) or not model:
        raise RefusedError("You must name a model, as text.", param="model")
    return model


def _texts(messages: object) -> list[tuple[str, str]]:
    """Return role and text of each message."""
    if not isinstance(messages, list) or not messages:
        raise RefusedError("'messages' must be a list of at least one message.", param="messages")
    return [_text(message, f"messages[{index}]") for index, message in enumerate(messages)]


def _text(message: object, where: str) -> tuple[str, str]:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise RefusedError(f"'{where}' must be an object with a role.", param=where)
    content = message.get("content")
    if content is None or isinstance(content, str):
        return message["role"], content or ""
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        return message["role"], "\n".join(part["text"] for part in content if isinstance(part.get("text"), str))
    raise RefusedError(f"'{where}.content' must be text, or a list of parts.", param=f"{where}.content")


def _whole(fields: Mapping[str, Any], name: str, most: int = 10_000_000) -> int | None:
    value = fields.get(name)
    # `true` is a whole number in Python, not in JSON.
    if value is not None and (type(value) is not int or not 1 <= value <= most):
        raise RefusedError(f"'{name}' must be a whole number from 1 to {most}.", param=name)
    return value


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise RefusedError(f"'{name}' must be true or false.", param=name)
    return bool(value)


def _stop(value: object) -> tuple[str, ...]:
    stops: Sequence[object] = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    if (value is not None and not stops and value != []) or len(stops) > _MOST_STOPS:
        raise RefusedError(f"'stop' must be text, or a list of at most {_MOST_STOPS} texts.", param="stop")
    if not all(isinstance(stop, str) and stop for stop in stops):
        raise RefusedError("Each text in 'stop' must be a text that is not empty.", param="stop")
    return tuple(str(stop) for stop in stops)


def _include_usage(options: object) -> bool:
    if options is None:
        return False
    if not isinstance(options, dict):
        raise RefusedError("'stream_options' must be an object.", param="stream_options")
    return _flag(options, "include_usage")


def _schema(form: object) -> Mapping[str, Any] | None:
    if form is None:
        return None
    kind = form.get("type") if isinstance(form, dict) else None
    if not isinstance(form, dict) or kind not in {"text", "json_object", "json_schema"}:
        raise RefusedError(
            "'response_format' must have the type text, json_object or json_schema.", param="response_format"
        )
    if kind != "json_schema":
        return None if kind == "text" else {}
    described = form.get("json_schema")
    schema = described.get("schema") if isinstance(described, dict) else None
    if not isinstance(schema, dict):
        text = "'response_format.json_schema.schema' must be a JSON schema."
        raise RefusedError(text, param="response_format.json_schema.schema")
    return schema


def _sample(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len("999999999")):
        raise RefusedError("The header x-distilkit-sample must be a whole number, 0 or more.")
    return int(text)


def _digest(text: str) -> str:
    # Always plain ASCII: json.dumps escapes the rest, lone surrogates too.
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
