"""Trying a prompt on several models in a notebook: write, see what it will cost, send, read side by side.

`playground` is the verb. Importing it costs nothing; ipywidgets is loaded when a playground is made.
"""

from __future__ import annotations

from distilkit.notebook.playground.verb import playground

__all__ = ["playground"]
