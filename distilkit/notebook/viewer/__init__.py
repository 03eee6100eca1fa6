"""Answers side by side in a notebook: read, compared, filtered and rated.

`view` is the verb. Importing it costs nothing; ipywidgets is loaded when a view is made.
"""

from __future__ import annotations

from distilkit.notebook.viewer.verb import view

__all__ = ["view"]
