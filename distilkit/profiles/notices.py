"""What a profile file says that has no effect, or deserves a second look: a warning category of its own.

Knows nothing of files; a light module, so that `warnings.filterwarnings` can name the category cheaply.
"""

from __future__ import annotations


class ConfigWarning(UserWarning):
    """A field of a profile file has no effect, or a risky one; the text names the place and says why."""
