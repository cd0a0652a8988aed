"""The survey: runs a world without a capture and notes what stylised facts are measured on."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.simulator.book_side import BookSide
from pipeline.simulator.market import Market
from pipeline.simulator.orders import Report
from pipeline.simulator.world import World

STEP_US = 100_000
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What a survey found on one market; prices in ticks, sizes in lots, times in microseconds.

    `steps`: one row per 100 ms: time, bid, ask, bid_lots, ask_lots, ofi (order-flow imbalance of that step), tfi (net
    taker lots) and value (what the public can know the asset to be worth). `seconds`: time and the displayed lots
    within 10 bps of the mid, bid_depth and ask_depth. `orders`: one row per taker order: time, side, lots, price (its
    last) and prints. `inventories`: per second and maker of the market: time, maker, net and hedged (what it passed
    on so far). `metaorders`: side, start, end, lots, pieces. `counts`: placed, cancelled, updates and trades.
    """

    steps: pl.DataFrame
    seconds: pl.DataFrame
    orders: pl.DataFrame
    inventories: pl.DataFrame
    metaorders: pl.DataFrame
    counts: dict[str, int]
    makers_share: float
    """Part of passive volume that market makers had."""


class Survey:
    """Listens to a market, and looks at it every 100 ms as an agent of the clock."""

    def __init__(self, world: World, market: Market, start_us: int) -> None:
        self.next_time: int | None = start_us
        self.counts = dict.fromkeys(("placed", "cancelled", "updates", "trades"), 0)
        self.steps: list[tuple[float, ...]] = []
        self.seconds: list[tuple[int, int, int]] = []
        self.inventories: list[tuple[int, int, int]] = []
        self._world, self._book = world, market.exchange
        accounts = world.ledger.accounts
        self._makers = [one.owner for one in accounts if one.kind == "market_maker" and one.home == market.params.name]
        self._quote = self._best()
        self._ofi = self._tfi = 0

    def on_report(self, report: Report) -> None:
        """Count it, and add its part of the order-flow imbalance."""
        counts = self.counts
        counts["placed"] += report.status == "resting"
        counts["cancelled"] += report.status == "cancelled"
        counts["updates"] += len(report.changes)
        counts["trades"] += len(report.fills)
        for fill in report.fills:
            self._tfi += fill.taker_side * fill.size
        before, now = self._quote, self._best()
        if before != now:
            self._quote = now
            self._ofi += _imbalance(before, now)

    def act(self, now: int) -> None:
        """Note quotes and flow; every second also depth and inventories."""
        self.next_time = now + STEP_US
        self.steps.append((now, *self._quote, self._ofi, self._tfi, self._world.value.public(now)))
        self._ofi = self._tfi = 0
        if now % _SECOND == 0:
            self.seconds.append((now, *self._depths()))
            net = self._world.ledger.net
            self.inventories += [(now, owner, net(owner)) for owner in self._makers]

    def _best(self) -> tuple[int, int, int, int]:
        """Best bid and ask and their sizes; zeros for an empty side."""
        bids, asks = self._book.bids, self._book.asks
        bid = ask = bid_lots = ask_lots = 0
        if bids.keys:
            bid = bids.keys[-1]
            bid_lots = bids.levels[bid].size
        if asks.keys:
            ask = -asks.keys[-1]
            ask_lots = asks.levels[-ask].size
        return bid, ask, bid_lots, ask_lots

    def _depths(self) -> tuple[int, int]:
        bid, ask, _, _ = self._quote
        reach = (bid + ask) / 2 * 1e-3
        return tuple(_within(self._book.side(side), side * (bid + ask) / 2 - reach) for side in (1, -1))  # type: ignore[return-value]


def _within(side: BookSide, worst: float) -> int:
    lots = 0
    for key in reversed(side.keys):
        if key < worst:
            break
        lots += side.levels[key].size
    return lots


def _imbalance(before: tuple[int, int, int, int], now: tuple[int, int, int, int]) -> int:
    """Order-flow imbalance of one change of the best quotes: Cont, Kukanov and Stoikov (2014)."""
    bid, ask, bid_lots, ask_lots = before
    new_bid, new_ask, new_bid_lots, new_ask_lots = now
    bought = (new_bid_lots if new_bid >= bid else 0) - (bid_lots if new_bid <= bid else 0)
    sold = (new_ask_lots if new_ask <= ask else 0) - (ask_lots if new_ask >= ask else 0)
    return bought - sold


def survey(world: World, *, start_us: int, end_us: int, place: int = 0) -> Surveyed:
    """Run `world` to `end_us` and tell what was seen of its market `place` from `start_us` on (a whole second)."""
    world.clock.run(start_us)
    market = world.markets[place]
    first_fill, first_meta = len(market.exchange.fills), len(world.log.metaorders)
    one = Survey(world, market, start_us)
    market.exchange.subscribe(one)
    world.clock.add(one, rank=-3)
    world.clock.run(end_us)
    fills = _fills(market, first_fill)
    kinds = {account.owner: account.kind for account in world.ledger.accounts}
    passive = fills.group_by("maker").agg(pl.col("lots").sum())
    mine = passive.filter(pl.col("maker").replace_strict(kinds, return_dtype=pl.String) == "market_maker")
    names = ["time", "bid", "ask", "bid_lots", "ask_lots", "ofi", "tfi", "value"]
    return Surveyed(
        steps=pl.DataFrame(np.array(one.steps), schema=names),
        seconds=pl.DataFrame(one.seconds, schema=["time", "bid_depth", "ask_depth"], orient="row"),
        orders=_orders(fills),
        inventories=_inventories(one, fills),
        metaorders=_metaorders(world.log.metaorders[first_meta:], place, start_us),
        counts=one.counts,
        makers_share=int(mine["lots"].sum()) / int(passive["lots"].sum()) if passive.height else float("nan"),
    )


def _fills(market: Market, first: int) -> pl.DataFrame:
    rows = [
        (fill.time, fill.taker_side, fill.size, fill.price, fill.taker_order, fill.maker)
        for fill in market.exchange.fills[first:]
    ]
    schema = dict.fromkeys(("time", "side", "lots", "price", "order", "maker"), pl.Int64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _orders(fills: pl.DataFrame) -> pl.DataFrame:
    """Prints of one order merged."""
    return fills.group_by("order", maintain_order=True).agg(
        pl.col("time", "side").first(), pl.col("lots").sum(), pl.col("price").last(), prints=pl.len()
    )


def _inventories(one: Survey, fills: pl.DataFrame) -> pl.DataFrame:
    """What a maker holds beyond what takers brought it since the start is what it passed on, with the sign turned."""
    schema = {"time": pl.Int64, "maker": pl.Int64, "net": pl.Int64}
    held = pl.DataFrame(one.inventories, schema=schema, orient="row").sort("time")
    met = fills.select("time", "maker", met=(-pl.col("side") * pl.col("lots")).cum_sum().over("maker"))
    joined = held.join_asof(met.sort("time"), on="time", by="maker", allow_exact_matches=False, check_sortedness=False)
    return joined.select("time", "maker", "net", hedged=pl.col("met").fill_null(0) - pl.col("net"))


def _metaorders(notes: list[dict[str, object]], place: int, start_us: int) -> pl.DataFrame:
    """Those begun and ended within the survey."""
    names = ("side", "start", "end", "lots", "pieces")
    rows = [[note[name] for name in names] for note in notes if note["market"] == place]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row")
    return frame.filter(pl.col("start") >= start_us)
