"""A world folder from the demo market: its captures, and a truth told from its fills.

The demo has no icebergs; everybody who is passive is taken for one market maker that never hedges, so that its
inventory is minus CVD, and the naive baseline is right for once.
"""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipeline.simulator.demo import record
from pipeline.simulator.instrument import Instrument
from pipeline.simulator.truth import TRUTH
from pipeline.simulator.world import demo_world
from signals.table import UTC_US

START = datetime(2024, 1, 2, 12, 0, tzinfo=UTC)
_WARM_UP_US = 60_000_000
_SIDE = pl.col("taker_side")


def write_world(folder: Path, *, seed: int, minutes: int) -> None:
    """The perpetual alone, with a depth message every 100 ms."""
    for part in ("public", "truth"):
        (folder / part).mkdir(parents=True)
    start_us = int(START.timestamp()) * 1_000_000
    world = demo_world(seed=seed, start_us=start_us - _WARM_UP_US)
    span = {"start_us": start_us, "end_us": start_us + minutes * 60_000_000, "interval_us": 100_000}
    with gzip.open(folder / "public" / "binance-usdm_BTCUSDT_100ms.gz", "wb") as sink:
        record(world, sink, Instrument("BTCUSDT", tick_cents=10), seed=seed, **span)
    fills = _fills(world.exchange.fills)
    written = {"fills": fills, "taker_orders": _orders(fills), "inventories": _inventories(fills), "owners": _OWNERS}
    for name, table in TRUTH.items():
        rows = written.get(name, table.empty()).select(table.schema.names()).cast(dict(table.schema))
        table.check(rows.sort(table.key)).write_parquet(folder / "truth" / f"{name}.parquet")


def _fills(fills) -> pl.DataFrame:
    names = ["trade_id", "event_ts", "price", "qty", "taker_side", "taker", "taker_order_id", "maker", "maker_order_id"]
    rows = pl.DataFrame(fills, schema=names, orient="row")
    return rows.with_columns(
        pl.col("event_ts").cast(UTC_US),
        pl.col("price") / 10,
        pl.col("qty") / 1_000,
        venue=pl.lit("binance-usdm"),
        symbol=pl.lit("BTCUSDT"),
    )


def _orders(fills: pl.DataFrame) -> pl.DataFrame:
    return fills.group_by("venue", "symbol", order_id="taker_order_id", maintain_order=True).agg(
        pl.col("event_ts").first(),
        pl.col("qty").sum(),
        owner=pl.col("taker").first(),
        intent=pl.lit("noise_taker"),
        side=_SIDE.first(),
        levels=pl.col("price").n_unique(),
        first_px=pl.col("price").first(),
        last_px=pl.col("price").last(),
    )


def _inventories(fills: pl.DataFrame) -> pl.DataFrame:
    seconds = fills.group_by(pl.col("event_ts").dt.truncate("1s"), maintain_order=True).agg(
        got=-(pl.col("qty") * _SIDE).sum()
    )
    held = seconds.with_columns(net_qty=pl.col("got").cum_sum()).drop("got")
    zero = {name: pl.lit(0.0) for name in ("spot_qty", "perp2_qty", "off_venue_qty")}
    return held.with_columns(owner=pl.lit(1, pl.Int64), perp_qty="net_qty", **zero)


_OWNERS = pl.DataFrame(
    {
        "owner": [1, 2],
        "kind": ["market_maker"] * 2,
        "family": ["slow"] * 2,
        "hedge": [""] * 2,
        "half_life_min": [1e6] * 2,
    }
)
