"""A comparison as one page to send to colleagues: `report`, and what it returns.

From a frame to a file. Knows the analyses and the plots; asks nobody.
"""

from distilkit.notebook.report.made import Report
from distilkit.notebook.report.making import report

__all__ = ["Report", "report"]
