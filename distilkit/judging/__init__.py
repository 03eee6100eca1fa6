"""Judging frames of answers pair by pair, and saying how steady such a judge is.

How a pair is judged is known in `scoring.judges`; here is what users call.
"""

from distilkit.judging.flips import flip_rate
from distilkit.judging.pairs import ajudge_pairs, judge_pairs

__all__ = ["ajudge_pairs", "flip_rate", "judge_pairs"]
