"""Answers of a given shape: asked for as JSON, read, checked against a schema, and repaired once where they do not fit.

The request carries the schema in the way its model takes it; whatever comes back is checked here. Knows frames and
runs; knows no provider's wire format and no scores.
"""

from distilkit.structured.asking import shaped
from distilkit.structured.rounds import structured
from distilkit.structured.structure import Structure, prepare
from distilkit.structured.table import EXTRA, StructuredRows, check_columns

__all__ = ["EXTRA", "Structure", "StructuredRows", "check_columns", "prepare", "shaped", "structured"]
