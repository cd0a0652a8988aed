"""Book state: best prices, depth, imbalance and order-flow imbalance of a market, every second.

A row at `bar_end` is the book after every event before it, and the flow of the second up to it. Imbalances and
OFI are positive for net buying pressure (more bids than asks). Sources: Gould and Bonart 2016 (imbalance),
Cont, Kukanov and Stoikov 2014 (OFI), Xu, Gould and Howison 2018 (OFI by level).
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.grid import Grid
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.table import UTC_US, Column, Table

Ints = NDArray[np.int64]

BAR_END = Column("bar_end", UTC_US, "UTC", "exclusive end of the bar")

_BANDS = (1, 5, 10, 25, 50)
_LEVELS = (1, 2, 3, 4, 5)


def _float(name: str, unit: str, meaning: str) -> Column:
    return Column(name, pl.Float64(), unit, meaning)


BOOK_STATE = Table(
    name="book_state",
    grain="one row per second",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column(
            "state", pl.String(), "text", "OK, LOCKED, CROSSED, ONE_SIDED, EMPTY, STALE (silent) or RESYNC (no book)"
        ),
        _float("bid_px", "quote per base", "best bid; this and all values below are null unless OK or LOCKED"),
        _float("bid_qty", "base", "size at the best bid"),
        _float("ask_px", "quote per base", "best ask"),
        _float("ask_qty", "base", "size at the best ask"),
        *(
            _float(
                f"{side}_depth_{bps}bps_qty",
                "base",
                f"size of {side}s within {bps} bps of the mid, edge included; null if the feed has not shown that deep",
            )
            for side in ("bid", "ask")
            for bps in _BANDS
        ),
        _float("imbalance_1", "[-1, 1]", "(bid - ask) / (bid + ask) of the best sizes; > 0 more bids"),
        _float("imbalance_5", "[-1, 1]", "the same over five levels, weights falling as exp(-decay (level - 1))"),
        _float("imbalance_10", "[-1, 1]", "the same over ten levels"),
        *(
            _float(
                f"imbalance_{bps}bps",
                "[-1, 1]",
                f"the same over the depths within {bps} bps; null if both are 0 or the feed has not shown that deep",
            )
            for bps in _BANDS
        ),
        Column(
            "band_complete_bps",
            pl.Int64(),
            "bps of mid",
            "widest of the bands that the feed has shown whole on both sides; 0 if none, wider bands are null",
        ),
        _float("microprice", "quote per base", "mid weighted by the opposite sizes; null when LOCKED"),
        _float("spread_bps", "bps of mid", "best ask minus best bid; null when LOCKED"),
        *(
            _float(f"ofi_{level}", "base", f"order-flow imbalance of level {level} over the bar; > 0 buying pressure")
            for level in _LEVELS
        ),
        _float("age_ms", "ms", "from the last book message to the bar's end; null before the first message"),
        Column(
            "coverage", pl.Float64(), "0 to 1", "share of the bar with the book OK or LOCKED; OFI is null below 0.8"
        ),
        _float(
            "bid_reach_bps", "bps of mid", "how deep the last snapshot listed bids: beyond, only levels changed since"
        ),
        _float(
            "ask_reach_bps", "bps of mid", "how deep the last snapshot listed asks: beyond, only levels changed since"
        ),
    ),
)


def book_state(
    bars: Ints,
    grid: Grid,
    *,
    venue: str,
    symbol: str,
    bar_us: int,
    delay_us: int,
    imbalance_decay: float,
    min_coverage: float,
) -> pl.DataFrame:
    """Turn bars of `Book.feed` into rows of BOOK_STATE.

    delay_us: how long after its end a bar is usable at the earliest. Below `min_coverage` OFI is null.
    """
    from signals.kernels import book_fields as k  # numba is imported only to compute

    state = bars[k.STATE]
    bid, ask = bars[k.BID_PX], bars[k.ASK_PX]
    sizes = {"bid": bars[k.BID_QTY : k.BID_QTY + 5], "ask": bars[k.ASK_QTY : k.ASK_QTY + 5]}
    depths = {
        "bid": bars[k.BID_DEPTH : k.BID_DEPTH + len(_BANDS)],
        "ask": bars[k.ASK_DEPTH : k.ASK_DEPTH + len(_BANDS)],
    }
    is_ok = state == k.OK
    stands = is_ok | (state == k.LOCKED)
    coverage = bars[k.COVERED_US] / bar_us
    flows = stands & (coverage >= min_coverage)
    is_deep = {side: stands & (depths[side] >= 0) for side in depths}
    is_whole = is_deep["bid"] & is_deep["ask"]
    ten = {
        "bid": np.concatenate((sizes["bid"], bars[k.BID_FURTHER : k.BID_FURTHER + 5])),
        "ask": np.concatenate((sizes["ask"], bars[k.ASK_FURTHER : k.ASK_FURTHER + 5])),
    }
    weights = np.exp(-imbalance_decay * np.arange(10))
    mid2 = bid + ask
    bid_px, ask_px = grid.price(bid), grid.price(ask)
    bid_qty, ask_qty = grid.qty(sizes["bid"][0]), grid.qty(sizes["ask"][0])

    columns: dict[str, NDArray[np.float64]] = {"bid_px": _where(stands, bid_px), "bid_qty": _where(stands, bid_qty)}
    columns |= {"ask_px": _where(stands, ask_px), "ask_qty": _where(stands, ask_qty)}
    for side in ("bid", "ask"):
        for row, bps in enumerate(_BANDS):
            columns[f"{side}_depth_{bps}bps_qty"] = _where(is_deep[side][row], grid.qty(depths[side][row]))
    with np.errstate(divide="ignore", invalid="ignore"):  # rows without a book are nulled
        columns |= {
            "imbalance_1": _where(stands, _balance(sizes["bid"][0], sizes["ask"][0])),
            "imbalance_5": _where(stands, _balance(_weighted(sizes["bid"], weights), _weighted(sizes["ask"], weights))),
            "imbalance_10": _where(stands, _balance(_weighted(ten["bid"], weights), _weighted(ten["ask"], weights))),
            "microprice": _where(is_ok, (bid_qty * ask_px + ask_qty * bid_px) / (bid_qty + ask_qty)),
            "spread_bps": _where(is_ok, 20_000 * (ask - bid) / mid2),
        }
        for row, bps in enumerate(_BANDS):
            # Depths are empty where the spread is wider than the band.
            near = is_whole[row] & (depths["bid"][row] + depths["ask"][row] > 0)
            columns[f"imbalance_{bps}bps"] = _where(near, _balance(depths["bid"][row], depths["ask"][row]))
        for level in _LEVELS:
            columns[f"ofi_{level}"] = _where(flows, grid.qty(bars[k.OFI + level - 1]))
        bid_reach, ask_reach = bars[k.BID_REACH], bars[k.ASK_REACH]
        columns |= {
            "age_ms": _where(bars[k.LAST_US] >= 0, (bars[k.BAR_END] - bars[k.LAST_US]) / 1_000),
            "coverage": coverage,
            "bid_reach_bps": _where(stands & (bid_reach >= 0), 10_000 * (mid2 - 2 * bid_reach) / mid2),
            "ask_reach_bps": _where(stands & (ask_reach >= 0), 10_000 * (2 * ask_reach - mid2) / mid2),
        }
    # Bands nest: with a band every narrower one is whole.
    widest = np.array((0, *_BANDS), np.int64)[is_whole.sum(axis=0)]
    names = np.array(["OK", "LOCKED", "CROSSED", "ONE_SIDED", "EMPTY", "STALE", "RESYNC"], dtype=object)
    frame = pl.DataFrame(
        {
            "bar_end": bars[k.BAR_END],
            "known_ts": np.maximum(bars[k.BAR_END] + delay_us, bars[-1]),
            "state": pl.Series(names[state].tolist(), dtype=pl.String()),
            "band_complete_bps": pl.Series(widest).set(pl.Series(~stands), None),
            **columns,
        }
    )
    return frame.select(
        pl.lit(venue).alias("venue"),
        pl.lit(symbol).alias("symbol"),
        pl.col("bar_end", "known_ts").cast(UTC_US),
        "state",
        pl.col(BOOK_STATE.schema.names()[5:]).exclude("band_complete_bps").fill_nan(None),
        "band_complete_bps",
    ).select(BOOK_STATE.schema.names())


def _where(stands: NDArray[np.bool_], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values, NaN (null in the end) where they do not stand."""
    return np.where(stands, values, np.nan)


def _weighted(sizes: Ints, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted sum over levels, level by level, so that the order of addition is fixed."""
    total = np.zeros(sizes.shape[1])
    for level, lots in enumerate(sizes):
        total += weights[level] * lots
    return total


def _balance(bid: NDArray[np.generic], ask: NDArray[np.generic]) -> NDArray[np.float64]:
    return (bid - ask) / (bid + ask)  # type: ignore[operator]
