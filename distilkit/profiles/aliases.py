"""The spellings a profile file may use beside the canonical ones, and the fields that are read but do nothing.

Tables only: LiteLLM's words, TypeScript's camelCase, and the nesting of older documents. `shapes` applies them.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from distilkit.profiles.tree import Number, Path


class Rule(NamedTuple):
    """Where a field belongs, and how its value is converted."""

    target: Path
    adjust: Callable[[Number], Number] | None = None


def plus_one(retries: Number) -> Number:
    """Attempts from retries: the first attempt is none."""
    return retries + 1


def from_ms(milliseconds: Number) -> Number:
    """Seconds from milliseconds."""
    return Decimal(milliseconds) / 1000


# A timeout of this size is never meant in seconds.
MILLISECONDS_FROM = 1000


def either(timeout: Number) -> Number:
    """Seconds from a timeout without a unit: from 1000 on, it is milliseconds."""
    return from_ms(timeout) if timeout >= MILLISECONDS_FROM else timeout


# Beside one of these, `timeout` is in milliseconds, as everywhere in TypeScript.
CAMEL = frozenset({"apiKey", "baseUrl", "baseURL", "apiVersion", "siteUrl", "siteName", "defaultModel", "maxRetries"})

_BASE_URL = ("api_base", "apiBase", "baseUrl", "baseURL", "api_url", "endpoint", "azure_endpoint")

SECTION: dict[Path, Rule] = {
    **{(name,): Rule(("base_url",)) for name in _BASE_URL},
    ("apiKey",): Rule(("api_key",)),
    ("apiVersion",): Rule(("api_version",)),
    ("defaultModel",): Rule(("model",)),
    ("default_model",): Rule(("model",)),
    ("deployment",): Rule(("deployment_name",)),
    ("azure_deployment",): Rule(("deployment_name",)),
    ("deploymentName",): Rule(("deployment_name",)),
    ("is_default",): Rule(("default",)),
    ("siteUrl",): Rule(("site_url",)),
    ("siteName",): Rule(("site_name",)),
    ("extra_headers",): Rule(("headers",)),
    ("ssl_verify",): Rule(("verify_ssl",)),
    ("rpm",): Rule(("rate_limit", "requests_per_minute")),
    ("tpm",): Rule(("rate_limit", "tokens_per_minute")),
    ("rate_limit", "rpm"): Rule(("rate_limit", "requests_per_minute")),
    ("rate_limit", "tpm"): Rule(("rate_limit", "tokens_per_minute")),
    ("max_parallel_requests",): Rule(("max_concurrency",)),
    ("concurrent_requests",): Rule(("max_concurrency",)),
    ("processing", "concurrent_requests"): Rule(("max_concurrency",)),
    ("processing", "timeout"): Rule(("timeout_s",)),
    ("timeout",): Rule(("timeout_s",), either),
    ("timeout_ms",): Rule(("timeout_s",), from_ms),
    ("max_retries",): Rule(("retry", "max_attempts"), plus_one),
    ("maxRetries",): Rule(("retry", "max_attempts"), plus_one),
    ("num_retries",): Rule(("retry", "max_attempts"), plus_one),
    ("retry", "max_retries"): Rule(("retry", "max_attempts"), plus_one),
    ("generation_params", "model"): Rule(("model",)),
    ("generation_params", "system_prompt"): Rule(("system_prompt",)),
    ("generation_params", "stop_sequences"): Rule(("generation_params", "stop")),
}

# An entry of `models:` may give these without the nesting.
MODEL: dict[Path, Rule] = {
    **SECTION,
    ("max_tokens",): Rule(("generation_params", "max_tokens")),
    ("temperature",): Rule(("generation_params", "temperature")),
}

STRATEGY: dict[Path, Rule] = {
    ("algorithm",): Rule(("policy",)),
    ("strategy",): Rule(("policy",)),
    ("type",): Rule(("policy",)),
    ("providers",): Rule(("profiles",)),
    ("primary_provider",): Rule(("provider",)),
    ("recovery_timeout",): Rule(("recovery_timeout_s",)),
    ("health_check_interval",): Rule(("health_check_interval_s",)),
}

BUDGET: dict[Path, Rule] = {
    ("daily_budget",): Rule(("daily",)),
    ("monthly_budget",): Rule(("monthly",)),
    ("alert_threshold",): Rule(("alert_at",)),
}

POLICY_WORDS: dict[str, str] = {
    "fallback": "failover",
    "weighted_round_robin": "weighted",
    "cost": "least_cost",
    "performance": "fastest",
    "performance_based": "fastest",
    "least_connections": "least_busy",
    "token_load_balancing": "most_headroom",
}

NO_EFFECT: dict[Path, str] = {
    ("processing", "save_interval"): "no effect: every answer is saved the moment it arrives",
    ("processing", "cache_responses"): "no effect: every answer is kept; ask anew with cache='refresh'",
    ("processing", "batch_size"): "no effect: calls go out one by one as the limits allow; max_concurrency bounds them",
}
