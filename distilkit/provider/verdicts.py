"""What providers' codes, words and statuses mean: tables to the kinds of `errors.py`.

Knows nothing of replies, or of which table is asked first.
"""

from __future__ import annotations

from typing import NamedTuple

from distilkit.errors import ErrorKind


class Verdict(NamedTuple):
    """A kind, and whether trying again can help; None leaves that to the kind."""

    kind: ErrorKind
    retryable: bool | None = None


# The provider's own codes, whatever the status: they say more.
QUOTA = Verdict("rate_limit", retryable=False)  # nobody's credit grows by waiting a minute
CODES: dict[str, Verdict] = {
    "insufficient_quota": QUOTA,
    "billing_hard_limit_reached": QUOTA,
    "billing_not_active": QUOTA,
    "billing_error": QUOTA,
    "insufficient_balance": QUOTA,
    "quota_exceeded": QUOTA,
    "exceeded_current_quota_error": QUOTA,
    "blocked_api_access": QUOTA,
    "arrearage": QUOTA,
    "context_length_exceeded": Verdict("context_length"),
    "string_above_max_length": Verdict("context_length"),
    "exceed_context_size_error": Verdict("context_length"),
    "model_not_found": Verdict("model_not_found"),
    "model_not_available": Verdict("model_not_found"),
    "model_not_supported": Verdict("model_not_found"),
    "model_decommissioned": Verdict("model_not_found"),
    "invalid_model": Verdict("model_not_found"),
    "deploymentnotfound": Verdict("model_not_found"),
    "invalid_api_key": Verdict("authentication"),
    "api_key_invalid": Verdict("authentication"),
    "authentication_error": Verdict("authentication"),
    "permission_error": Verdict("authentication"),
    "no_db_connection": Verdict("authentication"),  # LiteLLM's proxy without a database, to a key that is not its own
    "unauthenticated": Verdict("authentication"),
    "content_filter": Verdict("content_filter"),
    "content_policy_violation": Verdict("content_filter"),
    "responsibleaipolicyviolation": Verdict("content_filter"),
    "data_inspection_failed": Verdict("content_filter"),
    "moderation_blocked": Verdict("content_filter"),
    "rate_limit_exceeded": Verdict("rate_limit"),
    "rate_limit_error": Verdict("rate_limit"),
    "resource_exhausted": Verdict("rate_limit"),
    "throttlingexception": Verdict("rate_limit"),
    "overloaded_error": Verdict("provider_error"),
    "deadline_exceeded": Verdict("timeout"),
}

# That nothing is left to pay with, in words: said with any of these statuses, 429 among them.
CREDIT_WORDS: tuple[str, ...] = (
    "credit balance is too low",
    "insufficient balance",
    "insufficient credits",
    "credits are depleted",
    "used all available credits",
    "run out of credits",
    "have any credits",
    "spending limit",
    "spend limit",
    "api usage limits",
    "api calls / month",
)
CREDIT_WORDS_COUNT_FOR = frozenset({400, 403, 412, 413, 422, 429, 500})

# A provider's words, where it has no code for it. Only in the message: a body may quote the prompt.
WORDS: tuple[tuple[str, Verdict], ...] = (
    ("maximum context length", Verdict("context_length")),
    ("context length", Verdict("context_length")),
    ("context window", Verdict("context_length")),
    ("context size", Verdict("context_length")),
    ("context limit", Verdict("context_length")),
    ("prompt is too long", Verdict("context_length")),
    ("prompt too long", Verdict("context_length")),
    ("input is too long", Verdict("context_length")),
    ("too many input tokens", Verdict("context_length")),
    ("too many tokens", Verdict("context_length")),
    ("exceeds the maximum number of tokens", Verdict("context_length")),
    ("exceeds the maximum allowed number of input tokens", Verdict("context_length")),
    ("maximum prompt length", Verdict("context_length")),
    ("maximum model length", Verdict("context_length")),
    ("model token limit", Verdict("context_length")),
    ("input token length too long", Verdict("context_length")),
    ("range of input length", Verdict("context_length")),
    ("`max_new_tokens` must be <=", Verdict("context_length")),
    ("`inputs` must have less than", Verdict("context_length")),
    ("content management policy", Verdict("content_filter")),
    ("content policy", Verdict("content_filter")),
    ("content filter", Verdict("content_filter")),
    ("content exists risk", Verdict("content_filter")),
    ("violates usage guidelines", Verdict("content_filter")),
    ("flagged", Verdict("content_filter")),
    ("model not exist", Verdict("model_not_found")),
    ("not a valid model id", Verdict("model_not_found")),
    ("invalid model name", Verdict("model_not_found")),
    ("server is pinned to", Verdict("model_not_found")),
    ("api key not valid", Verdict("authentication")),
    ("invalid api key", Verdict("authentication")),
    ("incorrect api key", Verdict("authentication")),
)
WORDS_COUNT_FOR = frozenset({400, 403, 413, 422, 500})

# Which 404 is one of the model, and not of the address.
MODEL_WORDS: tuple[str, ...] = ("model", "deployment", "no endpoints found for", "not found for account")

# MiniMax says everything with status 200 and a number.
NUMBERS: dict[int, Verdict] = {
    1001: Verdict("timeout"),
    1002: Verdict("rate_limit"),
    1004: Verdict("authentication"),
    1008: QUOTA,
    1026: Verdict("content_filter"),
    1027: Verdict("content_filter"),
    1039: Verdict("rate_limit"),
    1041: Verdict("rate_limit"),
    2013: Verdict("invalid_request"),
    2049: Verdict("authentication"),
    2056: QUOTA,
}

STATUSES: dict[int, Verdict] = {
    400: Verdict("invalid_request"),
    401: Verdict("authentication"),
    402: QUOTA,
    403: Verdict("authentication"),
    405: Verdict("invalid_request"),
    407: Verdict("connection", retryable=False),
    408: Verdict("timeout"),
    409: Verdict("provider_error"),
    410: Verdict("model_not_found"),
    413: Verdict("invalid_request"),
    415: Verdict("invalid_request"),
    422: Verdict("invalid_request"),
    424: Verdict("provider_error"),  # TGI: the generation failed
    425: Verdict("provider_error"),
    429: Verdict("rate_limit"),
    498: Verdict("rate_limit"),  # Groq: no capacity left for flex
    499: Verdict("timeout"),
    501: Verdict("invalid_request"),
    504: Verdict("timeout"),
    522: Verdict("timeout"),  # 522 and 524: Cloudflare waited for the host in vain
    524: Verdict("timeout"),
}
