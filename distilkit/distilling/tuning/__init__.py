"""Files for a provider's fine-tuning, checked before they are uploaded.

Knows the rules that providers publish; sends nothing.
"""

from distilkit.distilling.tuning.check import check_training
from distilkit.distilling.tuning.rules import PROVIDERS

__all__ = ["PROVIDERS", "check_training"]
