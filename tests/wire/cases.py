"""The table of cases: every provider, and every way to reach it."""

from __future__ import annotations

from .case import Case
from .cases_clouds import CLOUDS
from .cases_hosts import HOSTS
from .cases_machines import MACHINES
from .cases_own import OWN

CASES: tuple[Case, ...] = (*CLOUDS, *OWN, *HOSTS, *MACHINES)
BY_NAME = {case.name: case for case in CASES}
