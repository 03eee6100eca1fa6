"""Tables to draw, and a screenless matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pandas as pd
import pytest
from matplotlib.axes import Axes

MakeTable = Callable[..., pd.DataFrame]


@pytest.fixture(autouse=True)
def screenless() -> Iterator[None]:
    """Draw into memory, and close what a test left open."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    with mpl.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


@pytest.fixture
def bare() -> Axes:
    """Axes that no layout engine looks after, for tests of what is drawn: such an engine takes most of the time."""
    from matplotlib import pyplot as plt

    return plt.figure(figsize=(5.0, 4.0)).subplots()


@pytest.fixture
def table_of() -> MakeTable:
    """Make a summary with a score of the given name."""

    def make(
        names: Sequence[str], costs: Sequence[float | None], scores: Sequence[float | None], score: str = "correct"
    ) -> pd.DataFrame:
        mean = pd.Series(scores, dtype="Float64")
        return pd.DataFrame(
            {
                "profile": pd.Series(names, dtype=object),
                "n": 200,
                score: mean,
                f"{score}_low": mean - 0.05,
                f"{score}_high": mean + 0.05,
                f"{score}_interval": "wilson",
                f"{score}_n": 200,
                "cost_per_item_usd": pd.Series(costs, dtype="Float64"),
            }
        )

    return make
