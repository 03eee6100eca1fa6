"""What may stand under `strategies:` in a profile file: every field, its kind and its bounds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from distilkit.profiles.fields import Count, Name, Real, Seconds
from distilkit.profiles.strategy import Policy
from distilkit.profiles.strict import Strict


class EvidenceFields(Strict):
    """An entry of `evidence:`; dollars are US dollars."""

    quality: Real
    quality_low: Real | None = None
    cost_per_item_usd: Annotated[Real, Field(ge=0)] | None = None
    n: Count | None = None


class StrategyFields(Strict):
    """An entry of `strategies:`."""

    policy: Policy | None = None
    profiles: list[Name] | None = None
    weights: dict[str, Annotated[Real, Field(gt=0)]] | None = None
    quality: Real | None = None
    evidence: dict[str, EvidenceFields] | None = None
    max_failures: Count | None = None
    recovery_timeout_s: Seconds | None = None
    health_check_interval_s: Seconds | None = None
