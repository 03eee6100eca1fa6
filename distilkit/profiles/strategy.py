"""What a profile file says beside profiles: strategies (several profiles behind one name) and the budget.

Values only. How a strategy chooses, and how a budget is kept, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

Policy = Literal["failover", "round_robin", "weighted", "least_cost", "fastest", "least_busy", "most_headroom"]
POLICIES: tuple[str, ...] = get_args(Policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """Several profiles behind one name, and the rule that chooses among them.

    Attributes:
        name: how it is called.
        policy: the rule.
        profiles: the names it chooses from; for `failover`, in the order they are tried.
        weights: for `weighted`, each profile's share, any positive numbers; empty otherwise.
        max_failures: failures in a row after which a profile is left alone.
        recovery_timeout_s: seconds after which a profile left alone is tried again.
        health_check_interval_s: seconds between background checks, or None for no checks.
    """

    name: str
    policy: Policy
    profiles: tuple[str, ...]
    weights: Mapping[str, float] = field(default_factory=dict)
    max_failures: int = 3
    recovery_timeout_s: float = 300.0
    health_check_interval_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """US dollars that may be spent; None where no limit is set.

    Attributes:
        daily: dollars in a day (UTC).
        monthly: dollars in a calendar month (UTC).
        alert_at: the share of a limit, 0 to 1, at which to say so.
    """

    daily: Decimal | None = None
    monthly: Decimal | None = None
    alert_at: Decimal = Decimal("0.8")
