"""Training files: from chosen rows to seven formats, and back.

Knows frames and files; knows no provider's rules and no student's template.
"""

from distilkit.distilling.formats.datasets import to_dataset
from distilkit.distilling.formats.example import Example
from distilkit.distilling.formats.reading import read_training
from distilkit.distilling.formats.shapes import FORMATS
from distilkit.distilling.formats.writing import write_training

__all__ = ["FORMATS", "Example", "read_training", "to_dataset", "write_training"]
