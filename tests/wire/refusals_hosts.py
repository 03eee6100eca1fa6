"""How those who host other people's models refuse."""

from __future__ import annotations

from typing import Any

from .refusal import A_WHILE_S, CREDIT, KEY, MOMENT, NO_FILTER, Format, Refusal, Verdict


def openai_body(status: int, message: str, code: str | None = None, kind: str = "invalid_request_error") -> Any:
    _ = status
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _openrouter(status: int, message: str, **metadata: Any) -> Any:
    more = {"metadata": metadata} if metadata else {}
    return {"error": {"code": status, "message": message, **more}, "user_id": "user_1"}


OPENROUTER = Format(
    wrap=_openrouter,
    own={
        "wrong_key": Refusal(401, _openrouter(401, "No auth credentials found")),
        "no_credit": Refusal(402, _openrouter(402, "Insufficient credits. Add more.")),
        "no_model": Refusal(400, _openrouter(400, "nobody/nothing is not a valid model ID")),
        "too_long": Refusal(400, _openrouter(400, "This endpoint's maximum context length is 131072 tokens.")),
        "filtered": Refusal(
            403,
            _openrouter(403, 'x requires moderation. Your input was flagged for "violence".', reasons=["violence"]),
        ),
        "throttled_in_body": Refusal(
            429,
            _openrouter(
                429,
                "Rate limit exceeded: free-models-per-min.",
                headers={"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": MOMENT},
            ),
            Verdict("rate_limit", retryable=True, wait_s=A_WHILE_S),
        ),
        "throttled": Refusal(
            429,
            _openrouter(429, "Provider returned error", raw="x is rate-limited upstream.", provider_name="Somebody"),
        ),
        "error_in_200": Refusal(200, _openrouter(502, "Provider returned error", raw="host is down")),
    },
    quirks={
        "cannot_afford": Refusal(
            402, _openrouter(402, "This request requires more credits, or fewer max_tokens."), CREDIT
        ),
        "credit_in_200": Refusal(200, _openrouter(402, "Insufficient credits"), CREDIT),
        "throttled_in_200": Refusal(200, _openrouter(429, "slow down"), Verdict("rate_limit", retryable=True)),
        "no_endpoint": Refusal(
            404,
            _openrouter(404, "No endpoints found for nobody/nothing."),
            Verdict("model_not_found", retryable=False),
        ),
    },
)

_TOKENS = "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4097 `inputs` tokens and 100 `max_new_tokens`"


def _tgi(_status: int, message: str, kind: str = "validation") -> Any:
    return {"error": message, "error_type": kind}


TGI = Format(
    wrap=_tgi,
    own={
        "wrong_key": Refusal(401, {"error": "unauthorized"}),
        "no_model": Refusal(404, {"error": "Model not found"}),
        "not_valid": Refusal(422, _tgi(422, "Input validation error: `temperature` must be strictly positive")),
        "too_long": Refusal(422, _tgi(422, f"Input validation error: {_TOKENS}")),
        "throttled": Refusal(429, _tgi(429, "Model is overloaded", "overloaded")),
    },
    quirks={
        "generation_failed": Refusal(
            424,
            _tgi(424, "Request failed during generation: Server error: CUDA out of memory", "generation"),
            Verdict("provider_error", retryable=True),
        ),
        "input_too_long": Refusal(
            422,
            _tgi(422, "Input validation error: `inputs` must have less than 4095 tokens. Given: 5000"),
            Verdict("context_length", retryable=False),
        ),
    },
    lacks=NO_FILTER,
)


def _plain(_status: int, message: str) -> Any:
    return {"error": message}


HUGGINGFACE = Format(
    wrap=_plain,
    own={
        "wrong_key": Refusal(401, _plain(401, "Invalid username or password.")),
        "no_credit": Refusal(402, _plain(402, "You have exceeded your monthly included credits.")),
        "forbidden": Refusal(403, _plain(403, "This authentication method does not have sufficient permissions")),
        "no_model": Refusal(400, openai_body(400, "The requested model 'a/b' does not exist", "model_not_found")),
        "too_long": Refusal(422, _tgi(422, f"Input validation error: {_TOKENS}")),
        "unavailable": Refusal(
            503,
            {"error": "Model a/b is currently loading", "estimated_time": 20.0},
            Verdict("provider_error", retryable=True, wait_s=20),
        ),
    },
    quirks={
        "model_not_served": Refusal(
            400,
            openai_body(400, "The requested model 'a/b' is not supported by any provider", "model_not_supported"),
            Verdict("model_not_found", retryable=False),
        ),
    },
    lacks=NO_FILTER,
)

TOGETHER = Format(
    wrap=openai_body,
    own={
        "wrong_key": Refusal(401, openai_body(401, f"Invalid API key provided: {KEY}.", "invalid_api_key")),
        "no_credit": Refusal(402, openai_body(402, "Credit limit exceeded.", None, "credit_limit")),
        "no_model": Refusal(404, openai_body(404, "Unable to access model x. Please visit.", "model_not_available")),
        "too_long": Refusal(422, openai_body(422, f"Input validation error: {_TOKENS}")),
        "throttled": Refusal(429, openai_body(429, "You have been rate limited.", None, "request_limit")),
    },
    lacks=NO_FILTER,
)


def _fireworks(_status: int, message: str, code: str = "invalid_request_error") -> Any:
    return {"error": {"object": "error", "type": "invalid_request_error", "code": code, "message": message}}


FIREWORKS = Format(
    wrap=_fireworks,
    own={
        "wrong_key": Refusal(401, {"error": "unauthorized"}),
        "no_credit": Refusal(
            412,
            {"error": "Account x is suspended, possibly due to reaching the monthly spending limit."},
        ),
        "no_model": Refusal(404, _fireworks(404, "Model not found, inaccessible, and/or not deployed", "NOT_FOUND")),
        "too_long": Refusal(400, _fireworks(400, "The prompt is too long: 9000, model maximum context length: 8191")),
    },
    lacks=NO_FILTER,
)


def _perplexity(status: int, message: str, kind: str = "bad_request") -> Any:
    return {"error": {"message": message, "type": kind, "code": status}}


PERPLEXITY = Format(
    wrap=_perplexity,
    own={
        "wrong_key": Refusal(
            401,
            b"<html><head><title>401 Authorization Required</title></head></html>",
            headers={"content-type": "text/html"},
        ),
        "no_model": Refusal(400, _perplexity(400, "Invalid model 'nothing'. Permitted models: ...", "invalid_model")),
    },
    lacks=NO_FILTER,
)


def _cerebras(_status: int, message: str, code: str = "", kind: str = "invalid_request_error") -> Any:
    return {"message": message, "type": kind, "param": None, "code": code}


CEREBRAS = Format(
    wrap=_cerebras,
    own={
        "wrong_key": Refusal(401, _cerebras(401, "Wrong API Key", "wrong_api_key")),
        "no_model": Refusal(
            404, _cerebras(404, "Model x does not exist or you do not have access.", "model_not_found")
        ),
        "too_long": Refusal(
            400, _cerebras(400, "Please reduce the length of the messages.", "context_length_exceeded")
        ),
        "throttled": Refusal(
            429,
            _cerebras(
                429,
                "Tokens per minute limit exceeded - too many tokens processed.",
                "token_quota_exceeded",
                "too_many_tokens_error",
            ),
        ),
    },
    lacks=NO_FILTER,
)


def _nvidia(status: int, message: str) -> Any:
    return {"type": "about:blank", "status": status, "title": "No", "detail": message, "requestId": "r1"}


NVIDIA = Format(
    wrap=_nvidia,
    own={
        "wrong_key": Refusal(401, _nvidia(401, "Authentication failed")),
        "no_model": Refusal(404, _nvidia(404, "Function 'f1': Not found for account 'a1'")),
        "not_valid": Refusal(422, {"detail": [{"type": "missing", "loc": ["body"], "msg": "Field required"}]}),
    },
    lacks=NO_FILTER,
)
