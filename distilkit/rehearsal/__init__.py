"""Rehearsing: a run as `compare` would make it, on a virtual clock, against stand-ins for its providers.

The engine is the real one; a stand-in keeps the provider's limits and takes its time. `stand_in(profile, history,
stage)` makes one profile's, `rehearse` puts them together. Sends nothing, and only reads the store.
"""

from distilkit.rehearsal.enforced import Door
from distilkit.rehearsal.expected import Drawn, Expected, Given, expect
from distilkit.rehearsal.staging import rehearse
from distilkit.rehearsal.standin import Arrival, Stage, stand_in

__all__ = ["Arrival", "Door", "Drawn", "Expected", "Given", "Stage", "expect", "rehearse", "stand_in"]
