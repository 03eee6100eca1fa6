"""Asking teachers for training data: the verb `distill`, and how often it asks for what is not valid yet.

How a row is judged is known in `distilling`; here is who is asked, in which order, and for how many dollars.
"""

from distilkit.teaching.verb import adistill, distill

__all__ = ["adistill", "distill"]
