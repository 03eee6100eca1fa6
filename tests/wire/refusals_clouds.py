"""How the large clouds with OpenAI's protocol refuse: nearly alike, and each in its own words."""

from __future__ import annotations

from typing import Any

from .refusal import CREDIT, KEY, NEVER_FITS, NO_FILTER, Format, Refusal, Verdict


def _openai(status: int, message: str, code: str | None = None, kind: str | None = None) -> Any:
    default = "server_error" if status >= 500 else "invalid_request_error"
    return {"error": {"message": message, "type": kind or default, "param": None, "code": code}}


_TPM = "on tokens per min (TPM): Limit 30000, Requested 50000. The input or output tokens must be reduced."

OPENAI = Format(
    wrap=_openai,
    own={
        "bad_parameter": Refusal(
            400, _openai(400, "Invalid 'temperature': decimal above maximum value.", "decimal_above_max_value")
        ),
        "wrong_key": Refusal(401, _openai(401, f"Incorrect API key provided: {KEY}.", "invalid_api_key")),
        "no_credit": Refusal(
            429,
            _openai(429, "You exceeded your current quota, please check your plan.", *["insufficient_quota"] * 2),
        ),
        "forbidden": Refusal(
            403,
            _openai(403, "Country, region, or territory not supported", "unsupported_country_region_territory"),
        ),
        "no_model": Refusal(404, _openai(404, "The model `gpt-0` does not exist.", "model_not_found")),
        "too_long": Refusal(
            400,
            _openai(400, "This model's maximum context length is 128000 tokens.", "context_length_exceeded"),
        ),
        "filtered": Refusal(400, _openai(400, "Invalid prompt: your prompt was flagged.", "invalid_prompt")),
        "throttled_in_body": Refusal(
            429,
            _openai(429, "Rate limit reached on requests per min. Please try again in 20s.", "rate_limit_exceeded"),
            Verdict("rate_limit", retryable=True, wait_s=20),
        ),
        "throttled": Refusal(429, _openai(429, "Rate limit reached.", "rate_limit_exceeded", "requests")),
    },
    quirks={
        "never_fits": Refusal(
            429, _openai(429, f"Request too large for gpt-4o {_TPM}", "rate_limit_exceeded", "tokens"), NEVER_FITS
        ),
        "billing_limit": Refusal(
            400, _openai(400, "Billing hard limit has been reached", "billing_hard_limit_reached"), CREDIT
        ),
    },
)


def _azure(status: int, message: str, code: str | None = None, **more: Any) -> Any:
    return {"error": {"code": code or str(status), "message": message, **more}}


_FILTERED = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."

AZURE = Format(
    wrap=_azure,
    own={
        "wrong_key": Refusal(401, _azure(401, "Access denied due to invalid subscription key or wrong API endpoint.")),
        "no_credit": Refusal(429, _azure(429, "You exceeded your current quota.", "insufficient_quota")),
        "no_model": Refusal(
            404, _azure(404, "The API deployment for this resource does not exist.", "DeploymentNotFound")
        ),
        "timed_out": Refusal(408, _azure(408, "The operation was timeout.", "Timeout")),
        "too_long": Refusal(400, _openai(400, "maximum context length is 8192 tokens", "context_length_exceeded")),
        "filtered": Refusal(
            400,
            _azure(
                400,
                _FILTERED,
                "content_filter",
                param="prompt",
                type=None,
                innererror={"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}},
            ),
        ),
        "throttled_in_body": Refusal(
            429,
            _azure(429, "Requests have exceeded call rate limit. Please retry after 7 seconds.", "RateLimitReached"),
            Verdict("rate_limit", retryable=True, wait_s=7),
        ),
    },
    quirks={
        "wrong_path": Refusal(404, _azure(404, "Resource not found"), Verdict("invalid_request", retryable=False)),
    },
)


def _deepseek(status: int, message: str, kind: str = "invalid_request_error") -> Any:
    # Its code is this one whatever happened.
    return _openai(status, message, "invalid_request_error", kind)


DEEPSEEK = Format(
    wrap=_deepseek,
    own={
        "wrong_key": Refusal(
            401, _deepseek(401, f"Authentication Fails, Your api key: {KEY} is invalid", "authentication_error")
        ),
        "no_credit": Refusal(402, _deepseek(402, "Insufficient Balance", "unknown_error")),
        "no_model": Refusal(400, _deepseek(400, "Model Not Exist")),
        "not_valid": Refusal(
            422, _deepseek(422, "Failed to deserialize the JSON body into the target type: temperature")
        ),
        "too_long": Refusal(400, _deepseek(400, "This model's maximum context length is 65536 tokens.")),
        "filtered": Refusal(400, _deepseek(400, "Content Exists Risk")),
        "unavailable": Refusal(503, _deepseek(503, "Service is too busy. Please retry later.", "service_unavailable")),
    },
)


def _mistral(_status: int, message: Any, kind: str = "invalid_request_error", code: str | None = "3051") -> Any:
    return {"object": "error", "message": message, "type": kind, "param": None, "code": code}


_FORBIDDEN_FIELD = {"type": "extra_forbidden", "loc": ["body", "x"], "msg": "Extra inputs are not permitted"}

MISTRAL = Format(
    wrap=_mistral,
    own={
        "wrong_key": Refusal(401, {"detail": "Unauthorized"}),
        "no_model": Refusal(400, _mistral(400, "Invalid model: nothing", "invalid_model", "1500")),
        "not_valid": Refusal(422, _mistral(422, {"detail": [_FORBIDDEN_FIELD]}, code=None)),
        "too_long": Refusal(
            400, _mistral(400, "Prompt contains 40000 tokens, too large for model with 32768 maximum context length")
        ),
        "throttled": Refusal(
            429, _mistral(429, "Service tier capacity exceeded.", "service_tier_capacity_exceeded", "3505")
        ),
    },
    quirks={
        # What was sent is quoted, and may say anything.
        "prompt_quoted": Refusal(
            422,
            _mistral(422, {"detail": [{**_FORBIDDEN_FIELD, "input": "what is the maximum context length?"}]}),
            Verdict("invalid_request", retryable=False),
        ),
        "plain_throttled": Refusal(
            429, {"message": "Requests rate limit exceeded"}, Verdict("rate_limit", retryable=True)
        ),
    },
    lacks=NO_FILTER,
)

GROQ = Format(
    wrap=_openai,
    own={
        "wrong_key": Refusal(401, _openai(401, "Invalid API Key", "invalid_api_key")),
        "no_credit": Refusal(400, _openai(400, "The spend limit of the organization is reached", "blocked_api_access")),
        "no_model": Refusal(404, _openai(404, "The model `nothing` does not exist", "model_not_found")),
        "too_long": Refusal(
            400, _openai(400, "Please reduce the length of the messages or completion.", "context_length_exceeded")
        ),
        "throttled_in_body": Refusal(
            429,
            _openai(429, "Rate limit reached. Please try again in 7.66s. Need more?", "rate_limit_exceeded", "tokens"),
            Verdict("rate_limit", retryable=True, wait_s=7.66),
        ),
    },
    quirks={
        "never_fits": Refusal(
            413, _openai(413, f"Request too large for model `x` {_TPM}", "rate_limit_exceeded", "tokens"), NEVER_FITS
        ),
        "retired_model": Refusal(
            400,
            _openai(400, "The model `x` has been decommissioned.", "model_decommissioned"),
            Verdict("model_not_found", retryable=False),
        ),
        "flex_is_full": Refusal(
            498, _openai(498, "Flex tier capacity exceeded", "capacity_exceeded"), Verdict("rate_limit", retryable=True)
        ),
    },
    lacks=NO_FILTER,
)


def _xai(_status: int, message: str, code: str = "Client specified an invalid argument") -> Any:
    return {"code": code, "error": message}


_DENIED = "The caller does not have permission to execute the specified operation"

XAI = Format(
    wrap=_xai,
    own={
        "wrong_key": Refusal(400, _xai(400, f"Incorrect API key provided: {KEY}. You can obtain an API key there.")),
        "no_credit": Refusal(
            429,
            _xai(
                429,
                "Your team has either used all available credits or reached its monthly spending limit.",
                "Some resource has been exhausted",
            ),
        ),
        "no_model": Refusal(404, _xai(404, "The model grok-0 does not exist.", "Some requested entity was not found")),
        "too_long": Refusal(
            400, _xai(400, "This model's maximum prompt length is 131072 but the request contains 537812 tokens.")
        ),
        "filtered": Refusal(403, _xai(403, "Content violates usage guidelines. Failed check: SAFETY_CHECK", _DENIED)),
    },
    quirks={
        "no_credits_yet": Refusal(
            403, _xai(403, "Your newly created team doesn't have any credits or licenses yet.", _DENIED), CREDIT
        ),
    },
)
