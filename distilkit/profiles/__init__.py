"""Whom to ask: the profile file, its profiles, strategies and budget, and the built-in simulated ones.

Light to import: pydantic and yaml are loaded when a file is read, not before.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from distilkit.profiles.budget import Allowance, Budget
from distilkit.profiles.evidence import Evidence
from distilkit.profiles.notices import ConfigWarning
from distilkit.profiles.params import check_params
from distilkit.profiles.profile import Connection, Price, Profile, RateLimit, Retry, ThinkingRules
from distilkit.profiles.secrets import Secret
from distilkit.profiles.strategy import Route, Strategy
from distilkit.profiles.terms import Terms

if TYPE_CHECKING:
    from distilkit.profiles.extending import save_strategy
    from distilkit.profiles.load import Profiles, load_profiles
    from distilkit.profiles.names import resolve
    from distilkit.profiles.stated import stated_price, stated_terms

__all__ = [
    "Allowance",
    "Budget",
    "ConfigWarning",
    "Connection",
    "Evidence",
    "Price",
    "Profile",
    "Profiles",
    "RateLimit",
    "Retry",
    "Route",
    "Secret",
    "Strategy",
    "Terms",
    "ThinkingRules",
    "check_params",
    "load_profiles",
    "resolve",
    "save_strategy",
    "stated_price",
    "stated_terms",
]

_LATER = {
    "Profiles": "load",
    "load_profiles": "load",
    "resolve": "names",
    "save_strategy": "extending",
    "stated_price": "stated",
    "stated_terms": "stated",
}


def __getattr__(name: str) -> object:
    """Import what reads files on first use."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
    return found


def __dir__() -> list[str]:
    return __all__
