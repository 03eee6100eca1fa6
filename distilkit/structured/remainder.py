"""What is left of a run's budget for its second round. Knows the ledger; decides nothing about single calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from distilkit.profiles import Budget
from distilkit.running import Manner
from distilkit.targets import opened_store

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Meter:
    """What the ledger says at one moment: dollars by provider section, and how many replies have no known cost."""

    dollars: Mapping[str, Decimal] = field(default_factory=dict)
    unknown: int = 0


def meter(manner: Manner) -> Meter:
    """Read the ledger, where the run has a budget of its own; days and months are counted by the engine."""
    if not _has_run_limit(manner.budget):
        return Meter()
    dollars: dict[str, Decimal] = {}
    unknown = 0
    with opened_store(manner.store) as kept:
        # Of all days: an answer counts on the day its sender's clock says.
        for row in kept.spend_rows():
            dollars[row.section] = dollars.get(row.section, Decimal(0)) + row.cost_usd
            unknown += row.unknown
    return Meter(dollars, unknown)


def rest_of(manner: Manner, before: Meter, table: pd.DataFrame) -> Budget | None:
    """Return what the second round may spend, or None where nobody knows what the first one did.

    What other runs spent meanwhile counts too: the sum is never too small. A request that timed out may have been
    billed.
    """
    budget = manner.budget
    if not _has_run_limit(budget):
        return budget
    now = meter(manner)
    if now.unknown > before.unknown or _may_hide_bills(table):
        return None
    spent = {name: dollars - before.dollars.get(name, Decimal(0)) for name, dollars in now.dollars.items()}
    providers = {
        name: replace(each, run=_less(each.run, spent.get(name, Decimal(0)))) for name, each in budget.providers.items()
    }
    return replace(budget, run=_less(budget.run, sum(spent.values(), Decimal(0))), providers=providers)


def _has_run_limit(budget: Budget) -> bool:
    return budget.run is not None or any(each.run is not None for each in budget.providers.values())


def _may_hide_bills(table: pd.DataFrame) -> bool:
    timed_out = table["error_kind"].eq("timeout") | table["tried"].str.contains("timeout", regex=False)
    return bool(timed_out.fillna(value=False).any())


def _less(limit: Decimal | None, spent: Decimal) -> Decimal | None:
    return None if limit is None else max(limit - spent, Decimal(0))
