"""(12) What a position by the sign of the signal would have made, and what making it would have cost."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
import polars as pl

from backtest.inference.apart import apart
from backtest.inference.newey_west import hac_lag, hac_mean
from backtest.tearsheet.book_mids import Floats, Ints
from backtest.tearsheet.case import Case
from backtest.trading.fees import BASE_TIERS
from backtest.verdict import LATER_SHARE
from signals.bars import SECOND

LATENCIES_MS: Final = (50.0, 200.0)
SPREADS_PAID: Final[Mapping[str, float]] = {"taker_taker": 1.0, "maker_taker": 0.5, "maker_maker": 0.0}
"""Share of the legs that cross half the spread, by how one goes in and out; that a maker is filled is assumed."""
_LEAST: Final = 20
_MEMORY: Final = 1_440


@dataclass(frozen=True, slots=True)
class Decisions:
    """One position a horizon, held for it. at (k,): when (us); position: +1, -1 or 0; gross_bps: what it made; turned:
    how much of the position was changed for it and after it; half_spread_bps: at the time. left_out: without a return.
    """

    at: Ints
    position: Floats
    gross_bps: Floats
    turned: Floats
    half_spread_bps: Floats
    left_out: int

    def net_bps(self, way: str) -> Floats:
        """Gross less the fees of the base tier and what of the spread this way pays, per decision."""
        fee = BASE_TIERS[0].round_trips()[way] / 2
        return self.gross_bps - self.turned * (fee + SPREADS_PAID[way] * self.half_spread_bps)


def decisions(case: Case, horizon_s: float, latency_ms: float) -> Decisions:
    """By the sign of the signal against its middle, times the registered one, every `horizon_s`; of events, at each
    that does not fall into the time of the one before."""
    width = max(int(horizon_s), case.series.step_s) * SECOND
    chosen = _events(case, width) if case.claim.is_event else np.flatnonzero(case.series.at % width == 0)
    at = case.series.at[chosen]
    lean = np.sign(case.series.value - _middle(case))[chosen] * case.claim.sign
    made = case.forward(width / SECOND, latency_ms)[chosen]
    spread = case.mids.half_spread(case.series.known[chosen], latency_ms)
    seen = np.isfinite(lean) & np.isfinite(made) & np.isfinite(spread)
    at, lean, made, spread = at[seen], lean[seen], made[seen], spread[seen]
    before, after = np.zeros(at.size), np.ones(at.size, bool)
    if at.size > 1:
        follows = np.diff(at) == width
        before[1:] = np.where(follows, lean[:-1], 0.0)
        after[:-1] = ~follows
    turned = np.abs(lean - before) + np.where(after, np.abs(lean), 0.0)
    return Decisions(at, lean, lean * made, turned, spread, int((~seen).sum()))


def costs(case: Case, horizon_s: float) -> dict[str, Any]:
    """Turnover, gross, break-even and net three ways, at both latencies. A size gives no position."""
    if case.claim.forecast == "size":
        return {"is_applicable": False, "why": "it says how far, not which way: no position follows from it"}
    rows = [_row(case, horizon_s, latency) for latency in LATENCIES_MS]
    fees = BASE_TIERS[0]
    return {
        "is_applicable": True,
        "why": None,
        "horizon_s": horizon_s,
        "rows": rows,
        "fees": {"venue": fees.venue, "tier": fees.tier, "source": fees.source} | dict(fees.round_trips()),
        "note": "books are a second apart: latencies differ only where a second ends between them. Funding, impact and "
        "queues are not in it; a maker is taken to be filled, which flatters both ways that make",
    } | paying(case, horizon_s)


def _row(case: Case, horizon_s: float, latency_ms: float) -> dict[str, Any]:
    made = decisions(case, horizon_s, latency_ms)
    n, turned = made.at.size, float(made.turned.sum())
    row: dict[str, Any] = {"latency_ms": latency_ms, "decisions": int(n), "left_out": made.left_out}
    if n < _LEAST:
        return row | {"why": f"{n} decisions; {_LEAST} are needed"}
    return row | {
        "turnover_per_decision": turned / n,
        "gross_bps": asdict(hac_mean(made.gross_bps, hac_lag(1, n))),
        "spread_bps": float(2 * made.half_spread_bps.mean()),
        "break_even_bps": 2 * float(made.gross_bps.sum()) / turned if turned else None,
        "net_bps": {way: asdict(hac_mean(made.net_bps(way), hac_lag(1, n))) for way in SPREADS_PAID},
    }


def paying(case: Case, horizon_s: float) -> dict[str, Any]:
    """Whether takers would have been paid, beyond chance: in the first four fifths of time, and in the last."""
    made = decisions(case, horizon_s, LATENCIES_MS[0])
    net = made.net_bps("taker_taker")
    begin, end = (int(case.series.at[0]), int(case.series.at[-1])) if case.series.at.size else (0, 0)
    cut = end - round((end - begin) * LATER_SHARE)
    purged = cut - round(horizon_s) * SECOND
    parts = {"in_sample": net[made.at <= purged], "set_aside": net[made.at > cut]}
    found = {name: hac_mean(part, hac_lag(1, max(part.size, 1))) for name, part in parts.items()}
    enough = {name: part.size >= _LEAST for name, part in parts.items()}
    return {
        "in_sample_bps": asdict(found["in_sample"]),
        "set_aside_bps": asdict(found["set_aside"]),
        "is_paying": bool(enough["in_sample"] and found["in_sample"].low > 0),
        "is_paying_later": bool(enough["set_aside"] and found["set_aside"].low > 0),
    }


def daily_net(case: Case, horizon_s: float, latency_ms: float) -> dict[date, float]:
    """Net (bps of the notional held) by UTC day as a taker, 0 on a day of the sample without a decision."""
    made = decisions(case, horizon_s, latency_ms)
    total = {_day(day): 0.0 for day in np.unique(case.series.day).tolist()}
    for day, net in zip(((made.at - 1) // (86_400 * SECOND)).tolist(), made.net_bps("taker_taker"), strict=True):
        total[_day(day)] += float(net)
    return total


def _day(number: int) -> date:
    return datetime.fromtimestamp(number * 86_400, UTC).date()


def _middle(case: Case) -> Floats | float:
    """0, or the median of the day before, without the value itself."""
    if case.claim.middle == "zero":
        return 0.0
    value = pl.Series(case.series.value).fill_nan(None)
    window = max(case.series.steps(_MEMORY * 60), 2)
    return value.rolling_median(window, min_samples=_LEAST).shift(1).fill_null(np.nan).to_numpy()


def _events(case: Case, width: int) -> Ints:
    """Events that lie at least `width` after the last one taken."""
    seen = np.flatnonzero(np.isfinite(case.series.value))
    at = case.series.at[seen]
    return seen[apart(at, at + width)]
