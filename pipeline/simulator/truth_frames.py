"""What the log of a world says, as the tables of `truth`."""

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from pipeline.simulator.orders import Fill
from pipeline.simulator.truth import TRUTH
from pipeline.simulator.world import World
from signals.table import Table

_LOTS = 1000
"""Lots in one base unit."""


def truth_frames(world: World, *, start_us: int, end_us: int) -> dict[str, pl.DataFrame]:
    """Every table of TRUTH, from `start_us` on; what is not over by `end_us` ends there."""
    makers: dict[str, Callable[[], pl.DataFrame]] = {
        "owners": lambda: _owners(world),
        "fills": lambda: _fills(world, start_us),
        "inventories": lambda: _inventories(world),
        "icebergs": lambda: _noted(world, "icebergs", world.log.icebergs, end_ts=end_us, ended_by="end"),
        "iceberg_refills": lambda: _noted(world, "iceberg_refills", world.log.refills),
        "metaorders": lambda: _noted(world, "metaorders", _numbered(world.log.metaorders, "metaorder")),
        "pulls": lambda: _noted(world, "pulls", world.log.pulls),
        "labels": lambda: _noted(world, "labels", world.log.labels),
        "positions": lambda: _positions(world),
        "values": lambda: _values(world),
    }
    frames = {name: make() for name, make in makers.items()}
    frames["taker_orders"] = _taker_orders(world, frames["fills"])
    return {name: _checked(TRUTH[name], frames[name], start_us) for name in TRUTH}


def _checked(table: Table, frame: pl.DataFrame, start_us: int) -> pl.DataFrame:
    """Rows since the start, in order, as the table says; raises ContractError if they are not."""
    time = next((name for name in ("event_ts", "start_ts") if name in table.schema), None)
    if time == "event_ts":
        frame = frame.filter(pl.col(time).to_physical() >= start_us)
    frame = frame.cast(table.schema).select(table.schema.names())
    return table.check(frame.unique(table.key, keep="first", maintain_order=True).sort(table.key))


def _frame(table: str, rows: Iterator[dict[str, Any]]) -> pl.DataFrame:
    schema = TRUTH[table].schema
    times = {name: pl.Int64() for name, dtype in schema.items() if isinstance(dtype, pl.Datetime)}
    return pl.DataFrame(list(rows), schema=pl.Schema({**schema, **times}))


def _owners(world: World) -> pl.DataFrame:
    return _frame("owners", (account._asdict() for account in world.ledger.accounts))


def _fills(world: World, start_us: int) -> pl.DataFrame:
    parts = []
    for market in world.markets:
        fills = [fill for fill in market.exchange.fills if fill.time >= start_us]
        columns = dict(zip(Fill._fields, map(list, zip(*fills, strict=True)), strict=True)) if fills else {}
        raw = pl.DataFrame(columns, schema=dict.fromkeys(Fill._fields, pl.Int64()))
        parts.append(
            raw.select(
                venue=pl.lit(market.params.venue),
                symbol=pl.lit(market.params.symbol),
                trade_id="trade_id",
                event_ts="time",
                price=_price(world, pl.col("price")),
                qty=pl.col("size") / _LOTS,
                taker_side="taker_side",
                taker="taker",
                taker_order_id="taker_order",
                maker="maker",
                maker_order_id="maker_order",
            )
        )
    return pl.concat(parts)


def _price(world: World, ticks: pl.Expr) -> pl.Expr:
    return ticks * world.params.tick_cents / 100


def _taker_orders(world: World, fills: pl.DataFrame) -> pl.DataFrame:
    orders = fills.group_by("venue", "symbol", "taker_order_id", maintain_order=True).agg(
        event_ts=pl.col("event_ts").first(),
        owner=pl.col("taker").first(),
        side=pl.col("taker_side").first(),
        levels=pl.col("price").n_unique(),
        qty=pl.col("qty").sum().round(3),
        first_px=pl.col("price").first(),
        last_px=pl.col("price").last(),
    )
    kinds = {account.owner: account.kind for account in world.ledger.accounts}
    places = {(market.params.venue, market.params.symbol): market.place for market in world.markets}
    intents = [
        world.log.intents.get((places[venue, symbol], order), kinds[owner])
        for venue, symbol, order, owner in orders.select("venue", "symbol", "taker_order_id", "owner").iter_rows()
    ]
    return orders.rename({"taker_order_id": "order_id"}).with_columns(intent=pl.Series(intents, dtype=pl.String()))


def _inventories(world: World) -> pl.DataFrame:
    """Columns by role: the first market is the perpetual, the second the spot, the third another perpetual."""
    rows = world.log.inventories
    markets = len(world.markets)

    def one(row: tuple[int, ...]) -> dict[str, Any]:
        held = [*row[2 : 2 + markets], 0, 0][:3]
        return {
            "event_ts": row[0],
            "owner": row[1],
            "perp_qty": held[0] / _LOTS,
            "spot_qty": held[1] / _LOTS,
            "perp2_qty": held[2] / _LOTS,
            "off_venue_qty": row[-1] / _LOTS,
            "net_qty": (sum(held) + row[-1]) / _LOTS,
        }

    return _frame("inventories", (one(row) for row in rows))


_NOTED_AS = {
    "event_ts": "ts",
    "taken_ts": "taken",
    "start_ts": "start",
    "end_ts": "end",
    "qty": "lots",
    "peak_qty": "peak",
    "total_qty": "total",
    "executed_qty": "executed",
    "n_pieces": "pieces",
}
"""Under which name agents note a column; the others under its own."""


def _noted(world: World, table: str, notes: list[dict[str, Any]], **unless_noted: Any) -> pl.DataFrame:
    """The notes of a table: lots become base units and ticks prices, by the unit of the column."""
    cents = world.params.tick_cents
    columns = [column for column in TRUTH[table].columns if column.name not in ("venue", "symbol")]

    def one(note: dict[str, Any]) -> dict[str, Any]:
        params = world.markets[note["market"]].params
        row: dict[str, Any] = {"venue": params.venue, "symbol": params.symbol}
        for column in columns:
            key = _NOTED_AS.get(column.name, column.name)
            value = note.get(key, unless_noted[column.name]) if column.name in unless_noted else note[key]
            if column.unit == "base":
                value /= _LOTS
            row[column.name] = value * cents / 100 if column.unit == "quote per base" else value
        return row

    return _frame(table, (one(note) for note in notes))


def _numbered(notes: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [{**note, name: number} for number, note in enumerate(notes)]


def _positions(world: World) -> pl.DataFrame:
    def one(note: dict[str, Any]) -> dict[str, Any]:
        held = [*note["held"], 0]
        return {
            "event_ts": note["ts"],
            "kind": note["kind"],
            "perp_qty": held[0] / _LOTS,
            "spot_qty": held[1] / _LOTS,
        }

    return _frame("positions", (one(note) for note in world.log.positions))


def _values(world: World) -> pl.DataFrame:
    tick = world.params.tick_cents / 100

    def one(row: tuple[int, float, float, float]) -> dict[str, Any]:
        time, value, public, vol = row
        return {
            "event_ts": time,
            "value": value * tick,
            "public": public * tick,
            "vol_bps": 1e4 * vol / public,
        }

    return _frame("values", (one(row) for row in world.log.values))
