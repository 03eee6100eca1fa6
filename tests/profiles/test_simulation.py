"""The dials of a simulated model, written in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from distilkit.errors import ConfigError
from distilkit.sim.spec import Dials

if TYPE_CHECKING:
    from collections.abc import Callable

    from distilkit.profiles import Profiles


def test_how_limits_are_kept_is_read(load: Callable[[str], Profiles]) -> None:
    dials = "{limit_style: bucket, burst_s: 2, counts_max_tokens: true, retry_after: false, outage_from_s: 5}"

    profile = load(f"providers: {{a: {{type: sim, simulation: {dials}}}}}")["a"]

    assert profile.sim == Dials(
        limit_style="bucket", burst_s=2.0, counts_max_tokens=True, retry_after=False, outage_from_s=5.0
    )


@pytest.mark.parametrize(
    "dial",
    ["limit_style: loose", "burst_s: -1", "retry_after: 5", "outage_until_s: soon", "input_tokens_per_minute: 0"],
)
def test_a_mistake_names_its_place(dial: str, load: Callable[[str], Profiles]) -> None:
    with pytest.raises(ConfigError, match=rf"simulation\.{dial.partition(':')[0]}"):
        load(f"providers:\n  a:\n    type: sim\n    simulation: {{{dial}}}")["a"]
