"""How the providers with a protocol of their own refuse, from their error pages."""

from __future__ import annotations

from typing import Any

from .refusal import CREDIT, KEY, NO_FILTER_AT_ALL, Format, Refusal, Verdict

_ANTHROPIC_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def _anthropic(status: int, message: str) -> Any:
    kind = _ANTHROPIC_TYPES.get(status, "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011"}


ANTHROPIC = Format(
    wrap=_anthropic,
    own={
        "bad_parameter": Refusal(400, _anthropic(400, "temperature: range: -1..1")),
        "wrong_key": Refusal(401, _anthropic(401, f"invalid x-api-key: {KEY}")),
        "no_credit": Refusal(
            400,
            _anthropic(
                400, "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
            ),
        ),
        "no_model": Refusal(404, _anthropic(404, "model: claude-nothing")),
        "too_long": Refusal(400, _anthropic(400, "prompt is too long: 208310 tokens > 200000 maximum")),
        "filtered": Refusal(400, _anthropic(400, "Output blocked by content filtering policy")),
        "error_in_200": Refusal(200, _anthropic(529, "Overloaded")),
    },
    quirks={
        "output_too_long": Refusal(
            400,
            _anthropic(400, "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000"),
            Verdict("context_length", retryable=False),
        ),
        "spend_limit": Refusal(
            400,
            _anthropic(400, "You have reached your specified API usage limits. You will regain access on 2026-01-01."),
            CREDIT,
        ),
    },
)

_GEMINI_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def _gemini(status: int, message: str, *details: Any) -> Any:
    fields = {"code": status, "message": message, "status": _GEMINI_STATUSES.get(status, "UNKNOWN")}
    return {"error": {**fields, **({"details": list(details)} if details else {})}}


_QUOTA = "You exceeded your current quota, please check your plan and billing details."

GEMINI = Format(
    wrap=_gemini,
    own={
        "bad_parameter": Refusal(400, _gemini(400, "Invalid value at 'generation_config.temperature'")),
        "wrong_key": Refusal(
            400,
            _gemini(
                400,
                "API key not valid. Please pass a valid API key.",
                {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "metadata": {}},
            ),
        ),
        "no_credit": Refusal(429, _gemini(429, "Your prepayment credits are depleted. Please go to AI Studio.")),
        "no_model": Refusal(
            404, _gemini(404, "models/gemini-0 is not found for API version v1beta, or is not supported.")
        ),
        "too_long": Refusal(
            400, _gemini(400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).")
        ),
        # A blocked prompt is no error to it, but a reply without candidates.
        "filtered": Refusal(
            200,
            {
                "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
                "usageMetadata": {"promptTokenCount": 21, "totalTokenCount": 21},
                "modelVersion": "gemini-2.5-flash",
            },
        ),
        "throttled_in_body": Refusal(
            429,
            _gemini(
                429,
                f"{_QUOTA} Please retry in 57.2s.",
                {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []},
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "57.2s"},
            ),
            Verdict("rate_limit", retryable=True, wait_s=57.2),
        ),
        "throttled": Refusal(429, _gemini(429, "Resource has been exhausted (e.g. check quota).")),
    },
    quirks={
        "error_in_list": Refusal(
            400, [_gemini(400, "Invalid JSON payload received.")], Verdict("invalid_request", retryable=False)
        ),
        "leaked_key": Refusal(
            403,
            _gemini(403, "Your API key was reported as leaked. Please use another API key."),
            Verdict("authentication", retryable=False),
        ),
    },
)


def _cohere(_status: int, message: str) -> Any:
    return {"id": "c14c80c3", "message": message}


COHERE = Format(
    wrap=_cohere,
    own={
        "bad_parameter": Refusal(
            400, _cohere(400, "invalid request: temperature must be between 0 and 1.0 inclusive.")
        ),
        "wrong_key": Refusal(401, _cohere(401, f"invalid api token {KEY}")),
        "no_credit": Refusal(402, _cohere(402, "Please add or update your payment method to continue")),
        "no_model": Refusal(404, _cohere(404, "model 'nothing' not found, make sure the correct model ID was used.")),
        "too_long": Refusal(
            400,
            _cohere(400, "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292."),
        ),
        "throttled": Refusal(
            429, _cohere(429, "You are using a Trial key, which is limited to 40 API calls / minute.")
        ),
    },
    quirks={
        "trial_is_over": Refusal(
            429, _cohere(429, "You are using a Trial key, which is limited to 1000 API calls / month."), CREDIT
        ),
        "cancelled": Refusal(499, _cohere(499, "request cancelled"), Verdict("timeout", retryable=True)),
    },
    lacks=NO_FILTER_AT_ALL,
)


def _ollama(_status: int, message: str) -> Any:
    return {"error": message}


OLLAMA = Format(
    wrap=_ollama,
    own={
        "bad_parameter": Refusal(400, _ollama(400, 'invalid think value: "sometimes"')),
        "wrong_key": Refusal(401, _ollama(401, "unauthorized")),
        "no_model": Refusal(404, _ollama(404, "model 'nothing' not found")),
        "too_long": Refusal(400, _ollama(400, "the input length exceeds the context length")),
        "unavailable": Refusal(503, _ollama(503, "server busy, please try again.  maximum pending requests exceeded")),
    },
    quirks={
        "runner_died": Refusal(
            500,
            _ollama(500, "llama runner process has terminated: exit status 2"),
            Verdict("provider_error", retryable=True),
        ),
    },
    lacks=NO_FILTER_AT_ALL,
)
