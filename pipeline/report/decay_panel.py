"""How fast what signals say fades: rank correlation with the return after they were known, by horizon."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.chart import Colors
from backtest.inference.estimate import Estimate
from backtest.inference.information_coefficient import Sampling, ic_decay, pooled_ic
from backtest.inference.newey_west import hac_lag
from backtest.mids import Mids
from backtest.page import ON_PAGE, Panel, rows_table
from pipeline.report.decay_chart import decay_chart
from pipeline.report.forward import forward_returns
from pipeline.report.provenance import made_from
from pipeline.report.scope import Scope

Floats = NDArray[np.float64]

_QUESTION: Final = "How fast does it fade?"
_HORIZONS_S: Final = (1, 5, 10, 30, 60, 300, 900, 3_600)
_LATENCY_MS: Final = 50
_LEAST_WINDOWS: Final = 20
"""Fewer returns without overlap say nothing."""
_LEAST_PLACES: Final = 30
"""Fewer places have no interval worth drawing."""
_PER_HORIZON: Final = 30
"""Places sampled within a horizon: more of them are nearly the same return."""
_DAYS: Final = 10
_SAMPLING: Final = Sampling(block=None, draws=1_000, seed=7)
_PALETTE: Final = {"imbalance": "#2b8bd0", "order flow": "#e69f00", "inventory": "#cc79a7"}


@dataclass(frozen=True, slots=True)
class Faded:
    """A signal looked at: where it stands, and how far apart its rows are."""

    label: str
    table: str
    column: str
    step_s: int


SIGNALS_SHOWN: Final = (
    Faded("imbalance", "book_state", "imbalance_10bps", 1),
    Faded("order flow", "order_flow", "ofi_norm_60s", 1),
    Faded("inventory", "reversion_signal", "z_level", 60),
)


def decay_panel(scope: Scope, colors: Colors = ON_PAGE) -> Panel | None:
    """None without a book: there are no returns then."""
    book = scope.rows("book_state", "bar_end", "state", "bid_px", "ask_px")
    if book.is_empty():
        return None
    mids = Mids.of(book)
    rows = {one.label: scope.rows(one.table, "bar_end", "known_ts", one.column) for one in SIGNALS_SHOWN}
    found = {one.label: decay_of(one, rows[one.label], mids) for one in SIGNALS_SHOWN}
    note = made_from(
        scope,
        {"book_state": book.height} | {one.table: rows[one.label].height for one in SIGNALS_SHOWN},
        ("book_updates",),
    )
    sql = scope.sql("book_state", "bar_end, known_ts, imbalance_10bps, state, bid_px, ask_px")
    shown = {label: decay for label, decay in found.items() if any(np.isfinite(one.low) for one in decay.values())}
    if not shown:
        why = f"no horizon has {_LEAST_WINDOWS} returns without overlap and {_LEAST_PLACES} values before them"
        return Panel(_QUESTION, f"<p>Nothing can be said: {why} in {scope.span}.</p>", note, sql, short="Fading")
    chart = decay_chart(shown, _PALETTE, y_unit="rank correlation", colors=colors)
    absent = [label for label in found if label not in shown]
    without = f" Too little is known of {', '.join(absent)}." if absent else ""
    body = (
        f'<p>{_told(shown)}{without}</p><div class="beside"><div class="chart">{chart}</div>'
        f"<details open><summary>Numbers</summary>{_numbers(shown)}</details></div>"
    )
    return Panel(_QUESTION, body, f"{note} {_method(mids)}", sql, short="Fading")


def decay_of(one: Faded, rows: pl.DataFrame, mids: Mids) -> dict[float, Estimate]:
    """The estimate by horizon in seconds; horizons with too few returns are absent.

    rows: bar_end, known_ts and the column, one signal of one market.
    """
    values = rows[one.column].cast(pl.Float64).fill_null(np.nan).to_numpy()
    ends, known = (rows[name].dt.epoch("us").to_numpy() for name in ("bar_end", "known_ts"))
    horizons = [h for h in _HORIZONS_S if mids.size >= _LEAST_WINDOWS * h and rows.height]
    forward = {float(h): forward_returns(mids, known + _LATENCY_MS * 1_000, h) for h in horizons}
    days = ends // 86_400_000_000
    if np.unique(days).size >= _DAYS:
        return ic_decay(values, forward, days, least=_LEAST_WINDOWS, sampling=_SAMPLING)
    found = {h: _pooled(values, returns, ends, int(h), one.step_s) for h, returns in forward.items()}
    return {h: estimate for h, estimate in found.items() if estimate.n >= _LEAST_PLACES}


def _pooled(values: Floats, returns: Floats, ends: NDArray[np.int64], horizon: int, step_s: int) -> Estimate:
    """Over a grid of places without holes in time, so that lags keep their length."""
    stride = max(step_s, horizon // _PER_HORIZON // step_s * step_s)
    place = (ends - ends[0]) // 1_000_000
    at = np.flatnonzero(place % stride == 0)
    series = np.full((int(place[-1]) // stride + 1, 2), np.nan)
    series[place[at] // stride] = np.column_stack([values[at], returns[at]])
    lag = hac_lag(max(1, -(-horizon // stride)), series.shape[0])
    return pooled_ic(series[:, 0], series[:, 1], min(lag, series.shape[0] - 1))


def _told(found: Mapping[str, Mapping[float, Estimate]]) -> str:
    """Which intervals leave 0 out, without calling it a profit."""
    beyond = [
        f"{label} at {', '.join(f'{h:g} s' for h, one in decay.items() if one.low > 0 or one.high < 0)}"
        for label, decay in found.items()
        if any(one.low > 0 or one.high < 0 for one in decay.values())
    ]
    looked = sum(len(decay) for decay in found.values())
    if not beyond:
        return f"None of {looked} intervals leaves 0 out."
    return (
        f"Intervals that leave 0 out: {'; '.join(beyond)}. Of {looked} intervals of 95 % one in twenty does by chance, "
        "and a correlation is no profit: a spread and fees stand between."
    )


def _numbers(found: Mapping[str, Mapping[float, Estimate]]) -> str:
    rows = [
        [label, f"{h:g} s", one.value, one.low, one.high, one.n]
        for label, decay in found.items()
        for h, one in decay.items()
    ]
    return rows_table(["signal", "horizon", "correlation", "low", "high", "n"], rows)


def _method(mids: Mids) -> str:
    return (
        f"Spearman's, 95 % with Newey-West errors (over days from {_DAYS} days on). Returns of the mid begin at the "
        f"first second after known_ts + {_LATENCY_MS} ms, and never span more than a minute without an OK book; "
        f"horizons with fewer than {_LEAST_WINDOWS} returns side by side are left out ({mids.size:,} s here)."
    )
