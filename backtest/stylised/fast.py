"""Fast stylised facts of a market with a book: its spread, depth, flow of orders, and makers, from under an hour.

`steps` (one row per 100 ms) has bid, ask, bid_lots, ask_lots, ofi, tfi and value; `seconds` has bid_depth and
ask_depth within 10 bps; `orders`, one row per taker order, has time, side, lots, price; `inventories`, one row per
second and maker, has net and hedged; `metaorders` has side, start, end, lots, pieces; `counts` is by name. Prices are
ticks, sizes lots, times microseconds: units drop out of every fact.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import polars as pl

from backtest.stylised import fast_kinds as kinds
from backtest.stylised.fact import Measured
from backtest.stylised.impact import impact_exponent, relaxation
from backtest.stylised.series import Floats, autocorrelation, correlation, tail_index

_STEPS_A_SECOND, _WINDOW_STEPS, _MINUTE_US = 10, 100, 60_000_000
_SIGN_LAGS = (10, 1_000)
_TAIL_SHARE = 0.05
_GAMMAS = np.arange(0.0, 2.005, 0.01)


def fast_facts(
    *,
    steps: pl.DataFrame,
    seconds: pl.DataFrame,
    orders: pl.DataFrame,
    inventories: pl.DataFrame,
    metaorders: pl.DataFrame,
    counts: Mapping[str, int],
    makers_share: float,
    is_liquid: bool = True,
) -> list[Measured]:
    """Every fast fact, measured. A market that is not `is_liquid` has a wide spread, and a range of its own for it."""
    spread_bps = median_spread_bps(steps)
    lives = maker_half_lives(inventories)
    bounce, later = trade_autocorrelation(orders)
    ofi_now, ofi_next, tfi_next = flow_r2(steps)
    spread = (
        [Measured(kinds.ONE_TICK, one_tick_share(steps)), Measured(kinds.SPREAD, spread_bps)]
        if is_liquid
        else [Measured(kinds.WIDE_SPREAD, spread_bps)]
    )
    depth = [
        Measured(kinds.DEPTH, float((seconds["bid_depth"] + seconds["ask_depth"]).mean()) / top_lots(steps)),  # type: ignore[arg-type]
        Measured(kinds.SYMMETRY, int(seconds["bid_depth"].sum()) / max(1, int(seconds["ask_depth"].sum()))),
    ]
    return [
        *spread,
        *(depth if is_liquid else depth[1:]),
        Measured(kinds.BOUNCE, bounce),
        Measured(kinds.MINUTES, later),
        Measured(kinds.SIGN_GAMMA, sign_exponent(orders["side"].to_numpy())),
        Measured(kinds.IMPACT, impact_exponent(steps, orders, metaorders)),
        Measured(kinds.RELAXATION, relaxation(steps, orders, metaorders)),
        Measured(kinds.OFI_NOW, ofi_now),
        Measured(kinds.OFI_NEXT, ofi_next),
        Measured(kinds.TFI_NEXT, tfi_next),
        Measured(kinds.CANCELS, counts["cancelled"] / max(1, counts["placed"])),
        Measured(kinds.TRADES, counts["trades"] / max(1, counts["updates"])),
        Measured(kinds.SIZE_TAIL, tail_index(orders["lots"].to_numpy().astype(float), _TAIL_SHARE)),
        Measured(kinds.FASTEST, min(lives)),
        Measured(kinds.SLOWEST, max(lives)),
        Measured(kinds.MAKERS, makers_share),
        Measured(kinds.INVENTORY_RETURN, inventory_return(steps, inventories)),
        Measured(kinds.BRANCHING, branching(orders["time"].to_numpy(), _MINUTE_US)),
        Measured(kinds.CLUSTERING, clustering(steps)),
    ]


def mids(steps: pl.DataFrame) -> Floats:
    """Middle of the best quotes, ticks."""
    return ((steps["bid"] + steps["ask"]) / 2).to_numpy()


def one_tick_share(steps: pl.DataFrame) -> float:
    """ONE_TICK."""
    return float((steps["ask"] - steps["bid"] <= 1).mean())  # type: ignore[arg-type]


def median_spread_bps(steps: pl.DataFrame) -> float:
    """SPREAD."""
    return float(np.median(1e4 * (steps["ask"] - steps["bid"]).to_numpy() / mids(steps)))


def top_lots(steps: pl.DataFrame) -> float:
    """Mean displayed size at the best bid and ask together."""
    return float((steps["bid_lots"] + steps["ask_lots"]).mean())  # type: ignore[arg-type]


def trade_autocorrelation(orders: pl.DataFrame) -> tuple[float, float]:
    """BOUNCE and MINUTES: of price changes from taker order to taker order."""
    prices, times = orders["price"].to_numpy(), orders["time"].to_numpy()
    minute = max(2, round(prices.size * _MINUTE_US / (times[-1] - times[0])))
    acf = autocorrelation(np.diff(prices.astype(float)), min(3 * minute, prices.size - 2))
    return float(acf[1]), float(acf[minute:].mean())


def sign_exponent(signs: np.ndarray) -> float:
    """SIGN_GAMMA: the exponent g with which c / lag^g fits the autocorrelations best, in bins even in log lag.

    Buys and sells are equally likely, so no mean is taken off, which would press a long memory down. Fitted as they
    are, not their logs: at long lags some are negative by chance.
    """
    first, last = _SIGN_LAGS
    if signs.size <= 2 * last:
        return float("nan")
    x = signs.astype(float)
    acf = np.array([x[lag:] @ x[: x.size - lag] / (x.size - lag) for lag in range(last + 1)])
    edges = np.unique(np.geomspace(first, last + 1, 9).astype(int))
    bins = [np.arange(low, high) for low, high in pairwise(edges)]
    values = np.array([acf[lags].mean() for lags in bins])
    gains = []
    for exponent in _GAMMAS:
        shape = np.array([(lags.astype(float) ** -exponent).mean() for lags in bins])
        along = shape @ values
        gains.append(along * abs(along) / (shape @ shape))
    return float(_GAMMAS[int(np.argmax(gains))])


def flow_r2(steps: pl.DataFrame) -> tuple[float, float, float]:
    """OFI_NOW, OFI_NEXT and TFI_NEXT: R2 over 10 s, not overlapping; the next 10 s begin 100 ms later."""
    mid = mids(steps)
    n = (mid.size - 2) // _WINDOW_STEPS - 1
    starts = np.arange(n) * _WINDOW_STEPS
    ofi, tfi = (np.concatenate([[0.0], np.cumsum(steps[name].to_numpy())]) for name in ("ofi", "tfi"))
    end, after = starts + _WINDOW_STEPS, starts + _WINDOW_STEPS + 1
    now = mid[end] - mid[starts]
    following = mid[np.minimum(after + _WINDOW_STEPS, mid.size - 1)] - mid[after]
    flow, taken = ofi[end + 1] - ofi[starts + 1], tfi[end + 1] - tfi[starts + 1]
    return tuple(correlation(x, y) ** 2 for x, y in ((flow, now), (flow, following), (taken, following)))  # type: ignore[return-value]


def maker_half_lives(inventories: pl.DataFrame) -> list[float]:
    """Minutes, one per maker: ln 2 over the rate at which it passes on what it holds, by least squares.

    Of what it passed on, not of the autocorrelation of what it holds: an hour is too short for that.
    """
    lives = []
    for _, one in inventories.sort("time").group_by("maker", maintain_order=True):
        net, hedged = one["net"].to_numpy().astype(float), one["hedged"].to_numpy().astype(float)
        rate = (np.diff(hedged) @ net[:-1]) / (net[:-1] @ net[:-1])
        lives.append(float(np.log(2) / rate / 60) if rate > 0 else float("inf"))
    return lives


def inventory_return(steps: pl.DataFrame, inventories: pl.DataFrame) -> float:
    """INVENTORY_RETURN."""
    held = inventories.group_by("time").agg(pl.col("net").sum()).sort("time")["net"].to_numpy()[::10]
    mid = mids(steps)[:: 10 * _STEPS_A_SECOND]
    n = min(held.size, mid.size)
    return correlation(np.diff(held[:n].astype(float)), np.diff(mid[:n]))


def branching(times: np.ndarray, window_us: int) -> float:
    """BRANCHING."""
    counts = np.bincount((times - times[0]) // window_us)[:-1].astype(float)
    return float(1 - np.sqrt(counts.mean() / counts.var(ddof=1)))


def clustering(steps: pl.DataFrame) -> float:
    """CLUSTERING."""
    size = np.abs(np.diff(mids(steps)[:: 10 * _STEPS_A_SECOND]))
    return float(autocorrelation(size, 30)[1:].mean())
