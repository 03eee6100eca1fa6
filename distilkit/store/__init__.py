"""Keeping: every answer that was paid for, and what was spent, on this machine's disk.

Knows requests and records; does not know how to ask or what an answer means.
"""

from distilkit.store.check import Damage
from distilkit.store.entry import Entry, StoreWarning
from distilkit.store.ledger import SPEND_BY, SpendRow, add_up
from distilkit.store.missing import Difference, Miss
from distilkit.store.reader import Stats
from distilkit.store.responses import Imported, Store
from distilkit.store.writer import Writer

__all__ = [
    "SPEND_BY",
    "Damage",
    "Difference",
    "Entry",
    "Imported",
    "Miss",
    "SpendRow",
    "Stats",
    "Store",
    "StoreWarning",
    "Writer",
    "add_up",
]
