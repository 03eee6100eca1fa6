"""Model judges: scorers that ask a model, through a profile, what an answer is worth.

`rubric` grades one answer on a scale, `against` compares two, each in both orders; `pairs` is what `against` and
`distilkit.judging` share. Their calls are stored, limited, budgeted and interrupted like any others.
"""

from distilkit.scoring.judges.against import pairwise
from distilkit.scoring.judges.rubric import judge

__all__ = ["judge", "pairwise"]
