"""Small hand-made frames of the tables the tape signals read. Times are seconds from a midnight, before it negative."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from signals.bars import microseconds
from signals.book_state import BOOK_STATE
from signals.inputs.bookkeeping import GAPS, INSTRUMENTS
from signals.table import UTC_US, Signal, Span, Table
from signals.taker_flow import TAKER_FLOW

MIDNIGHT = datetime(2024, 1, 3, tzinfo=UTC)
DAY_S = 86_400


def instant(seconds: float) -> datetime:
    return MIDNIGHT + timedelta(microseconds=round(seconds * 1_000_000))


def frame(table: Table, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows in the order of the table's key, with what is left out: `known_ts` 0.1 s after the row's time, `seq` by
    day, all else null."""
    times = [row.get("event_ts", row.get("bar_end", 0)) for row in rows]
    stated = {name: [row.get(name) for row in rows] for name in {name: None for row in rows for name in row}}
    missing = [
        time + 0.1 if row.get("known_ts") is None else row["known_ts"] for time, row in zip(times, rows, strict=True)
    ]
    columns = stated | {"known_ts": missing}
    made = {
        name: pl.Series(_us(columns[name])).cast(UTC_US)
        if dtype == UTC_US
        else pl.Series(columns[name], dtype=dtype, strict=False)
        for name, dtype in table.schema.items()
        if name in columns
    }
    day = pl.Series([time // DAY_S for time in times], dtype=pl.Int64, strict=False)
    filled = {"venue": pl.lit("v"), "symbol": pl.lit("s"), "seq": pl.int_range(pl.len()).over(day)}
    absent = [filled.get(name, pl.lit(None)).alias(name) for name in table.schema if name not in made]
    return pl.DataFrame(made).with_columns(absent).select(table.schema.names()).cast(dict(table.schema))


def _us(times: Sequence[float | None]) -> list[int | None]:
    midnight = microseconds(MIDNIGHT)
    return [None if time is None else midnight + round(time * 1_000_000) for time in times]


def seconds(
    flows: Mapping[int, tuple[float, float]], until: int, *, first: int = 1, without: Sequence[int] = ()
) -> pl.DataFrame:
    """TAKER_FLOW of every second up to `until`: (bought, sold) at a price of 100 where stated, else nothing."""
    schema = {"end": pl.Int64, "buy_qty": pl.Float64, "sell_qty": pl.Float64}
    stated = pl.DataFrame([(end, *flow) for end, flow in flows.items()], schema, orient="row")
    rows = pl.DataFrame({"end": range(first, until + 1)}, {"end": pl.Int64}).join(stated, on="end", how="left")
    rows = rows.filter(~pl.col("end").is_in(list(without))).sort("end").fill_null(0)
    buy, sell = pl.col("buy_qty"), pl.col("sell_qty")
    end = pl.lit(MIDNIGHT) + pl.duration(seconds="end")
    rows = rows.with_columns(
        venue=pl.lit("v"),
        symbol=pl.lit("s"),
        bar_end=end,
        known_ts=end + pl.duration(milliseconds=100),
        n_prints=(buy > 0).cast(pl.Int64) + (sell > 0),
        n_orders=(buy > 0).cast(pl.Int64) + (sell > 0),
        net_quote=100.0 * (buy - sell),
        cvd_qty=(buy - sell).cum_sum().over(pl.col("end").sub(1) // DAY_S),
        coverage=pl.lit(1.0),
    )
    return rows.select(TAKER_FLOW.schema.names()).cast(dict(TAKER_FLOW.schema))


def gaps(*stretches: tuple[str, float, float]) -> pl.DataFrame:
    """GAPS of (table, from, to), known 0.1 s after they ended."""
    rows = [
        {"table_name": name, "from_ts": begin, "to_ts": end, "known_ts": end + 0.1, "reason": "silence"}
        for name, begin, end in stretches
    ]
    return frame(GAPS, rows)


def instruments(tick: float = 0.1, decimals: int = 3) -> pl.DataFrame:
    return frame(INSTRUMENTS, [{"tick_size": tick, "qty_decimals": decimals, "kind": "perp", "inferred": ""}])


def run(
    signal: Signal, *inputs: pl.DataFrame, until: float, start: float = 0, output: int = 0, **params: Any
) -> pl.DataFrame:
    """One of the signal's tables, made of frames told apart by their schemas."""
    tables = {source.table.name: source.table for source in signal.inputs}
    frames = {INSTRUMENTS.name: instruments()}
    for given in inputs:
        frames[next(name for name, table in tables.items() if table.schema == given.schema)] = given
    made = signal.compute(
        {name: frames.get(name, table.empty()).lazy() for name, table in tables.items()},
        span=Span(instant(start), instant(until)),
        chunk_rows=1_000,
        **{**signal.params, **params},
    )
    return signal.outputs[output].check(made[signal.outputs[output].name])


def column(rows: pl.DataFrame, name: str) -> list[Any]:
    """A column; instants as seconds from midnight."""
    values = rows[name].to_list()
    if rows.schema[name] == pl.Datetime("us", "UTC"):
        return [(value - MIDNIGHT).total_seconds() for value in values]
    return values


def book(
    changed: Mapping[int, Mapping[str, Any]], until: int, *, first: int = 1, without: Sequence[int] = ()
) -> pl.DataFrame:
    """BOOK_STATE of every second up to `until`: 2 bid at 99.9, 4 asked at 100.1 and nothing moves, unless changed.

    A second of another state than OK has no values.
    """
    still = {"state": "OK", "bid_px": 99.9, "ask_px": 100.1, "bid_qty": 2.0, "ask_qty": 4.0, "coverage": 1.0}
    still |= {f"ofi_{level}": 0.0 for level in range(1, 6)}
    rows = []
    for end in range(first, until + 1):
        row = still | dict(changed.get(end, {}))
        row["spread_bps"] = 20_000 * (row["ask_px"] - row["bid_px"]) / (row["ask_px"] + row["bid_px"])
        if row["state"] != "OK":
            row = {"state": row["state"], "coverage": 0.0}
        if end not in without:
            rows.append({"bar_end": end} | row)
    return frame(BOOK_STATE, rows)
