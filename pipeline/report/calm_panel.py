"""How much the price moves, and whether the market is in a volatile state."""

from typing import Any, Final

import numpy as np
import polars as pl
from bokeh.models import Range1d
from numpy.typing import NDArray

from pipeline.report.pooled import stretches
from pipeline.report.provenance import made_from
from pipeline.report.scope import Scope
from pipeline.report.time_panel import (
    BLUE,
    ORANGE,
    PINK,
    RED,
    SKY,
    TimeFrame,
    TimePanel,
    finished,
    floats,
    line,
    marks,
    milliseconds,
    shade,
)

Floats = NDArray[np.float64]

_MINUTE_MS: Final = 60_000.0
_LINES: Final = (SKY, BLUE, PINK)
_QUESTION: Final = "Is the market calm?"


def calm_panel(scope: Scope, frame: TimeFrame) -> TimePanel | None:
    """Realised volatility of up to three windows, flags and the probability of the high regime; None without rows."""
    rows = scope.rows("volatility", "bar_end", "window_min", "realised_vol")
    regimes = scope.rows("volatility_regime", "bar_end", "realised_vol", "p_high", "regime", "naive_is_high")
    if rows.is_empty():
        return None
    spikes = scope.rows("correlation_regime", "bar_end", "is_spike")
    drawn = frame.figure("% per root year", height=190)
    is_spike = spikes["is_spike"].fill_null(False).to_numpy()
    shade(drawn, "spike of correlation", *stretches(milliseconds(spikes["bar_end"]), is_spike, step=_MINUTE_MS), PINK)
    has_line = _add_windows(drawn, rows)
    is_high = regimes["naive_is_high"].fill_null(False).to_numpy()
    flagged = regimes.filter(is_high)
    marks(
        drawn, "above the 90th percentile of before", milliseconds(flagged["bar_end"]),
        100 * floats(flagged["realised_vol"]), "diamond", RED,
    )  # fmt: skip
    figures: list[Any] = [finished(drawn)] if has_line else []
    p_high = floats(regimes["p_high"])
    if not np.isnan(p_high).all():
        figures.append(_ribbon(frame, regimes, p_high))
    note = made_from(
        scope,
        {"volatility": rows.height, "volatility_regime": regimes.height, "correlation_regime": spikes.height},
        ("book_updates",),
    )
    sql = "\n".join(
        [
            "select bar_end, window_min, v.realised_vol, p_high, r.regime, naive_is_high, is_spike",
            "from volatility as v left join volatility_regime as r using (venue, symbol, bar_end)",
            "left join correlation_regime using (venue, symbol, bar_end)",
            *scope.sql("volatility", "").splitlines()[2:-1],
            "order by bar_end, window_min",
        ]
    )
    return TimePanel(_QUESTION, "Volatility", _told(rows, regimes, p_high), figures, note, sql)


def _add_windows(drawn: Any, rows: pl.DataFrame) -> bool:
    """The shortest, the middle and the longest window; whether any has a value."""
    windows = rows.drop_nulls("realised_vol")["window_min"].unique().sort().to_list()
    shown = sorted({windows[0], windows[len(windows) // 2], windows[-1]}) if windows else []
    for window, color in zip(shown, _LINES, strict=False):
        one = rows.filter(pl.col("window_min") == window)
        values = 100 * floats(one["realised_vol"])
        line(
            drawn, f"{window} min", milliseconds(one["bar_end"]), values, color, step=_MINUTE_MS, unit="% per root year"
        )
    return bool(shown)


def _ribbon(frame: TimeFrame, regimes: pl.DataFrame, p_high: Floats) -> Any:
    """Probability of the highest state; shaded where it is held."""
    drawn = frame.figure("p(high)", height=70, y_range=Range1d(start=-0.03, end=1.03))
    times = milliseconds(regimes["bar_end"])
    highest = regimes["regime"].max()
    held = (regimes["regime"] == highest).fill_null(False).to_numpy() if highest else np.zeros(times.size, bool)
    shade(drawn, "high regime held", *stretches(times, held, step=_MINUTE_MS), ORANGE)
    line(drawn, "probability of the high regime", times, p_high, RED, step=_MINUTE_MS, unit="")
    drawn.yaxis.ticker = [0, 0.5, 1]
    return finished(drawn)


def _told(rows: pl.DataFrame, regimes: pl.DataFrame, p_high: Floats) -> str:
    known = rows.drop_nulls("realised_vol")
    if known.is_empty():
        return "No window of volatility is filled: it takes minutes with an OK book, longest window first to wait."
    shortest = known.filter(pl.col("window_min") == known["window_min"].min())
    top = shortest.row(int(shortest["realised_vol"].arg_max() or 0), named=True)
    told = (
        f"At most {100 * top['realised_vol']:.1f} % per root year over {top['window_min']} minutes, "
        f"at {top['bar_end']:%H:%M} UTC; median {100 * float(shortest['realised_vol'].median() or 0):.1f} %."  # type: ignore[arg-type]
    )
    if np.isnan(p_high).all():
        return f"{told} Regimes are not known: they are fitted on weeks before the day."
    share = float((p_high > 0.5).sum() / (~np.isnan(p_high)).sum())
    changes = int(regimes["regime"].drop_nulls().diff().fill_null(0).ne(0).sum())
    return f"{told} The high regime was likelier than not in {share:.0%} of minutes; {changes} changes of regime."
