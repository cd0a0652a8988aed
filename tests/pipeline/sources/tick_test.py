"""Taker side against the book: a print above the mid before it was bought by its taker, one below it sold.

The state is the last one strictly before the print by event time: tapes and books are not ordered relative to each
other in any other way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import polars as pl

from pipeline.lake import Lake
from pipeline.market import Market
from tests.pipeline.lakes import rows


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `judged` prints (with a side, on the book, off the mid), `agreed` have the side that the mid before tells."""

    judged: int
    agreed: int

    @property
    def share(self) -> float:
        return self.agreed / self.judged if self.judged else float("nan")

    def __str__(self) -> str:
        return f"{self.agreed:,} of {self.judged:,} sides agree ({self.share:.1%})"


def tick_test(trades: pl.DataFrame, mids: pl.DataFrame) -> Agreement:
    """`trades` as in the table; `mids` has event_ts and mid, a row per state, the last of a moment standing last.

    A null mid is an unknown state: prints after it are not judged.
    """
    states = mids.group_by("event_ts", maintain_order=True).last().sort("event_ts")
    prints = trades.filter(pl.col("taker_side") != 0, pl.col("is_off_market").not_()).sort("event_ts")
    judged = prints.join_asof(states, on="event_ts", strategy="backward", allow_exact_matches=False).filter(
        pl.col("mid") != pl.col("price")
    )
    told = (judged["price"] - judged["mid"]).sign().cast(pl.Int8)
    return Agreement(judged.height, int((told == judged["taker_side"]).sum()))


def tick_test_of(lake: Lake, market: Market) -> dict[str, Agreement]:
    """Of the market's tape in the lake against the best quotes and against the book, where there are such."""
    trades, quotes, updates = (rows(lake, table, market) for table in ("trades", "book_ticker", "book_updates"))
    found = {"book_ticker": quote_mids(quotes), "book_updates": book_mids(updates)}
    return {name: tick_test(trades, mids) for name, mids in found.items() if mids.height}


def quote_mids(quotes: pl.DataFrame) -> pl.DataFrame:
    """A state per row of book_ticker."""
    return quotes.select("event_ts", mid=(pl.col("bid_px") + pl.col("ask_px")) / 2)


def book_mids(updates: pl.DataFrame) -> pl.DataFrame:
    """A state per message of book_updates, replayed level by level; no snapshot, no state. Knows nothing of gaps."""
    ordered = updates.sort("event_ts", "seq")  # seq and msg_id count anew every day
    messages = ordered.group_by(pl.col("event_ts").dt.date(), "msg_id", maintain_order=True)
    levels = pl.col("side", "price", "qty")
    return message_mids(messages.agg(pl.col("event_ts").first().alias("at"), pl.col("is_snapshot").first(), levels)
                        .select(pl.col("at").alias("event_ts"), "is_snapshot", "side", "price", "qty"))  # fmt: skip


def message_mids(messages: pl.DataFrame) -> pl.DataFrame:
    """As book_mids, of a row per message in their order: event_ts, is_snapshot, and its levels as lists."""
    found = list(_replayed(messages.select("event_ts", "is_snapshot", "side", "price", "qty")))
    return pl.DataFrame(found, schema={"event_ts": messages.schema["event_ts"], "mid": pl.Float64()}, orient="row")


def _replayed(messages: pl.DataFrame) -> Iterator[tuple[object, float | None]]:
    bids, asks = _Side(1), _Side(-1)
    is_known = False
    for event, is_snapshot, *levels in messages.iter_rows():
        if is_snapshot:
            bids, asks, is_known = _Side(1), _Side(-1), True
        for side, price, qty in zip(*levels, strict=True):
            if side:
                (bids if side > 0 else asks).set(price, qty)
        best = bids.best(), asks.best()
        is_usable = is_known and -inf < best[0] < best[1] < inf
        yield event, sum(best) / 2 if is_usable else None


class _Side:
    """Displayed prices of one side and the best of them."""

    def __init__(self, sign: int) -> None:
        self.sign, self.prices, self.top = sign, set[float](), -inf

    def set(self, price: float, qty: float) -> None:
        signed = self.sign * price
        if qty > 0:
            self.prices.add(signed)
            self.top = max(self.top, signed)
        elif signed in self.prices:
            self.prices.remove(signed)
            if signed == self.top:
                self.top = max(self.prices, default=-inf)

    def best(self) -> float:
        return self.sign * self.top
