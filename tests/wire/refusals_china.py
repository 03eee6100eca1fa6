"""How MiniMax, Moonshot and DashScope refuse."""

from __future__ import annotations

from typing import Any

from .refusal import KEY, Format, Refusal, Verdict
from .refusals_hosts import openai_body


def _minimax(_status: int, message: str, code: int = 2013) -> Any:
    # Everything is a 200 to it.
    base = {"status_code": code, "status_msg": message}
    return {"id": "1", "choices": None, "created": 1, "model": "MiniMax-M1", "base_resp": base}


MINIMAX = Format(
    wrap=openai_body,
    own={
        "bad_parameter": Refusal(200, _minimax(200, "invalid params")),
        "wrong_key": Refusal(200, _minimax(200, "login fail: Please carry the API secret key", 1004)),
        "no_credit": Refusal(200, _minimax(200, "insufficient balance", 1008)),
        "timed_out": Refusal(200, _minimax(200, "request timeout", 1001)),
        "too_long": Refusal(200, _minimax(200, "invalid params, context window exceeds limit")),
        "filtered": Refusal(200, _minimax(200, "input sensitive", 1026)),
        "throttled": Refusal(200, _minimax(200, "rate limit", 1002)),
        "broken": Refusal(200, _minimax(200, "internal error", 1024)),
        "error_in_200": Refusal(200, _minimax(200, "unknown error", 1000)),
    },
    quirks={
        "wrong_key_too": Refusal(
            200, _minimax(200, "invalid api key", 2049), Verdict("authentication", retryable=False)
        ),
        "answer_filtered": Refusal(
            200, _minimax(200, "output sensitive", 1027), Verdict("content_filter", retryable=False)
        ),
    },
)

MOONSHOT = Format(
    wrap=openai_body,
    own={
        "wrong_key": Refusal(401, openai_body(401, "Invalid Authentication", kind="invalid_authentication_error")),
        "no_credit": Refusal(
            429, openai_body(429, "Your account is suspended, check your plan", kind="exceeded_current_quota_error")
        ),
        "no_model": Refusal(
            404, openai_body(404, "Not found the model x or Permission denied", kind="resource_not_found_error")
        ),
        "too_long": Refusal(400, openai_body(400, "Your request exceeded model token limit: 131072")),
        "filtered": Refusal(400, openai_body(400, "The request was considered high risk", kind="content_filter")),
        "throttled_in_body": Refusal(
            429,
            openai_body(
                429, "request reached max RPM: 3, please try again after 1 seconds", kind="rate_limit_reached_error"
            ),
            Verdict("rate_limit", retryable=True, wait_s=1),
        ),
        "throttled": Refusal(429, openai_body(429, "The engine is overloaded", kind="engine_overloaded_error")),
    },
    quirks={
        "input_too_long": Refusal(
            400, openai_body(400, "Input token length too long"), Verdict("context_length", retryable=False)
        ),
    },
)

DASHSCOPE = Format(
    wrap=openai_body,
    own={
        "wrong_key": Refusal(401, openai_body(401, f"Incorrect API key provided: {KEY}.", "invalid_api_key")),
        "no_credit": Refusal(
            400, openai_body(400, "Access denied, make sure your account is in good standing.", "Arrearage")
        ),
        "no_model": Refusal(404, openai_body(404, "The model `x` does not exist.", "model_not_found")),
        "too_long": Refusal(
            400, openai_body(400, "Range of input length should be [1, 30720]", "invalid_parameter_error")
        ),
        "filtered": Refusal(
            400, openai_body(400, "Input data may contain inappropriate content.", "data_inspection_failed")
        ),
        "throttled": Refusal(429, openai_body(429, "You have exceeded your request limit.", "limit_requests")),
    },
)
