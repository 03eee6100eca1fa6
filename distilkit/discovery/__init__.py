"""What can be asked: `models` lists what endpoints serve, `discover` finds the model servers of this machine.

Costs nothing and asks no model a question.
"""

from __future__ import annotations

from distilkit.discovery.catalogue import amodels, models
from distilkit.discovery.found import Discovered
from distilkit.discovery.local import adiscover, discover

__all__ = ["Discovered", "adiscover", "amodels", "discover", "models"]
