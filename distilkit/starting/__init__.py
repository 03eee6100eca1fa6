"""`start`: the same run as `compare`, which goes on by itself while its caller does something else.

A run has a thread of its own, in which its body is driven and its scorers work; the waiting is on our loop, as always.
"""

from distilkit.starting.run import Run
from distilkit.starting.verb import start

__all__ = ["Run", "start"]
