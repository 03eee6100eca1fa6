"""What may stand in a profile file, in its final shape: every field, its kind and its bounds.

Pydantic checks bytes that people wrote; nothing of it leaves this room. Other spellings are translated before
(`shapes`), variables are filled in before, and what a profile needs when it is used is asked in `build`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from distilkit.profiles.budget import MOST_USD
from distilkit.profiles.fields import (
    AnyJson,
    Count,
    Dollars,
    Flag,
    Headers,
    Line,
    Name,
    ProxyUrl,
    Real,
    Seconds,
    Share,
    Text,
    Texts,
    Url,
    Whole,
)
from distilkit.profiles.schema_strategies import StrategyFields
from distilkit.profiles.strict import Strict
from distilkit.profiles.structured_modes import Mode
from distilkit.profiles.terms import Training, check_day
from distilkit.sim.spec import LimitStyle, ThinkingStyle


class RateLimitFields(Strict):
    """`rate_limit:`."""

    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    input_tokens_per_minute: Count | None = None
    output_tokens_per_minute: Count | None = None
    burst_size: Count | None = None


class RetryFields(Strict):
    """`retry:`. `max_attempts` counts the first one."""

    max_attempts: Annotated[Count, Field(le=100)] | None = None
    backoff_s: Annotated[Real, Field(ge=0, le=3600)] | None = None
    backoff_factor: Annotated[Real, Field(ge=1, le=100)] | None = None
    max_wait_s: Annotated[Real, Field(ge=0, le=86_400)] | None = None
    deadline_s: Seconds | None = None


class ConnectionFields(Strict):
    """`connection:`."""

    pool_size: Count | None = None
    max_connections: Count | None = None
    keep_alive: Flag | None = None
    connect_timeout_s: Seconds | None = None


class ProxyFields(Strict):
    """`proxy:`."""

    http: ProxyUrl | None = None
    https: ProxyUrl | None = None


class ThinkingFields(Strict):
    """`thinking:`."""

    anywhere: Flag | None = None
    missing_opening_tag: Flag | None = None
    kind: Literal["raw", "summary"] | None = None


class PriceFields(Strict):
    """`price:`, US dollars for a million tokens."""

    input_per_million: Dollars
    output_per_million: Dollars
    cached_input_per_million: Dollars | None = None


class TermsFields(Strict):
    """`terms:`, what the provider's terms of use say of training on its answers."""

    training: Training
    source: Line | None = None
    date: Annotated[str, AfterValidator(check_day)] | None = None


class SimulationFields(Strict):
    """`simulation:`, the dials of a simulated model."""

    skill: Share | None = None
    thinking: ThinkingStyle | None = None
    thinking_tokens: Annotated[Whole, Field(ge=0, le=100_000)] | None = None
    verbosity: Annotated[Real, Field(ge=0, le=1000)] | None = None
    latency_s: Annotated[Real, Field(ge=0, le=3600)] | None = None
    jitter: Share | None = None
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    input_tokens_per_minute: Count | None = None
    output_tokens_per_minute: Count | None = None
    limit_style: LimitStyle | None = None
    burst_s: Annotated[Real, Field(ge=0, le=3600)] | None = None
    counts_max_tokens: Flag | None = None
    retry_after: Flag | None = None
    outage_from_s: Annotated[Real, Field(ge=0, le=86_400)] | None = None
    outage_until_s: Annotated[Real, Field(ge=0, le=86_400)] | None = None
    error_rate: Share | None = None
    drop_rate: Share | None = None
    malformed_rate: Share | None = None
    empty_choices_rate: Share | None = None
    missing_usage_rate: Share | None = None
    position_bias: Share | None = None
    seed: Whole | None = None


class ParamFields(Strict):
    """`generation_params:`, in OpenAI's names."""

    temperature: Annotated[Real, Field(ge=0, le=5)] | None = None
    max_tokens: Count | None = None
    max_completion_tokens: Count | None = None
    top_p: Share | None = None
    top_k: Annotated[Whole, Field(ge=-1)] | None = None
    min_p: Share | None = None
    frequency_penalty: Annotated[Real, Field(ge=-10, le=10)] | None = None
    presence_penalty: Annotated[Real, Field(ge=-10, le=10)] | None = None
    repetition_penalty: Annotated[Real, Field(ge=0, le=10)] | None = None
    seed: Whole | None = None
    stop: Texts | None = None
    logprobs: Flag | None = None
    top_logprobs: Annotated[Whole, Field(ge=0)] | None = None
    logit_bias: AnyJson = None
    response_format: AnyJson = None
    reasoning_effort: AnyJson = None
    thinking: AnyJson = None
    verbosity: Line | None = None
    tools: AnyJson = None
    tool_choice: AnyJson = None
    parallel_tool_calls: Flag | None = None
    prediction: AnyJson = None
    modalities: AnyJson = None
    web_search_options: AnyJson = None
    metadata: AnyJson = None
    store: Flag | None = None
    user: Line | None = None
    service_tier: Line | None = None
    safety_identifier: Line | None = None
    prompt_cache_key: Line | None = None
    extra_body: AnyJson = None


class ProcessingFields(Strict):
    """`processing:`; all it may hold is moved elsewhere, or has no effect (`aliases`)."""


class Shared(Strict):
    """What `defaults:` may hold: nothing that says where to send, or with which key."""

    rate_limit: RateLimitFields | None = None
    retry: RetryFields | None = None
    connection: ConnectionFields | None = None
    proxy: ProxyFields | None = None
    verify_ssl: Flag | None = None
    ssl_cert_path: Line | None = None
    generation_params: ParamFields | None = None
    system_prompt: Text | None = None
    thinking: ThinkingFields | None = None
    structured_output: Mode | None = None
    timeout_s: Seconds | None = None
    max_concurrency: Annotated[Count, Field(le=10_000)] | None = None
    processing: ProcessingFields | None = None


class Model(Shared):
    """An entry of `models:`. `name` is how it is called, `model` what the provider calls it, if that differs."""

    name: Name | None = None
    model: Name | None = None
    deployment_name: Name | None = None
    base_url: Url | None = None
    api_key: Line | None = None
    api_version: Line | None = None
    headers: Headers | None = None
    price: PriceFields | None = None
    terms: TermsFields | None = None
    simulation: SimulationFields | None = None
    default: Flag | None = None


class Section(Model):
    """An entry of `providers:`."""

    type: Line | None = None
    models: list[Model] | None = None
    organization: Line | None = None
    site_url: Line | None = None
    site_name: Line | None = None


class TopModel(Model):
    """An entry of a `models:` that stands beside `providers:`."""

    provider: Name | None = None


Limit = Annotated[Dollars, Field(le=MOST_USD)]


class AllowanceFields(Strict):
    """An entry of `budget.providers:`, US dollars."""

    run: Limit | None = None
    daily: Limit | None = None
    monthly: Limit | None = None


class BudgetFields(Strict):
    """`budget:`, US dollars."""

    run: Limit | None = None
    daily: Limit | None = None
    monthly: Limit | None = None
    alert_at: Annotated[Dollars, Field(le=1)] | None = None
    providers: dict[str, AllowanceFields] | None = None


class File(Strict):
    """The whole file."""

    defaults: Shared | None = None
    providers: dict[str, Section] | None = None
    models: list[TopModel] | None = None
    strategies: dict[str, StrategyFields] | None = None
    budget: BudgetFields | None = None
    default_provider: Name | None = None
