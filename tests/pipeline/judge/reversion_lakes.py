"""Lakes with a planted edge: extreme inventory every four hours, a fall into it, and a recovery of so many bps.

Written as parts, without raw files. Books stand in two seconds of each minute: enough for the rule and its fills.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.parts import write_part
from pipeline.warehouse import publish
from signals.bars import DAY, MINUTE, SECOND, microseconds
from signals.book_state import BOOK_STATE
from signals.inputs.bookkeeping import INSTRUMENTS, MANIFEST
from signals.inputs.statements import FUNDING
from signals.inputs.trading import TRADES
from signals.maker_inventory import MAKER_INVENTORY
from signals.reversion import REVERSION, reversion_rows
from signals.reversion_machine import Rules
from signals.table import UTC_US, Table
from signals.taker_flow import TAKER_FLOW
from signals.volatility_regime import VOLATILITY_REGIME

FIRST = date(2024, 3, 4)
PARAMS = {
    "half_life_min": 30,
    "warmup_h": 3,
    "z_in": 2,
    "z_out": 0,
    "z_rearm": 1,
    "q_in": 0.975,
    "pullback": 0.004,
    "stop": 0.02,
    "arm_h": 1,
    "hold_h": 1,
    "cooldown_h": 0.1,
    "lookback_min": 30,
    "latency_ms": 50,
    "gap_s": 60,
}
_EVERY, _FALL, _BACK = 240, 5, 55
_FIRST_EVENT = 210
"""In minutes of the first day: from then on every other one is held over a settlement of funding at 8:00 or 16:00."""

_FALLEN = 0.006
_DECOYS = (75, 130, 185)


def reversion_lake(
    root: Path, *, symbols: Sequence[str], days: int, edge_bps: float, decoys: bool = True, seed: int = 1
) -> Path:
    """A lake of perpetuals whose episodes do not overlap. After a fall into extreme inventory `edge_bps` come back.

    With `decoys` there are three such falls between, without inventory, of which nothing comes back; without them
    whoever buys after a fall earns as much, and inventory has nothing to do with it.
    """
    lake = Lake(root)
    for place, symbol in enumerate(symbols):
        rng = np.random.default_rng([seed, place])
        offset = _FIRST_EVENT + place * _EVERY // len(symbols)
        _market(lake, Market("binance-usdm", symbol), days, edge_bps, offset, decoys, rng)
    publish(lake, "test")
    return root


def _market(
    lake: Lake, market: Market, days: int, edge_bps: float, offset: int, decoys: bool, rng: np.random.Generator
) -> None:
    start = microseconds(datetime.combine(FIRST, datetime.min.time(), UTC))
    size = days * 1_440
    phase = (np.arange(size) - offset) % _EVERY
    event = (np.arange(size) - offset) // _EVERY
    side = rng.choice([-1, 1], size // _EVERY + 2)[event]
    z = np.where(phase < 50, 2.5 * side, np.where(phase < _BACK + 5, -0.1 * side, rng.uniform(-0.9, 0.9, size)))
    falls, recovers = phase < _FALL, (phase >= _FALL) & (phase < _BACK)
    drift = np.where(falls, -_FALLEN / _FALL, 0) + np.where(recovers, edge_bps / 10_000 / (_BACK - _FALL), 0)
    moves = side * drift + rng.normal(0, 1e-4, size)
    for begin in _DECOYS if decoys else ():
        falls_too = (phase >= begin) & (phase < begin + _FALL)
        moves += np.where(falls_too, rng.choice([-1, 1], size // _EVERY + 2)[event] * _FALLEN / _FALL, 0)
    mid = 100 * np.exp(np.cumsum(moves))
    ends = start + MINUTE * np.arange(1, size + 1)
    book = _book(ends, mid)
    inventory = _frame(
        MAKER_INVENTORY,
        bar_end=np.repeat(ends, 2),
        known_ts=np.repeat(ends, 2) + SECOND // 5,
        half_life_min=np.tile([30, 120], size),
        z_level=np.repeat(z, 2),
        q_level=np.repeat(np.clip(0.5 + z / 5, 0, 1), 2),
    )
    own = inventory.filter(pl.col("half_life_min") == 30)
    rules = Rules(**{name: PARAMS[name] for name in Rules.__dataclass_fields__})
    rows = reversion_rows(
        own.select("venue", "symbol", "bar_end", "known_ts", "z_level", "q_level"),
        book,
        rules,
        start=start,
        end=start + days * DAY,
        warmup_h=PARAMS["warmup_h"],
    )
    stamps = start + 8 * 60 * MINUTE * np.arange(1, 3 * days + 1)
    tables: list[tuple[Table, pl.DataFrame, str]] = [
        (BOOK_STATE, book, "bar_end"),
        (TAKER_FLOW, _flow(ends), "bar_end"),
        (TRADES, _prints(ends, mid), "event_ts"),
        (FUNDING, _funding(stamps), "event_ts"),
        (MAKER_INVENTORY, inventory, "bar_end"),
        (REVERSION, rows, "bar_end"),
        (VOLATILITY_REGIME, _frame(VOLATILITY_REGIME, bar_end=ends, known_ts=ends, regime=event % 2), "bar_end"),
    ]
    for table, frame, time in tables:
        _write(lake, market, table, frame.with_columns(symbol=pl.lit(market.symbol)), time)
    known = {"kind": "perp", "tick_size": 0.1, "qty_decimals": 3, "contract_size": 1.0, "is_inverse": False}
    said = {name: pl.lit(value) for name, value in (known | {"funding_interval_h": 8.0, "inferred": ""}).items()}
    one = _frame(INSTRUMENTS, known_ts=ends[:1], valid_from=np.zeros(1, np.int64)).with_columns(
        symbol=pl.lit(market.symbol), **said
    )
    one = one.cast(dict(INSTRUMENTS.schema))
    _whole(lake, market, INSTRUMENTS, one)
    said = {"source": "binance-capture", "price_step": "0", "price_highest": "0", "said": "[]", "holes": "[]"}
    lists = [name for name, dtype in MANIFEST.schema.items() if dtype.is_nested()]
    file = _frame(MANIFEST, known_ts=ends[:1], first_ts=ends[:1], last_ts=ends[-1:]).with_columns(
        pl.col(pl.String).exclude("symbol", *said).fill_null("x"),
        pl.col(pl.Int64).fill_null(0),
        *(pl.lit([]).cast(MANIFEST.schema[name]).alias(name) for name in lists),
        *(pl.lit(value).alias(name) for name, value in said.items()),
        pl.lit(market.symbol).alias("symbol"),
    )
    _whole(lake, market, MANIFEST, file)


def _book(ends: np.ndarray, mid: np.ndarray) -> pl.DataFrame:
    """At each minute and the second after it: two bps wide, and deep."""
    seconds = np.stack([ends, ends + SECOND], axis=1).ravel()
    mids = np.repeat(mid, 2)
    depths = {
        f"{side}_depth_{bps}bps_qty": np.full(mids.size, 9e4) for side in ("bid", "ask") for bps in (1, 5, 10, 25, 50)
    }
    return _frame(
        BOOK_STATE,
        bar_end=seconds,
        known_ts=seconds + SECOND // 10,
        state=["OK"] * mids.size,
        bid_px=mids * (1 - 1e-4),
        ask_px=mids * (1 + 1e-4),
        bid_qty=np.full(mids.size, 9e3),
        ask_qty=np.full(mids.size, 9e3),
        **depths,
    )


def _flow(ends: np.ndarray) -> pl.DataFrame:
    return _frame(TAKER_FLOW, bar_end=ends, known_ts=ends, buy_qty=np.ones(ends.size), sell_qty=np.ones(ends.size))


def _prints(ends: np.ndarray, mid: np.ndarray) -> pl.DataFrame:
    """Half a minute after each: one three bps below the mid, one three bps above."""
    times = np.repeat(ends + 30 * SECOND, 2)
    made = _frame(
        TRADES,
        event_ts=times,
        known_ts=times,
        seq=np.arange(times.size),
        price=np.repeat(mid, 2) * np.tile([1 - 3e-4, 1 + 3e-4], mid.size),
        qty=np.full(times.size, 50.0),
        taker_side=np.tile([-1, 1], mid.size),
    )
    return made.with_columns(is_off_market=pl.lit(False))


def _funding(stamps: np.ndarray) -> pl.DataFrame:
    """An estimate a second before each settlement."""
    said = _frame(
        FUNDING, event_ts=stamps - SECOND, known_ts=stamps - SECOND, seq=np.arange(stamps.size), next_ts=stamps
    )
    return said.with_columns(
        kind=pl.lit("predicted"), rate=pl.lit(1e-5), interval_h=pl.lit(8.0), mark_price=pl.lit(100.0)
    )


def _frame(table: Table, **columns: object) -> pl.DataFrame:
    """Rows of a table: what is not said is null."""
    made = pl.DataFrame({name: pl.Series(values) for name, values in columns.items()})
    rest = [pl.lit(None, dtype).alias(name) for name, dtype in table.schema.items() if name not in columns]
    made = made.with_columns(rest).with_columns(venue=pl.lit("binance-usdm"), symbol=pl.lit("x"))
    if "is_backwards" in table.schema:
        made = made.with_columns(is_backwards=pl.lit(False), clock=pl.lit("match"), source=pl.lit("binance-capture"))
    times = [name for name, dtype in table.schema.items() if dtype == UTC_US]
    return made.with_columns(pl.col(times).cast(pl.Int64)).select(table.schema.names()).cast(dict(table.schema))


def _write(lake: Lake, market: Market, table: Table, frame: pl.DataFrame, time: str) -> None:
    shift = timedelta(microseconds=1 if time == "bar_end" else 0)
    lineage = {"parameters": PARAMS, "preset": "default", "version": 1}
    parts = [
        write_part(lake.root, table, market, day, "ab" * 8, lineage, rows.drop("_day").sort(table.key))
        for (day,), rows in frame.with_columns(_day=(pl.col(time) - shift).dt.date()).group_by("_day")
    ]
    lake.commit({table.name: table}, parts, [])


def _whole(lake: Lake, market: Market, table: Table, frame: pl.DataFrame) -> None:
    lake.commit({table.name: table}, [write_part(lake.root, table, market, None, "ab" * 8, {}, frame)], [])
