"""Where a profile's mean cost and mean score would lie together, had other prompts of the kind been asked.

From the joint bootstrap to outlines. Draws nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

# An ellipse needs a covariance, which is sure to some percent with so many.
_REPLICATES = 4_000
_CORNERS = 121
# Within so many standard deviations lie 95 % of a normal distribution in the plane: the root of -2 ln 0.05.
_RADIUS = 2.4477468306808161


def regions_of(frame: pd.DataFrame, score: str, profiles: Sequence[str]) -> list[NDArray[Any] | None]:
    """Return an outline for each profile, corners by (US dollars, score), that holds 95 % of the joint bootstrap.

    Items are resampled for all profiles and both axes together. None for all, where fewer than two items have a score
    of every profile, and for a profile with an unknown cost among these.
    """
    import numpy as np

    from distilkit.analysis.panel import panel
    from distilkit.analysis.resampling import resampled_means

    if not profiles:
        return []
    both = panel(frame, score).of(profiles).complete()
    if len(both.items) < 2:  # noqa: PLR2004 - one item has no spread
        return [None] * len(profiles)
    priced = np.array([not np.isnan(own).any() for own in both.costs])
    rows = np.vstack([both.costs[priced], both.scores[priced]])
    means = resampled_means(rows, replicates=_REPLICATES)
    count = int(priced.sum())
    outlines = iter([outline(means[:, row], means[:, count + row]) for row in range(count)])
    return [next(outlines) if known else None for known in priced.tolist()]


def outline(costs: NDArray[Any], scores: NDArray[Any]) -> NDArray[Any]:
    """Return the ellipse that holds 95 % of the points, in the logarithm of dollars and no further than any point goes.

    Means of skewed costs are skewed too; on a logarithm they are nearer to normal.
    """
    import numpy as np

    logarithmic = bool((costs > 0).all())
    across = np.log(costs) if logarithmic else costs
    spread = np.cov(across, scores)
    # The root of the covariance turns a circle into the ellipse; unlike Cholesky's it also takes a line.
    sizes, directions = np.linalg.eigh(spread)
    angles = np.linspace(0.0, 2 * np.pi, _CORNERS)
    circle = _RADIUS * np.stack([np.cos(angles), np.sin(angles)])
    middle = np.array([[across.mean()], [scores.mean()]])
    x, y = middle + directions @ (np.sqrt(sizes.clip(min=0.0))[:, None] * circle)
    x = x.clip(across.min(), across.max())
    return np.stack([np.exp(x) if logarithmic else x, y.clip(scores.min(), scores.max())], axis=1)
