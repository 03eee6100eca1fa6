"""A profile: one model at one provider, with everything needed to ask it and to understand the answer.

Values only. Files are read in `load`, checked in `schema`; nothing here opens a file or a connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from distilkit.profiles.secrets import Secret
from distilkit.profiles.structured_modes import Mode
from distilkit.profiles.terms import Terms
from distilkit.sim.spec import Dials


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """What the provider allows; None where it sets no limit.

    `burst_size` is how many requests may go out at once before they are paced.
    """

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    input_tokens_per_minute: int | None = None
    output_tokens_per_minute: int | None = None
    burst_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often and how patiently to try again. Waits are in seconds.

    `max_attempts` counts the first one; a 429 uses none of them. `max_wait_s` is the longest wait between two attempts;
    a provider that asks for more ends the call. `deadline_s` is how long one call may take in all, from its first
    attempt on, and so how long an outage may last before its rows are failures.
    """

    max_attempts: int = 5
    backoff_s: float = 1.0
    backoff_factor: float = 2.0
    max_wait_s: float = 60.0
    deadline_s: float = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens. None where not stated; the total is then unknown, not lower."""

    input_per_million: Decimal
    output_per_million: Decimal
    cached_input_per_million: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How to reach the host. Equal connections share one session, its pool and its TLS settings.

    `ssl_cert_path` is a PEM file with the certificate authority to trust beside the system's. `proxy` maps
    `http` and `https` to a proxy's URL. Timeouts are in seconds.
    """

    verify_ssl: bool = True
    ssl_cert_path: str | None = None
    proxy_http: Secret | None = None
    proxy_https: Secret | None = None
    pool_size: int | None = None
    max_connections: int = 100
    keep_alive: bool = True
    connect_timeout_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinkingRules:
    """How this model writes its thinking, where the default rules would misread it.

    Attributes:
        anywhere: also take thinking blocks that do not stand at the start.
        missing_opening_tag: the text starts inside a thinking block whose opening tag is in the prompt template.
        kind: `raw` or `summary` where the provider does not say; None for the built-in knowledge.
    """

    anywhere: bool = False
    missing_opening_tag: bool = False
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One addressable model at one provider.

    Attributes:
        name: how it is called in `profiles=`, and the `profile` column.
        provider: LiteLLM's provider name (`openai`, `azure`, `anthropic`, `gemini`, ...), or `sim`.
        model: the model as the provider knows it, without LiteLLM's prefix. On Azure: the deployment.
        section: the provider section it stands in; limits and connections are shared by a section.
        base_url: where to send; None for the provider's own address.
        api_version: Azure's and its like; None elsewhere.
        api_key: where the key comes from; None for providers that take none.
        headers: sent with every request, values never shown.
        params: generation parameters in OpenAI's names, sent with every request.
        system: system prompt, or None.
        limits: what the provider allows; `limits_scope` names who shares it.
        timeout_s: seconds one attempt may take.
        max_concurrency: requests in flight at once.
        structured_output: how it is asked for JSON where a schema is given; None for the built-in knowledge.
        price: dollars for a million tokens, or None for LiteLLM's table.
        terms: what the terms of use say of training on its answers; None where the file does not say.
        sim: the dials of a simulated model; None for a real one.
    """

    name: str
    provider: str
    model: str
    section: str
    base_url: str | None = None
    api_version: str | None = None
    api_key: Secret | None = None
    headers: Mapping[str, Secret] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)
    system: str | None = None
    limits: RateLimit = field(default_factory=RateLimit)
    limits_scope: str = ""
    retry: Retry = field(default_factory=Retry)
    connection: Connection = field(default_factory=Connection)
    thinking: ThinkingRules = field(default_factory=ThinkingRules)
    timeout_s: float = 600.0
    max_concurrency: int = 32
    structured_output: Mode | None = None
    price: Price | None = None
    terms: Terms | None = None
    sim: Dials | None = None

    @property
    def litellm_model(self) -> str:
        """Return LiteLLM's model string, `provider/model`."""
        return f"{self.provider}/{self.model}"

    @property
    def endpoint(self) -> tuple[str | None, str | None]:
        """Return what of the address decides the answer: base URL and API version.

        A simulated model has no address worth keeping (its port changes); its dials decide, so they stand here.
        """
        if self.sim is not None:
            return f"sim:{self.sim.digest()}", None
        return self.base_url.rstrip("/") if self.base_url else None, self.api_version
