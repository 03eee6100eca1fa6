"""What a mean answer is made of: tokens read, read from the provider's cache, thought, and answered.

Draws the rows of a frame. What a provider does not count is hatched or named, and never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.plot.columns import check_has, figures, floats
from distilkit.plot.layout import finish, legend_below, write_words
from distilkit.plot.rows import Rows, no_lines_along, rows_for, write_right
from distilkit.plot.style import DEEP, EARTH, STRONG, WARM, paper

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

# In the order in which they are drawn. Those whose parts are not known are hatched.
_KINDS: dict[str, dict[str, Any]] = {
    "input": {"color": STRONG},
    "cached input": {"color": DEEP},
    "input, cached or not": {"color": STRONG, "hatch": "////"},
    "thinking": {"color": WARM},
    "answer": {"color": EARTH},
    "thinking and answer": {"color": EARTH, "hatch": "////"},
}


@dataclass(frozen=True, slots=True)
class _Mix:
    """Mean tokens of one profile's answers by kind, and what is not known of them, in words."""

    profile: str
    means: dict[str, float]
    unknown: tuple[str, ...]

    @property
    def total(self) -> float:
        """Return the mean of all tokens, NaN where input or output is unknown."""
        return float("nan") if self.unknown else sum(self.means.values())


def tokens(frame: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw mean tokens per answer by kind as stacked bars, one row a profile in the frame's order, and return the axes.

        dk.plot.tokens(df)

    The kinds are input, input that the provider had cached, thinking, and the answer. Where a provider does not say how
    a part divides, in one of its answers or in all, the part is one hatched piece; a count of 0 beside a text of
    thinking is no count. An answer without a count of input or of output makes that part's mean unknown: it is left out
    and said on the right, in place of the mean of all tokens. Failed rows are left out.

    Args:
        frame: from `compare`, or any with `profile`, `input_tokens` and `output_tokens`; `cached_tokens` are part of
            the input, `reasoning_tokens` of the output.
        ax: where to draw; None makes a new figure, which a notebook shows.

    Raises:
        InputError: a column is missing or no number, or there are no rows.
    """
    mixes = _mixes(frame)
    rows = rows_for(ax, [[mix.profile] for mix in mixes])
    title = write_words(rows.ax, rows.size, title="What an answer is made of", x="mean tokens per answer", heading=True)
    no_lines_along(rows)
    shown = mixes[: rows.shown]
    _draw(rows.ax, shown)
    write_right(rows, "total", [_figure(mix) for mix in shown])
    _explain(rows, shown)
    finish(rows.ax, title)
    return rows.ax


def _mixes(frame: pd.DataFrame) -> list[_Mix]:
    import pandas as pd

    from distilkit.analysis import usage
    from distilkit.analysis.panel import check_frame

    check_frame(frame)
    check_has(frame, "profile", "input_tokens", "output_tokens", way_out="pass a frame from compare")
    if frame["profile"].isna().any():
        raise InputError("column 'profile' has empty rows; fill them or drop them")
    read, cached, written, thought = (
        floats(frame, name) for name in ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
    )
    thought[_uncounted(frame, thought)] = float("nan")
    answered = ~usage.failed(frame).to_numpy()
    codes, profiles = pd.factorize(frame["profile"].to_numpy(dtype=object))

    def mix(code: int, profile: object) -> _Mix:
        own = answered & (codes == code)
        if not own.any():
            return _Mix(str(profile), {}, ("no answer",))
        asked = _parts(read[own], cached[own], ("input", "cached input", "input, cached or not"))
        given = _parts(written[own], thought[own], ("answer", "thinking", "thinking and answer"))
        sides = {"input unknown": asked, "output unknown": given}
        return _Mix(str(profile), asked | given, tuple(said for said, means in sides.items() if not means))

    return [mix(code, profile) for code, profile in enumerate(profiles)]


def _uncounted(frame: pd.DataFrame, thought: NDArray[Any]) -> NDArray[Any]:
    """Return where a count of 0 stands beside a text of thinking."""
    import numpy as np

    if "thinking" not in frame:
        return np.zeros(len(frame), dtype=bool)
    shown = frame["thinking"].fillna("").map(lambda text: bool(str(text))).to_numpy(dtype=bool)
    uncounted: NDArray[Any] = shown & (thought == 0)
    return uncounted


def _parts(whole: NDArray[Any], part: NDArray[Any], names: tuple[str, str, str]) -> dict[str, float]:
    """Return mean tokens of the rest and of the part, or of both as one; nothing where even the whole is unknown."""
    import numpy as np

    rest, inner, undivided = names
    if np.isnan(whole).any():
        return {}
    # A part greater than its whole was counted in some other way.
    if np.isnan(part).any() or (part > whole).any():
        return {undivided: float(whole.mean())}
    return {rest: float((whole - part).mean()), inner: float(part.mean())}


def _draw(ax: Axes, shown: list[_Mix]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    for row, mix in enumerate(shown):
        start = 0.0
        for kind, look in _KINDS.items():
            if mean := mix.means.get(kind):
                ax.barh(row, mean, left=start, height=0.6, edgecolor=paper(ax), linewidth=0.8, zorder=3, **look)
                start += mean
    most = max((sum(mix.means.values()) for mix in shown), default=0.0)
    ax.set_xlim(0.0, most * 1.03 or 1.0)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def _figure(mix: _Mix) -> str:
    return "\n".join(mix.unknown) if mix.unknown else figures(mix.total)


def _explain(rows: Rows, shown: list[_Mix]) -> None:
    from matplotlib.patches import Patch

    there = [kind for kind in _KINDS if any(mix.means.get(kind) for mix in shown)]
    marks = [Patch(edgecolor=paper(rows.ax), linewidth=0.8, **_filled(kind)) for kind in there]
    legend_below(rows.ax, rows.size, marks, there)


def _filled(kind: str) -> dict[str, Any]:
    """Return a patch's look: its `color` would paint the hatch over."""
    look = dict(_KINDS[kind])
    return {"facecolor": look.pop("color"), **look}
