"""Understanding an answer: thinking, content, tokens and cost, from a stored record. Pure, no network, no LiteLLM."""

from distilkit.reading.completion import Completion, read
from distilkit.reading.faults import fault
from distilkit.reading.prices import Dearest, cost_usd, dearest
from distilkit.reading.thinking import Piece, Split, Splitter, split

__all__ = ["Completion", "Dearest", "Piece", "Split", "Splitter", "cost_usd", "dearest", "fault", "read", "split"]
