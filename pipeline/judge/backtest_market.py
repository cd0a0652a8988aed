"""One market of a lake, backtested: its tables are read, its trades and those of its controls made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from backtest.placebo.control_places import Pullback
from backtest.placebo.control_rows import Exits
from backtest.placebo.reversion_controls import Design, controls
from backtest.strategy.factors import daily_factors
from backtest.strategy.placebos import RULE
from backtest.trading.books import COLUMNS as BOOK_COLUMNS
from backtest.trading.day_market import FLOW_COLUMNS
from backtest.trading.history import History
from backtest.trading.resting import PRINT_COLUMNS
from backtest.trading.reversion_episodes import ENTRY_REASON
from backtest.trading.settlements import priced_by_bars, settlements, with_scheduled
from backtest.trading.terms import Terms
from backtest.trading.trades import trades_met
from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.reader import LakeReader
from pipeline.registry import instruments
from pipeline.timerange import TimeRange
from signals.bars import DAY

JUDGED_LATENCY_MS: Final = 50.0
"""Of those bracketed: the one whose figures are judged, and at which controls trade."""

_FUNDING_MAX_AGE_S: Final = 60
_FUNDING_DELAY_S: Final = 5
_DAY: Final = timedelta(days=1)
_DAY_MIN: Final = 1_440
_BINS: Final = 10
_VOL_BINS: Final = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A market of a lake and the stretch of time that is judged."""

    root: Path
    market: Market
    time: TimeRange


@dataclass(frozen=True, slots=True)
class MarketTrades:
    """What one market came to. `made`: TRADES by name, those of the rule under RULE, at every latency, controls at the
    judged one. `stamps`, `unknown_stamps`: settlements in the time, and those whose rate is not known."""

    market: Market
    made: Mapping[str, pl.DataFrame]
    first: Any
    last: Any
    minutes: int
    factors: pl.DataFrame
    regimes: pl.DataFrame
    stamps: int
    unknown_stamps: int
    has_funding_schedule: bool


def judge_market(place: Place, params: Mapping[str, Any], terms: Terms, seed: int) -> MarketTrades:
    """Trades of the rows of reversion_signal as they stand in the lake, and of their controls."""
    rows = read(place, "reversion_signal").collect()
    if rows.is_empty():
        nothing = pl.DataFrame()
        return MarketTrades(place.market, {}, None, None, 0, nothing, nothing, 0, 0, has_funding_schedule=False)
    paid, has_schedule = settlements_of(place, rows)
    design = design_of(params, rows.height, seed)
    chosen = {RULE: rows, **controls(rows, paid, design=design)}
    met = history_of(place, list(chosen.values()), paid, rests=terms.rest_s is not None)
    _check_books(place, rows, met)
    due = paid.filter(pl.col("settle_ts").is_between(rows["bar_end"].min(), rows["bar_end"].max(), closed="right"))
    judged = _at(terms, (JUDGED_LATENCY_MS,))
    return MarketTrades(
        market=place.market,
        made={name: trades_met(one, met, terms=terms if name == RULE else judged) for name, one in chosen.items()},
        first=rows["bar_end"].min(),
        last=rows["bar_end"].max(),
        minutes=rows.height,
        factors=daily_factors(rows.select("bar_end", "mid"), paid),
        regimes=read(place, "volatility_regime").select("venue", "symbol", "bar_end", "regime").collect(),
        stamps=due.height,
        unknown_stamps=due.filter(pl.col("rate").is_null() | pl.col("ref_px").is_null()).height,
        has_funding_schedule=has_schedule,
    )


def _check_books(place: Place, rows: pl.DataFrame, met: History) -> None:
    """Raises FP011 if the rows have mids of books that are not there: they were made from others."""
    priced = rows.drop_nulls("mid")["bar_end"].to_physical().to_numpy()
    missing = priced.size - int(np.isin(priced, met.books.ends).sum())
    if missing:
        raise FootprintError(
            "FP011",
            f"{missing:,} of {priced.size:,} minutes of reversion_signal have a mid, and book_state has no OK book "
            f"there: the rows were made from other books",
            where=str(place.market),
            hint="footprint compute, to bring the signal up to date",
        )


def read(place: Place, table: str, *, before: timedelta = timedelta(0)) -> pl.LazyFrame:
    """Its rows of a table that feed the signals, in the time and in so much of the past before it."""
    since = place.time.since and place.time.since - before
    market = place.market
    reader = LakeReader(place.root)
    return reader.feeding(table, venue=market.venue, symbol=market.symbol, since=since, until=place.time.until)


def settlements_of(place: Place, rows: pl.DataFrame) -> tuple[pl.DataFrame, bool]:
    """Settlements that trades on these rows may meet, and whether it is known when they are due.

    A day beyond the last row too: exits wait for a book. A dated future has none.
    """
    reference = "index" if place.market.venue == "hyperliquid" else "mark"  # there, the oracle's
    stated = settlements(
        read(place, "funding", before=_DAY).collect(),
        reference=f"{reference}_price",  # type: ignore[arg-type]
        max_age_s=_FUNDING_MAX_AGE_S,
    )
    bars = read(place, "price_bars", before=_DAY).filter(pl.col("price_kind") == reference)
    stated = priced_by_bars(stated, bars.select("event_ts", "close").collect(), max_age_s=_FUNDING_MAX_AGE_S)
    known = instruments(Lake(place.root))[place.market]
    if known.latest.kind != "perp":
        return stated.clear(), True
    if rows.is_empty():
        return stated, False
    first, last = (int(rows["bar_end"].to_physical()[place_of]) for place_of in (0, -1))
    spans = list(known.within(first, last + DAY))
    for since, until, one in spans:
        if one.funding_interval_h is not None:
            stated = with_scheduled(stated, interval_h=one.funding_interval_h, since=since, until=until)
    return stated, all(one.funding_interval_h is not None for *_, one in spans)


def history_of(place: Place, chosen: Sequence[pl.DataFrame], paid: pl.DataFrame, *, rests: bool) -> History:
    """What the orders of any of these rows met. Prints are read for the minutes after entries only."""
    return History.of(
        read(place, "book_state", before=_DAY).select(BOOK_COLUMNS).collect(),
        paid,
        prints=_prints(place, chosen) if rests else None,
        flow=read(place, "taker_flow", before=_DAY).select(FLOW_COLUMNS).collect(),
    )


def _prints(place: Place, chosen: Sequence[pl.DataFrame]) -> pl.DataFrame:
    entered = pl.concat(
        [
            rows.filter((pl.col("state") == "ENTRY") & pl.col("reason").str.ends_with(ENTRY_REASON)).select("bar_end")
            for rows in chosen
        ]
    )["bar_end"].unique()
    minutes = pl.concat([entered, entered.dt.offset_by("1m")]).unique()
    in_reach = pl.col("event_ts").dt.truncate("1m").is_in(minutes.implode())
    return read(place, "trades").select(PRINT_COLUMNS).filter(in_reach).collect()


def design_of(params: Mapping[str, Any], minutes: int, seed: int) -> Design:
    """Controls that leave where the rule would on average: same stop, the pullback regained, the same time held.

    Returns are looked at over the time held, volatility over the lookback. Entries are moved by the whole days next to
    half the time there is, so that they stay in their hour; if that is less than two days, by half of it.
    """
    half = minutes // 2
    return Design(
        exits=Exits(stop=params["stop"], target=params["pullback"], hold_min=params["hold_h"] * 60),
        pullback=Pullback(params["pullback"], arm_min=params["arm_h"] * 60, lookback_min=params["lookback_min"]),
        shift_min=half // _DAY_MIN * _DAY_MIN or half,
        return_window_min=max(round(params["hold_h"] * 60), 1),
        return_bins=_BINS,
        vol_window_min=max(round(params["lookback_min"]), 1),
        vol_bins=_VOL_BINS,
        funding_delay_s=_FUNDING_DELAY_S,
        seed=seed,
    )


def _at(terms: Terms, latencies_ms: tuple[float, ...]) -> Terms:
    return replace(terms, latencies_ms=latencies_ms)
