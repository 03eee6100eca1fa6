"""The student's side: what a chat template makes of the training data.

Knows training files and frames; knows no provider's rules.
"""

from distilkit.distilling.rendering.check import check_render

__all__ = ["check_render"]
