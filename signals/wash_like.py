"""Wash-like trading: a taker order and soon its opposite of equal size, after which nothing has changed.

`wash_like_pairs` names such pairs, `wash_like` counts them every minute against what chance would bring. Who stood
behind a print is not public: makers who are filled on both sides, grid bots and the legs of an arbitrage look exactly
like this, so a pair is wash-LIKE and no more, and no statement about anybody. Beside the counts stand descriptions of
the sizes traded (signals.size_digits). Tails of sizes are no test: they tell the opposite (Aloosh and Li 2024).
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MILLISECOND, MINUTE, SECOND, microseconds
from signals.book_state import BAR_END, BOOK_STATE
from signals.equal_sizes import MICROPAIRS, candidates, expected, is_opposite
from signals.grid import Grid
from signals.inputs.bookkeeping import INSTRUMENTS
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.pair_tape import ORDER_COLUMNS, PairTape, spreads
from signals.reading import whole
from signals.size_digits import SizeCounts, trailing
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW
from signals.taker_orders import TAKER_ORDERS
from signals.wash_like_pairs import WASH_LIKE_PAIRS, wash_like_pairs

Ints = NDArray[np.int64]

WASH_LIKE = Table(
    name="wash_like",
    grain="one row per minute",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column("n_orders", pl.Int64(), "orders", "taker orders of the minute; this and the next three null in gaps"),
        Column("n_pairs", pl.Int64(), "pairs", "rows of wash_like_pairs"),
        Column("n_expected", pl.Float64(), "pairs", "as many if the sides were shuffled within their minutes"),
        Column("pair_qty", pl.Float64(), "base", "sizes of the second orders of the pairs, summed"),
        Column("n_orders_window", pl.Int64(), "orders", "the same over the trailing window: this and all below"),
        Column("n_pairs_window", pl.Int64(), "pairs", "pairs; all of these null if too little of the window is known"),
        Column("n_expected_window", pl.Float64(), "pairs", "pairs by chance"),
        Column(
            "score", pl.Float64(), "ratio", "pairs over pairs by chance; null if fewer than `min_expected` are expected"
        ),
        Column(
            "first_digit_distance",
            pl.Float64(),
            "0 to 0.22",
            "mean distance of the shares of first digits of sizes from Benford's law; null with too few orders",
        ),
        Column(
            "round_size_share",
            pl.Float64(),
            "0 to 1",
            "multiples of ten lots among sizes of at least that; 0.1 if last digits are even; null likewise",
        ),
        Column(
            "lognormal_distance",
            pl.Float64(),
            "0 to 1",
            "largest distance of the distribution of log sizes from the normal fitted to it; null likewise",
        ),
        Column("coverage", pl.Float64(), "0 to 1", "share of the minute outside gaps of the tape"),
        Column("window_coverage", pl.Float64(), "0 to 1", "the same of the window, in minutes that count"),
    ),
)


def wash_like(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    window_min: int,
    gap_ms: int,
    most_between: int,
    min_orders: int,
    min_expected: float,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """WASH_LIKE_PAIRS and WASH_LIKE of the span: every minute whose last second has a row of taker_flow.

    Two orders are compared if fewer than `gap_ms` and at most `most_between` orders lie between them, on one day; the
    price is unmoved if their first prices differ by at most the spread at the last whole second before the first (one
    tick without a book that is OK). A row is known when all orders and seconds it could depend on are.
    """
    del chunk_rows  # orders are few against prints and levels
    if not 0 < gap_ms <= 60_000:
        raise ValueError(f"expected gap_ms of at most a minute, got {gap_ms}")
    grid = Grid.of_instrument(whole(inputs, INSTRUMENTS))
    seconds = whole(inputs, TAKER_FLOW, columns=("venue", "symbol", "bar_end", "known_ts", "coverage", "n_orders"))
    book = whole(inputs, BOOK_STATE, columns=("bar_end", "known_ts", "state", "bid_px", "ask_px"))
    tape = PairTape.of(whole(inputs, TAKER_ORDERS, columns=ORDER_COLUMNS), seconds, book, grid, window_min * MINUTE)
    first, second = candidates(tape.orders, spreads(book, tape.orders.ts, grid), gap_ms * MILLISECOND, most_between)
    opposite = is_opposite(tape.orders, first, second)
    pairs = wash_like_pairs(
        tape, first[opposite], second[opposite], begin=microseconds(span.start), min_orders=min_orders
    )
    rows = _minutes(tape, first, second, opposite, span, grid, min_orders, min_expected, min_coverage)
    return {WASH_LIKE_PAIRS.name: WASH_LIKE_PAIRS.check(pairs), WASH_LIKE.name: WASH_LIKE.check(rows)}


def _minutes(
    tape: PairTape,
    first: Ints,
    second: Ints,
    opposite: NDArray[np.bool_],
    span: Span,
    grid: Grid,
    min_orders: int,
    min_expected: float,
    min_coverage: float,
) -> pl.DataFrame:
    """WASH_LIKE of the span, of candidates of which some are `opposite`."""
    orders, second_ends = tape.orders, tape.seconds["bar_end"].to_physical().to_numpy()
    inside = (second_ends > microseconds(span.start)) & (second_ends <= microseconds(span.until))
    ends = second_ends[inside & (second_ends % MINUTE == 0)]
    if not ends.size:
        return WASH_LIKE.empty()
    begin = min([int(second_ends[0]) - 1, *orders.ts[:1].tolist()]) // MINUTE * MINUTE
    last = max([int(second_ends[-1]) - 1, *orders.ts[-1:].tolist()])
    minutes = (last - begin) // MINUTE + 1
    minute, window = (orders.ts - begin) // MINUTE, tape.window_us // MINUTE

    covered = _covered(tape.seconds, begin, minutes)
    stands = covered >= min_coverage * MINUTE
    at, made = (ends - begin) // MINUTE - 1, second[opposite]
    counts = {
        "n_orders": np.bincount(minute, minlength=minutes),
        "n_pairs": np.bincount(minute[made], minlength=minutes),
        "n_expected": expected(orders, first, second, minutes, begin),
    }
    over = {name: trailing(values, stands, window)[at] for name, values in counts.items()}
    pair_lots = np.zeros(minutes, np.int64)
    np.add.at(pair_lots, minute[made], orders.lots[made])
    sizes = SizeCounts.of(orders.lots, minute, minutes).over(stands, window).at(at)
    window_coverage = trailing(covered, stands, window)[at] / tape.window_us
    is_wide, is_many = window_coverage >= min_coverage, over["n_orders"] >= min_orders
    n_expected = over["n_expected"] / MICROPAIRS
    with np.errstate(divide="ignore", invalid="ignore"):
        score = over["n_pairs"] / n_expected
    return pl.DataFrame(
        {
            "venue": tape.seconds["venue"][0],
            "symbol": tape.seconds["symbol"][0],
            "bar_end": pl.Series(ends).cast(UTC_US),
            "known_ts": pl.Series(tape.known(ends)).cast(UTC_US),
            "n_orders": _where(stands[at], counts["n_orders"][at]),
            "n_pairs": _where(stands[at], counts["n_pairs"][at]),
            "n_expected": _where(stands[at], counts["n_expected"][at] / MICROPAIRS),
            "pair_qty": _where(stands[at], grid.qty(pair_lots[at])),
            "n_orders_window": _where(is_wide, over["n_orders"]),
            "n_pairs_window": _where(is_wide, over["n_pairs"]),
            "n_expected_window": _where(is_wide, n_expected),
            "score": _where(is_wide & (n_expected >= min_expected), score),
            "first_digit_distance": _where(is_wide & is_many, sizes.first_digit_distance()),
            "round_size_share": _where(is_wide & is_many, sizes.round_share()),
            "lognormal_distance": _where(is_wide & is_many, sizes.lognormal_distance()),
            "coverage": covered[at] / MINUTE,
            "window_coverage": window_coverage,
        }
    )


def _covered(seconds: pl.DataFrame, begin: int, minutes: int) -> Ints:
    """Microseconds of each minute outside gaps of the tape, in seconds that stand."""
    ends = seconds["bar_end"].to_physical().to_numpy()
    us = (
        np.rint(seconds["coverage"].to_numpy() * SECOND).astype(np.int64) * seconds["n_orders"].is_not_null().to_numpy()
    )
    covered = np.zeros(minutes, np.int64)
    np.add.at(covered, (ends - 1 - begin) // MINUTE, us)
    return covered


def _where(stands: NDArray[np.bool_], values: NDArray[np.generic]) -> pl.Series:
    """The values, null where they do not stand or are no number."""
    made = pl.Series(values).set(pl.Series(~stands), None)
    return made.fill_nan(None) if made.dtype == pl.Float64 else made


def _reach(params: Params) -> timedelta:
    """The window, and the minute before it: its first orders are compared with the last of that."""
    return timedelta(minutes=params["window_min"] + 1)


WASH_LIKE_SIGNAL = Signal(
    name="wash_like",
    version=1,
    meaning="pairs of opposite taker orders of equal size, against chance, and what sizes look like",
    inputs=(
        Input(INSTRUMENTS),
        Input(TAKER_ORDERS, history=_reach),
        Input(TAKER_FLOW, history=_reach),
        Input(BOOK_STATE, history=_reach),
    ),
    outputs=(WASH_LIKE_PAIRS, WASH_LIKE),
    compute=wash_like,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "window_min": 60,
        "gap_ms": 500,
        "most_between": 8,
        "min_orders": 500,
        "min_expected": 1.0,
        "min_coverage": 0.8,
    },
    presets={
        "sample": {"window_min": 3, "min_orders": 50},
        "demo": {"window_min": 5, "min_orders": 50, "min_expected": 0.1},
    },
)
