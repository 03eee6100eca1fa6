"""What the maker of training data should know, as one class of warning. Knows nothing of what is told."""

from __future__ import annotations


class DataWarning(UserWarning):
    """Chosen rows can be learnt from, but not without a thought: their thinking is mixed, or terms of use forbid it."""
