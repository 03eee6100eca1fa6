"""What statuses, codes and words mean, in the forms the providers send them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.errors import KINDS
from distilkit.provider.faults import is_error_body, message_of, trouble_of

# (status, body, kind, retryable where it differs from the kind's)
FORMS: list[tuple[int, Any, str, bool | None]] = [
    (400, {"error": {"code": "context_length_exceeded", "message": "too long"}}, "context_length", None),
    (
        400,
        {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}},
        "context_length",
        None,
    ),
    (
        400,
        {"error": {"message": "The input token count (9) exceeds the maximum number of tokens allowed (8)."}},
        "context_length",
        None,
    ),
    (
        400,
        {"object": "error", "message": "This model's maximum context length is 8 tokens.", "type": "BadRequestError"},
        "context_length",
        None,
    ),
    (400, {"error": {"type": "exceed_context_size_error", "message": "no"}}, "context_length", None),
    (413, {"error": {"message": "reduce it: maximum context length"}}, "context_length", None),
    (413, {"error": {"type": "request_too_large", "message": "over 32 MB"}}, "invalid_request", None),
    (429, {"error": {"code": "insufficient_quota", "message": "You exceeded your quota"}}, "rate_limit", False),
    (400, {"error": {"message": "Your credit balance is too low to access the API."}}, "rate_limit", False),
    (402, {"error": {"message": "Insufficient Balance"}}, "rate_limit", False),
    (429, {"error": {"code": "rate_limit_exceeded", "message": "Rate limit reached"}}, "rate_limit", None),
    (
        429,
        {"error": {"code": "rate_limit_exceeded", "message": "Request too large for gpt-4 on tokens per min"}},
        "rate_limit",
        False,
    ),
    (429, {"error": {"status": "RESOURCE_EXHAUSTED", "message": "You exceeded your quota"}}, "rate_limit", None),
    (400, {"error": {"status": "INVALID_ARGUMENT", "message": "API key not valid."}}, "authentication", None),
    (
        400,
        {"error": {"status": "INVALID_ARGUMENT", "message": "no", "details": [{"reason": "API_KEY_INVALID"}]}},
        "authentication",
        None,
    ),
    (401, {"error": {"message": "Unauthorized"}}, "authentication", None),
    (404, {"error": {"message": "The model `x` does not exist"}}, "model_not_found", None),
    (404, {"error": "model 'x' not found"}, "model_not_found", None),
    (404, {"error": {"code": "DeploymentNotFound", "message": "no"}}, "model_not_found", None),
    (404, {"detail": "Not Found"}, "invalid_request", None),
    (404, None, "invalid_request", None),
    (400, {"error": {"code": "content_filter", "message": "filtered"}}, "content_filter", None),
    (
        400,
        {"error": {"code": None, "innererror": {"code": "ResponsibleAIPolicyViolation"}, "message": "no"}},
        "content_filter",
        None,
    ),
    (403, {"error": {"message": "x requires moderation. Your input was flagged"}}, "content_filter", None),
    (500, {"error": {"type": "overloaded_error", "message": "Overloaded"}}, "provider_error", None),
    (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "provider_error", None),
    (200, {"error": {"code": 402, "message": "Insufficient credits"}}, "rate_limit", False),
    (200, {"error": {"code": 502, "message": "host down"}}, "provider_error", None),
    (200, {"error": "something"}, "provider_error", None),
    (429, {"error": {"status": "RESOURCE_EXHAUSTED", "message": "Your credits are depleted."}}, "rate_limit", False),
    (412, {"error": "suspended, possibly due to reaching the monthly spending limit"}, "rate_limit", False),
    (400, {"type": "invalid_model", "message": "Invalid model: x"}, "model_not_found", None),
    (404, {"error": {"code": 404, "message": "No endpoints found for a/b."}}, "model_not_found", None),
    (422, {"error": "`inputs` must have less than 9 tokens", "error_type": "validation"}, "context_length", None),
    (424, {"error": "Request failed during generation", "error_type": "generation"}, "provider_error", None),
    (403, {"code": "no", "error": "Content violates usage guidelines."}, "content_filter", None),
    (200, {"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, "rate_limit", None),
    (200, {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, "rate_limit", False),
    (200, {"base_resp": {"status_code": True}}, "provider_error", None),
    (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, "invalid_request", None),
    (418, None, "invalid_request", None),
    (599, None, "provider_error", None),
    (304, None, "invalid_request", None),
]


@pytest.mark.parametrize(("status", "body", "kind", "retryable"), FORMS)
def test_each_form_has_its_kind(status: int, body: Any, kind: str, *, retryable: bool | None) -> None:
    trouble = trouble_of(status, {}, body, "", now=0)

    assert (trouble.kind, trouble.retryable) == (kind, retryable)


def test_a_body_that_quotes_the_prompt_is_not_judged_by_it() -> None:
    body = {"detail": [{"msg": "field required", "input": "what is the maximum context length of gpt-4?"}]}

    assert trouble_of(422, {}, body, "", now=0).kind == "invalid_request"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"message": {"detail": [{"msg": "no", "input": "what is the maximum context length?"}]}}, ""),
        ({"unheard_of": {"input": "what is the maximum context length?"}}, '{"input": "maximum context length"}'),
        (None, "<html>what is the maximum context length?</html>"),
    ],
)
def test_what_a_body_or_a_page_quotes_is_no_reason(body: Any, text: str) -> None:
    assert trouble_of(422, {}, body, text, now=0).kind == "invalid_request"


def test_a_plain_text_is_a_reason() -> None:
    assert trouble_of(400, {}, None, "maximum context length is 8", now=0).kind == "context_length"


@pytest.mark.parametrize("code", [0, None, "1002", False])
def test_minimaxs_good_replies_are_none_of_its_errors(code: Any) -> None:
    assert not is_error_body({"choices": None, "base_resp": {"status_code": code, "status_msg": ""}})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "a\n  b"}}, "a b"),
        ({"error": "a"}, "a"),
        ({"message": "a"}, "a"),
        ({"detail": "a"}, "a"),
        ({"detail": [{"msg": "a"}, {"msg": "b"}]}, "a / b"),
        ({"errors": ["a"]}, "a"),
        ({"message": {"detail": [{"msg": "a"}]}}, "a"),
        ({"base_resp": {"status_code": 1002, "status_msg": "a"}}, "a"),
        ({"error": {"message": "Provider returned error", "metadata": {"raw": "a"}}}, "Provider returned error / a"),
        ({}, ""),
        (None, ""),
        ([], ""),
    ],
)
def test_the_reason_is_found_wherever_it_stands(body: Any, message: str) -> None:
    assert message_of(body) == message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "code", "type", "status", "detail", "details", "metadata", "choices", "base_resp"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.integers(100, 999), JSON, st.text(max_size=50))
def test_no_body_makes_it_raise(status: int, body: Any, text: str) -> None:
    trouble = trouble_of(status, {}, body, text, now=0)

    assert trouble.kind in KINDS
    assert trouble.message.startswith(f"status {status}: ")
    assert isinstance(is_error_body(body), bool)


def test_a_refusal_carries_the_headers_that_tell_of_limits() -> None:
    headers = {"x-ratelimit-remaining-requests": "0", "set-cookie": "a=b"}

    assert trouble_of(429, headers, None, "", now=0).headers == {"x-ratelimit-remaining-requests": "0"}
