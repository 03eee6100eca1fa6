"""Understanding an answer: thinking, content, tokens and cost, from a stored record. Pure, no network, no LiteLLM."""

from distilkit.reading.completion import Completion, read
from distilkit.reading.faults import fault
from distilkit.reading.prices import cost_usd
from distilkit.reading.thinking import Piece, Split, Splitter, split

__all__ = ["Completion", "Piece", "Split", "Splitter", "cost_usd", "fault", "read", "split"]
